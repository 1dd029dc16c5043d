/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_WORKERS_H
#define UVNF_WORKERS_H

#include <stdint.h>
#include <sys/queue.h>

#include "common/err.h"
#include "daemon/xen/worker.h"

/* The daemon's side of the workers: the queue of jobs, and who does what. */
struct event_base;
struct workers;

/*
 * What goes first: a client waits for the first, nobody for the last.  But
 * where three have gone before those of another priority, one of them is next,
 * so that one who always has builds waiting stops no destroys and no refills.
 */
enum job_priority { JOB_CLIENT, JOB_DESTROY, JOB_SHELL, JOB_PRIORITIES };

struct job;

/*
 * The end of a job, from the loop: code 0 and the result, or e.  lost: the
 * worker died over it, and what it left behind is not known.  The job is
 * its owner's again.
 */
typedef void (*job_done)(struct job *j, const struct work_result *res,
    bool lost, const struct uvnf_error *e);

/* The caller fills all but entry and keeps it until done is called. */
struct job {
	struct work work;
	const struct template *template;	/* of a build, until done */
	enum worker_role role;		/* of who is to do it */
	enum job_priority priority;
	job_done done;
	void *arg;
	TAILQ_ENTRY(job) entry;
};

/* The spawner is gone: nothing can be built or destroyed any more. */
typedef void (*workers_lost)(void *arg, const struct uvnf_error *e);

/* A worker began, or has ended and been waited for. */
typedef void (*workers_process)(void *arg, pid_t pid, bool began);

/*
 * n builders, and a mover of each kind.  spawner is the socket of
 * spawner_fork, which stays the caller's.
 */
struct workers *workers_new(struct event_base *base, int spawner, unsigned n,
    workers_lost lost, workers_process process, void *arg);

/* Jobs are dropped without their done. */
void workers_free(struct workers *w);

void workers_submit(struct workers *w, struct job *j);

uint64_t workers_started(const struct workers *w);
/* Crashed, or killed at their time limit. */
uint64_t workers_died(const struct workers *w);

#endif
