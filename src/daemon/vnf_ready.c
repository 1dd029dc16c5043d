/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* From the order to start to a router that runs. */

#include <event2/event.h>

#include "common/util.h"
#include "daemon/timer.h"
#include "daemon/vnf_task_impl.h"

#define AGAIN_MS 250	/* a start without a sign of life is repeated */
#define AGAIN_MAX 40	/* so often */
#define SETTLED_MS 1000	/* connected so long, a router runs */
#define PROBE_MS 2000	/* for one read of the template's handler */

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

static void
probed(void *arg, const char *text, size_t len, const struct uvnf_error *e)
{
	struct vnf_task *t = arg;

	(void)text;
	(void)len;
	t->probing = false;
	if (!task_resumes(t, NULL))
		return;
	t->answered = e == NULL;
	task_check_ready(t);		/* or asks again */
}

/*
 * May the template's handler be asked for?  A ClickOS guest that is asked
 * before its router runs crashes.  Its console tells; when that has told
 * nothing, somebody else may have read it, so vifs that have been connected
 * for a while must do.
 */
static bool
may_probe(const struct vnf_task *t)
{
	return t->console_up || (t->vnf->vifs_used != 0 &&
	    now_us() - t->vifs_up_us >= SETTLED_MS * 1000);
}

static void
probe(struct vnf_task *t)
{
	const struct template *tpl = t->vnf->template;
	struct backend *b = t->daemon->backend;

	if (t->probing || !may_probe(t))
		return;			/* again_passed looks again */
	t->probing = true;
	t->inflight++;
	b->handler(b, t->vnf->domain, tpl->ready_element,
	    tpl->ready_handler, NULL, PROBE_MS, probed, t);
}

/* What the template wants to see, beside the vifs. */
static bool
has_shown_up(struct vnf_task *t)
{
	switch (t->vnf->template->ready) {
	case READY_CONSOLE:
		return t->console_up;
	case READY_RUNNING:
		break;
	case READY_HANDLER:
		if (!t->answered)
			probe(t);
		return t->answered;
	case READY_TEXT:
		return t->vnf->domain->announced;
	}
	return true;
}

const char *
task_missing(const struct vnf_task *t)
{
	if (t->goal == GOAL_RUN)
		return "its console has not said what its template waits for";
	if (!t->alive && !t->console_up)
		return "its guest does not react (a wedged ClickOS never "
		    "does; destroy it)";
	if (!task_vifs_all_in(t->vnf, VIF_CONNECTED))
		return "a vif is not connected";
	if (t->vnf->template->ready == READY_HANDLER)
		return "the handler that its template waits for has not "
		    "answered";
	return "its console has not said that the router runs";
}

void
task_check_ready(struct vnf_task *t)
{
	struct vnf *v = t->vnf;
	struct daemon *dm = t->daemon;

	if (t->phase != PHASE_UP)
		return;
	if (!task_vifs_all_in(v, VIF_CONNECTED)) {
		t->vifs_up_us = 0;
		return;
	}
	if (t->vifs_up_us == 0)
		t->vifs_up_us = now_us();
	if (!has_shown_up(t))
		return;
	v->ready_us = now_us();
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

	if (t->goal == GOAL_RUN)
		return;			/* there is nothing to repeat */
	timer_arm_ms(&t->again, AGAIN_MS);
	if (t->alive)
		task_check_ready(t);	/* frees t when it is */
	else if (t->again_count++ < AGAIN_MAX) {
		t->inflight++;
		b->set_status(b, t->vnf->domain, true, start_acknowledged, t);
	}
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
