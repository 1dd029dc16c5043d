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

static int
check_form(const struct request *rq, bool create, struct uvnf_error *e)
{
	const char *chain = request_key(rq, "chain");

	if (request_arg(rq, 1) == NULL)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "bridge %s needs "
		    "a name", request_arg(rq, 0));
	if (chain != NULL && !create)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
		    "bridge delete does not take 'chain='");
	if (chain != NULL && !name_valid(chain))
		return uvnf_error_set(e, UVNF_E_BAD_NAME,
		    "'%.80s' is no name of a chain", chain);
	return 0;
}

static void
run_bridge(struct request *rq)
{
	const char *what = request_arg(rq, 0);
	const char *chain = request_key(rq, "chain");
	struct uvnf_error e;
	bool create;

	if (what == NULL && chain == NULL) {
		list(rq);
		return;
	}
	create = what != NULL && strcmp(what, "create") == 0;
	if (!create && (what == NULL || strcmp(what, "delete") != 0))
		uvnf_error_set(&e, UVNF_E_BAD_REQUEST, "only 'bridge', "
		    "'bridge create NAME [chain=CHAIN]' and 'bridge delete "
		    "NAME' exist");
	else if (check_form(rq, create, &e) == 0) {
		if (create)
			bridge_create(rq->daemon, request_arg(rq, 1),
			    chain != NULL ? chain : "", done, rq);
		else
			bridge_delete(rq->daemon, request_arg(rq, 1), done,
			    rq);
		return;
	}
	request_err(rq, &e);
}

const struct command bridge_commands[] = {
	{ "bridge", 0, 2, { "chain" },
	    "bridge [create NAME [chain=CHAIN] | delete NAME]", run_bridge },
	{ NULL, 0, 0, { NULL }, NULL, NULL },
};
