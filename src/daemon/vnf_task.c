/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/proto.h"
#include "common/util.h"
#include "daemon/click.h"
#include "daemon/pool.h"
#include "daemon/timer.h"
#include "daemon/vnf_task_impl.h"

#define HALT_MS 5000	/* a halt whose sign was lost is taken for done */

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
		event_del(&t->again);
	}
	if (t->inflight > 0)
		return;
	free(t->config_owned);
	free(t);
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

	log_warn("vnf failed name=%s domid=%d code=%s error=%s", v->name,
	    v->domain->domid, uvnf_code_word(e->code), e->text);
	vnf_set_error(v, e);
	if (v->state != VNF_FAILED)
		vnf_set_state(&t->daemon->vnfs, v, VNF_FAILED);
	calls_fail(v, e);
	task_answer(t, v, e);
	task_end(t);
}

bool
task_is_busy(const struct vnf_task *t)
{
	return t->answer != NULL || t->phase != PHASE_UP;
}

bool
task_brings_up(const struct vnf_task *t)
{
	return t->config != NULL;
}

/* --- the time limit ------------------------------------------------------ */

static void
say_what_is_missing(const struct vnf_task *t, struct uvnf_error *e)
{
	const struct vnf *v = t->vnf;
	const char *what = "";

	switch (t->phase) {
	case PHASE_NONE:
	case PHASE_BUILD:
		what = "its domain is still being built";
		break;
	case PHASE_BOOT:
		what = "its guest has not announced itself";
		break;
	case PHASE_HALT:
		what = "its old router has not stopped";
		break;
	case PHASE_WRITE:
		what = "xenstored has not acknowledged the configuration";
		break;
	case PHASE_UP:
		what = t->console_up ? "a vif is not connected" : !t->alive ?
		    "its guest does not react (a wedged ClickOS never does)" :
		    "its console has not said that the router runs";
		break;
	}
	uvnf_error_set(e, UVNF_E_TIMEOUT,
	    "'%s' was not up after %u ms: %s", v->name, t->timeout_ms, what);
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
	if (t->phase != PHASE_BUILD) {
		task_fail(t, &e);
		return;
	}
	/* Without a domain nothing stays. */
	task_cancel(v, NULL, &e, NULL, NULL);
	calls_fail(v, &e);
	vnf_set_state(&dm->vnfs, v, VNF_STOPPING);
	vnf_release(&dm->vnfs, v);
	vnf_free(v);
}

/* --- PHASE_WRITE and PHASE_BOOT: the configuration, the start ------------ */

static void
written_and_started(void *arg, const struct uvnf_error *e)
{
	struct vnf_task *t = arg;

	if (!task_resumes(t, e))
		return;
	vnf_stamp(t->vnf, STAGE_CONFIGURED, now_us());
	task_started(t);
}

static void
start_if_booted(struct vnf_task *t)
{
	struct backend *b = t->daemon->backend;

	if (t->phase != PHASE_BOOT || !t->written ||
	    !t->vnf->domain->announced)
		return;
	t->phase = PHASE_WRITE;
	t->inflight++;
	b->set_status(b, t->vnf->domain, true, written_and_started, t);
}

static void
written_ahead_of_boot(void *arg, const struct uvnf_error *e)
{
	struct vnf_task *t = arg;

	if (!task_resumes(t, e))
		return;
	vnf_stamp(t->vnf, STAGE_CONFIGURED, now_us());
	t->written = true;
	start_if_booted(t);
}

/* The guest is booted, or boots while the chunks are being written. */
static void
task_write(struct vnf_task *t)
{
	struct vnf *v = t->vnf;
	struct domain *d = v->domain;
	struct backend *b = t->daemon->backend;
	/* Shells have their template's own configuration already. */
	bool ahead = t->fresh && t->config == v->template->config &&
	    d->chunks > 0;

	event_del(&t->again);
	if (!t->fresh) {
		v->vifs_used = t->vifs_used;
		journal_config(t->daemon->journal, v);
	}
	console_mark(&d->console);
	t->console_up = t->alive = false;
	t->phase = d->announced ? PHASE_WRITE : PHASE_BOOT;
	t->written = ahead;
	if (ahead && !d->announced)
		return;
	t->inflight++;
	if (ahead)
		b->set_status(b, d, true, written_and_started, t);
	else
		b->configure(b, d, t->config, t->config_len, d->announced,
		    d->announced ? written_and_started :
		    written_ahead_of_boot, t);
}

/* --- PHASE_HALT: the old router has to stop first ------------------------ */

static void
write_if_halted(struct vnf_task *t)
{
	if (t->phase == PHASE_HALT && t->halted && t->inflight == 0)
		task_write(t);
}

static void
halt_acknowledged(void *arg, const struct uvnf_error *e)
{
	struct vnf_task *t = arg;

	if (task_resumes(t, e))
		write_if_halted(t);
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
	    task_vifs_all_in(v, VIF_CONNECTED);
	vnf_set_state(&t->daemon->vnfs, v, VNF_CLAIMED);
	t->inflight++;
	b->set_status(b, v->domain, false, halt_acknowledged, t);
	if (!t->halt_by_vifs)
		timer_arm_ms(&t->again, HALT_MS);
}

/* A router that runs, or that may come up although it was given up. */
static bool
may_run(const struct vnf *v)
{
	return v->state == VNF_STARTED || v->state == VNF_READY ||
	    (v->state == VNF_FAILED && v->error != NULL &&
	    v->error->code == UVNF_E_TIMEOUT);
}

void
task_configure(struct vnf_task *t)
{
	struct vnf *v = t->vnf;

	if (may_run(v))
		task_halt(t);
	else
		task_write(t);
}

/* --- PHASE_BUILD, and the claim ------------------------------------------ */

/* The name is taken back: no domain, or none that could be recorded. */
static void
claim_failed(struct vnf_task *t, const struct uvnf_error *e)
{
	struct daemon *dm = t->daemon;
	struct vnf *v = t->vnf;

	if (v->state == VNF_NONE)
		vnf_set_state(&dm->vnfs, v, VNF_CREATING);
	vnf_set_state(&dm->vnfs, v, VNF_STOPPING);
	vnf_release(&dm->vnfs, v);
	task_answer(t, NULL, e);
	calls_fail(v, e);
	task_end(t);
	vnf_free(v);
}

static int
claim_record(struct vnf_task *t, struct domain *d)
{
	struct vnf *v = t->vnf;
	struct uvnf_error e;

	v->domain = d;
	v->vifs_used = t->vifs_used;
	d->vnf = v;
	if (journal_claim(t->daemon->journal, v) == 0)
		return 0;
	uvnf_error_set(&e, UVNF_E_SYSTEM, "'%s' cannot be recorded in the "
	    "journal; see the daemon's log", v->name);
	v->domain = NULL;
	reap(t->daemon, d, NULL, NULL);
	claim_failed(t, &e);
	return -1;
}

void
task_claim(struct vnf_task *t, struct domain *d)
{
	struct vnf *v = t->vnf;
	struct backend *b = t->daemon->backend;
	struct uvnf_error e;
	bool run = d->kind != KIND_BOOTED;

	if (claim_record(t, d) != 0)
		return;
	t->fresh = true;
	v->source = d->kind;
	vnf_stamp(v, STAGE_CLAIMED, now_us());
	vnf_set_state(&t->daemon->vnfs, v, VNF_CLAIMED);
	if (t->config != NULL)
		task_write(t);
	if (run && b->unpause(b, d, &e) != 0) {
		task_fail(t, &e);
		return;
	}
	if (t->wait == WAIT_CLAIMED)
		task_answer(t, v, NULL);
	if (t->config == NULL)
		task_end(t);
}

static void
task_built(void *arg, struct domain *d, const struct uvnf_error *e)
{
	struct vnf_task *t = arg;

	t->build = NULL;
	task_leave_phase(t);
	if (d == NULL)
		claim_failed(t, e);
	else
		task_claim(t, d);
}

void
task_build(struct vnf_task *t)
{
	t->phase = PHASE_BUILD;
	t->vnf->source = KIND_COLD;
	vnf_set_state(&t->daemon->vnfs, t->vnf, VNF_CREATING);
	t->build = pool_build_cold(t->daemon->pools, t->vnf->template,
	    task_built, t);
}

static void
again_passed(evutil_socket_t fd, short what, void *arg)
{
	struct vnf_task *t = arg;

	(void)fd;
	(void)what;
	if (t->phase == PHASE_UP) {
		task_start_again(t);
	} else if (t->phase == PHASE_HALT) {
		t->halted = true;
		write_if_halted(t);
	}
}

/* --- beginning and cancelling -------------------------------------------- */

struct vnf_task *
task_new(struct daemon *dm, struct vnf *v, struct vnf_request *rq)
{
	struct vnf_task *t = xcalloc(1, sizeof(*t));
	struct uvnf_error e;

	assert(v->task == NULL);
	t->daemon = dm;
	t->vnf = v;
	t->wait = rq->wait;
	t->timeout_ms = rq->timeout_ms;
	t->answer = rq->answer;
	t->arg = rq->arg;
	t->config_owned = rq->config;
	t->config = rq->config != NULL ? rq->config : v->template->config;
	t->config_len = rq->config != NULL ? rq->config_len :
	    v->template->config_len;
	if (t->config != NULL && click_scan(t->config, t->config_len,
	    v->template->nvifs, &t->vifs_used, &e) != 0)
		log_fatal("an unchecked configuration: %s", e.text);
	evtimer_assign(&t->limit, dm->base, limit_passed, t);
	evtimer_assign(&t->again, dm->base, again_passed, t);
	timer_arm_ms(&t->limit, rq->timeout_ms);
	memset(v->stages_us, 0, sizeof(v->stages_us));
	v->since_us = rq->read_us;
	v->task = t;
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
		start_if_booted(v->task);
}

void
vnf_vif_state(struct daemon *dm, struct vnf *v)
{
	struct vnf_task *t = v->task;

	(void)dm;
	if (t == NULL)
		return;
	if (t->phase == PHASE_HALT && t->halt_by_vifs &&
	    task_vifs_all_in(v, VIF_INIT_WAIT)) {
		t->halted = true;
		write_if_halted(t);
	} else if (t->phase == PHASE_UP) {
		if (v->vifs_used != 0 && !task_vifs_all_in(v, VIF_INIT_WAIT))
			t->alive = true;
		task_check_ready(t);
	}
}

void
vnf_console_sign(struct daemon *dm, struct vnf *v, enum console_sign sign)
{
	struct vnf_task *t = v->task;

	(void)dm;
	if (t == NULL)
		return;
	switch (sign) {
	case CONSOLE_NOTHING:
		break;
	case CONSOLE_ROUTER_UP:
		t->console_up = t->alive = true;
		task_check_ready(t);
		break;
	case CONSOLE_ROUTER_FAILED:
		if (t->phase == PHASE_UP || t->phase == PHASE_WRITE)
			task_refused(t);
		break;
	case CONSOLE_ROUTER_STOPPED:
		if (t->phase == PHASE_HALT) {
			t->halted = true;
			write_if_halted(t);
		}
		break;
	}
}

void
vnf_adopted(struct daemon *dm, struct vnf *v)
{
	struct vnf_request rq = { .timeout_ms = PROTO_TIMEOUT_MS_MAX };
	struct vnf_task *t;

	if (v->state != VNF_STARTED)
		return;
	t = task_new(dm, v, &rq);
	event_del(&t->limit);
	/* What its console said before is lost: its vifs must do. */
	t->console_up = true;
	task_watch(t);
}
