/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_HYPER_H
#define UVNF_HYPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

/* The few hypercalls that do without libxl.  All of them are synchronous. */
struct hyper;

enum hyper_state {
	HYPER_RUNNING,			/* or able to: paused, blocked */
	HYPER_SHUTDOWN,
	HYPER_CRASHED,
	HYPER_DYING			/* being taken down */
};

struct hyper_domain {
	int domid;
	uint8_t uuid[16];
	enum hyper_state state;
	bool paused;
};

/* NULL with e filled, which says so plainly when there is no Xen. */
struct hyper *hyper_open(struct uvnf_error *e);
void hyper_close(struct hyper *h);

/* 0 or -errno; EINVAL: it was not paused. */
int hyper_unpause(struct hyper *h, int domid);
int hyper_pause(struct hyper *h, int domid);

/*
 * Every domain but dom0, in the order of their domids.  *list belongs to h
 * and lives until the next call.
 */
int hyper_list(struct hyper *h, const struct hyper_domain **list, size_t *n,
    struct uvnf_error *e);

/* Looks one domain up: 1 when domid is there, 0 when not, -errno. */
int hyper_get(struct hyper *h, int domid, struct hyper_domain *out);

/* The domain of a uuid: 1 found, 0 not, or -UVNF_E_SYSTEM with e filled. */
int hyper_find(struct hyper *h, const uint8_t uuid[16],
    struct hyper_domain *out, struct uvnf_error *e);

int hyper_free_memory_mb(struct hyper *h, uint64_t *mb,
    struct uvnf_error *e);

/* The host's CPUs are 0 to what this returns; -1 when Xen does not tell. */
int hyper_last_cpu(struct hyper *h);

uint64_t hyper_calls(const struct hyper *h);

/* Fills e and returns -UVNF_E_SYSTEM when this is no dom0 of a Xen. */
int hyper_probe(struct uvnf_error *e);

#endif
