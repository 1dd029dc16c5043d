/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "bench/hdr.h"

struct bucket_range
hdr_bucket(unsigned bucket)
{
	return bucket_values(bucket, HDR_BITS);
}

void
hdr_record_n(struct hdr *h, uint64_t value, uint64_t n)
{
	if (n == 0)
		return;
	if (value > HDR_VALUE_MAX)
		value = HDR_VALUE_MAX;
	if (h->n == 0 || value < h->min)
		h->min = value;
	if (value > h->max)
		h->max = value;
	h->n += n;
	h->sum += (double)value * (double)n;
	h->counts[bucket_of(value, HDR_BITS)] += n;
}

void
hdr_record(struct hdr *h, uint64_t value)
{
	hdr_record_n(h, value, 1);
}

struct bucket_range
hdr_rank(const struct hdr *h, uint64_t rank)
{
	struct bucket_range r = { 0, 0 };
	uint64_t seen = 0;
	unsigned i;

	for (i = 0; i < HDR_BUCKETS && seen < rank; i++) {
		seen += h->counts[i];
		if (seen >= rank)
			r = hdr_bucket(i);
	}
	if (r.low < h->min)
		r.low = h->min;
	if (r.high > h->max)
		r.high = h->max;
	return r;
}

uint64_t
hdr_quantile_rank(uint64_t n, unsigned per_mille)
{
	return n / 1000 * per_mille + (n % 1000 * per_mille + 999) / 1000;
}

uint64_t
hdr_quantile(const struct hdr *h, unsigned per_mille)
{
	if (h->n == 0)
		return 0;
	return hdr_rank(h, hdr_quantile_rank(h->n, per_mille)).high;
}
