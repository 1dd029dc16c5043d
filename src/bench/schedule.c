/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <math.h>

#include "bench/schedule.h"

/* splitmix64, which the authors of xoshiro give for its seeds. */
void
rng_seed(struct rng *r, uint64_t seed)
{
	uint64_t z;
	int i;

	for (i = 0; i < 4; i++) {
		seed += UINT64_C(0x9e3779b97f4a7c15);
		z = seed;
		z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
		r->s[i] = z ^ (z >> 31);
	}
}

static uint64_t
rotate(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

uint64_t
rng_next(struct rng *r)
{
	uint64_t *s = r->s, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

uint64_t
rng_below(struct rng *r, uint64_t n)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % n, x;

	do
		x = rng_next(r);
	while (x >= limit);
	return x % n;
}

void
schedule_begin(struct schedule *s, uint64_t seed, double rate,
    uint64_t start_ns)
{
	rng_seed(&s->rng, seed);
	s->start_ns = start_ns;
	s->mean_ns = 1e9 / rate;
	s->offset_ns = 0;
}

/* Gaps are exponential; 1 to 2^53 parts of 2^53 keeps the logarithm finite. */
uint64_t
schedule_next(struct schedule *s)
{
	double u = (double)((rng_next(&s->rng) >> 11) + 1) * 0x1p-53;

	s->offset_ns -= log(u) * s->mean_ns;
	return s->start_ns + (uint64_t)s->offset_ns;
}
