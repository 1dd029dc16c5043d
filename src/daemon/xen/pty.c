/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/util.h"
#include "daemon/xen/pty.h"

#define PTS_DIR "/dev/pts/"

struct pty {
	int fd;
	struct event *readable, *turn;
	unsigned hops;			/* until it is read, in one pass */
	pty_text text;
	pty_hung_up hung_up;
	void *arg;
};

/*
 * Behind what else is there in this pass of the loop: a guest that begins to
 * talk when its configuration has come does not keep the answer waiting, which
 * is written one hop behind the reply of xenstored's.
 */
#define HOPS 2

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct pty *p = arg;

	(void)fd;
	(void)what;
	p->hops = HOPS;
	event_active(p->turn, EV_TIMEOUT, 0);
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct pty *p = arg;
	char buf[4096];
	ssize_t n;

	(void)fd;
	(void)what;
	if (--p->hops > 0) {
		event_active(p->turn, EV_TIMEOUT, 0);
		return;
	}
	n = read(p->fd, buf, sizeof(buf));
	/* A guest that writes all the time gets one read for each pass. */
	if (n > 0)
		p->text(p->arg, buf, n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		p->hung_up(p->arg);
}

/* The path comes from xenstore, and ends up in open(2) of a root process. */
static bool
is_pts(const char *path)
{
	const char *s = path + sizeof(PTS_DIR) - 1;

	if (strncmp(path, PTS_DIR, sizeof(PTS_DIR) - 1) != 0 || *s == '\0')
		return false;
	while (isdigit((unsigned char)*s))
		s++;
	return *s == '\0';
}

struct pty *
pty_open(struct event_base *base, const char *path, pty_text text,
    pty_hung_up hung_up, void *arg)
{
	struct pty *p;
	int fd;

	if (!is_pts(path)) {
		errno = EINVAL;
		return NULL;
	}
	fd = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	p = xcalloc(1, sizeof(*p));
	p->fd = fd;
	p->text = text;
	p->hung_up = hung_up;
	p->arg = arg;
	p->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable,
	    p);
	p->turn = event_new(base, -1, 0, on_turn, p);
	if (p->readable == NULL || p->turn == NULL ||
	    event_add(p->readable, NULL) < 0) {
		pty_close(p);
		errno = ENOMEM;
		return NULL;
	}
	return p;
}

void
pty_close(struct pty *p)
{
	if (p == NULL)
		return;
	if (p->readable != NULL)
		event_free(p->readable);
	if (p->turn != NULL)
		event_free(p->turn);
	close(p->fd);
	free(p);
}
