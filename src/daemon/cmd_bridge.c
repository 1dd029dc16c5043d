/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <string.h>

#include "common/util.h"
#include "daemon/bridges.h"
#include "daemon/command.h"

static void
add_bridge(struct request *rq, const struct bridge *b, const bool *made)
{
	struct proto_buf *out = request_data(rq);

	proto_add_string(out, "name", b->name);
	proto_add_number(out, "uid", (int64_t)b->owner);
	if (b->chain[0] != '\0')
		proto_add_string(out, "chain", b->chain);
	proto_add_number(out, "vifs", bridge_vifs(rq->daemon, b->name));
	if (made != NULL)
		proto_add_bool(out, "made", *made);
	request_data_end(rq);
}

static void
list(struct request *rq)
{
	const struct bridge *b;
	uint64_t n = 0;

	TAILQ_FOREACH(b, &rq->daemon->bridges, entry) {
		add_bridge(rq, b, NULL);
		n++;
	}
	request_ok_count(rq, n);
}

static void
done(void *arg, const struct bridge *b, bool made,
    const struct uvnf_error *e)
{
	struct request *rq = arg;

	if (b != NULL)
		add_bridge(rq, b, &made);
	if (e != NULL)
		request_err(rq, e);
	else
		request_ok(rq);
}

/* One that is there must be the client's own. */
static int
check_own(const struct request *rq, struct uvnf_error *e)
{
	const struct bridge *b = bridge_find(rq->daemon, request_arg(rq, 1));

	if (b == NULL || request_owns(rq, b->owner))
		return 0;
	return request_denied(rq, "bridge", b->name, b->owner, e);
}

/* Nobody's VNF may be on its way into it, when it was nobody's yet. */
static int
check_wanted(const struct request *rq, const char *name, struct uvnf_error *e)
{
	const struct vnf *v = bridge_wanted(rq->daemon, name, rq->uid);

	if (v == NULL)
		return 0;
	return uvnf_error_set(e, UVNF_E_NAME_TAKEN, "the VNF '%s' of user %u "
	    "is to be plugged into a bridge '%.40s'; take another name, or "
	    "wait until that VNF is gone", v->name, (unsigned)v->owner, name);
}

static bool
has_vif_in(const struct template *t, const char *bridge)
{
	unsigned i;

	for (i = 0; i < t->nvifs; i++)
		if (t->vifs[i].place.plug == PLUG_BRIDGE &&
		    strcmp(t->vifs[i].place.name, bridge) == 0)
			return true;
	return false;
}

/* One that a template names is for all who create from it. */
static int
check_templates(const struct request *rq, const char *name,
    struct uvnf_error *e)
{
	const struct config *c = rq->daemon->config;
	unsigned i;

	if (request_level(rq) == ACCESS_ADMIN)
		return 0;
	for (i = 0; i < c->ntemplates; i++)
		if (has_vif_in(c->templates[i], name))
			return uvnf_error_set(e, UVNF_E_DENIED, "the template "
			    "'%s' has a vif in a bridge '%.40s', which is an "
			    "admin's to make; take another name",
			    c->templates[i]->name, name);
	return 0;
}

/* Whoever makes a bridge has it alone. */
static int
check_new(const struct request *rq, struct uvnf_error *e)
{
	const char *name = request_arg(rq, 1);
	int rc;

	if (bridge_find(rq->daemon, name) != NULL)
		return 0;
	if ((rc = request_check_quota(rq, QUOTA_BRIDGES, e)) != 0 ||
	    (rc = check_templates(rq, name, e)) != 0)
		return rc;
	return check_wanted(rq, name, e);
}

static void
run_create(struct request *rq)
{
	const char *chain = request_key(rq, "chain");
	struct uvnf_error e;

	if (chain != NULL && !name_valid(chain)) {
		uvnf_error_set(&e, UVNF_E_BAD_NAME,
		    "'%.80s' is no name of a chain", chain);
		request_err(rq, &e);
	} else if (check_own(rq, &e) != 0 ||
	    request_check_chain(rq, &e) != 0 || check_new(rq, &e) != 0) {
		request_err(rq, &e);
	} else {
		bridge_create(rq->daemon, request_arg(rq, 1),
		    chain != NULL ? chain : "", rq->uid, done, rq);
	}
}

static void
run_delete(struct request *rq)
{
	struct uvnf_error e;

	if (check_own(rq, &e) != 0)
		request_err(rq, &e);
	else
		bridge_delete(rq->daemon, request_arg(rq, 1), done, rq);
}

static void
run_bridge(struct request *rq)
{
	struct uvnf_error e;

	if (request_arg(rq, 0) == NULL) {
		list(rq);
		return;
	}
	uvnf_error_set(&e, UVNF_E_BAD_REQUEST, "only 'bridge', 'bridge create "
	    "NAME [chain=CHAIN]' and 'bridge delete NAME' exist");
	request_err(rq, &e);
}

const struct command bridge_commands[] = {
	{ "bridge", ACCESS_OBSERVER, 0, 0, 2, { NULL }, "bridge", run_bridge },
	{ "bridge create", ACCESS_OPERATOR, COMMAND_CHANGES, 2, 2, { "chain" },
	    "bridge create NAME [chain=CHAIN]", run_create },
	{ "bridge delete", ACCESS_OPERATOR, COMMAND_CHANGES, 2, 2, { NULL },
	    "bridge delete NAME", run_delete },
	{ .verb = NULL },
};
