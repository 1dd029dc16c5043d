/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The connections of a run, in one loop of epoll(7). */

#include <sys/epoll.h>
#include <sys/resource.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/load.h"
#include "common/log.h"
#include "common/util.h"

static void
update(struct load *l, struct conn *c)
{
	short wanted = uvnf_events(c->u);
	struct epoll_event ev = { .data = { .ptr = c } };

	ev.events = (wanted & POLLIN ? EPOLLIN : 0u) |
	    (wanted & POLLOUT ? EPOLLOUT : 0u);
	if (c->polled && ev.events == c->events)
		return;
	if (epoll_ctl(l->epfd, c->polled ? EPOLL_CTL_MOD : EPOLL_CTL_ADD,
	    c->fd, &ev) < 0)
		log_fatal("epoll_ctl: %s", strerror(errno));
	c->polled = true;
	c->events = ev.events;
}

static int
open_one(struct load *l, struct conn *c)
{
	int status;

	if (uvnf_open(l->o->socket, l->o->timeout_ms, &c->u) == 0) {
		c->fd = uvnf_fd(c->u);
		update(l, c);
		return 0;
	}
	status = bench_fail(uvnf_error_word(c->u), uvnf_error_text(c->u),
	    uvnf_exit_status(c->u));
	uvnf_close(c->u);
	c->u = NULL;
	return status;
}

/* So many descriptors as the system gives at all. */
static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* Each waits for its greeting, so none of that is measured. */
int
conns_open(struct load *l)
{
	int status = 0;
	unsigned i;

	l->nconns = (unsigned)l->o->connections;
	l->conns = xcalloc(l->nconns + 1, sizeof(*l->conns));
	raise_limit();
	l->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (l->epfd < 0)
		log_fatal("epoll_create1: %s", strerror(errno));
	for (i = 0; i < l->nconns + (l->o->ready ? 1 : 0) && status == 0; i++)
		status = open_one(l, &l->conns[i]);
	return status;
}

void
conns_close(struct load *l)
{
	unsigned i;

	for (i = 0; i <= l->nconns; i++)
		uvnf_close(l->conns[i].u);
	close(l->epfd);
	free(l->conns);
}

/* Everything that was under way on it has been called back. */
static void
lost(struct load *l, struct conn *c)
{
	if (!l->lost)
		bench_fail(uvnf_error_word(c->u), uvnf_error_text(c->u), 1);
	l->lost = true;
	l->stopping = true;
	(void)epoll_ctl(l->epfd, EPOLL_CTL_DEL, c->fd, NULL);
	uvnf_close(c->u);
	c->u = NULL;
}

void
conn_serve(struct load *l, struct conn *c)
{
	int rc;

	c->dirty = false;
	if (c->u == NULL)
		return;
	rc = uvnf_process(c->u);
	/* What was submitted meanwhile is not to wait for the next round. */
	if (rc == 0 && (uvnf_events(c->u) & POLLOUT) != 0)
		rc = uvnf_process(c->u);
	if (rc < 0)
		lost(l, c);
	else
		update(l, c);
}

void
conns_flush(struct load *l)
{
	unsigned i;

	for (i = 0; i < l->nconns; i++)
		if (l->conns[i].dirty)
			conn_serve(l, &l->conns[i]);
}

void
conns_tick(struct load *l)
{
	unsigned i;

	for (i = 0; i <= l->nconns; i++)
		conn_serve(l, &l->conns[i]);
}
