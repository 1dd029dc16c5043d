/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_VNF_TASK_H
#define UVNF_VNF_TASK_H

#include "daemon/daemon.h"
#include "daemon/reap.h"
#include "daemon/vnf.h"
#include "daemon/vnf_ops.h"

/*
 * Bringing a router up, or down: what a request begins and what may go on
 * after it was answered.  v->task is the one of v, if any.  Each of these
 * begins one, takes over rq->config, and sets v->task; v has no task before.
 */

/* For a VNF that was just made: its domain, its configuration if any. */
void task_create(struct daemon *dm, struct vnf *v, struct vnf_request *rq);

/*
 * An armed shell for that request, thawed, or NULL and why; and the task of a
 * VNF that was just made for it.
 */
struct domain *armed_take(struct daemon *dm, const struct template *t,
    const struct vnf_request *rq, enum armed_miss *miss);
void task_create_armed(struct daemon *dm, struct vnf *v, struct domain *d,
    struct vnf_request *rq);

/* Gives a VNF that has its domain a configuration. */
void task_configure(struct daemon *dm, struct vnf *v,
    struct vnf_request *rq);

/* Gives a VNF that is ready another router, which is none of its own yet. */
void task_add_router(struct daemon *dm, struct vnf *v, unsigned router,
    struct vnf_request *rq);

/* Starts the router with the configuration that is there. */
void task_start(struct daemon *dm, struct vnf *v, struct vnf_request *rq);

/* Stops it; with remove takes its configuration away, too. */
void task_stop(struct daemon *dm, struct vnf *v, bool remove,
    struct vnf_request *rq);

/* Puts another domain in the place of v's, with the same configuration. */
void task_reboot(struct daemon *dm, struct vnf *v, struct vnf_request *rq);

/* Its router is ordered to run, or may come up although it was given up. */
bool vnf_may_run(const struct vnf *v);

/*
 * At the daemon's end, when the backend calls nobody any more: whoever still
 * waits hears e.
 */
void tasks_drop_all(struct daemon *dm, const struct uvnf_error *e);

/* Its shell's vifs are being changed; t may be NULL. */
bool task_is_in_net(const struct vnf_task *t);
/* That ends: the domain goes, the name is free, e is the answer. */
void task_net_failed(struct vnf_task *t, const struct uvnf_error *e);
/* The same for all of them: the daemon stops. */
void tasks_stop_net(struct daemon *dm);

/* What its request wants of the vifs of a domain that is to come, or NULL. */
const struct net_wish *task_net_wish(const struct vnf_task *t);

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

/* Another router is being started beside router 0. */
bool task_adds_router(const struct vnf_task *t);

/* Is no other request changing it, and is it not paused? */
int vnf_check_free(const struct vnf *v, struct uvnf_error *e);

/* Destroys it, whatever its state; and only if it still failed or crashed. */
void vnf_destroy_now(struct daemon *dm, struct vnf *v);
void vnf_destroy_failed(struct daemon *dm, struct vnf *v);

/* vnf_reboot.c: after a crash, in a while, unless that was too often. */
void vnf_restart_later(struct daemon *dm, struct vnf *v);

/* vnf_life.c: it is VNF_STOPPING, and its domain has ended. */
void vnf_has_shut_down(struct daemon *dm, struct vnf *v,
    enum backend_death why);
/* Whoever waits for its shutdown, if anybody does, hears e. */
void vnf_shutdown_cancel(struct vnf *v, const struct uvnf_error *e);

/* Handler calls that wait for the router: begins them, or fails them. */
void calls_begin(struct vnf *v);
void calls_fail(struct vnf *v, const struct uvnf_error *e);
/* At the daemon's end, when the backend calls nobody any more: all of them. */
void calls_drop_all(struct daemon *dm, const struct uvnf_error *e);

#endif
