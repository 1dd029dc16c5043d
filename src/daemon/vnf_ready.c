/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* From the order to start to a VNF that is ready. */

#include "common/util.h"
#include "daemon/timer.h"
#include "daemon/vnf_task_impl.h"

void
task_up(struct vnf_task *t)
{
	struct vnf *v = t->vnf;
	struct daemon *dm = t->daemon;

	if (t->goal == GOAL_ROUTER) {
		vnf_stamp(&t->daemon->vnfs, v, STAGE_READY, now_us());
	} else {
		v->ready_us = now_us();
		vnf_stamp(&t->daemon->vnfs, v, STAGE_READY, v->ready_us);
		vnf_set_state(&dm->vnfs, v, VNF_READY);
	}
	task_answer(t, v, NULL);
	task_end(t);
	calls_begin(v);
}

static void
brought_up(void *arg, const struct uvnf_error *e)
{
	struct vnf_task *t = arg;

	t->bringup = NULL;
	if (e != NULL)
		task_fail(t, e);
	else
		task_up(t);
}

void
task_expect(struct vnf_task *t)
{
	bringup_cancel(t->bringup);
	t->bringup = bringup_new(t->daemon, t->vnf->domain, t->router,
	    t->goal == GOAL_ROUTER ? t->vifs_used : t->vnf->vifs_used,
	    brought_up, t);
}

static void
enter_up(struct vnf_task *t)
{
	t->phase = PHASE_UP;
	t->daemon->starting++;
}

void
task_started(struct vnf_task *t)
{
	struct vnf *v = t->vnf;

	vnf_stamp(&t->daemon->vnfs, v, STAGE_STARTED, now_us());
	if (t->goal != GOAL_ROUTER)
		vnf_set_state(&t->daemon->vnfs, v, VNF_STARTED);
	if (t->wait == WAIT_STARTED)
		task_answer(t, v, NULL);
	/* Nobody else can end it: no other request may begin meanwhile. */
	if (t->goal == GOAL_ROUTER && t->answer == NULL)
		timer_arm_ms(&t->limit, t->timeout_ms);
	enter_up(t);
	bringup_ordered(t->bringup);
}

void
task_take_up(struct vnf_task *t)
{
	task_expect(t);
	enter_up(t);
	bringup_take_up(t->bringup);
}
