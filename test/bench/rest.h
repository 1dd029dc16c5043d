/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef BENCH_REST_H
#define BENCH_REST_H

#include <stdbool.h>
#include <stdint.h>

struct bench;
struct launcher;

/*
 * Whether anything is being built or destroyed: uvnfd counts what it builds,
 * and Xen's list shorter or longer than what uvnfd has is a domain on its way.
 */
struct rest {
	int64_t domains;		/* on Xen's list, dying ones too */
	int64_t shells, building;	/* of all pools */
	int64_t own;			/* shells of the launcher's pool */
	int64_t vnfs, builds, destroys;	/* as uvnfd counts them */
	bool busy;			/* dom0 was, for too long */
};

/*
 * Waits until all has stood still for a second, and takes that for rest: at
 * the beginning, and when the crowd has another size.
 */
void rest_settle(struct bench *b);

/*
 * Waits for rest, and until dom0 has nothing to do, and says what it is like.
 * how may be NULL.
 */
void rest_await(struct bench *b, const struct launcher *how, struct rest *r);

/*
 * Was dom0 idle before it, and has nothing else been built or destroyed since
 * but the VNF of this launcher, which is up, or has ended?  If not, says so:
 * such a measurement, of us, is dropped.
 */
bool rest_kept(struct bench *b, const struct launcher *how,
    const struct rest *before, bool ended, const char *when, uint64_t us);

/* Says that a measurement is dropped, and what it was. */
void rest_dropped(const struct launcher *how, const char *when,
    const char *why, uint64_t us);

/* Does it take a shell out of one of uvnfd's pools? */
bool takes_shell(const struct launcher *how);

#endif
