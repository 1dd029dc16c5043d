/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <string.h>

#include "common/util.h"
#include "daemon/cmd_vnf.h"
#include "daemon/command.h"
#include "daemon/vnf_ops.h"

#define FORCE_MS_DEFAULT 5000

/* --- the router ---------------------------------------------------------- */

static int
no_claimed(const struct vnf_request *vr, const char *verb,
    struct uvnf_error *e)
{
	if (vr->wait != WAIT_CLAIMED)
		return 0;
	return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
	    "%s can wait for started or ready", verb);
}

static void
run_start(struct request *rq)
{
	struct vnf_request vr;
	struct uvnf_error e;

	if (cmd_vnf_request(rq, WAIT_STARTED, &vr, &e) != 0 ||
	    no_claimed(&vr, "start", &e) != 0)
		request_err(rq, &e);
	else
		vnf_start(rq->daemon, request_arg(rq, 0), &vr);
}

static int
parse_remove(const struct request *rq, bool *remove, struct uvnf_error *e)
{
	const char *text = request_key(rq, "remove");

	*remove = text != NULL && strcmp(text, "true") == 0;
	if (text == NULL || *remove || strcmp(text, "false") == 0)
		return 0;
	return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
	    "remove=%.40s is none of true, false", text);
}

static void
run_stop(struct request *rq)
{
	struct vnf_request vr;
	struct uvnf_error e;
	unsigned router;
	bool remove;

	if (cmd_vnf_request(rq, WAIT_READY, &vr, &e) != 0 ||
	    parse_remove(rq, &remove, &e) != 0 ||
	    cmd_vnf_router(rq, &router, &e) != 0)
		request_err(rq, &e);
	else
		vnf_stop(rq->daemon, request_arg(rq, 0), router, remove, &vr);
}

/* --- the domain ---------------------------------------------------------- */

static void
run_pause(struct request *rq)
{
	vnf_pause(rq->daemon, request_arg(rq, 0), cmd_vnf_answer, rq);
}

static void
run_resume(struct request *rq)
{
	vnf_resume(rq->daemon, request_arg(rq, 0), cmd_vnf_answer, rq);
}

static void
run_reboot(struct request *rq)
{
	struct vnf_request vr;
	struct uvnf_error e;

	if (cmd_vnf_request(rq, WAIT_STARTED, &vr, &e) != 0)
		request_err(rq, &e);
	else
		vnf_reboot(rq->daemon, request_arg(rq, 0), &vr);
}

static void
was_shut_down(void *arg, const char *how, const struct uvnf_error *e)
{
	struct request *rq = arg;

	if (e != NULL) {
		request_err(rq, e);
		return;
	}
	proto_add_string(request_data(rq), "how", how);
	request_data_end(rq);
	request_ok(rq);
}

static void
run_shutdown(struct request *rq)
{
	const char *text = request_key(rq, "force_ms");
	uint64_t force_ms = FORCE_MS_DEFAULT;
	struct uvnf_error e;
	unsigned timeout_ms;

	if (text != NULL &&
	    parse_uint(text, 0, PROTO_TIMEOUT_MS_MAX, &force_ms) != 0) {
		uvnf_error_set(&e, UVNF_E_BAD_REQUEST,
		    "force_ms=%.40s is not a number from 0 to %d", text,
		    PROTO_TIMEOUT_MS_MAX);
		request_err(rq, &e);
	} else if (request_timeout(rq, &timeout_ms, &e) != 0) {
		request_err(rq, &e);
	} else {
		vnf_shutdown(rq->daemon, request_arg(rq, 0),
		    (unsigned)force_ms, timeout_ms, was_shut_down, rq);
	}
}

const struct command life_commands[] = {
	{ "start", ACCESS_OPERATOR, COMMAND_OWN | COMMAND_CHANGES, 1, 1,
	    { "wait", "timeout_ms" },
	    "start NAME [wait=started|ready] [timeout_ms=N]", run_start },
	{ "stop", ACCESS_OPERATOR, COMMAND_OWN | COMMAND_CHANGES, 1, 1,
	    { "remove", "router", "timeout_ms" },
	    "stop NAME [router=N] [remove=true] [timeout_ms=N]", run_stop },
	{ "pause", ACCESS_OPERATOR, COMMAND_OWN | COMMAND_CHANGES, 1, 1,
	    { NULL }, "pause NAME", run_pause },
	{ "resume", ACCESS_OPERATOR, COMMAND_OWN | COMMAND_CHANGES, 1, 1,
	    { NULL }, "resume NAME", run_resume },
	{ "shutdown", ACCESS_OPERATOR, COMMAND_OWN | COMMAND_CHANGES, 1, 1,
	    { "force_ms", "timeout_ms" },
	    "shutdown NAME [force_ms=N] [timeout_ms=N]", run_shutdown },
	{ "reboot", ACCESS_OPERATOR, COMMAND_OWN | COMMAND_CHANGES, 1, 1,
	    { "wait", "timeout_ms" },
	    "reboot NAME [wait=claimed|started|ready] [timeout_ms=N]",
	    run_reboot },
	{ .verb = NULL },
};
