/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_BENCH_FLEET_H
#define UVNF_BENCH_FLEET_H

#include <stddef.h>
#include <stdint.h>

#include "bench/schedule.h"

/*
 * The VNFs of a run.  Names are never used twice, and have random digits, so
 * that nobody else has them: what has such a name may be destroyed.
 */
struct vnf {
	char name[64];
	enum { VNF_FREE, VNF_BUSY, VNF_IDLE } use;
	size_t slot;
	size_t idle_at;			/* in idle, while VNF_IDLE */
	void *task;			/* whose it is, or NULL */
	void *conn;			/* by which its create went */
};

struct fleet {
	char stem[40];			/* of all names */
	uint64_t made;			/* names that were given */
	struct vnf **vnfs;
	size_t n, size;
	struct vnf **idle;		/* as large as vnfs */
	size_t nidle;
	size_t *free;			/* slots; as large as vnfs */
	size_t nfree;
};

void fleet_begin(struct fleet *f, const char *prefix);
void fleet_end(struct fleet *f);

/* One with a new name, busy. */
struct vnf *fleet_take(struct fleet *f);
/* A random idle one, busy then; NULL: none. */
struct vnf *fleet_pick(struct fleet *f, struct rng *rng);
void fleet_idle(struct fleet *f, struct vnf *v);
/* It is gone, or never was there. */
void fleet_release(struct fleet *f, struct vnf *v);
/* The one with this very name, or NULL. */
struct vnf *fleet_find(const struct fleet *f, const char *name);
/* Those that are not free. */
size_t fleet_count(const struct fleet *f);

#endif
