/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* From a VNF that has its domain to the order to start, or to stop. */

#include <event2/event.h>
#include <stdlib.h>

#include "common/util.h"
#include "daemon/timer.h"
#include "daemon/vnf_task_impl.h"
#include "daemon/vnf_text.h"

#define SETTLE_MS 2000	/* so long a start may take before a halt */
#define HALT_MS 5000	/* a halt whose sign was lost is taken for done */

/* --- PHASE_WRITE and PHASE_BOOT: the configuration, the start ------------ */

static void
written_and_started(void *arg, const struct uvnf_error *e)
{
	struct vnf_task *t = arg;

	if (!task_resumes(t, e))
		return;
	vnf_stamp(&t->daemon->vnfs, t->vnf, STAGE_CONFIGURED, now_us());
	t->vnf->torn = false;
	task_started(t);
}

void
task_start_if_booted(struct vnf_task *t)
{
	struct backend *b = t->daemon->backend;

	if (t->phase != PHASE_BOOT || !t->written ||
	    !t->vnf->domain->announced)
		return;
	task_expect(t);
	t->phase = PHASE_WRITE;
	t->inflight++;
	b->set_status(b, t->vnf->domain, 0, true, written_and_started, t);
}

static void
written_ahead_of_boot(void *arg, const struct uvnf_error *e)
{
	struct vnf_task *t = arg;

	if (!task_resumes(t, e))
		return;
	vnf_stamp(&t->daemon->vnfs, t->vnf, STAGE_CONFIGURED, now_us());
	t->written = true;
	task_start_if_booted(t);
}

/*
 * Is the configuration there already: from before, or, in a shell, its
 * template's own, or, in one that was built for a reboot, the VNF's?
 */
static bool
is_written(const struct vnf_task *t)
{
	const struct vnf *v = t->vnf;

	return t->goal == GOAL_START || (t->fresh && v->domain->chunks > 0 &&
	    (t->config == NULL || t->config == v->template->ahead));
}

/* MAC addresses are known since the claim. */
static void
put_macs(struct vnf_task *t)
{
	size_t len;
	char *text = text_fill_macs(t->vnf->domain, t->config, t->config_len,
	    &len);

	t->macs = false;
	free(t->config_owned);
	t->config = t->config_owned = text;
	t->config_len = len;
}

/* The guest is booted, or boots while the chunks are being written. */
void
task_write(struct vnf_task *t)
{
	struct vnf *v = t->vnf;
	struct domain *d = v->domain;
	struct backend *b = t->daemon->backend;

	event_del(&t->halt_limit);
	if (t->macs)
		put_macs(t);
	if (!t->fresh && t->goal != GOAL_START) {
		v->vifs_used = t->vifs_used;
		journal_config(t->daemon->journal, v);
	}
	d->adopted = false;		/* it has halted, if it ever ran */
	t->phase = d->announced ? PHASE_WRITE : PHASE_BOOT;
	if (t->phase == PHASE_WRITE)
		task_expect(t);
	t->written = is_written(t);
	if (t->written && !d->announced)
		return;
	t->inflight++;
	if (t->written)
		b->set_status(b, d, 0, true, written_and_started, t);
	else
		b->configure(b, d, 0, t->config, t->config_len, d->announced,
		    d->announced ? written_and_started :
		    written_ahead_of_boot, t);
}

/* --- PHASE_HALT: the old router has to stop first ------------------------ */

static void
removed(void *arg, const struct uvnf_error *e)
{
	struct vnf_task *t = arg;

	if (!task_resumes(t, e))
		return;
	t->vnf->torn = false;
	task_answer(t, t->vnf, NULL);
	task_end(t);
}

static void
stopped(struct vnf_task *t)
{
	struct vnf *v = t->vnf;
	struct backend *b = t->daemon->backend;

	event_del(&t->halt_limit);
	if (t->goal == GOAL_REMOVE) {
		v->vifs_used = 0;
		journal_config(t->daemon->journal, v);
		t->phase = PHASE_WRITE;
		t->inflight++;
		b->configure(b, v->domain, 0, "", 0, false, removed, t);
		return;
	}
	task_answer(t, v, NULL);
	task_end(t);
}

static void
go_on_if_halted(struct vnf_task *t)
{
	if (t->phase != PHASE_HALT || !t->halted || t->inflight > 0)
		return;
	t->vnf->domain->adopted = false;	/* nothing is unknown now */
	if (t->goal == GOAL_STOP || t->goal == GOAL_REMOVE)
		stopped(t);
	else
		task_write(t);
}

void
task_halted(struct vnf_task *t)
{
	t->halted = true;
	go_on_if_halted(t);
}

static void
halt_acknowledged(void *arg, const struct uvnf_error *e)
{
	struct vnf_task *t = arg;

	if (task_resumes(t, e))
		go_on_if_halted(t);
}

/*
 * A start that is ordered too early would be the end of it: the guest, which
 * looks only at the latest value, would never see the halt.  Its console
 * tells, and its connected vifs do, by falling back (some time later).  Text
 * can be lost, so without vifs time must do in the end.
 */
static void
task_halt(struct vnf_task *t)
{
	struct vnf *v = t->vnf;
	struct backend *b = t->daemon->backend;

	t->phase = PHASE_HALT;
	t->halt_by_vifs = v->vifs_used != 0 &&
	    domain_vifs_all_in(v->domain, v->vifs_used, VIF_CONNECTED);
	if (v->state != VNF_CLAIMED)
		vnf_set_state(&t->daemon->vnfs, v, VNF_CLAIMED);
	t->inflight++;
	b->set_status(b, v->domain, 0, false, halt_acknowledged, t);
	if (!t->halt_by_vifs)
		timer_arm_ms(&t->halt_limit, HALT_MS);
}

static void
settled(void *arg, const struct uvnf_error *e)
{
	struct vnf_task *t = arg;

	t->bringup = NULL;
	event_del(&t->halt_limit);
	task_halt(t);
	if (e != NULL)
		t->halted = true;	/* it never ran */
}

/*
 * Of a start and a halt in a row a guest may see the halt alone, and says
 * nothing of a router that it never started: so a start is waited for.
 */
static void
settle_and_halt(struct vnf_task *t)
{
	struct vnf *v = t->vnf;

	if (v->state != VNF_STARTED) {
		task_halt(t);
		return;
	}
	t->phase = PHASE_SETTLE;
	timer_arm_ms(&t->halt_limit, SETTLE_MS);
	t->bringup = bringup_new(t->daemon, v->domain, 0, v->vifs_used,
	    settled, t);
	bringup_ordered(t->bringup);
}

void
task_halt_limit(struct vnf_task *t)
{
	if (t->phase == PHASE_SETTLE) {
		bringup_cancel(t->bringup);
		t->bringup = NULL;
		task_halt(t);
	} else if (t->phase == PHASE_HALT) {
		task_halted(t);
	}
}

/*
 * One that was adopted without a router may still be about to halt it; a start
 * ordered now would undo that, and leave the old configuration running.
 */
static bool
runs_unknown_to_us(const struct domain *d)
{
	unsigned i;

	for (i = 0; d->adopted && i < d->nvifs; i++)
		if (d->vifs[i].state == VIF_CONNECTED)
			return true;
	return d->adopted && d->ordered;
}

bool
vnf_may_run(const struct vnf *v)
{
	switch (v->state) {
	case VNF_STARTED:
	case VNF_READY:
		return true;
	case VNF_FAILED:
		return runs_unknown_to_us(v->domain) || (v->error != NULL &&
		    v->error->code == UVNF_E_TIMEOUT);
	case VNF_CLAIMED:
		return runs_unknown_to_us(v->domain);
	case VNF_NONE:
	case VNF_CREATING:
	case VNF_PAUSED:
	case VNF_CRASHED:
	case VNF_STOPPING:
	case VNF_STATE_COUNT:
		break;
	}
	return false;
}

static void
halt_or_write(struct vnf_task *t)
{
	if (vnf_may_run(t->vnf))
		settle_and_halt(t);
	else
		task_write(t);
}

void
task_configure(struct daemon *dm, struct vnf *v, struct vnf_request *rq)
{
	halt_or_write(task_new(dm, v, GOAL_CONFIG, rq));
}

void
task_start(struct daemon *dm, struct vnf *v, struct vnf_request *rq)
{
	halt_or_write(task_new(dm, v, GOAL_START, rq));
}

void
task_stop(struct daemon *dm, struct vnf *v, bool remove,
    struct vnf_request *rq)
{
	settle_and_halt(task_new(dm, v, remove ? GOAL_REMOVE : GOAL_STOP, rq));
}
