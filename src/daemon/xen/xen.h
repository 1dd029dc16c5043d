/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_XEN_H
#define UVNF_XEN_H

#include <stddef.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "daemon/backend.h"
#include "daemon/xen/hyper.h"
#include "daemon/xen/later.h"
#include "daemon/xen/workers.h"
#include "daemon/xen/xenstore.h"

/* The Xen backend's own state; only the files of this folder see it. */
struct event;
struct guest;
struct bridge_op;
struct vifs_op;
struct xen_op;

struct xen {
	struct backend backend;		/* first: what the daemon sees */
	struct event_base *base;
	struct backend_events events;
	const struct config *config;

	int spawner;			/* its socket, or -1 */
	pid_t spawner_pid;
	struct event *child;		/* that one has changed, or NULL */
	struct hyper *hyper;
	struct xenstore *xs;
	struct workers *workers;
	struct later *later;

	TAILQ_HEAD(guest_list, guest) guests;
	struct guest **by_domid;	/* NULL where there is none of ours */
	size_t by_domid_size;
	struct xenstore_watch *released;
	struct event *look;		/* compares Xen's list with guests */
	unsigned looks;

	LIST_HEAD(, xen_op) ops;	/* builds and destroys under way */
	LIST_HEAD(, vifs_op) vifs_ops;
	LIST_HEAD(, bridge_op) bridge_ops;
};

/* deaths.c */
void deaths_begin(struct xen *x);
void deaths_end(struct xen *x);
/* Looks once more, soon: something may have died unseen. */
void deaths_look(struct xen *x);

/* ops.c: what the workers do, for backend.h. */
void op_build(struct xen *x, struct domain *d, backend_done done, void *arg);
void op_destroy(struct xen *x, struct domain *d, backend_done done,
    void *arg);
/* Starts a destroy that waited for a guest's writes. */
void op_unpark(struct xen_op *op);
void ops_free(struct xen *x);

/* vifs.c: what the movers do, for backend.h. */
void vifs_set(struct xen *x, struct domain *d, const struct domain_vif *vifs,
    uint32_t mask, backend_done done, void *arg);
void vifs_gate(struct xen *x, struct domain *d, bool open, backend_done done,
    void *arg);
void vifs_free(struct xen *x);

/* bridges.c: the same for bridges. */
void bridges_make(struct xen *x, const char *name, bool make,
    backend_done done, void *arg);
void bridge_ops_free(struct xen *x);

#endif
