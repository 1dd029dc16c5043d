/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_BENCH_LOAD_H
#define UVNF_BENCH_LOAD_H

#include <stdbool.h>

#include "bench/fleet.h"
#include "bench/options.h"
#include "bench/result.h"
#include "lib/uvnf.h"

/* A connection, and whether something waits to be sent on it. */
struct conn {
	struct uvnf *u;			/* NULL: was lost */
	int fd;
	bool polled;			/* epoll knows it */
	uint32_t events;		/* as epoll has them */
	bool dirty;
};

/* A run. */
struct load {
	const struct options *o;
	struct result *result;
	struct fleet fleet;
	struct rng kinds;		/* of operations */
	struct rng picks;		/* of VNFs, when any is idle */
	struct schedule schedule;	/* open loop: of arrivals */
	uint64_t next_ns;		/* the next arrival */
	struct conn *conns;		/* behind them the one for events */
	unsigned nconns;
	unsigned turn;			/* open loop: whose turn it is */
	int epfd, timer;		/* timer: -1 in the closed loop */
	uint64_t begun;			/* operations */
	uint64_t under_way;
	uint64_t begin_ns, end_ns;	/* of what is measured; 0: not yet */
	bool following;			/* events come */
	bool cut;			/* it ended before its time, as told */
	bool stopping;
	uint64_t ticked_ns;
};

/*
 * Runs it all, and destroys what it made: 0, or the exit status of a failure
 * that was told on stderr.  The result has what was measured in either case.
 */
int load_run(const struct options *o, struct result *r);

/* A signal's handler calls it: no operation is begun any more. */
void load_interrupt(void);
bool load_interrupted(void);

/* --- among the files of a run -------------------------------------------- */

uint64_t now_ns(void);
/* A turn of the loop, which waits for a while. */
void load_turn(struct load *l);
/* Ends the run before its time, with status 1; the first reason is told. */
void load_cut(struct load *l, const char *word, const char *text);

/* Connects them all: 0, or the exit status. */
int conns_open(struct load *l);
void conns_close(struct load *l);
/*
 * Connects anew where all were lost; a daemon that starts again is waited for.
 * 0, or -1 with what is wrong.
 */
int conn_again(struct load *l, struct conn *c, char *why, size_t size);
/* Closes those of the operations. */
void conns_drop(struct load *l);
/* Sends, receives and calls back what is possible. */
void conn_serve(struct load *l, struct conn *c);
void conns_flush(struct load *l);
/* For limits of time that passed. */
void conns_tick(struct load *l);

/* More operations are to begin. */
bool tasks_more(const struct load *l);
/* Begins one; client: when it has ended, the next one is begun on c. */
void task_begin(struct load *l, struct conn *c, bool client,
    uint64_t intended_ns);
/* Follows events, for those that wait for routers: 0, or the exit status. */
int tasks_follow(struct load *l);
/* Ends those that have waited for a router for too long. */
void tasks_tick(struct load *l);

/* Destroys every VNF that is left: 0, or the exit status. */
int cleanup(struct load *l);

#endif
