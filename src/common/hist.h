/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_HIST_H
#define UVNF_HIST_H

#include <stdint.h>

#include "common/buckets.h"

/*
 * How often which values came, in bounded memory: what a value is told to be
 * is too large by less than one part in HIST_PARTS.  Values below two times
 * HIST_PARTS are exact, those above HIST_VALUE_MAX count as it.  Zeroed memory
 * is an empty one.
 */
#define HIST_PARTS_BITS 5
#define HIST_PARTS (1u << HIST_PARTS_BITS)
#define HIST_VALUE_MAX UINT32_MAX
#define HIST_BUCKETS BUCKETS(HIST_PARTS_BITS, 32)

struct hist {
	uint64_t count;			/* values that came */
	uint64_t max;			/* the largest, as it was */
	uint32_t buckets[HIST_BUCKETS];
};

/* No allocation, no loop but once in four thousand million values. */
void hist_add(struct hist *h, uint64_t value);

/*
 * The smallest value that is told so that at least per_mille thousandths (1
 * to 1000) of all values were no larger; 0 when none came.
 */
uint64_t hist_quantile(const struct hist *h, unsigned per_mille);

#endif
