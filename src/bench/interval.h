/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_BENCH_INTERVAL_H
#define UVNF_BENCH_INTERVAL_H

#include <stdint.h>

#include "bench/hdr.h"

/*
 * The binomial interval between order statistics: whatever the distribution,
 * the true quantile lies between the low-th and the high-th smallest of n
 * independent values but for a chance of at most alpha, half of it on
 * each side.  low 0, high n + 1: so few values bound that side by nothing.
 */
struct ranks {
	uint64_t low, high;
};

struct ranks ranks_of_quantile(uint64_t n, unsigned per_mille, double alpha);

/*
 * A quantile of a divided by that of b, and an interval that has the true
 * ratio but for a chance of at most 5 %: from a's and b's own intervals, which
 * may miss with 2.5 % each.  They reach to the outer bounds of their buckets,
 * and as far beyond them as each value may be off, in its own unit.  low and
 * high are negative where there is no bound.
 */
struct ratio {
	double ratio, low, high;
};

/* Both have values, and b's quantile is more than 0. */
struct ratio ratio_of_quantiles(const struct hdr *a, const struct hdr *b,
    unsigned per_mille, unsigned off);

#endif
