/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_BENCH_HDR_H
#define UVNF_BENCH_HDR_H

#include <stdint.h>

#include "common/buckets.h"

/*
 * A histogram of times in nanoseconds with a bounded relative error: a bucket
 * is narrower than one part in HDR_PARTS of its values.  Values below two
 * times HDR_PARTS are exact, those above HDR_VALUE_MAX (18 minutes) count as
 * it.  Zeroed memory is an empty one.
 */
#define HDR_BITS 7
#define HDR_PARTS (1u << HDR_BITS)
#define HDR_VALUE_BITS 40
#define HDR_VALUE_MAX ((UINT64_C(1) << HDR_VALUE_BITS) - 1)
#define HDR_BUCKETS BUCKETS(HDR_BITS, HDR_VALUE_BITS)

struct hdr {
	uint64_t n;			/* values that came */
	uint64_t min, max;		/* at most HDR_VALUE_MAX */
	double sum;
	uint64_t counts[HDR_BUCKETS];
};

/* No allocation, no loop. */
void hdr_record(struct hdr *h, uint64_t value);
/* The same for n equal values. */
void hdr_record_n(struct hdr *h, uint64_t value, uint64_t n);

/* The values of a bucket, 0 to HDR_BUCKETS - 1. */
struct bucket_range hdr_bucket(unsigned bucket);

/*
 * Where the rank-th smallest value is, 1 to n: the bounds of its bucket, and
 * within the smallest and the largest value.
 */
struct bucket_range hdr_rank(const struct hdr *h, uint64_t rank);

/* The rank of a quantile in thousandths (1 to 1000) of n values; n > 0. */
uint64_t hdr_quantile_rank(uint64_t n, unsigned per_mille);

/* A quantile: never too small, and too large by less than a bucket. */
uint64_t hdr_quantile(const struct hdr *h, unsigned per_mille);

#endif
