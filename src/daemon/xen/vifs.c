/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/xen/guest.h"
#include "daemon/xen/plug.h"
#include "daemon/xen/xen.h"

#define PATH_LEN 128

/*
 * The vifs of a domain that was built already.  A mover does what the kernel
 * and Open vSwitch have to do with, for both may keep their caller waiting;
 * then the nodes are written, all in one burst.
 */
struct vifs_op {
	struct xen *xen;
	struct guest *guest;
	struct job job;
	struct domain_vif vifs[TEMPLATE_VIFS_MAX];	/* as wanted */
	struct domain_vif were[TEMPLATE_VIFS_MAX];
	uint32_t mask;
	unsigned left;			/* replies of xenstored */
	int err;			/* the first */
	backend_done done;
	void *arg;
	LIST_ENTRY(vifs_op) entry;
};

static struct vifs_op *
op_new(struct guest *g, backend_done done, void *arg)
{
	struct vifs_op *op = xcalloc(1, sizeof(*op));
	const struct domain *d = g->d;
	unsigned i;

	/* A destroy waits for us: a port that comes later would stay. */
	guest_write_begin(g);
	op->xen = g->xen;
	op->guest = g;
	op->done = done;
	op->arg = arg;
	op->job.arg = op;
	op->job.priority = JOB_CLIENT;
	op->job.work.domid = d->domid;
	memcpy(op->job.work.uuid, d->uuid, sizeof(d->uuid));
	strcpy(op->job.work.name, d->name);
	op->job.work.nvifs = d->nvifs;
	for (i = 0; i < d->nvifs; i++)
		op->were[i] = d->vifs[i];
	LIST_INSERT_HEAD(&op->xen->vifs_ops, op, entry);
	return op;
}

static void
op_free(struct vifs_op *op)
{
	LIST_REMOVE(op, entry);
	guest_write_end(op->guest);
	free(op);
}

void
vifs_free(struct xen *x)
{
	struct vifs_op *op;

	while ((op = LIST_FIRST(&x->vifs_ops)) != NULL) {
		LIST_REMOVE(op, entry);
		guest_unref(op->guest);
		free(op);
	}
}

static void
op_end(struct vifs_op *op, bool spoiled, const struct uvnf_error *e)
{
	struct domain *d = op->guest->d;
	struct uvnf_error gone;

	if (d != NULL && e != NULL)
		d->spoiled = spoiled;
	if (d == NULL && e == NULL) {
		uvnf_error_set(&gone, UVNF_E_DESTROYED,
		    "domain %d was destroyed meanwhile", op->guest->domid);
		e = &gone;
	}
	op->done(op->arg, e);
	op_free(op);
}

/* --- what xenstore says of a vif --- */

static void
put_done(struct vifs_op *op)
{
	struct domain *d = op->guest->d;
	struct uvnf_error e;
	unsigned i;

	if (op->err != 0) {
		uvnf_error_set(&e, UVNF_E_SYSTEM, "xenstored refused a write "
		    "for a vif of domain %d: %s", op->guest->domid,
		    strerror(op->err));
		op_end(op, true, &e);
		return;
	}
	for (i = 0; d != NULL && i < d->nvifs; i++) {
		if (!(op->mask & 1u << i))
			continue;
		domain_set_mac(d, i, op->vifs[i].mac);
		d->vifs[i].place = op->vifs[i].place;
	}
	op_end(op, false, NULL);
}

static void
on_written(void *arg, int err, const char *data, size_t len)
{
	struct vifs_op *op = arg;

	(void)data;
	(void)len;
	xenstore_keep_error(&op->err, err);
	if (--op->left == 0 && op->err != ECANCELED)
		put_done(op);
}

/* The last thing that an operation owes: vifs_free frees it. */
static void
put(struct vifs_op *op, const char *path, const char *value)
{
	op->left++;
	xenstore_write(op->xen->xs, path, value, strlen(value), on_written,
	    op);
}

static void
put_mac(struct vifs_op *op, unsigned i)
{
	int id = op->guest->domid;
	char path[PATH_LEN], mac[18];

	mac_format(op->vifs[i].mac, mac);
	snprintf(path, sizeof(path), "/local/domain/%d/device/vif/%u/mac", id,
	    i);
	put(op, path, mac);
	snprintf(path, sizeof(path), "/local/domain/0/backend/vif/%d/%u/mac",
	    id, i);
	put(op, path, mac);
	snprintf(path, sizeof(path), "/libxl/%d/device/vif/%u/mac", id, i);
	put(op, path, mac);
}

/* The helper looks at the last of them when the vif goes. */
static void
put_place(struct vifs_op *op, unsigned i)
{
	const struct place *p = &op->vifs[i].place;
	char path[PATH_LEN], text[PLACE_TEXT_MAX];
	int id = op->guest->domid;

	snprintf(path, sizeof(path),
	    "/local/domain/0/backend/vif/%d/%u/bridge", id, i);
	put(op, path, p->name);
	snprintf(path, sizeof(path), "/libxl/%d/device/vif/%u/bridge", id, i);
	put(op, path, p->name);
	snprintf(path, sizeof(path), "/local/domain/%d/uvnf/vif/%u", id, i);
	put(op, path, place_format(p, text));
	if (p->plug != PLUG_OVS || getenv("UVNF_VIF") != NULL)
		return;
	snprintf(path, sizeof(path),
	    "/local/domain/0/backend/vif/%d/%u/script", id, i);
	put(op, path, PLUG_HELPER);
}

static bool
mac_differs(const struct vifs_op *op, unsigned i)
{
	return memcmp(op->vifs[i].mac, op->were[i].mac, 6) != 0;
}

static bool
place_differs(const struct vifs_op *op, unsigned i)
{
	return !place_equal(&op->vifs[i].place, &op->were[i].place);
}

static void
put_all(struct vifs_op *op)
{
	unsigned i;

	for (i = 0; i < op->job.work.nvifs; i++) {
		if (!(op->mask & 1u << i))
			continue;
		if (mac_differs(op, i))
			put_mac(op, i);
		if (place_differs(op, i))
			put_place(op, i);
	}
	if (op->left == 0) {
		later_done(op->xen->later, op->done, op->arg, NULL);
		op_free(op);
	}
}

/* --- moving them --- */

static void
on_moved(struct job *j, const struct work_result *res, bool lost,
    const struct uvnf_error *e)
{
	struct vifs_op *op = j->arg;

	if (e != NULL)
		op_end(op, lost || res->spoiled, e);
	else if (op->guest->d == NULL)
		op_end(op, true, NULL);
	else
		put_all(op);
}

/* What a mover has to do with: a new place, a MAC that Open vSwitch shows. */
static uint32_t
to_be_moved(const struct vifs_op *op, enum worker_role *role)
{
	uint32_t mask = 0;
	unsigned i;
	bool ovs;

	*role = ROLE_BRIDGES;
	for (i = 0; i < op->job.work.nvifs; i++) {
		if (!(op->mask & 1u << i))
			continue;
		ovs = op->vifs[i].place.plug == PLUG_OVS ||
		    op->were[i].place.plug == PLUG_OVS;
		if (!place_differs(op, i) && !(ovs && mac_differs(op, i)))
			continue;
		mask |= 1u << i;
		if (ovs)
			*role = ROLE_OVS;
	}
	return mask;
}

void
vifs_set(struct xen *x, struct domain *d, const struct domain_vif *vifs,
    uint32_t mask, backend_done done, void *arg)
{
	struct vifs_op *op = op_new(d->backend, done, arg);
	struct work *w = &op->job.work;
	unsigned i;

	op->mask = mask;
	for (i = 0; i < d->nvifs; i++) {
		op->vifs[i] = vifs[i];
		memcpy(w->vifs[i].mac, vifs[i].mac, sizeof(w->vifs[i].mac));
		w->vifs[i].from = op->were[i].place;
		w->vifs[i].place = vifs[i].place;
	}
	w->kind = WORK_MOVE;
	w->mask = to_be_moved(op, &op->job.role);
	op->job.done = on_moved;
	if (w->mask != 0)
		workers_submit(x->workers, &op->job);
	else
		put_all(op);
}

/* --- opening and closing their ports --- */

static void
on_gated(struct job *j, const struct work_result *res, bool lost,
    const struct uvnf_error *e)
{
	struct vifs_op *op = j->arg;
	unsigned i;

	(void)lost;
	for (i = 0; e == NULL && i < j->work.nvifs; i++)
		op->guest->vifs[i].link = res->links[i];
	op_end(op, true, e);
}

void
vifs_gate(struct xen *x, struct domain *d, bool open, backend_done done,
    void *arg)
{
	struct vifs_op *op = op_new(d->backend, done, arg);
	unsigned i;

	for (i = 0; i < d->nvifs; i++) {
		op->job.work.vifs[i].link = op->guest->vifs[i].link;
		if (d->vifs[i].place.plug == PLUG_BRIDGE)
			op->job.work.mask |= 1u << i;
	}
	op->job.priority = open ? JOB_CLIENT : JOB_SHELL;
	op->job.work.kind = open ? WORK_OPEN : WORK_CLOSE;
	op->job.role = ROLE_BRIDGES;
	op->job.done = on_gated;
	workers_submit(x->workers, &op->job);
}
