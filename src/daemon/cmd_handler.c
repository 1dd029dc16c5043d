/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdio.h>
#include <string.h>

#include "daemon/command.h"
#include "daemon/handler.h"
#include "daemon/vnf_ops.h"

/* Both verbs' arguments; text is what element and handler point into. */
static int
parse_call(const struct request *rq, char text[PROTO_LINE_MAX],
    char **element, char **handler, unsigned *timeout_ms,
    struct uvnf_error *e)
{
	int rc;

	snprintf(text, PROTO_LINE_MAX, "%s", request_arg(rq, 1));
	rc = handler_split(text, element, handler, e);
	return rc != 0 ? rc : request_timeout(rq, timeout_ms, e);
}

static void
handler_text(void *arg, const char *text, size_t len,
    const struct uvnf_error *e)
{
	struct request *rq = arg;

	if (e != NULL) {
		request_err(rq, e);
		return;
	}
	proto_add_bytes(request_data(rq), "value", text, len);
	request_data_end(rq);
	request_ok(rq);
}

static void
run_read(struct request *rq)
{
	char text[PROTO_LINE_MAX], *element, *handler;
	struct uvnf_error e;
	unsigned timeout_ms;

	if (parse_call(rq, text, &element, &handler, &timeout_ms, &e) != 0)
		request_err(rq, &e);
	else
		vnf_handler(rq->daemon, request_arg(rq, 0), element, handler,
		    NULL, timeout_ms, handler_text, rq);
}

static void
handler_written(void *arg, const char *text, size_t len,
    const struct uvnf_error *e)
{
	(void)text;
	(void)len;
	if (e != NULL)
		request_err(arg, e);
	else
		request_ok(arg);
}

static int
check_value(const char *value, struct uvnf_error *e)
{
	if (value[0] == '\0')
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
		    "a guest ignores an empty value; leave it out to write "
		    "'true'");
	if (strlen(value) > PROTO_VALUE_MAX)
		return uvnf_error_set(e, UVNF_E_TOO_BIG, "a value has at most "
		    "%d bytes, this has %zu", PROTO_VALUE_MAX, strlen(value));
	return 0;
}

static void
run_write(struct request *rq)
{
	char text[PROTO_LINE_MAX], *element, *handler;
	const char *value = request_key(rq, "value");
	struct uvnf_error e;
	unsigned timeout_ms;

	if (value == NULL)
		value = "true";
	if (parse_call(rq, text, &element, &handler, &timeout_ms, &e) != 0 ||
	    check_value(value, &e) != 0)
		request_err(rq, &e);
	else
		vnf_handler(rq->daemon, request_arg(rq, 0), element, handler,
		    value, timeout_ms, handler_written, rq);
}

const struct command handler_commands[] = {
	{ "read", ACCESS_OPERATOR, COMMAND_OWN, 2, 2, { "timeout_ms" },
	    "read NAME ELEMENT.HANDLER [timeout_ms=N]", run_read },
	{ "write", ACCESS_OPERATOR, COMMAND_OWN | COMMAND_CHANGES, 2, 2,
	    { "value", "timeout_ms" },
	    "write NAME ELEMENT.HANDLER [value=VALUE] [timeout_ms=N]",
	    run_write },
	{ .verb = NULL },
};
