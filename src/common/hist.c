/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "common/hist.h"

/* Values below two times HIST_PARTS have a bucket each. */
static unsigned
bucket_of(uint32_t value)
{
	unsigned shift = 0;

	if (value >= HIST_PARTS)
		shift = 31 - HIST_PARTS_BITS - (unsigned)__builtin_clz(value);
	return shift * HIST_PARTS + (value >> shift);
}

/* The largest value of a bucket. */
static uint64_t
bucket_end(unsigned bucket)
{
	unsigned shift = bucket < 2 * HIST_PARTS ? 0 : bucket / HIST_PARTS - 1;
	uint64_t part = bucket - shift * HIST_PARTS;

	return ((part + 1) << shift) - 1;
}

/* One bucket is full: the shape is kept, what was rare stays. */
static void
halve(struct hist *h)
{
	unsigned i;

	for (i = 0; i < HIST_BUCKETS; i++)
		h->buckets[i] = h->buckets[i] / 2 + h->buckets[i] % 2;
}

void
hist_add(struct hist *h, uint64_t value)
{
	uint32_t *bucket;

	if (value > h->max)
		h->max = value;
	if (value > HIST_VALUE_MAX)
		value = HIST_VALUE_MAX;
	bucket = &h->buckets[bucket_of((uint32_t)value)];
	if (*bucket == UINT32_MAX)
		halve(h);
	(*bucket)++;
	h->count++;
}

uint64_t
hist_quantile(const struct hist *h, unsigned per_mille)
{
	uint64_t all = 0, wanted, seen = 0, end = 0;
	unsigned i;

	for (i = 0; i < HIST_BUCKETS; i++)
		all += h->buckets[i];
	wanted = (all * per_mille + 999) / 1000;
	for (i = 0; i < HIST_BUCKETS && seen < wanted; i++) {
		seen += h->buckets[i];
		end = bucket_end(i);
	}
	/* What is beyond the last bucket was larger than it can tell. */
	return end > h->max || end == HIST_VALUE_MAX ? h->max : end;
}
