/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * A VNF out of an armed shell: its router runs as soon as it is thawed, and is
 * reached as soon as the ports of its vifs are open.
 */

#include <event2/event.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/pool.h"
#include "daemon/vnf_task_impl.h"

/* --- is there one? ------------------------------------------------------- */

static enum armed_miss
does_not_fit(const struct template *t, const struct vnf_request *rq)
{
	if (rq->config != NULL)
		return ARMED_CONFIG;
	if (rq->net != NULL)
		return ARMED_VIFS;
	if (rq->set != NULL && (t->override & OVERRIDE_PARAMS) == 0)
		return ARMED_PARAMS;
	return ARMED_NO_MATTER;
}

struct domain *
armed_take(struct daemon *dm, const struct template *t,
    const struct vnf_request *rq, enum armed_miss *miss)
{
	struct backend *b = dm->backend;
	struct uvnf_error e;
	struct domain *d;

	*miss = ARMED_NO_MATTER;
	if (!pool_has_armed(dm->pools, t) ||
	    (*miss = does_not_fit(t, rq)) != ARMED_NO_MATTER)
		return NULL;
	while ((d = pool_claim_armed(dm->pools, t, rq->owner, rq->set,
	    miss)) != NULL) {
		if (b->unpause(b, d, &e) == 0) {
			*miss = ARMED_NO_MATTER;
			break;
		}
		log_warn("shell spoiled domain=%s domid=%d error=%s", d->name,
		    d->domid, e.text);
		doom(dm, d);
	}
	return d;
}

/* The values that it was armed with are the VNF's, as if it had set them. */
static void
take_values(struct vnf *v, const struct domain *d)
{
	if (d->values == NULL)
		return;
	if (v->set == NULL)
		v->set = xcalloc(1, sizeof(*v->set));
	params_copy(v->set, d->values);
}

void
task_create_armed(struct daemon *dm, struct vnf *v, struct domain *d,
    struct vnf_request *rq)
{
	struct vnf_task *t = task_new(dm, v, GOAL_START, rq);

	t->vifs_used = d->vifs_used;
	take_values(v, d);
	if (task_claim_running(t, d) != 0)
		return;
	if (t->wait == WAIT_READY) {
		task_open(t);
		return;
	}
	/* Linux would let the mover go first: it hears behind the client. */
	t->phase = PHASE_GATE;
	task_answer(t, v, NULL);
	event_active(&t->open_behind, EV_TIMEOUT, 0);
}

void
task_open_behind(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	task_open(arg);
}

/* --- PHASE_GATE: its ports are opened ------------------------------------ */

static void
paused_by_other(struct vnf_task *t)
{
	struct daemon *dm = t->daemon;
	struct vnf *v = t->vnf;
	struct uvnf_error e;

	vnf_set_state(&dm->vnfs, v, VNF_READY);
	v->pause_undone = true;
	vnf_set_state(&dm->vnfs, v, VNF_PAUSED);
	uvnf_error_set(&e, UVNF_E_BAD_STATE, "something else has paused domain "
	    "%d of '%s', too, and pauses nest: 'xl unpause %d' ends that one, "
	    "'resume' sees it", v->domain->domid, v->name, v->domain->domid);
	task_give_up(t, &e);
}

static void
opened(void *arg, const struct uvnf_error *e)
{
	struct vnf_task *t = arg;
	struct vnf *v = t->vnf;

	/* The process that was to do it may have been killed. */
	if (e != NULL && v != NULL && !t->opened_again) {
		t->inflight--;
		t->opened_again = true;
		log_warn("ports not opened, tried again name=%s error=%s",
		    v->name, e->text);
		task_open(t);
		return;
	}
	/* Its router runs, and whatever is next has to halt it. */
	if (e != NULL && v != NULL)
		v->domain->adopted = v->domain->ordered = true;
	if (!task_resumes(t, e))
		return;
	if (vnf_paused_by_other(t->daemon, v))
		paused_by_other(t);
	else if (v->domain->adopted)
		task_take_up(t);	/* perhaps configured anew since */
	else
		task_up(t);
}

void
task_open(struct vnf_task *t)
{
	struct backend *b = t->daemon->backend;

	t->phase = PHASE_GATE;
	t->inflight++;
	b->gate(b, t->vnf->domain, true, opened, t);
}
