/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/xen/guest.h"
#include "daemon/xen/xen.h"

/*
 * A build or a destroy under way.  A build that failed becomes a destroy of
 * what it may have left.
 */
struct xen_op {
	struct xen *xen;
	struct job job;
	struct domain *domain;		/* until done is called */
	struct guest *guest;		/* of a build */
	struct uvnf_error e;		/* why the build failed */
	backend_done done;
	void *arg;
	LIST_ENTRY(xen_op) entry;
};

static struct xen_op *
op_new(struct xen *x, struct domain *d, backend_done done, void *arg)
{
	struct xen_op *op = xcalloc(1, sizeof(*op));

	op->xen = x;
	op->domain = d;
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
	if (op->guest != NULL)
		guest_unref(op->guest);
	template_unref(op->job.template);
	free(op);
}

static void
op_end(struct xen_op *op, const struct uvnf_error *e)
{
	op->done(op->arg, e);
	op_free(op);
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
on_leftover_destroyed(struct job *j, const struct work_result *res,
    bool lost, const struct uvnf_error *e)
{
	struct xen_op *op = j->arg;

	(void)res;
	(void)lost;
	if (e != NULL) {
		log_error("cannot destroy what a failed build left name=%s "
		    "error=%s", j->work.name, e->text);
		op->domain->spoiled = true;
	}
	op_end(op, &op->e);
}

/* From here on, op->e is what the build's owner will hear. */
static void
destroy_leftover(struct xen_op *op)
{
	op->job.work.kind = WORK_DESTROY;
	op->job.work.domid = op->guest->domid;
	op->job.priority = JOB_DESTROY;
	op->job.done = on_leftover_destroyed;
	workers_submit(op->xen->workers, &op->job);
}

/* --- build --- */

static void
on_attached(void *arg, const struct uvnf_error *e)
{
	struct xen_op *op = arg;
	struct guest *g = op->guest;

	if (e == NULL) {
		op_end(op, NULL);
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
	if (lost || e == NULL || may_be_there(x, j->work.uuid))
		destroy_leftover(op);
	else
		op_end(op, &op->e);
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
	op_end(op, e);
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
