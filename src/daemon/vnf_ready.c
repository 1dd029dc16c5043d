/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* From the order to start to a router that runs. */

#include <event2/event.h>

#include "common/util.h"
#include "daemon/timer.h"
#include "daemon/vnf_task_impl.h"

#define AGAIN_MS 250	/* a start without a sign of life is repeated */
#define AGAIN_MAX 40	/* so often */

bool
task_vifs_all_in(const struct vnf *v, int state)
{
	unsigned i;

	for (i = 0; i < v->domain->nvifs; i++) {
		if ((v->vifs_used & (1u << i)) &&
		    v->domain->vifs[i].state != state)
			return false;
	}
	return true;
}

void
task_check_ready(struct vnf_task *t)
{
	struct vnf *v = t->vnf;
	struct daemon *dm = t->daemon;

	if (t->phase != PHASE_UP || !task_vifs_all_in(v, VIF_CONNECTED))
		return;
	if (!t->console_up && (v->template->ready == READY_CONSOLE))
		return;
	vnf_stamp(v, STAGE_READY, now_us());
	vnf_set_state(&dm->vnfs, v, VNF_READY);
	task_answer(t, v, NULL);
	task_end(t);
	calls_begin(dm, v);
}

static void
start_acknowledged(void *arg, const struct uvnf_error *e)
{
	task_resumes(arg, e);
}

/*
 * A start that the guest's watch came too late for is lost, and one that
 * comes twice is ignored: so say it again while nothing happens.
 */
void
task_start_again(struct vnf_task *t)
{
	struct backend *b = t->daemon->backend;

	if (t->alive || t->again_count++ >= AGAIN_MAX)
		return;
	t->inflight++;
	b->set_status(b, t->vnf->domain, true, start_acknowledged, t);
	timer_arm_ms(&t->again, AGAIN_MS);
}

void
task_refused(struct vnf_task *t)
{
	char said[UVNF_ERROR_TEXT_MAX - 128];
	struct uvnf_error e;

	console_since_mark(&t->vnf->domain->console, said, sizeof(said));
	uvnf_error_set(&e, UVNF_E_ROUTER_FAILED,
	    "the guest refused the configuration of '%s'; its console: %s",
	    t->vnf->name, said);
	task_fail(t, &e);
}

void
task_watch(struct vnf_task *t)
{
	t->phase = PHASE_UP;
	t->daemon->starting++;
	timer_arm_ms(&t->again, AGAIN_MS);
	task_check_ready(t);
}

void
task_started(struct vnf_task *t)
{
	struct vnf *v = t->vnf;

	vnf_stamp(v, STAGE_STARTED, now_us());
	vnf_set_state(&t->daemon->vnfs, v, VNF_STARTED);
	if (t->wait == WAIT_STARTED)
		task_answer(t, v, NULL);
	task_watch(t);
}
