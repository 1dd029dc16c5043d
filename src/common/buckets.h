/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_BUCKETS_H
#define UVNF_BUCKETS_H

#include <stdint.h>

/*
 * The buckets of a histogram with a bounded relative error, in the manner of
 * HdrHistogram: each power of two is cut into 2^bits of one width.  Values
 * below two times that have a bucket each.
 */

/* What a bucket holds: values from low to high. */
struct bucket_range {
	uint64_t low, high;
};

/* How many there are for values below 2^value_bits. */
#define BUCKETS(bits, value_bits) ((1u << (bits)) * ((value_bits) - (bits) + 1))

static inline unsigned
bucket_of(uint64_t value, unsigned bits)
{
	unsigned shift = 0;

	if (value >> bits != 0)
		shift = 63 - bits - (unsigned)__builtin_clzll(value);
	return (shift << bits) + (unsigned)(value >> shift);
}

static inline struct bucket_range
bucket_values(unsigned bucket, unsigned bits)
{
	unsigned shift = bucket >> (bits + 1) == 0 ? 0 : (bucket >> bits) - 1;
	uint64_t part = bucket - (shift << bits);
	struct bucket_range r = {
		.low = part << shift,
		.high = ((part + 1) << shift) - 1,
	};

	return r;
}

#endif
