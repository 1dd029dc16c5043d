/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/proto.h"
#include "common/util.h"
#include "daemon/pool.h"
#include "daemon/probes.h"
#include "daemon/timer.h"
#include "daemon/vnf_later.h"
#include "daemon/vnf_task_impl.h"

/* --- small things -------------------------------------------------------- */

void
task_answer(struct vnf_task *t, const struct vnf *about,
    const struct uvnf_error *e)
{
	vnf_answer answer = t->answer;

	if (answer == NULL)
		return;
	t->answer = NULL;
	event_del(&t->limit);
	answer(t->arg, about, e);
}

static void
task_leave_phase(struct vnf_task *t)
{
	if (t->phase == PHASE_UP)
		t->daemon->starting--;
	t->phase = PHASE_NONE;
}

void
task_end(struct vnf_task *t)
{
	if (t->vnf != NULL) {
		task_leave_phase(t);
		t->vnf->task = NULL;
		t->vnf = NULL;
		event_del(&t->limit);
		event_del(&t->halt_limit);
		event_del(&t->open_behind);
		bringup_cancel(t->bringup);
		t->bringup = NULL;
	}
	if (t->inflight > 0)
		return;
	LIST_REMOVE(t, entry);
	free(t->config_owned);
	free(t->net);
	free(t);
}

void
tasks_drop_all(struct daemon *dm, const struct uvnf_error *e)
{
	struct vnf_task *t;

	while ((t = LIST_FIRST(&dm->tasks)) != NULL) {
		t->inflight = 0;
		task_answer(t, t->vnf, e);
		task_end(t);
	}
}

bool
task_resumes(struct vnf_task *t, const struct uvnf_error *e)
{
	t->inflight--;
	if (t->vnf == NULL)
		task_end(t);
	else if (e != NULL)
		task_fail(t, e);
	else
		return true;
	return false;
}

void
task_fail(struct vnf_task *t, const struct uvnf_error *e)
{
	struct vnf *v = t->vnf;

	if (t->goal == GOAL_ROUTER) {
		task_router_failed(t, e);
		return;
	}
	log_warn("vnf failed name=%s domid=%d code=%s error=%s", v->name,
	    v->domain->domid, uvnf_code_word(e->code), e->text);
	PROBE(failed, v->name, v->domain->domid, uvnf_code_word(e->code));
	vnf_set_error(v, e);
	if (v->state != VNF_FAILED)
		vnf_set_state(&t->daemon->vnfs, v, VNF_FAILED);
	calls_fail(v, e);
	task_answer(t, v, e);
	if (v->template->on_failure == AFTER_DESTROY)
		vnf_later(t->daemon, v, 0, vnf_destroy_failed);
	task_end(t);
}

void
task_give_up(struct vnf_task *t, const struct uvnf_error *e)
{
	task_answer(t, t->vnf, e);
	task_end(t);
}

bool
task_is_busy(const struct vnf_task *t)
{
	return t->answer != NULL || t->phase != PHASE_UP ||
	    t->goal == GOAL_ROUTER;
}

bool
task_brings_up(const struct vnf_task *t)
{
	switch (t->goal) {
	case GOAL_CONFIG:
	case GOAL_RUN:
	case GOAL_START:
	case GOAL_ROUTER:
	case GOAL_REBOOT:
		return true;
	case GOAL_CLAIM:
	case GOAL_STOP:
	case GOAL_REMOVE:
		break;
	}
	return false;
}

/* --- the time limit ------------------------------------------------------ */

static void
say_what_is_missing(const struct vnf_task *t, struct uvnf_error *e)
{
	const struct vnf *v = t->vnf;
	const char *what = "";

	switch (t->phase) {
	case PHASE_FETCH:
		what = "its configuration has not been read back";
		break;
	case PHASE_NONE:
	case PHASE_BUILD:
		what = "its domain is still being built";
		break;
	case PHASE_NET:
		what = "its vifs are still being changed";
		break;
	case PHASE_BOOT:
		what = "its guest has not announced itself";
		break;
	case PHASE_SETTLE:
		what = "its router is still starting";
		break;
	case PHASE_HALT:
		what = "its router has not stopped (a wedged ClickOS never "
		    "does; destroy it)";
		break;
	case PHASE_CALLS:
		what = "handlers of it have been called and not answered";
		break;
	case PHASE_WRITE:
		what = "xenstored has not acknowledged the configuration";
		break;
	case PHASE_GATE:
		what = "the ports of its vifs have not been opened";
		break;
	case PHASE_UP:
		what = bringup_missing(t->bringup);
		break;
	}
	if (t->goal == GOAL_ROUTER)
		uvnf_error_set(e, UVNF_E_TIMEOUT, "router %u of '%s' was not "
		    "up after %u ms: %s", t->router, v->name, t->timeout_ms,
		    what);
	else
		uvnf_error_set(e, UVNF_E_TIMEOUT, "'%s' was not %s after %u "
		    "ms: %s", v->name, task_brings_up(t) ? "up" : "done",
		    t->timeout_ms, what);
}

static void
limit_passed(evutil_socket_t fd, short what, void *arg)
{
	struct vnf_task *t = arg;
	struct daemon *dm = t->daemon;
	struct vnf *v = t->vnf;
	struct uvnf_error e;

	(void)fd;
	(void)what;
	say_what_is_missing(t, &e);
	if (t->phase == PHASE_NET) {
		task_net_failed(t, &e);
		return;
	}
	if (t->phase != PHASE_BUILD && t->phase != PHASE_FETCH) {
		task_fail(t, &e);
		return;
	}
	if (v->domain != NULL) {	/* a reboot: it goes on as it was */
		task_cancel(v, v, &e, NULL, NULL);
		return;
	}
	/* Without a domain nothing stays. */
	task_cancel(v, NULL, &e, NULL, NULL);
	calls_fail(v, &e);
	vnf_set_state(&dm->vnfs, v, VNF_STOPPING);
	vnf_release(&dm->vnfs, v);
	vnf_free(v);
}

/* --- beginning and cancelling -------------------------------------------- */

static void
halt_limit_passed(evutil_socket_t fd, short what, void *arg)
{
	struct vnf_task *t = arg;

	(void)fd;
	(void)what;
	task_halt_limit(t);
}

/* What the router will be configured with, and which vifs that uses. */
static void
take_config(struct vnf_task *t, struct vnf_request *rq)
{
	const struct template *tpl = t->vnf->template;

	t->config_owned = rq->config;
	t->macs = rq->macs;
	t->config = rq->config != NULL ? rq->config : tpl->ahead;
	t->config_len = rq->config != NULL ? rq->config_len : tpl->ahead_len;
	t->vifs_used = rq->vifs_used;
}

struct vnf_task *
task_new(struct daemon *dm, struct vnf *v, enum task_goal goal,
    struct vnf_request *rq)
{
	struct vnf_task *t = xcalloc(1, sizeof(*t));

	assert(v->task == NULL);
	t->daemon = dm;
	t->vnf = v;
	t->goal = goal;
	t->wait = rq->wait;
	t->timeout_ms = rq->timeout_ms;
	t->answer = rq->answer;
	t->arg = rq->arg;
	t->net = rq->net;
	t->limited = rq->limited;
	if (goal == GOAL_CONFIG || goal == GOAL_ROUTER)
		take_config(t, rq);
	evtimer_assign(&t->limit, dm->base, limit_passed, t);
	evtimer_assign(&t->halt_limit, dm->base, halt_limit_passed, t);
	evtimer_assign(&t->open_behind, dm->base, task_open_behind, t);
	timer_arm_ms(&t->limit, rq->timeout_ms);
	/* One that takes up what an earlier daemon began goes on from that. */
	if (rq->act != ACT_UNKNOWN)
		vnf_begin(v, rq->act, rq->read_us);
	v->task = t;
	LIST_INSERT_HEAD(&dm->tasks, t, entry);
	return t;
}

bool
task_cancel(struct vnf *v, const struct vnf *about,
    const struct uvnf_error *e, reap_done gone, void *arg)
{
	struct vnf_task *t = v->task;
	bool building;

	if (t == NULL)
		return false;
	building = t->build != NULL;
	if (building)
		pool_build_abandon(t->build, gone, arg);
	t->build = NULL;
	task_answer(t, about, e);
	task_end(t);
	return building && gone != NULL;
}

/* --- events -------------------------------------------------------------- */

void
vnf_announced(struct daemon *dm, struct vnf *v)
{
	(void)dm;
	if (v->task != NULL)
		task_start_if_booted(v->task);
}

void
vnf_vif_state(struct daemon *dm, struct vnf *v)
{
	struct vnf_task *t = v->task;

	(void)dm;
	if (t != NULL && t->phase == PHASE_HALT && t->halt_by_vifs &&
	    domain_vifs_all_in(v->domain, v->vifs_used, VIF_INIT_WAIT))
		task_halted(t);
}

void
vnf_console_sign(struct daemon *dm, struct vnf *v, enum console_sign sign)
{
	struct vnf_task *t = v->task;

	(void)dm;
	if (t != NULL && sign == CONSOLE_ROUTER_STOPPED &&
	    t->phase == PHASE_HALT)
		task_halted(t);
}

void
vnf_adopted(struct daemon *dm, struct vnf *v)
{
	struct vnf_request rq = { .timeout_ms = PROTO_TIMEOUT_MS_MAX };
	struct vnf_task *t;

	/*
	 * The order to start was the last that an earlier daemon did.  Of one
	 * that has failed it may be older than the configuration.
	 */
	if (v->domain->ordered && v->state == VNF_CLAIMED) {
		v->torn = false;	/* all of it was written before */
		vnf_set_state(&dm->vnfs, v, VNF_STARTED);
	}
	if (v->state != VNF_STARTED)
		return;
	t = task_new(dm, v, v->template->guest == GUEST_GENERIC ? GOAL_RUN :
	    GOAL_START, &rq);
	event_del(&t->limit);
	if (t->goal == GOAL_RUN)
		v->domain->announced = true;
	if (v->source == KIND_ARMED)
		task_open(t);
	else
		task_take_up(t);
}
