/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* A run: its loop, and what it leaves behind, which is nothing. */

#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/load.h"
#include "common/log.h"

#define TICK_MS 250
#define BATCH 64

static volatile sig_atomic_t interrupted;

void
load_interrupt(void)
{
	interrupted = 1;
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

static int
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
	return 0;
}

/* All that are due, also those that this program is late for. */
static void
arrivals_due(struct load *l)
{
	uint64_t n, now = now_ns();
	struct conn *c;

	(void)!read(l->timer, &n, sizeof(n));
	/* Those of now: others may become due before they are begun. */
	while (l->next_ns <= now && tasks_more(l)) {
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
tick(struct load *l, uint64_t *last)
{
	uint64_t now = now_ns();

	if (interrupted && !l->stopping) {
		l->stopping = true;
		l->result->interrupted = true;
	}
	if (now - *last < TICK_MS * UINT64_C(1000000))
		return;
	*last = now;
	conns_tick(l);
	tasks_tick(l);
}

static void
loop(struct load *l)
{
	struct epoll_event evs[BATCH];
	uint64_t last = now_ns();
	int i, n;

	begin(l);
	conns_flush(l);
	while (more(l)) {
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
		tick(l, &last);
	}
}

/* --- clean-up ------------------------------------------------------------ */

struct clean {
	struct load *l;
	struct uvnf *u;
	size_t next;			/* the first that was not looked at */
	size_t left;
	char error[512];		/* of the first that is left */
};

static void
on_cleaned(struct uvnf *u, const struct uvnf_reply *r, void *arg)
{
	const char *word = uvnf_reply_word(r);
	struct clean *cl = arg;

	(void)u;
	if (strcmp(word, "ok") == 0 || strcmp(word, "no-vnf") == 0)
		return;
	if (cl->left++ == 0)
		snprintf(cl->error, sizeof(cl->error), "%s: %s", word,
		    uvnf_reply_text(r));
}

static void
clean_next(struct clean *cl)
{
	const char *words[] = { "destroy", NULL, "wait=freed", NULL };
	struct fleet *f = &cl->l->fleet;
	char limit[32];
	struct vnf *v;

	snprintf(limit, sizeof(limit), "timeout_ms=%u", cl->l->o->timeout_ms);
	words[3] = limit;
	for (; cl->next < f->n && uvnf_pending(cl->u) < BATCH; cl->next++) {
		v = f->vnfs[cl->next];
		if (v->use == VNF_FREE)
			continue;
		words[1] = v->name;
		if (uvnf_submit(cl->u, words, 4, NULL, 0, on_cleaned, cl,
		    NULL) < 0)
			break;
	}
}

/* Without a connection those that nobody was asked for stay, too. */
static void
clean_lost(struct clean *cl)
{
	const struct fleet *f = &cl->l->fleet;

	for (; cl->next < f->n; cl->next++) {
		if (f->vnfs[cl->next]->use == VNF_FREE)
			continue;
		if (cl->left++ == 0)
			snprintf(cl->error, sizeof(cl->error), "%s: %s",
			    uvnf_error_word(cl->u), uvnf_error_text(cl->u));
	}
}

/* On a connection of its own: those of the run may be lost, or behind. */
int
cleanup(struct load *l)
{
	struct clean cl = { .l = l };
	char text[1024];

	if (fleet_count(&l->fleet) == 0)
		return 0;
	if (uvnf_open(l->o->socket, l->o->timeout_ms, &cl.u) == 0)
		do
			clean_next(&cl);
		while (uvnf_pending(cl.u) > 0 && uvnf_wait(cl.u, -1) >= 0);
	clean_lost(&cl);
	uvnf_close(cl.u);
	if (cl.left == 0)
		return 0;
	snprintf(text, sizeof(text), "%zu VNFs named %s... could not be "
	    "destroyed, see 'uvnfctl list': %s", cl.left, l->fleet.stem,
	    cl.error);
	return bench_fail("system", text, 1);
}

int
load_run(const struct options *o, struct result *r)
{
	struct load l = { .o = o, .result = r, .timer = -1 };
	int status, cleaned;

	fleet_begin(&l.fleet, o->prefix);
	rng_seed(&l.rng, ~o->seed);
	status = conns_open(&l);
	if (status == 0 && o->ready)
		status = tasks_follow(&l);
	if (status == 0) {
		result_set_text(r, "backend", uvnf_daemon_backend(
		    l.conns[0].u));
		result_set_text(r, "daemon_version", uvnf_daemon_version(
		    l.conns[0].u));
		loop(&l);
		r->seconds = l.end_ns > l.begin_ns ?
		    (double)(l.end_ns - l.begin_ns) / 1e9 : 0;
		cleaned = cleanup(&l);
		status = l.lost ? 1 : cleaned;
	}
	if (l.timer >= 0)
		close(l.timer);
	conns_close(&l);
	fleet_end(&l.fleet);
	return status;
}
