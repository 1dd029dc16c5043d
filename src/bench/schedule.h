/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_BENCH_SCHEDULE_H
#define UVNF_BENCH_SCHEDULE_H

#include <stdint.h>

/* Random numbers that a seed repeats on any machine: xoshiro256**. */
struct rng {
	uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);
/* Below n, which is not 0; of equal chance. */
uint64_t rng_below(struct rng *r, uint64_t n);

/*
 * When requests are to be sent: arrivals of a Poisson process, which go on
 * whether or not earlier ones were answered.
 */
struct schedule {
	struct rng rng;
	uint64_t start_ns;
	double mean_ns;			/* between two arrivals */
	double offset_ns;		/* of the last one, from the start */
};

/* rate is in arrivals a second, more than 0. */
void schedule_begin(struct schedule *s, uint64_t seed, double rate,
    uint64_t start_ns);
/* The time of the next arrival, never before the last one's. */
uint64_t schedule_next(struct schedule *s);

#endif
