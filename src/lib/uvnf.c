/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "lib/wire.h"

/* --- errors -------------------------------------------------------------- */

int
conn_fail(struct uvnf *u, enum uvnf_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(u->error.text, sizeof(u->error.text), fmt, ap);
	va_end(ap);
	u->error.code = code;
	snprintf(u->word, sizeof(u->word), "%s", uvnf_code_word(code));
	return -(int)code;
}

int
conn_fail_protocol(struct uvnf *u, const char *what, const char *line)
{
	return conn_fail(u, UVNF_E_PROTOCOL,
	    "%s: '%.60s'; is this uvnfd, and of a fitting version?", what,
	    line);
}

const char *
uvnf_error_word(const struct uvnf *u)
{
	return u == NULL ? uvnf_code_word(UVNF_E_SYSTEM) : u->word;
}

const char *
uvnf_error_text(const struct uvnf *u)
{
	return u == NULL ? "out of memory" : u->error.text;
}

int
uvnf_exit_status(const struct uvnf *u)
{
	return uvnf_code_exit_status(u == NULL ? UVNF_E_SYSTEM :
	    u->error.code);
}

/* --- one step: what is possible without waiting -------------------------- */

void
conn_enter(struct uvnf *u)
{
	u->depth++;
}

bool
conn_leave(struct uvnf *u)
{
	if (--u->depth > 0 || !u->closed)
		return false;
	reply_clear(&u->last);
	free(u->in);
	free(u->data.fields);
	free(u);
	return true;
}

/* An error in the greeting's place: this client is not served. */
static int
on_refusal(struct uvnf *u, char *line)
{
	const char *word = cut_word(&line);
	int code = uvnf_code_from_word(word);

	if (code <= UVNF_OK || proto_unescape(line, NULL) < 0)
		return conn_fail_protocol(u, "this is no greeting", word);
	return conn_fail(u, (enum uvnf_code)code, "%s", line);
}

static int
on_greeting(struct uvnf *u, char *line)
{
	const char *word = cut_word(&line), *value;
	uint64_t n;
	int rc;

	if (strcmp(word, "ERR") == 0)
		return on_refusal(u, line);
	if (strcmp(word, "HELLO") != 0)
		return conn_fail_protocol(u, "this is no greeting", word);
	rc = data_parse(u, line);
	if (rc < 0)
		return rc;
	value = uvnf_data_get(&u->data, "protocol");
	if (value == NULL || parse_uint(value, 0, UINT64_MAX, &n) < 0)
		return conn_fail_protocol(u,
		    "a greeting without a protocol number", word);
	if (n != PROTO_VERSION)
		return conn_fail(u, UVNF_E_PROTOCOL, "uvnfd speaks version "
		    "%llu of the protocol, this client version %d",
		    (unsigned long long)n, PROTO_VERSION);
	value = uvnf_data_get(&u->data, "version");
	snprintf(u->version, sizeof(u->version), "%s", value ? value : "?");
	value = uvnf_data_get(&u->data, "backend");
	snprintf(u->backend, sizeof(u->backend), "%s", value ? value : "?");
	u->greeted = true;
	return 0;
}

/* Until all that was read is used, or a callback closed the connection. */
static int
take_lines(struct uvnf *u)
{
	char *line;
	int rc;

	while (!u->closed && (rc = wire_line(u, &line)) != 0) {
		if (rc < 0)
			return rc;
		rc = u->greeted ? pending_line(u, line) :
		    on_greeting(u, line);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int
lose(struct uvnf *u)
{
	struct uvnf_error why = u->error;

	wire_hang_up(u);
	pending_end_all(u, &why);
	/* callbacks may have put other errors there */
	return conn_fail(u, why.code, "%s", why.text);
}

/* Called between conn_enter and conn_leave. */
static int
step(struct uvnf *u)
{
	uint64_t now;
	int rc;

	wire_send(u);
	rc = wire_receive(u);
	if (rc == 0)
		rc = take_lines(u);
	if (u->closed)
		return 0;
	now = now_us();
	if (rc == 0 && !u->greeted && now >= u->greeting_deadline_us)
		rc = conn_fail(u, UVNF_E_TIMEOUT,
		    "uvnfd has not answered within %u ms", u->greeting_ms);
	if (rc < 0)
		return lose(u);
	pending_expire(u, now);
	if (!u->closed)
		wire_send(u);		/* what callbacks submitted */
	return 0;
}

/* --- the caller's event loop --------------------------------------------- */

int
uvnf_fd(const struct uvnf *u)
{
	return u->fd;
}

short
uvnf_events(const struct uvnf *u)
{
	if (u->fd < 0)
		return 0;
	return u->greeted && !u->cut && !TAILQ_EMPTY(&u->out) ?
	    POLLIN | POLLOUT : POLLIN;
}

static int
ms_until(uint64_t end_us)
{
	uint64_t now = now_us(), ms;

	if (end_us <= now)
		return 0;
	ms = (end_us - now + 999) / 1000;
	return ms < INT_MAX ? (int)ms : INT_MAX;
}

int
uvnf_timeout_ms(const struct uvnf *u)
{
	uint64_t end = u->next_us;

	if (u->fd < 0)
		return -1;
	if (!u->greeted && u->greeting_deadline_us < end)
		end = u->greeting_deadline_us;
	return end == UINT64_MAX ? -1 : ms_until(end);
}

/* EINTR, and ENOMEM, which may pass, are as good as a time limit. */
static void
wait_ms(struct uvnf *u, int limit_ms)
{
	struct pollfd p = { .fd = u->fd, .events = uvnf_events(u) };
	int ms = uvnf_timeout_ms(u);

	if (ms < 0 || (limit_ms >= 0 && limit_ms < ms))
		ms = limit_ms;
	(void)poll(&p, 1, ms);
}

static int
check_usable(struct uvnf *u, const char *function)
{
	if (u->depth > 0)
		return conn_fail(u, UVNF_E_USAGE,
		    "%s must not be called inside a callback", function);
	if (u->fd < 0)
		return conn_fail(u, UVNF_E_NO_DAEMON,
		    "the connection to uvnfd is lost");
	return 0;
}

int
uvnf_process(struct uvnf *u)
{
	int rc = check_usable(u, "uvnf_process");

	if (rc < 0)
		return rc;
	conn_enter(u);
	rc = step(u);
	return conn_leave(u) ? 1 : rc;
}

int
uvnf_wait(struct uvnf *u, int limit_ms)
{
	int rc = check_usable(u, "uvnf_wait");

	if (rc < 0)
		return rc;
	wait_ms(u, limit_ms);
	return uvnf_process(u);
}

/* --- one request at a time ----------------------------------------------- */

/*
 * Until the reply has come and everything is written: a refusal may come
 * while the payload is still on its way.
 */
static void
run_until(struct uvnf *u, const bool *done, uint64_t deadline_us)
{
	for (;;) {
		if (step(u) < 0 || u->closed)
			return;
		if (*done && (TAILQ_EMPTY(&u->out) ||
		    now_us() >= deadline_us))
			return;
		wait_ms(u, *done ? ms_until(deadline_us) : -1);
	}
}

int
uvnf_request(struct uvnf *u, const char *const *argv, size_t argc,
    const char *payload, size_t len, uvnf_data_cb cb, void *arg)
{
	bool done = false;
	struct pending like = { .on_data = cb, .arg = arg, .waiting = &done };
	int rc = u->depth > 0 ? check_usable(u, "uvnf_request") : 0;

	if (rc < 0)
		return rc;
	reply_clear(&u->last);
	rc = pending_submit(u, argv, argc, payload, len, &like, NULL);
	if (rc < 0) {
		u->last.error = u->error;
		memcpy(u->last.word, u->word, sizeof(u->word));
		return rc;
	}
	conn_enter(u);
	run_until(u, &done, now_us() +
	    (uint64_t)request_limit(u, argv, argc) * 1000);
	if (conn_leave(u))
		return -UVNF_E_CANCELLED;
	u->error = u->last.error;
	memcpy(u->word, u->last.word, sizeof(u->word));
	return -(int)u->error.code;
}

const struct uvnf_reply *
uvnf_last_reply(const struct uvnf *u)
{
	return &u->last;
}

/* --- connections --------------------------------------------------------- */

static struct uvnf *
conn_new(const char **path, unsigned timeout_ms)
{
	struct uvnf *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return NULL;
	u->fd = -1;
	u->timeout_ms = timeout_ms > 0 ? timeout_ms : 1;
	u->greeting_ms = u->timeout_ms;
	u->greeting_deadline_us = now_us() + (uint64_t)u->greeting_ms * 1000;
	u->next_us = UINT64_MAX;
	TAILQ_INIT(&u->all);
	TAILQ_INIT(&u->due);
	TAILQ_INIT(&u->out);
	snprintf(u->word, sizeof(u->word), "ok");
	memcpy(u->last.word, u->word, sizeof(u->word));
	if (*path == NULL)
		*path = getenv("UVNF_SOCKET");
	if (*path == NULL || (*path)[0] == '\0')
		*path = PROTO_SOCKET_DEFAULT;
	return u;
}

int
uvnf_start(const char *path, unsigned timeout_ms, struct uvnf **out)
{
	struct uvnf *u = *out = conn_new(&path, timeout_ms);
	int rc;

	if (u == NULL)
		return -UVNF_E_SYSTEM;
	rc = wire_connect(u, path, 0);
	if (rc < 0)
		wire_hang_up(u);
	return rc;
}

int
uvnf_open(const char *path, unsigned timeout_ms, struct uvnf **out)
{
	struct uvnf *u = *out = conn_new(&path, timeout_ms);
	int rc;

	if (u == NULL)
		return -UVNF_E_SYSTEM;
	rc = wire_connect(u, path, u->greeting_deadline_us);
	if (rc < 0)
		wire_hang_up(u);
	while (rc == 0 && !u->greeted)
		rc = uvnf_wait(u, -1);
	return rc;
}

void
uvnf_close(struct uvnf *u)
{
	struct uvnf_error why;

	if (u == NULL || u->closed)
		return;
	conn_enter(u);
	u->closed = true;
	wire_hang_up(u);
	uvnf_error_set(&why, UVNF_E_CANCELLED,
	    "the connection was closed by its owner");
	pending_end_all(u, &why);
	conn_leave(u);
}

void
uvnf_set_timeout(struct uvnf *u, unsigned timeout_ms)
{
	u->timeout_ms = timeout_ms > 0 ? timeout_ms : 1;
}

const char *
uvnf_daemon_version(const struct uvnf *u)
{
	return u->version;
}

const char *
uvnf_daemon_backend(const struct uvnf *u)
{
	return u->backend;
}
