/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <xen/io/xs_wire.h>

#include "bench.h"
#include "common/util.h"

#define SOCKET "/run/xenstored/socket"
#define TOKEN "bench"

struct xs {
	int fd;
	unsigned unanswered;
	bool refused;			/* a reply since the last xs_settle */
	size_t out_len, in_len, taken;
	char out[16384];
	char in[16384];
	struct xsd_sockmsg msg;
	char body[XENSTORE_PAYLOAD_MAX + 1];
};

struct xs *
xs_connect(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX,
	    .sun_path = SOCKET };
	struct xs *xs = xcalloc(1, sizeof(*xs));

	xs->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (xs->fd < 0 || connect(xs->fd, (struct sockaddr *)&sun,
	    sizeof(sun)) < 0)
		fatal("xenstored at %s: %s", SOCKET, strerror(errno));
	return xs;
}

int
xs_socket(const struct xs *xs)
{
	return xs->fd;
}

static void
append(struct xs *xs, const void *data, size_t len)
{
	if (xs->out_len + len > sizeof(xs->out))
		fatal("too many requests for xenstored at once");
	memcpy(xs->out + xs->out_len, data, len);
	xs->out_len += len;
}

static void
put(struct xs *xs, uint32_t type, const char *path, const void *data,
    size_t len)
{
	struct xsd_sockmsg msg = { .type = type,
	    .len = (uint32_t)(strlen(path) + 1 + len) };

	append(xs, &msg, sizeof(msg));
	append(xs, path, strlen(path) + 1);
	append(xs, data, len);
	xs->unanswered++;
}

void
xs_put_write(struct xs *xs, const char *path, const void *data, size_t len)
{
	put(xs, XS_WRITE, path, data, len);
}

void
xs_put_read(struct xs *xs, const char *path)
{
	put(xs, XS_READ, path, "", 0);
}

void
xs_put_list(struct xs *xs, const char *path)
{
	put(xs, XS_DIRECTORY, path, "", 0);
}

void
xs_put_watch(struct xs *xs, const char *path)
{
	put(xs, XS_WATCH, path, TOKEN, sizeof(TOKEN));
}

void
xs_put_unwatch(struct xs *xs, const char *path)
{
	put(xs, XS_UNWATCH, path, TOKEN, sizeof(TOKEN));
}

void
xs_send(struct xs *xs)
{
	if (xs->out_len > 0 && send(xs->fd, xs->out, xs->out_len,
	    MSG_NOSIGNAL) != (ssize_t)xs->out_len)
		fatal("xenstored does not take requests: %s",
		    strerror(errno));
	xs->out_len = 0;
}

static bool
whole(struct xs *xs)
{
	size_t have = xs->in_len - xs->taken;

	if (have < sizeof(xs->msg))
		return false;
	memcpy(&xs->msg, xs->in + xs->taken, sizeof(xs->msg));
	if (xs->msg.len > XENSTORE_PAYLOAD_MAX)
		fatal("xenstored sent a message that is too long");
	return have >= sizeof(xs->msg) + xs->msg.len;
}

/* False: nothing has come. */
static bool
fill(struct xs *xs, bool wait)
{
	ssize_t n;

	memmove(xs->in, xs->in + xs->taken, xs->in_len - xs->taken);
	xs->in_len -= xs->taken;
	xs->taken = 0;
	n = recv(xs->fd, xs->in + xs->in_len, sizeof(xs->in) - xs->in_len,
	    wait ? 0 : MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN)
		return false;
	if (n <= 0)
		fatal("xenstored hung up");
	xs->in_len += (size_t)n;
	return true;
}

enum xs_kind
xs_take(struct xs *xs, bool wait)
{
	while (!whole(xs))
		if (!fill(xs, wait))
			return XS_NONE;
	memcpy(xs->body, xs->in + xs->taken + sizeof(xs->msg), xs->msg.len);
	xs->body[xs->msg.len] = '\0';
	xs->taken += sizeof(xs->msg) + xs->msg.len;
	if (xs->msg.type == XS_WATCH_EVENT)
		return XS_EVENT;
	xs->unanswered--;
	if (xs->msg.type != XS_ERROR)
		return XS_REPLY;
	xs->refused = true;
	return XS_REFUSED;
}

const char *
xs_body(const struct xs *xs, size_t *len)
{
	if (len != NULL)
		*len = xs->msg.len;
	return xs->body;
}

int
xs_settle(struct xs *xs)
{
	bool refused;

	xs_send(xs);
	while (xs->unanswered > 0)
		xs_take(xs, true);
	refused = xs->refused;
	xs->refused = false;
	return refused ? -1 : 0;
}

/* Waits for anything; false when the time is up. */
static bool
await_input(struct xs *xs, uint64_t end_us)
{
	struct pollfd pfd = { .fd = xs->fd, .events = POLLIN };
	uint64_t now = now_us();

	return whole(xs) || (now < end_us &&
	    poll(&pfd, 1, (int)((end_us - now) / 1000) + 1) > 0);
}

int
xs_await_event(struct xs *xs, const char *path, unsigned limit_ms)
{
	uint64_t end = now_us() + (uint64_t)limit_ms * 1000;

	xs_send(xs);
	while (await_input(xs, end))
		if (xs_take(xs, true) == XS_EVENT &&
		    strcmp(xs->body, path) == 0)
			return 0;
	return -1;
}

void
xs_vif_state(char path[XS_VIF_STATE_LEN], int domid)
{
	snprintf(path, XS_VIF_STATE_LEN,
	    "/local/domain/0/backend/vif/%d/0/state", domid);
}

int
xs_await(struct xs *xs, const char *path, const char *value,
    unsigned limit_ms)
{
	uint64_t end = now_us() + (uint64_t)limit_ms * 1000;
	bool there = false;

	xs_put_watch(xs, path);
	xs_send(xs);
	while (!there && await_input(xs, end)) {
		switch (xs_take(xs, true)) {
		case XS_EVENT:
			xs_put_read(xs, path);
			xs_send(xs);
			break;
		case XS_REPLY:
			there = xs->msg.type == XS_READ && (value == NULL ||
			    strcmp(xs->body, value) == 0);
			break;
		case XS_REFUSED:	/* it is not there */
		case XS_NONE:
			break;
		}
	}
	xs_put_unwatch(xs, path);
	xs_settle(xs);
	return there ? 0 : -1;
}
