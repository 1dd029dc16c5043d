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

/*
 * Whoever makes a bridge has it alone: nobody's VNF may be on its way into one
 * of that name, which was nobody's when that VNF was asked for.
 */
static int
check_wanted(const struct request *rq, struct uvnf_error *e)
{
	const char *name = request_arg(rq, 1);
	const struct vnf *v;

	if (bridge_find(rq->daemon, name) != NULL ||
	    (v = bridge_wanted(rq->daemon, name, rq->uid)) == NULL)
		return 0;
	return uvnf_error_set(e, UVNF_E_NAME_TAKEN, "the VNF '%s' of user %u "
	    "is to be plugged into a bridge '%.40s'; take another name, or "
	    "wait until that VNF is gone", v->name, (unsigned)v->owner, name);
}

static int
check_quota(const struct request *rq, struct uvnf_error *e)
{
	if (bridge_find(rq->daemon, request_arg(rq, 1)) != NULL)
		return 0;
	return request_check_quota(rq, QUOTA_BRIDGES, e);
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
	    request_check_chain(rq, &e) != 0 || check_quota(rq, &e) != 0 ||
	    check_wanted(rq, &e) != 0) {
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
