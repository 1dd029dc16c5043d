/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/util.h"
#include "lib/wire.h"

#define REPLY_LINE_MAX (1024 * 1024)
#define READ_SIZE 16384

int
wire_fail(struct uvnf *u, enum uvnf_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(u->error.text, sizeof(u->error.text), fmt, ap);
	va_end(ap);
	u->error.code = code;
	snprintf(u->word, sizeof(u->word), "%s", uvnf_code_word(code));
	return -(int)code;
}

void
wire_hang_up(struct uvnf *u)
{
	if (u->fd >= 0)
		close(u->fd);
	u->fd = -1;
}

int
wire_fail_protocol(struct uvnf *u, const char *what, const char *line)
{
	return wire_fail(u, UVNF_E_PROTOCOL,
	    "%s: '%.60s'; is this uvnfd, and of a fitting version?", what,
	    line);
}

/* Reading: the buffer, and lines cut out of it. */

static int
make_room(struct uvnf *u)
{
	size_t size;
	char *p;

	if (u->in_start > 0) {
		memmove(u->in, u->in + u->in_start, u->in_end - u->in_start);
		u->in_scanned -= u->in_start;
		u->in_end -= u->in_start;
		u->in_start = 0;
	}
	if (u->in_end < u->in_size)
		return 0;
	if (u->in_end >= REPLY_LINE_MAX)
		return wire_fail(u, UVNF_E_PROTOCOL,
		    "a line from uvnfd is over %d bytes long", REPLY_LINE_MAX);
	size = u->in_size == 0 ? READ_SIZE : 2 * u->in_size;
	p = realloc(u->in, size);
	if (p == NULL)
		return wire_fail(u, UVNF_E_SYSTEM, "out of memory");
	u->in = p;
	u->in_size = size;
	return 0;
}

static int
read_some(struct uvnf *u)
{
	ssize_t n;
	int rc;

	rc = make_room(u);
	if (rc < 0)
		return rc;
	n = recv(u->fd, u->in + u->in_end, u->in_size - u->in_end,
	    MSG_DONTWAIT);
	if (n > 0) {
		u->in_end += (size_t)n;
		return 0;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (u->serial == 0 && u->in_end == 0)
		return wire_fail(u, UVNF_E_NO_DAEMON,
		    "uvnfd hung up without a greeting; is it going down?");
	return wire_fail(u, UVNF_E_PROTOCOL, "uvnfd hung up before it had "
	    "answered%s", u->serial > 0 ?
	    "; whether the request took effect is unknown" : "");
}

/* The next whole line, without its end; NULL when there is none yet. */
static char *
next_line(struct uvnf *u, size_t *len)
{
	char *line, *end;

	if (u->in_scanned == u->in_end)
		return NULL;
	end = memchr(u->in + u->in_scanned, '\n', u->in_end - u->in_scanned);
	if (end == NULL) {
		u->in_scanned = u->in_end;
		return NULL;
	}
	line = u->in + u->in_start;
	u->in_start = u->in_scanned = (size_t)(end - u->in) + 1;
	if (end > line && end[-1] == '\r')
		end--;
	*end = '\0';
	*len = (size_t)(end - line);
	return line;
}

static int
take_lines(struct uvnf *u, struct exchange *x)
{
	char *line;
	size_t len;
	int rc = 0;

	while (rc == 0 && !x->done && (line = next_line(u, &len)) != NULL) {
		if (strlen(line) != len)
			return wire_fail_protocol(u, "a NUL byte in a line",
			    line);
		rc = x->on_line(u, x, line);
	}
	return rc;
}

/* Writing. */

static void
send_some(struct uvnf *u, struct exchange *x)
{
	struct msghdr msg = { .msg_iov = x->out, .msg_iovlen = 2 };
	ssize_t n;
	size_t part;
	int i;

	if (x->left == 0)
		return;
	n = sendmsg(u->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		/* It may have said why before it closed: read on. */
		x->cut = true;
		x->left = 0;
		return;
	}
	x->left -= (size_t)n;
	for (i = 0; i < 2; i++) {
		part = (size_t)n < x->out[i].iov_len ? (size_t)n :
		    x->out[i].iov_len;
		x->out[i].iov_base = (char *)x->out[i].iov_base + part;
		x->out[i].iov_len -= part;
		n -= (ssize_t)part;
	}
}

/* What poll saw, 0 once the deadline has passed. */
static int
wait_io(struct uvnf *u, const struct exchange *x)
{
	struct pollfd p = { .fd = u->fd };
	uint64_t now, ms;

	p.events = (short)((x->done ? 0 : POLLIN) |
	    (x->left > 0 ? POLLOUT : 0));
	for (;;) {
		now = now_us();
		if (now >= x->deadline_us)
			return 0;
		ms = (x->deadline_us - now + 999) / 1000;
		if (poll(&p, 1, ms < INT_MAX ? (int)ms : INT_MAX) > 0)
			return p.revents;
		/* EINTR, and ENOMEM, which may pass, end with the deadline */
	}
}

/*
 * Writes and reads by turns until the line that ends the exchange has come
 * and everything is written: a refusal may come while the payload is still
 * on its way, and whoever wrote it all first would wait for ever.
 */
static int
pump(struct uvnf *u, struct exchange *x)
{
	int rc;

	for (;;) {
		send_some(u, x);
		rc = take_lines(u, x);
		if (rc < 0)
			return rc;
		if (x->done && x->left == 0)
			return x->result;
		rc = wait_io(u, x);
		if (rc == 0)
			break;
		if (!x->done && (rc & (POLLIN | POLLHUP | POLLERR)) != 0) {
			rc = read_some(u);
			if (rc < 0)
				return rc;
		}
	}
	if (x->done) {
		x->cut = true;		/* answered, but not all was read */
		return x->result;
	}
	if (x->left > 0)
		x->cut = true;
	return wire_fail(u, UVNF_E_TIMEOUT,
	    "uvnfd has not answered within %u ms", x->limit_ms);
}

int
wire_exchange(struct uvnf *u, struct exchange *x, unsigned limit_ms)
{
	int rc;

	x->limit_ms = limit_ms;
	x->deadline_us = now_us() + (uint64_t)limit_ms * 1000;
	x->left = x->out[0].iov_len + x->out[1].iov_len;
	rc = pump(u, x);
	if (x->cut || (!x->done && rc != -UVNF_E_TIMEOUT))
		wire_hang_up(u);
	return rc;
}

static int
fail_connect(struct uvnf *u, const char *path, int error)
{
	if (error == EAGAIN)
		return wire_fail(u, UVNF_E_TIMEOUT,
		    "uvnfd has not accepted a connection on %s within %u ms",
		    path, u->timeout_ms);
	if (error == EACCES || error == EPERM)
		return wire_fail(u, UVNF_E_NO_DAEMON,
		    "may not connect to %s (%s); are you in the socket's "
		    "group?", path, strerror(error));
	return wire_fail(u, UVNF_E_NO_DAEMON, "nothing listens on %s (%s); is "
	    "uvnfd running? -s and UVNF_SOCKET name another socket", path,
	    strerror(error));
}

/*
 * A Unix socket is connected at once unless the listener's queue is full;
 * for that, Linux honours the send time limit.
 */
int
wire_connect(struct uvnf *u, const char *path, uint64_t deadline_us)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct timeval tv;
	uint64_t now;

	if (path[0] == '\0' || strlen(path) >= sizeof(sun.sun_path))
		return wire_fail(u, UVNF_E_USAGE,
		    "the socket's path '%.120s' is %s", path,
		    path[0] == '\0' ? "empty" : "too long");
	memcpy(sun.sun_path, path, strlen(path));
	u->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (u->fd < 0)
		return wire_fail(u, UVNF_E_SYSTEM, "socket: %s",
		    strerror(errno));
	do {
		now = now_us();
		if (now >= deadline_us)
			return fail_connect(u, path, EAGAIN);
		tv.tv_sec = (time_t)((deadline_us - now) / 1000000);
		tv.tv_usec = (suseconds_t)((deadline_us - now) % 1000000);
		setsockopt(u->fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
		if (connect(u->fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
			return 0;
	} while (errno == EINTR);
	return fail_connect(u, path, errno);
}
