/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The connections of a run, in one loop of epoll(7). */

#include <sys/epoll.h>
#include <sys/resource.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/load.h"
#include "common/log.h"
#include "common/util.h"

/* A daemon that is started again takes some seconds, on slow hosts. */
#define AGAIN_MS 10000
#define RETRY_MS 250

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

/* c->u tells what was wrong, if anything. */
static int
connect_one(struct load *l, struct conn *c, unsigned limit_ms)
{
	if (uvnf_open(l->o->socket, limit_ms, &c->u) != 0)
		return -1;
	c->fd = uvnf_fd(c->u);
	update(l, c);
	return 0;
}

static int
open_one(struct load *l, struct conn *c)
{
	int status;

	if (connect_one(l, c, l->o->timeout_ms) == 0)
		return 0;
	status = bench_fail(uvnf_error_word(c->u), uvnf_error_text(c->u),
	    uvnf_exit_status(c->u));
	uvnf_close(c->u);
	c->u = NULL;
	return status;
}

int
conn_again(struct load *l, struct conn *c, char *why, size_t size)
{
	uint64_t end = now_ns() + AGAIN_MS * UINT64_C(1000000);
	const struct timespec ts = { 0, RETRY_MS * 1000000 };
	bool again;

	for (;;) {
		if (connect_one(l, c, AGAIN_MS) == 0)
			return 0;
		snprintf(why, size, "%s: %s", uvnf_error_word(c->u),
		    uvnf_error_text(c->u));
		again = strcmp(uvnf_error_word(c->u), "no-daemon") == 0 &&
		    now_ns() < end;
		uvnf_close(c->u);
		c->u = NULL;
		if (!again)
			return -1;
		nanosleep(&ts, NULL);
	}
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

static void
drop(struct load *l, struct conn *c)
{
	(void)epoll_ctl(l->epfd, EPOLL_CTL_DEL, c->fd, NULL);
	c->polled = false;
	uvnf_close(c->u);
	c->u = NULL;
}

void
conns_drop(struct load *l)
{
	unsigned i;

	for (i = 0; i < l->nconns; i++)
		if (l->conns[i].u != NULL)
			drop(l, &l->conns[i]);
}

/* Everything that was under way on it has been called back. */
static void
lost(struct load *l, struct conn *c)
{
	load_cut(l, uvnf_error_word(c->u), uvnf_error_text(c->u));
	drop(l, c);
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
	if (c->u != NULL && (uvnf_events(c->u) & POLLOUT) == 0)
		c->dirty = false;
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
		if (l->conns[i].u != NULL &&
		    uvnf_timeout_ms(l->conns[i].u) == 0)
			conn_serve(l, &l->conns[i]);
}
