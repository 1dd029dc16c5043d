/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* From a create to a VNF that has its domain. */

#include <event2/event.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/pool.h"
#include "daemon/vnf_task_impl.h"

static void task_build(struct vnf_task *t);

void
task_unclaimed(struct vnf_task *t, const struct uvnf_error *e)
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
claim_record(struct vnf_task *t, struct domain *d, struct uvnf_error *e)
{
	struct vnf *v = t->vnf;

	v->domain = d;
	v->vifs_used = t->vifs_used;
	d->vnf = v;
	/* A reboot may find another template under the name. */
	vnf_own(&t->daemon->vnfs, v, v->owner, d->template->memory_mb,
	    d->template->vcpus);
	if (journal_claim(t->daemon->journal, v) == 0)
		return 0;
	return journal_refused(e, "'%s'", v->name);
}

/* Lets it run, if it never has. */
static int
claim_unpause(struct vnf_task *t, struct domain *d, struct uvnf_error *e)
{
	struct backend *b = t->daemon->backend;

	e->code = UVNF_OK;
	return d->kind == KIND_BOOTED ? 0 : b->unpause(b, d, e);
}

/* The domain is of no use: it goes, and the VNF has what it had before. */
static void
claim_drop(struct vnf_task *t, struct domain *d)
{
	if (d->kind == KIND_COLD)	/* shells are nobody's until then */
		domain_owe(d, t->vnf->owner, d->template->memory_mb);
	d->vnf = NULL;
	t->vnf->to_start = false;
	t->vnf->domain = t->old;
	t->old = NULL;
	doom(t->daemon, d);
}

int
task_claim_running(struct vnf_task *t, struct domain *d)
{
	struct vnf *v = t->vnf;
	struct uvnf_error e;
	uint64_t now;

	if (claim_record(t, d, &e) != 0) {
		claim_drop(t, d);
		task_unclaimed(t, &e);
		return -1;
	}
	now = now_us();
	v->source = d->kind;
	vnf_stamp(&t->daemon->vnfs, v, STAGE_CLAIMED, now);
	vnf_set_state(&t->daemon->vnfs, v, VNF_CLAIMED);
	vnf_stamp(&t->daemon->vnfs, v, STAGE_CONFIGURED, now);
	vnf_stamp(&t->daemon->vnfs, v, STAGE_STARTED, now);
	vnf_set_state(&t->daemon->vnfs, v, VNF_STARTED);
	return 0;
}

static void
claim_next(struct vnf_task *t)
{
	struct domain *d = pool_claim(t->daemon->pools, t->vnf->template,
	    t->vnf->owner);

	if (d != NULL)
		task_take_shell(t, d);
	else
		task_build(t);
}

void
task_claim(struct vnf_task *t, struct domain *d)
{
	struct vnf *v = t->vnf;
	struct uvnf_error e;

	if (claim_unpause(t, d, &e) != 0 && d->kind != KIND_COLD) {
		log_warn("shell spoiled domain=%s domid=%d error=%s", d->name,
		    d->domid, e.text);
		claim_drop(t, d);
		claim_next(t);
		return;
	}
	if (e.code != UVNF_OK || claim_record(t, d, &e) != 0) {
		claim_drop(t, d);
		if (v->domain != NULL)
			task_give_up(t, &e);
		else
			task_unclaimed(t, &e);
		return;
	}
	if (t->old != NULL)
		task_retire_old(t);
	t->fresh = true;
	v->source = d->kind;
	vnf_stamp(&t->daemon->vnfs, v, STAGE_CLAIMED, now_us());
	if (v->state != VNF_CLAIMED)
		vnf_set_state(&t->daemon->vnfs, v, VNF_CLAIMED);
	if (t->goal != GOAL_CLAIM && t->goal != GOAL_RUN)
		task_write(t);
	/* A reboot may find that there is nothing to start. */
	if (t->wait == WAIT_CLAIMED || t->goal == GOAL_CLAIM)
		task_answer(t, v, NULL);
	if (t->goal == GOAL_RUN) {
		task_expect(t);
		task_started(t);
	}
	else if (t->goal == GOAL_CLAIM)
		task_end(t);
}

void
task_give_values(struct vnf_task *t, struct domain *d)
{
	struct vnf *v = t->vnf;

	pools_make_room(t->daemon->pools, d->template, v->set);
	domain_set_values(d, v->set);
}

static void
task_built(void *arg, struct domain *d, const struct uvnf_error *e)
{
	struct vnf_task *t = arg;

	t->build = NULL;
	t->phase = PHASE_NONE;
	if (d == NULL)
		task_unclaimed(t, e);
	else
		task_claim(t, d);
}

int
task_check_build(const struct vnf_task *t, struct uvnf_error *e)
{
	const struct daemon *dm = t->daemon;

	return !t->limited ? 0 : quota_check(&dm->config->quotas,
	    &dm->vnfs.accounts, t->vnf->owner, QUOTA_BUILDS, 1, e);
}

static void
task_build(struct vnf_task *t)
{
	struct vnf *v = t->vnf;
	struct uvnf_error e;
	struct domain *d;

	if (task_check_build(t, &e) != 0) {
		task_unclaimed(t, &e);
		return;
	}
	d = domain_new(v->template, KIND_COLD);
	t->phase = PHASE_BUILD;
	v->source = KIND_COLD;
	if (v->state == VNF_NONE)
		vnf_set_state(&t->daemon->vnfs, v, VNF_CREATING);
	net_apply(d, v->name, t->net);
	task_give_values(t, d);
	t->build = pool_build_cold(t->daemon->pools, d, v->owner, NULL, 0,
	    task_built, t);
}

void
task_create(struct daemon *dm, struct vnf *v, struct vnf_request *rq)
{
	bool configured = rq->config != NULL || v->template->ahead != NULL;

	claim_next(task_new(dm, v, v->template->guest == GUEST_GENERIC ?
	    GOAL_RUN : configured ? GOAL_CONFIG : GOAL_CLAIM, rq));
}
