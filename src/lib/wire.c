/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/util.h"
#include "lib/wire.h"

#define REPLY_LINE_MAX (1024 * 1024)
#define READ_SIZE 16384
#define WRITE_PIECES 16

static void
drop_output(struct uvnf *u)
{
	struct chunk *c;

	while ((c = TAILQ_FIRST(&u->out)) != NULL) {
		TAILQ_REMOVE(&u->out, c, entry);
		if (c->owner != NULL) {
			c->owner->never_sent = c->sent == 0;
			c->owner->chunk = NULL;
		}
		free(c);
	}
}

void
wire_hang_up(struct uvnf *u)
{
	if (u->fd >= 0)
		close(u->fd);
	u->fd = -1;
	drop_output(u);
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
		return conn_fail(u, UVNF_E_PROTOCOL,
		    "a line from uvnfd is over %d bytes long", REPLY_LINE_MAX);
	size = u->in_size == 0 ? READ_SIZE : 2 * u->in_size;
	p = realloc(u->in, size);
	if (p == NULL)
		return conn_fail(u, UVNF_E_SYSTEM, "out of memory");
	u->in = p;
	u->in_size = size;
	return 0;
}

int
wire_receive(struct uvnf *u)
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
	u->hung_up = true;
	if (!u->greeted && u->in_end == 0)
		return conn_fail(u, UVNF_E_NO_DAEMON,
		    "uvnfd hung up without a greeting; is it going down?");
	return conn_fail(u, UVNF_E_PROTOCOL, "uvnfd hung up");
}

int
wire_line(struct uvnf *u, char **line)
{
	char *end;

	if (u->in_scanned == u->in_end)
		return 0;
	end = memchr(u->in + u->in_scanned, '\n', u->in_end - u->in_scanned);
	if (end == NULL) {
		u->in_scanned = u->in_end;
		return 0;
	}
	*line = u->in + u->in_start;
	u->in_start = u->in_scanned = (size_t)(end - u->in) + 1;
	if (end > *line && end[-1] == '\r')
		end--;
	*end = '\0';
	if (strlen(*line) != (size_t)(end - *line))
		return conn_fail_protocol(u, "a NUL byte in a line", *line);
	return 1;
}

/* Writing. */

static void
count_sent(struct uvnf *u, size_t n)
{
	struct chunk *c;

	while (n > 0 && (c = TAILQ_FIRST(&u->out)) != NULL) {
		if (n < c->len - c->sent) {
			c->sent += n;
			return;
		}
		n -= c->len - c->sent;
		TAILQ_REMOVE(&u->out, c, entry);
		if (c->owner != NULL)
			c->owner->chunk = NULL;
		free(c);
	}
}

void
wire_send(struct uvnf *u)
{
	struct iovec iov[WRITE_PIECES];
	struct msghdr msg = { .msg_iov = iov };
	struct chunk *c;
	ssize_t n;

	while (u->greeted && !u->cut && !TAILQ_EMPTY(&u->out)) {
		msg.msg_iovlen = 0;
		TAILQ_FOREACH(c, &u->out, entry) {
			if (msg.msg_iovlen == WRITE_PIECES)
				break;
			iov[msg.msg_iovlen].iov_base = c->bytes + c->sent;
			iov[msg.msg_iovlen++].iov_len = c->len - c->sent;
		}
		n = sendmsg(u->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) {
			/* It may have said why before it closed: read on. */
			u->cut = true;
			drop_output(u);
			return;
		}
		count_sent(u, (size_t)n);
	}
}

/* Connecting. */

static int
fail_connect(struct uvnf *u, const char *path, int error)
{
	if (error == EAGAIN)
		return conn_fail(u, UVNF_E_TIMEOUT,
		    "uvnfd has not accepted a connection on %s within %u ms",
		    path, u->timeout_ms);
	if (error == EACCES || error == EPERM)
		return conn_fail(u, UVNF_E_NO_DAEMON,
		    "may not connect to %s (%s); are you in the socket's "
		    "group?", path, strerror(error));
	return conn_fail(u, UVNF_E_NO_DAEMON, "nothing listens on %s (%s); is "
	    "uvnfd running? -s and UVNF_SOCKET name another socket", path,
	    strerror(error));
}

static int
connect_at_once(struct uvnf *u, const struct sockaddr_un *sun)
{
	int r;

	do
		r = connect(u->fd, (const struct sockaddr *)sun, sizeof(*sun));
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return 0;
	if (errno == EAGAIN)
		return conn_fail(u, UVNF_E_TIMEOUT, "uvnfd's queue of "
		    "connections on %s is full; try again", sun->sun_path);
	return fail_connect(u, sun->sun_path, errno);
}

/*
 * A Unix socket is connected at once unless the listener's queue is full;
 * for that, Linux honours the send time limit.
 */
static int
connect_until(struct uvnf *u, const struct sockaddr_un *sun,
    uint64_t deadline_us)
{
	struct timeval tv;
	uint64_t now;

	do {
		now = now_us();
		if (now >= deadline_us)
			return fail_connect(u, sun->sun_path, EAGAIN);
		tv.tv_sec = (time_t)((deadline_us - now) / 1000000);
		tv.tv_usec = (suseconds_t)((deadline_us - now) % 1000000);
		setsockopt(u->fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
		if (connect(u->fd, (const struct sockaddr *)sun,
		    sizeof(*sun)) == 0)
			return 0;
	} while (errno == EINTR);
	return fail_connect(u, sun->sun_path, errno);
}

int
wire_connect(struct uvnf *u, const char *path, uint64_t deadline_us)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int type = SOCK_STREAM | SOCK_CLOEXEC;

	if (path[0] == '\0' || strlen(path) >= sizeof(sun.sun_path))
		return conn_fail(u, UVNF_E_USAGE,
		    "the socket's path '%.120s' is %s", path,
		    path[0] == '\0' ? "empty" : "too long");
	memcpy(sun.sun_path, path, strlen(path));
	if (deadline_us == 0)
		type |= SOCK_NONBLOCK;
	u->fd = socket(AF_UNIX, type, 0);
	if (u->fd < 0)
		return conn_fail(u, UVNF_E_SYSTEM, "socket: %s",
		    strerror(errno));
	return deadline_us == 0 ? connect_at_once(u, &sun) :
	    connect_until(u, &sun, deadline_us);
}
