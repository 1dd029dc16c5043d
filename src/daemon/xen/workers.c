/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/timer.h"
#include "daemon/xen/spawner.h"
#include "daemon/xen/spec.h"
#include "daemon/xen/workers.h"

/* libxl leaks a little with each domain: a worker is not kept for ever. */
#define JOBS_OF_A_LIFE 2000
#define BUILD_LIMIT_S 60	/* no kill ends a wait for the RTNL, though */
#define MOVE_LIMIT_S 10
#define RESTART_S 1
#define PASSED_MAX 3		/* jobs that go before one of lower priority */

enum worker_state {
	WORKER_NONE,			/* waits to be started again */
	WORKER_STARTING,
	WORKER_IDLE,
	WORKER_BUSY,
	WORKER_ENDING			/* retired or killed; not yet reaped */
};

struct slot {
	struct workers *w;
	enum worker_role role;
	uint32_t id;			/* new for each worker in it */
	enum worker_state state;
	pid_t pid;
	int fd;				/* or -1 */
	struct event *readable;
	struct event *timer;		/* a job's limit, or a restart */
	struct job *job;
	unsigned jobs;
	bool overdue;
};

struct workers {
	struct event_base *base;
	int spawner;
	struct event *news;
	workers_lost lost;
	workers_process process;
	void *arg;
	struct slot *slots;
	unsigned nslots;
	uint32_t next_id;
	struct job_queue {
		TAILQ_HEAD(, job) jobs;
		unsigned passed;	/* jobs of others that went before */
	} queues[ROLE_COUNT][JOB_PRIORITIES];
	uint64_t started, died;
};

static void dispatch(struct workers *w);

static unsigned
limit_s(enum worker_role role)
{
	return role == ROLE_BUILDER ? BUILD_LIMIT_S : MOVE_LIMIT_S;
}

static void
lose_spawner(struct workers *w, int err)
{
	struct uvnf_error e;

	event_del(w->news);
	uvnf_error_set(&e, UVNF_E_SYSTEM, "the process that starts workers "
	    "is gone: %s", strerror(err));
	w->lost(w->arg, &e);
}

static void
start(struct slot *s)
{
	s->id = s->w->next_id++;
	s->state = WORKER_STARTING;
	s->jobs = 0;
	/* If it is gone, its socket will say so in the loop. */
	spawner_order(s->w->spawner, SPAWN_START, s->id, s->role);
}

static void
let_go_of_socket(struct slot *s)
{
	if (s->readable != NULL)
		event_free(s->readable);
	s->readable = NULL;
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static void
end_job(struct slot *s, const struct work_result *res, bool lost,
    const struct uvnf_error *e)
{
	struct job *j = s->job;

	if (s->role == ROLE_BUILDER)
		spawner_order(s->w->spawner, SPAWN_UNWATCH, s->id, s->role);
	s->job = NULL;
	event_del(s->timer);
	j->done(j, res, lost, e);
}

static void
finish_job(struct slot *s, struct work_result *res)
{
	struct uvnf_error e = { .code = UVNF_OK };

	if (s->state == WORKER_BUSY)
		s->state = WORKER_IDLE;
	s->jobs++;
	res->text[sizeof(res->text) - 1] = '\0';
	if (res->code != 0)
		uvnf_error_set(&e, res->code, "%s", res->text);
	if (s->state == WORKER_IDLE && s->jobs >= JOBS_OF_A_LIFE) {
		let_go_of_socket(s);
		s->state = WORKER_ENDING;
	}
	end_job(s, res, false, res->code != 0 ? &e : NULL);
}

/* 1 when a result was taken. */
static int
take_result(struct slot *s)
{
	struct work_result res;
	ssize_t n;

	if (s->fd < 0)
		return 0;
	n = recv(s->fd, &res, sizeof(res), MSG_DONTWAIT);
	if (n != sizeof(res) || s->job == NULL) {
		/* End of file: that it died comes by waitpid. */
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			event_del(s->readable);
		return 0;
	}
	finish_job(s, &res);
	return 1;
}

static void
on_result(evutil_socket_t fd, short what, void *arg)
{
	struct slot *s = arg;

	(void)fd;
	(void)what;
	if (take_result(s))
		dispatch(s->w);
}

/* A job is over its time, or a worker is to be started again. */
static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct slot *s = arg;

	(void)fd;
	(void)what;
	if (s->state == WORKER_NONE) {
		start(s);
	} else if (s->state == WORKER_BUSY) {
		log_error("worker over its time pid=%d name=%s", (int)s->pid,
		    s->job->work.name);
		s->overdue = true;
		s->state = WORKER_ENDING;
		spawner_order(s->w->spawner, SPAWN_KILL, s->id, s->role);
	}
}

static struct slot *
slot_of(struct workers *w, uint32_t id)
{
	unsigned i;

	for (i = 0; i < w->nslots; i++)
		if (w->slots[i].id == id &&
		    w->slots[i].state != WORKER_NONE)
			return &w->slots[i];
	return NULL;
}

static void
on_started(struct slot *s, pid_t pid, int fd)
{
	s->pid = pid;
	s->fd = fd;
	s->state = WORKER_IDLE;
	s->overdue = false;
	s->w->started++;
	s->readable = event_new(s->w->base, fd, EV_READ | EV_PERSIST,
	    on_result, s);
	if (s->readable == NULL || event_add(s->readable, NULL) < 0)
		log_fatal("no memory");
	log_debug("worker started pid=%d", (int)pid);
	s->w->process(s->w->arg, pid, true);
}

static const char *
work_words(uint32_t kind)
{
	switch ((enum work_kind)kind) {
	case WORK_BUILD:
		return "the build";
	case WORK_DESTROY:
		return "destroying the domain";
	case WORK_MOVE:
		return "moving a vif";
	case WORK_MAKE_BRIDGE:
		return "making a bridge";
	case WORK_UNMAKE_BRIDGE:
		return "deleting a bridge";
	case WORK_OPEN:
	case WORK_CLOSE:
		break;
	}
	return "changing a bridge port";
}

static void
fail_job(struct slot *s, int status)
{
	struct uvnf_error e;

	if (s->overdue)
		uvnf_error_set(&e, UVNF_E_BUILD_FAILED,
		    "%s took longer than %u s and was given up",
		    work_words(s->job->work.kind), limit_s(s->role));
	else if (WIFSTOPPED(status))
		uvnf_error_set(&e, UVNF_E_BUILD_FAILED,
		    "the worker process, or one that it ran, was stopped by "
		    "signal %d (%s), and so had to be killed", WSTOPSIG(status),
		    strsignal(WSTOPSIG(status)));
	else if (WIFSIGNALED(status))
		uvnf_error_set(&e, UVNF_E_BUILD_FAILED,
		    "the worker process was killed by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		uvnf_error_set(&e, UVNF_E_BUILD_FAILED,
		    "the worker process ended with status %d",
		    WEXITSTATUS(status));
	if (s->job->work.kind != WORK_BUILD &&
	    s->job->work.kind != WORK_MOVE)
		e.code = UVNF_E_SYSTEM;
	end_job(s, NULL, true, &e);
}

static void
on_died(struct slot *s, int status)
{
	bool retired = s->state == WORKER_ENDING && s->fd < 0;

	/* Its last words may still be in the socket; it gets no other job. */
	s->state = WORKER_ENDING;
	if (s->job != NULL)
		take_result(s);
	let_go_of_socket(s);
	s->w->process(s->w->arg, s->pid, false);
	s->state = WORKER_NONE;
	event_del(s->timer);
	if (!retired) {
		s->w->died++;
		log_warn("worker died pid=%d status=%#x jobs=%u",
		    (int)s->pid, (unsigned)status, s->jobs);
	}
	if (s->job != NULL)
		fail_job(s, status);
	/* One that dies before it did anything would do so again at once. */
	if (s->jobs > 0)
		start(s);
	else
		timer_arm_ms(s->timer, RESTART_S * 1000);
}

static void
on_failed(struct slot *s, int err)
{
	log_error("cannot start a worker error=\"%s\"", strerror(err));
	s->state = WORKER_NONE;
	timer_arm_ms(s->timer, RESTART_S * 1000);
}

static void
on_news(evutil_socket_t fd, short what, void *arg)
{
	struct workers *w = arg;
	struct spawn_news news;
	struct slot *s;
	int r, worker;

	(void)what;
	while ((r = spawner_news(fd, &news, &worker)) > 0) {
		s = slot_of(w, news.id);
		if (s != NULL && news.kind == SPAWN_STARTED && worker >= 0)
			on_started(s, news.pid, worker);
		else if (worker >= 0)
			close(worker);
		if (s != NULL && news.kind == SPAWN_FAILED)
			on_failed(s, news.status);
		if (s != NULL && news.kind == SPAWN_DIED)
			on_died(s, news.status);
	}
	if (r < 0)
		lose_spawner(w, -r);
	else
		dispatch(w);
}

/* The first that has any, but for one that was passed over often enough. */
static struct job_queue *
next_queue(struct job_queue *queues)
{
	struct job_queue *q, *next = NULL;

	for (q = queues; q < queues + JOB_PRIORITIES; q++)
		if (!TAILQ_EMPTY(&q->jobs) && (next == NULL ||
		    (q->passed >= PASSED_MAX && next->passed < PASSED_MAX)))
			next = q;
	return next;
}

static struct job *
next_job(struct job_queue *queues)
{
	struct job_queue *q, *next = next_queue(queues);
	struct job *j;

	if (next == NULL)
		return NULL;
	for (q = queues; q < queues + JOB_PRIORITIES; q++)
		q->passed = q == next || TAILQ_EMPTY(&q->jobs) ? 0 :
		    q->passed + 1;
	j = TAILQ_FIRST(&next->jobs);
	TAILQ_REMOVE(&next->jobs, j, entry);
	return j;
}

static void
hand_out(struct slot *s, struct job *j)
{
	static char spec[SPEC_MAX];
	struct iovec iov[] = { { &j->work, sizeof(j->work) }, { spec, 0 } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };

	if (j->work.kind == WORK_BUILD)
		iov[1].iov_len = spec_pack(j->template, spec);
	s->job = j;
	s->state = WORKER_BUSY;
	timer_arm_ms(s->timer, limit_s(s->role) * 1000);
	if (s->role == ROLE_BUILDER)
		spawner_order(s->w->spawner, SPAWN_WATCH, s->id, s->role);
	/* If it has died, its job ends when that is known. */
	sendmsg(s->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void
dispatch(struct workers *w)
{
	struct job *j;
	unsigned i;

	for (i = 0; i < w->nslots; i++) {
		if (w->slots[i].state != WORKER_IDLE)
			continue;
		j = next_job(w->queues[w->slots[i].role]);
		if (j != NULL)
			hand_out(&w->slots[i], j);
	}
}

void
workers_submit(struct workers *w, struct job *j)
{
	TAILQ_INSERT_TAIL(&w->queues[j->role][j->priority].jobs, j, entry);
	dispatch(w);
}

/* The first slots are the movers', the others the builders'. */
static enum worker_role
role_of(unsigned slot)
{
	return slot == 0 ? ROLE_BRIDGES : slot == 1 ? ROLE_OVS :
	    ROLE_BUILDER;
}

static void
slot_init(struct workers *w, unsigned i)
{
	struct slot *s = &w->slots[i];

	s->w = w;
	s->role = role_of(i);
	s->fd = -1;
	s->timer = event_new(w->base, -1, 0, on_timer, s);
	if (s->timer == NULL)
		log_fatal("no memory");
	start(s);
}

struct workers *
workers_new(struct event_base *base, int spawner, unsigned n,
    workers_lost lost, workers_process process, void *arg)
{
	struct workers *w = xcalloc(1, sizeof(*w));
	unsigned i, p;

	w->base = base;
	w->spawner = spawner;
	w->lost = lost;
	w->process = process;
	w->arg = arg;
	for (i = 0; i < ROLE_COUNT; i++)
		for (p = 0; p < JOB_PRIORITIES; p++)
			TAILQ_INIT(&w->queues[i][p].jobs);
	w->news = event_new(base, spawner, EV_READ | EV_PERSIST, on_news, w);
	if (w->news == NULL || event_add(w->news, NULL) < 0)
		log_fatal("no memory");
	w->nslots = 2 + (n > 0 ? n : 1);
	w->slots = xcalloc(w->nslots, sizeof(*w->slots));
	for (i = 0; i < w->nslots; i++)
		slot_init(w, i);
	return w;
}

void
workers_free(struct workers *w)
{
	unsigned i;

	if (w == NULL)
		return;
	for (i = 0; i < w->nslots; i++) {
		let_go_of_socket(&w->slots[i]);
		event_free(w->slots[i].timer);
	}
	event_free(w->news);
	free(w->slots);
	free(w);
}

uint64_t
workers_started(const struct workers *w)
{
	return w->started;
}

uint64_t
workers_died(const struct workers *w)
{
	return w->died;
}
