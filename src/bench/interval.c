/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <math.h>

#include "bench/interval.h"

#define ALPHA 0.05

/* The chance of exactly k out of n. */
static double
chance(uint64_t n, uint64_t k, double q)
{
	double dn = (double)n, dk = (double)k;

	if (q >= 1)
		return k == n ? 1 : 0;
	return exp(lgamma(dn + 1) - lgamma(dk + 1) - lgamma(dn - dk + 1) +
	    dk * log(q) + (dn - dk) * log1p(-q));
}

/*
 * The sums begin where what is left out is far below any alpha of use: 12
 * standard deviations away, and 40 for those that are hardly normal.
 */
static double
reach(uint64_t n, double q)
{
	return 12 * sqrt((double)n * q * (1 - q)) + 40;
}

static uint64_t
low_rank(uint64_t n, double q, double alpha)
{
	double begin = floor((double)n * q - reach(n, q)), sum = 0;
	uint64_t k = begin > 0 ? (uint64_t)begin : 0;

	for (; k <= n; k++) {
		sum += chance(n, k, q);
		if (sum > alpha)
			break;
	}
	return k;	/* fewer than k have a chance of at most alpha */
}

static uint64_t
high_rank(uint64_t n, double q, double alpha)
{
	double begin = ceil((double)n * q + reach(n, q)), sum = 0;
	uint64_t k = begin < (double)n ? (uint64_t)begin : n;

	for (;; k--) {
		sum += chance(n, k, q);
		if (sum > alpha || k == 0)
			break;
	}
	return k + 1;
}

struct ranks
ranks_of_quantile(uint64_t n, unsigned per_mille, double alpha)
{
	double q = per_mille / 1000.0;
	struct ranks r;

	r.low = low_rank(n, q, alpha / 2);
	r.high = high_rank(n, q, alpha / 2);
	return r;
}

/* Bounds of a quantile as values; negative: none. */
static void
bounds(const struct hdr *h, unsigned per_mille, unsigned off, double *low,
    double *high)
{
	struct ranks r = ranks_of_quantile(h->n, per_mille, ALPHA / 2);

	*low = r.low > 0 ? fdim((double)hdr_rank(h, r.low).low, off) : -1;
	*high = r.high <= h->n ? (double)hdr_rank(h, r.high).high + off : -1;
}

struct ratio
ratio_of_quantiles(const struct hdr *a, const struct hdr *b,
    unsigned per_mille, unsigned off)
{
	double a_low, a_high, b_low, b_high;
	struct ratio r;

	bounds(a, per_mille, off, &a_low, &a_high);
	bounds(b, per_mille, off, &b_low, &b_high);
	r.ratio = (double)hdr_quantile(a, per_mille) /
	    (double)hdr_quantile(b, per_mille);
	r.low = a_low >= 0 && b_high > 0 ? a_low / b_high : -1;
	r.high = a_high >= 0 && b_low > 0 ? a_high / b_low : -1;
	return r;
}
