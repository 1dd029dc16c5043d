/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef BENCH_DAEMON_H
#define BENCH_DAEMON_H

#include <stddef.h>
#include <stdint.h>

#include "lib/uvnf.h"

/* uvnfd, over a connection of libuvnf that stays open. */
struct uvnf *daemon_open(void);

/*
 * One request; words is split at its spaces, payload may be NULL.  0, or -1,
 * said on stderr.
 */
int daemon_ask(struct uvnf *u, const char *words, const char *payload,
    size_t len);
/* The same for what must not fail. */
void daemon_must(struct uvnf *u, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/*
 * Destroys a VNF that a create which failed may have left: it would answer in
 * the next one's place.  Where that fails the program ends.
 */
void daemon_discard(struct uvnf *u, const char *name);

/* Of the first data line of the last reply: NULL or -1 when there is none. */
const char *daemon_text(struct uvnf *u, const char *key);
int64_t daemon_number(struct uvnf *u, const char *key);

/* A pool, and how many shells it is to have. */
struct pool {
	const char *template, *kind;
	unsigned count;
};

/*
 * Fills pools, all of them at the same time, and waits until they are full;
 * from then on they are filled no more.  The microseconds that it took, or 0:
 * a build failed, was said, and was made again.
 */
uint64_t daemon_fill_all(struct uvnf *u, const struct pool *pools, size_t n);
uint64_t daemon_fill(struct uvnf *u, const char *template, const char *kind,
    unsigned count);

/* The pool is as it is now: no refill is to fall into what comes next. */
void daemon_keep(struct uvnf *u, const char *template, const char *kind,
    unsigned count);
/* The same, but the answer is not waited for, nor for its sake anything. */
void daemon_keep_soon(struct uvnf *u, const char *template, const char *kind,
    unsigned count);

#endif
