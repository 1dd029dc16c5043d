/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon.h"
#include "dom.h"
#include "helper.h"
#include "ping.h"
#include "xs.h"

/*
 * What the parts of test/bench/launch share: its connections, which are all
 * opened before anything is timed, and the guest's configuration.
 */
struct bench {
	const char *dir;		/* the tools' own configurations */
	char *config;			/* Click: answers pings */
	size_t config_len;
	struct xs *xs;
	struct dom *dom;
	struct prober *prober;
	struct uvnf *uvnf;
	struct helper *libvirt;		/* NULL where it is not used */
	int64_t strangers;		/* domains that are not uvnfd's */
};

/*
 * How many shells of each kind wait at the same time.  Few: C xenstored walks
 * all connections and watches for each write, and each shell has some, so that
 * a large pool makes everything slower, and everybody.
 */
#define SHELVED 3

/*
 * How long behind a claim its pool is told, at the latest, that it is full:
 * half of what uvnfd waits before it begins to refill it.
 */
#define KEEP_US 50000

/* One VNF, from its launch to its end; times of CLOCK_MONOTONIC in us. */
struct launch {
	int domid;
	uint64_t begin, started, ready, answered;
	uint64_t again;			/* when its start is to be repeated */
	int64_t keep;			/* shells that its pool is to keep */
};

/* A way to make a VNF. */
struct launcher {
	const char *tool, *source;	/* as in doc/benchmarks.json */
	const char *template;		/* uvnfd's, and the floor's */
	bool configures;		/* sees to the router's start itself */
	/*
	 * Makes it, until it is started; fills domid, begin and started.  0,
	 * or -1 when it failed, said why, and left nothing.
	 */
	int (*start)(struct bench *b, const struct launcher *how,
	    struct launch *l);
	/*
	 * Ends it, until its memory is free; *us is how long that took, or 0
	 * when that says nothing.
	 */
	int (*stop)(struct bench *b, const struct launcher *how,
	    const struct launch *l, uint64_t *us);
};

/* One of all the ways. */
const struct launcher *launcher_find(const char *tool, const char *source);

/*
 * One sample, a line on stdout: what was measured under which circumstances
 * ("main", "known", "n=500", "refill", "quiet", "serial").
 */
void sample(const struct launcher *how, const char *stage, const char *when,
    uint64_t us);

/*
 * One VNF, launched when nothing is being built or destroyed, watched until
 * it answers a ping, and ended.  Returns -1, said and counted, when a stage
 * failed, and nothing is left then either; or when something else was built or
 * destroyed meanwhile, and there are no samples.
 */
int measure(struct bench *b, const struct launcher *how, const char *when);
/* The same, but the VNF is only started, which took *us. */
int measure_start(struct bench *b, const struct launcher *how,
    const char *when, uint64_t *us);

/*
 * Behind a claim: its pool is full as it is, and is not to be refilled.  Does
 * nothing when that was said, or when there is no pool.
 */
void keep_pool(struct bench *b, const struct launcher *how,
    struct launch *l);

/* Fills one of uvnfd's pools, says how long it took, and empties it. */
void sample_fill(struct bench *b, const char *kind, unsigned count,
    const char *when);

/* Another order, of a series that is the same in each run. */
void shuffle(const struct launcher **turn, unsigned n);

/* Writes the configuration into a guest that has announced itself, or will. */
int configure(struct bench *b, int domid);
/* Sends the start again, if it was lost; no reply is waited for. */
void put_running(struct bench *b, int domid);

/* What cannot be measured at all ends the program. */
void fatal(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), noreturn));
/* One launch that failed. */
int failed(const struct launcher *how, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* main.c's commands, in files of their own; arguments as main's. */
void rounds(struct bench *b, unsigned nrounds, unsigned batch);
void known(struct bench *b, unsigned nrounds, unsigned batch);
void few(struct bench *b, unsigned nrounds);
void curve(struct bench *b, unsigned count, const char *const *sizes);
void paced(struct bench *b, unsigned pairs, unsigned count);
void fills(struct bench *b, unsigned nrounds, unsigned count);

#endif
