/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/timer.h"
#include "daemon/xen/guest.h"
#include "daemon/xen/xen.h"

#define RETRY_FIRST_S 1
#define RETRY_MAX_S 60

/*
 * A build or a destroy under way.  A build that failed becomes a destroy of
 * what it may have left, which is tried until it succeeds: nobody else knows
 * of that domain.
 */
struct xen_op {
	struct xen *xen;
	struct job job;
	struct guest *guest;		/* of a build */
	struct uvnf_error e;		/* why the build failed */
	backend_done done;		/* NULL once it was called */
	void *arg;
	struct event *retry;		/* of a leftover */
	unsigned retry_s;
	LIST_ENTRY(xen_op) entry;
};

static struct xen_op *
op_new(struct xen *x, const struct domain *d, backend_done done, void *arg)
{
	struct xen_op *op = xcalloc(1, sizeof(*op));

	op->xen = x;
	op->done = done;
	op->arg = arg;
	op->job.arg = op;
	op->job.work.domid = d->domid;
	memcpy(op->job.work.uuid, d->uuid, sizeof(d->uuid));
	strcpy(op->job.work.name, d->name);
	LIST_INSERT_HEAD(&x->ops, op, entry);
	return op;
}

static void
op_free(struct xen_op *op)
{
	LIST_REMOVE(op, entry);
	if (op->retry != NULL)
		event_free(op->retry);
	if (op->guest != NULL)
		guest_unref(op->guest);
	template_unref(op->job.template);
	free(op);
}

static void
op_tell(struct xen_op *op, const struct uvnf_error *e)
{
	backend_done done = op->done;

	op->done = NULL;
	if (done != NULL)
		done(op->arg, e);
}

void
ops_free(struct xen *x)
{
	struct xen_op *op;

	while ((op = LIST_FIRST(&x->ops)) != NULL) {
		/* A build that had not ended: nothing else knows its guest. */
		if (op->guest != NULL && op->guest->d != NULL)
			guest_close(op->guest, NULL);
		op_free(op);
	}
}

/* --- what a build left behind --- */

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct xen_op *op = arg;

	(void)fd;
	(void)what;
	workers_submit(op->xen->workers, &op->job);
}

static void
on_leftover_destroyed(struct job *j, const struct work_result *res,
    bool lost, const struct uvnf_error *e)
{
	struct xen_op *op = j->arg;

	(void)res;
	(void)lost;
	op_tell(op, &op->e);
	if (e == NULL) {
		op_free(op);
		return;
	}
	log_error("cannot destroy what a failed build left name=%s again_s=%u "
	    "error=%s", j->work.name, op->retry_s, e->text);
	timer_arm_ms(op->retry, op->retry_s * 1000);
	op->retry_s *= 2;
	if (op->retry_s > RETRY_MAX_S)
		op->retry_s = RETRY_MAX_S;
}

/* From here on, op->e is what the build's owner will hear. */
static void
destroy_leftover(struct xen_op *op)
{
	op->job.work.kind = WORK_DESTROY;
	op->job.work.domid = op->guest->domid;
	op->job.priority = JOB_DESTROY;
	op->job.done = on_leftover_destroyed;
	op->retry_s = RETRY_FIRST_S;
	op->retry = event_new(op->xen->base, -1, 0, on_retry, op);
	if (op->retry == NULL)
		log_fatal("no memory");
	workers_submit(op->xen->workers, &op->job);
}

/* --- build --- */

static void
on_attached(void *arg, const struct uvnf_error *e)
{
	struct xen_op *op = arg;
	struct guest *g = op->guest;

	if (e == NULL) {
		op_tell(op, NULL);
		op_free(op);
		return;
	}
	op->e = *e;
	if (g->d != NULL) {
		g->d->domid = -1;
		guest_let_go(g, e);
	}
	destroy_leftover(op);
}

/* Whether Xen has a domain of that uuid, or cannot tell. */
static bool
may_be_there(struct xen *x, const uint8_t uuid[16])
{
	struct hyper_domain d;

	return hyper_find(x->hyper, uuid, &d, NULL) != 0;
}

static void
on_built(struct job *j, const struct work_result *res, bool lost,
    const struct uvnf_error *e)
{
	struct xen_op *op = j->arg;
	struct xen *x = op->xen;
	struct guest *g = op->guest;

	if (e == NULL && g->d != NULL) {
		guest_attach(g, res->domid, false, on_attached, op);
		return;
	}
	if (e != NULL) {
		op->e = *e;
		if (lost)
			uvnf_error_prefix(&op->e, "template '%s'",
			    j->template->name);
	} else {
		g->domid = res->domid;
		uvnf_error_set(&op->e, UVNF_E_DESTROYED,
		    "the domain is no longer wanted");
	}
	if (g->d != NULL)
		guest_let_go(g, &op->e);
	if (lost || e == NULL || may_be_there(x, j->work.uuid)) {
		destroy_leftover(op);
	} else {
		op_tell(op, &op->e);
		op_free(op);
	}
}

void
op_build(struct xen *x, struct domain *d, backend_done done, void *arg)
{
	struct xen_op *op = op_new(x, d, done, arg);
	struct work *w = &op->job.work;
	unsigned i;

	op->guest = guest_ref(guest_new(x, d));
	w->kind = WORK_BUILD;
	op->job.template = template_ref(d->template);
	w->nvifs = d->nvifs;
	for (i = 0; i < d->nvifs; i++) {
		memcpy(w->vifs[i].mac, d->vifs[i].mac,
		    sizeof(w->vifs[i].mac));
		w->vifs[i].place = d->vifs[i].place;
	}
	op->job.priority = d->kind == KIND_COLD ? JOB_CLIENT : JOB_SHELL;
	op->job.done = on_built;
	workers_submit(x->workers, &op->job);
}

/* --- destroy --- */

static void
on_destroyed(struct job *j, const struct work_result *res, bool lost,
    const struct uvnf_error *e)
{
	struct xen_op *op = j->arg;

	(void)res;
	(void)lost;
	op_tell(op, e);
	op_free(op);
}

void
op_unpark(struct xen_op *op)
{
	workers_submit(op->xen->workers, &op->job);
}

void
op_destroy(struct xen *x, struct domain *d, backend_done done, void *arg)
{
	struct xen_op *op = op_new(x, d, done, arg);
	struct guest *g = d->backend;
	struct uvnf_error e;

	op->job.work.kind = WORK_DESTROY;
	op->job.priority = JOB_DESTROY;
	op->job.done = on_destroyed;
	/*
	 * A write that xenstored takes after the tree was removed would make
	 * it again, for nobody: let those under way end first.
	 */
	if (g != NULL && g->writes > 0)
		g->parked = op;
	else
		workers_submit(x->workers, &op->job);
	uvnf_error_set(&e, UVNF_E_DESTROYED, "domain %d is being destroyed",
	    d->domid);
	if (g != NULL)
		guest_let_go(g, &e);
}
