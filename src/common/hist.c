/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "common/buckets.h"
#include "common/hist.h"

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
	bucket = &h->buckets[bucket_of(value, HIST_PARTS_BITS)];
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
		end = bucket_values(i, HIST_PARTS_BITS).high;
	}
	/* What is beyond the last bucket was larger than it can tell. */
	return end > h->max || end == HIST_VALUE_MAX ? h->max : end;
}
