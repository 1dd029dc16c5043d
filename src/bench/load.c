/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* A run: its arrivals, and its loop. */

#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/load.h"
#include "common/log.h"

#define TICK_MS 250
#define BATCH 64
/* So much may wait for a daemon that does not keep up with the rate. */
#define WAITING_MAX (UINT64_C(256) * 1024 * 1024)
#define OPERATION_BYTES 1024	/* some, of one without its configuration */

static volatile sig_atomic_t interrupted;

void
load_interrupt(void)
{
	interrupted = 1;
}

bool
load_interrupted(void)
{
	return interrupted;
}

uint64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* --- arrivals of the open loop ------------------------------------------- */

static void
set_timer(struct load *l)
{
	struct itimerspec its = { 0 };

	its.it_value.tv_sec = (time_t)(l->next_ns / 1000000000);
	its.it_value.tv_nsec = (long)(l->next_ns % 1000000000);
	if (timerfd_settime(l->timer, TFD_TIMER_ABSTIME, &its, NULL) < 0)
		log_fatal("timerfd_settime: %s", strerror(errno));
}

static void
arrivals_begin(struct load *l)
{
	struct epoll_event ev = { .events = EPOLLIN };	/* no connection */

	l->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (l->timer < 0 ||
	    epoll_ctl(l->epfd, EPOLL_CTL_ADD, l->timer, &ev) < 0)
		log_fatal("timerfd: %s", strerror(errno));
	schedule_begin(&l->schedule, l->o->seed, l->o->rate, now_ns());
	l->next_ns = schedule_next(&l->schedule);
	set_timer(l);
}

static bool
falls_behind(struct load *l)
{
	uint64_t each = OPERATION_BYTES + l->o->config_len;
	char text[256];

	if (l->under_way < WAITING_MAX / each)
		return false;
	snprintf(text, sizeof(text), "%" PRIu64 " operations are under way: "
	    "uvnfd does not keep up with the rate, so the run ends; give a "
	    "lower --rate", l->under_way);
	load_cut(l, "system", text);
	return true;
}

/*
 * Those that are due, also those that this program is late for; not all at
 * once, for answers are to be looked at, too.
 */
static void
arrivals_due(struct load *l)
{
	uint64_t n, now = now_ns();
	unsigned left = BATCH;
	struct conn *c;

	(void)!read(l->timer, &n, sizeof(n));
	while (l->next_ns <= now && left-- > 0 && tasks_more(l) &&
	    !falls_behind(l)) {
		c = &l->conns[l->turn++ % l->nconns];
		task_begin(l, c, false, l->next_ns);
		l->next_ns = schedule_next(&l->schedule);
	}
	if (tasks_more(l))
		set_timer(l);
}

/* --- the loop ------------------------------------------------------------ */

static void
begin(struct load *l)
{
	uint64_t i;

	if (l->o->clients == 0) {
		arrivals_begin(l);
		return;
	}
	for (i = 0; i < l->o->clients && tasks_more(l); i++)
		task_begin(l, &l->conns[i % l->nconns], true, 0);
}

/* The open loop ends when no arrival is to come and all were answered. */
static bool
more(const struct load *l)
{
	return l->under_way > 0 || (l->timer >= 0 && tasks_more(l));
}

static void
look_for_signal(struct load *l)
{
	if (!interrupted || l->stopping)
		return;
	l->stopping = true;
	l->result->interrupted = true;
}

static void
tick(struct load *l)
{
	uint64_t now = now_ns();

	look_for_signal(l);
	if (now - l->ticked_ns < TICK_MS * UINT64_C(1000000))
		return;
	l->ticked_ns = now;
	conns_tick(l);
	tasks_tick(l);
}

void
load_turn(struct load *l)
{
	struct epoll_event evs[BATCH];
	int i, n;

	conns_flush(l);
	n = epoll_wait(l->epfd, evs, BATCH, TICK_MS);
	if (n < 0 && errno != EINTR)
		log_fatal("epoll_wait: %s", strerror(errno));
	for (i = 0; i < n; i++) {
		if (evs[i].data.ptr == NULL)
			arrivals_due(l);
		else
			conn_serve(l, evs[i].data.ptr);
	}
	conns_flush(l);
	tick(l);
}

void
load_cut(struct load *l, const char *word, const char *text)
{
	if (!l->cut)
		bench_fail(word, text, 1);
	l->cut = true;
	l->stopping = true;
}

static void
loop(struct load *l)
{
	begin(l);
	while (more(l))
		load_turn(l);
	look_for_signal(l);
}

int
load_run(const struct options *o, struct result *r)
{
	struct load l = { .o = o, .result = r, .timer = -1 };
	int status;

	fleet_begin(&l.fleet, o->prefix);
	rng_seed(&l.kinds, ~o->seed);
	rng_seed(&l.picks, o->seed ^ UINT64_C(0x5555555555555555));
	status = conns_open(&l);
	if (status == 0 && o->ready)
		status = tasks_follow(&l);
	if (status == 0) {
		result_set_text(r, "backend", uvnf_daemon_backend(
		    l.conns[0].u));
		result_set_text(r, "daemon_version", uvnf_daemon_version(
		    l.conns[0].u));
		loop(&l);
		r->cut_short = l.cut;
		r->seconds = l.end_ns > l.begin_ns ?
		    (double)(l.end_ns - l.begin_ns) / 1e9 : 0;
		status = cleanup(&l);
		status = l.cut ? 1 : status;
	}
	if (l.timer >= 0)
		close(l.timer);
	conns_close(&l);
	fleet_end(&l.fleet);
	return status;
}
