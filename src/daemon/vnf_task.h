/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_VNF_TASK_H
#define UVNF_VNF_TASK_H

#include "daemon/daemon.h"
#include "daemon/reap.h"
#include "daemon/vnf.h"
#include "daemon/vnf_ops.h"

/*
 * Bringing a router up: what a create or a config begins and what may go on
 * after it was answered.  v->task is the one of v, if any.
 */

/* Takes over rq->config; sets v->task.  v has no task. */
struct vnf_task *task_new(struct daemon *dm, struct vnf *v,
    struct vnf_request *rq);

/* Lets the task's VNF wait for a domain to be built. */
void task_build(struct vnf_task *t);

/* Gives the VNF its domain, and goes on with the configuration. */
void task_claim(struct vnf_task *t, struct domain *d);

/* Puts the configuration into a VNF that has its domain. */
void task_configure(struct vnf_task *t);

/* It is still to be answered, or to order the start: no other may begin. */
bool task_is_busy(const struct vnf_task *t);

/*
 * Ends v's task, if it has one, with what is left to be answered: e, about
 * about (or NULL).  gone is for a domain that is being built.  Returns
 * whether gone will be called.
 */
bool task_cancel(struct vnf *v, const struct vnf *about,
    const struct uvnf_error *e, reap_done gone, void *arg);

/* Its end is a router that runs. */
bool task_brings_up(const struct vnf_task *t);

/* Handler calls that wait for the router: begins them, or fails them. */
void calls_begin(struct daemon *dm, struct vnf *v);
void calls_fail(struct vnf *v, const struct uvnf_error *e);

#endif
