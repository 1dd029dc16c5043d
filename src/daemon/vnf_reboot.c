/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * A reboot: another domain is built with the MACs and the configuration of the
 * old one, and when it has all that it takes the name over.  So a build that
 * fails costs nothing, a daemon that is killed at any point leaves one of the
 * two with what the VNF had, and the VNF is away only while its router starts.
 */

#include <event2/event.h>
#include <inttypes.h>
#include <stdlib.h>

#include "common/log.h"
#include "common/proto.h"
#include "common/util.h"
#include "daemon/pool.h"
#include "daemon/vnf_later.h"
#include "daemon/vnf_routers.h"
#include "daemon/vnf_task_impl.h"

#define RESTARTS_MAX 5		/* then it stays crashed */
#define RESTART_FIRST_MS 1000	/* doubles with each */
#define LONG_LIFE_US (60 * 1000 * 1000)	/* begins the count anew */

void
task_retire_old(struct vnf_task *t)
{
	struct backend *b = t->daemon->backend;
	struct domain *old = t->old;

	t->old = NULL;
	log_info("vnf rebooted name=%s domid=%d old_domid=%d", t->vnf->name,
	    t->vnf->domain->domid, old->domid);
	old->vnf = NULL;
	old->payer = t->vnf->owner;
	old->owed_mb = old->template->memory_mb;
	if (!old->dead && b->pause(b, old, NULL) != 0)
		log_warn("old domain not paused domain=%s", old->name);
	doom(t->daemon, old);
}

static void
rebuilt(void *arg, struct domain *d, const struct uvnf_error *e)
{
	struct vnf_task *t = arg;
	struct vnf *v = t->vnf;

	t->build = NULL;
	t->phase = PHASE_NONE;
	if (d == NULL) {
		task_give_up(t, e);
		return;
	}
	t->old = v->domain;
	v->torn = false;
	t->goal = v->template->guest == GUEST_GENERIC ? GOAL_RUN :
	    d->chunks > 0 ? GOAL_CONFIG : GOAL_CLAIM;
	v->to_start = t->goal != GOAL_CLAIM;
	task_claim(t, d);
}

static void
fetched(void *arg, const char *text, size_t len, const struct uvnf_error *e)
{
	struct vnf_task *t = arg;
	struct uvnf_error why;
	char *copy = NULL;
	struct domain *d;

	t->inflight--;
	if (t->vnf == NULL) {
		task_end(t);
		return;
	}
	if (e != NULL) {
		why = *e;
		uvnf_error_prefix(&why, "the configuration of '%s' cannot be "
		    "read back", t->vnf->name);
		task_give_up(t, &why);
		return;
	}
	if (task_check_build(t, &why) != 0) {
		task_give_up(t, &why);
		return;
	}
	if (t->vnf->torn)
		len = 0;		/* not half of one */
	if (len > 0) {
		copy = xmemdup0(text, len);
		t->vifs_used = t->vnf->vifs_used;
	}
	t->phase = PHASE_BUILD;
	d = domain_new(t->vnf->template, KIND_COLD);
	domain_copy_vifs(d, t->vnf->domain);
	domain_set_values(d, t->vnf->set);
	t->build = pool_build_cold(t->daemon->pools, d, t->vnf->owner, copy,
	    len, rebuilt, t);
}

void
task_reboot(struct daemon *dm, struct vnf *v, struct vnf_request *rq)
{
	struct vnf_task *t = task_new(dm, v, GOAL_REBOOT, rq);

	t->phase = PHASE_FETCH;
	t->inflight++;
	dm->backend->fetch(dm->backend, v->domain, fetched, t);
}

/* --- after a crash ------------------------------------------------------- */

static void
restarted(void *arg, const struct vnf *v, const struct uvnf_error *e)
{
	struct daemon *dm = arg;
	struct vnf *again;

	if (e == NULL || v == NULL || dm->stopping)
		return;
	log_warn("restart failed name=%s error=%s", v->name, e->text);
	/* One that was built and failed then is as on_failure has it. */
	again = vnf_find(&dm->vnfs, v->name);
	if (again != NULL && again->state == VNF_CRASHED && !again->dying)
		vnf_restart_later(dm, again);
}

static void
restart(struct daemon *dm, struct vnf *v)
{
	struct vnf_request rq = {
		.act = ACT_REBOOT,
		.read_us = now_us(),
		.timeout_ms = PROTO_TIMEOUT_MS_MAX,
		.wait = WAIT_READY,
		.answer = restarted,
		.arg = dm,
	};

	if (v->state == VNF_CRASHED && v->task == NULL && !dm->stopping)
		task_reboot(dm, v, &rq);
}

void
vnf_restart_later(struct daemon *dm, struct vnf *v)
{
	struct uvnf_error e = *v->error;
	unsigned ms;

	if (v->ready_us != 0 && now_us() - v->ready_us > LONG_LIFE_US)
		v->restarts = 0;
	if (v->restarts >= RESTARTS_MAX) {
		log_warn("vnf not restarted any more name=%s restarts=%u",
		    v->name, v->restarts);
		uvnf_error_set(&e, UVNF_E_GUEST_DEAD,
		    "'%s' was given up after %u restarts; see its console, "
		    "then destroy or reboot it", v->name, v->restarts);
		vnf_set_error(v, &e);
		return;
	}
	if (routers_check_reboot(v, &e) != 0) {
		log_warn("vnf not restarted name=%s error=%s", v->name,
		    e.text);
		vnf_set_error(v, &e);
		return;
	}
	ms = RESTART_FIRST_MS << v->restarts++;
	log_info("vnf restarts name=%s in_ms=%u restart=%u", v->name, ms,
	    v->restarts);
	vnf_later(dm, v, ms, restart);
}
