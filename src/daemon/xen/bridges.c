/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* Bridges that VNFs are linked by: a mover makes and unmakes them. */

#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/xen/xen.h"

struct bridge_op {
	struct job job;
	backend_done done;
	void *arg;
	LIST_ENTRY(bridge_op) entry;
};

static void
on_done(struct job *j, const struct work_result *res, bool lost,
    const struct uvnf_error *e)
{
	struct bridge_op *op = j->arg;

	(void)res;
	(void)lost;
	LIST_REMOVE(op, entry);
	op->done(op->arg, e);
	free(op);
}

void
bridges_make(struct xen *x, const char *name, bool make, backend_done done,
    void *arg)
{
	struct bridge_op *op = xcalloc(1, sizeof(*op));

	op->done = done;
	op->arg = arg;
	op->job.arg = op;
	op->job.done = on_done;
	op->job.priority = JOB_CLIENT;
	op->job.role = ROLE_BRIDGES;
	op->job.work.kind = make ? WORK_MAKE_BRIDGE : WORK_UNMAKE_BRIDGE;
	strcpy(op->job.work.name, name);
	LIST_INSERT_HEAD(&x->bridge_ops, op, entry);
	workers_submit(x->workers, &op->job);
}

void
bridge_ops_free(struct xen *x)
{
	struct bridge_op *op;

	while ((op = LIST_FIRST(&x->bridge_ops)) != NULL) {
		LIST_REMOVE(op, entry);
		free(op);
	}
}
