/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* What uvnf-bench computes: histograms, arrivals, intervals. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/hdr.h"
#include "bench/interval.h"
#include "bench/schedule.h"

static const unsigned per_milles[] = { 1, 10, 500, 900, 990, 999, 1000 };

#define NPER_MILLES (sizeof(per_milles) / sizeof(per_milles[0]))

/* --- histograms ---------------------------------------------------------- */

/* Every value is in one bucket, and each bucket begins where one ends. */
static void
test_buckets(void **state)
{
	static struct hdr h;
	struct bucket_range r;
	uint64_t next = 0;
	unsigned i;

	(void)state;
	for (i = 0; i < HDR_BUCKETS; i++) {
		r = hdr_bucket(i);
		assert_true(r.low == next && r.high >= r.low);
		assert_true((r.high - r.low) <= r.low / HDR_PARTS);
		hdr_record(&h, r.low);
		hdr_record(&h, r.high);
		assert_int_equal(h.counts[i], 2);
		next = r.high + 1;
	}
	assert_true(next == HDR_VALUE_MAX + 1);
	assert_int_equal(h.n, 2 * HDR_BUCKETS);
}

static void
test_few(void **state)
{
	static const uint64_t values[] = { 0, 1, 255, 256, 257, 1000, 123456789,
	    HDR_VALUE_MAX };
	static struct hdr h;
	size_t i, k;

	(void)state;
	memset(&h, 0, sizeof(h));
	assert_int_equal(hdr_quantile(&h, 500), 0);
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		memset(&h, 0, sizeof(h));
		hdr_record(&h, values[i]);
		for (k = 0; k < NPER_MILLES; k++)
			assert_true(hdr_quantile(&h, per_milles[k]) ==
			    values[i]);
	}
	hdr_record(&h, UINT64_MAX);
	assert_true(h.max == HDR_VALUE_MAX);
	assert_int_equal(h.n, 2);
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

#define MANY 30000

/* Quantiles against those of all values sorted, over many powers of two. */
static void
test_quantiles(void **state)
{
	static uint64_t values[MANY];
	static struct hdr h;
	uint64_t exact, told, seed;
	struct rng rng;
	size_t i;

	(void)state;
	for (seed = 1; seed <= 5; seed++) {
		memset(&h, 0, sizeof(h));
		rng_seed(&rng, seed);
		for (i = 0; i < MANY; i++) {
			values[i] = rng_next(&rng) >> (25 +
			    rng_below(&rng, 35));
			hdr_record(&h, values[i]);
		}
		qsort(values, MANY, sizeof(values[0]), compare);
		for (i = 0; i < NPER_MILLES; i++) {
			exact = values[(MANY * per_milles[i] + 999) / 1000 - 1];
			told = hdr_quantile(&h, per_milles[i]);
			assert_true(told >= exact);
			assert_true(told - exact <= exact / HDR_PARTS);
		}
		assert_true(h.min == values[0] && h.max == values[MANY - 1]);
	}
}

static void
test_ranks_of_large_counts(void **state)
{
	(void)state;
	assert_int_equal(hdr_quantile_rank(1, 1), 1);
	assert_int_equal(hdr_quantile_rank(1, 1000), 1);
	assert_int_equal(hdr_quantile_rank(1000, 999), 999);
	assert_int_equal(hdr_quantile_rank(1001, 999), 1000);
	assert_int_equal(hdr_quantile_rank(10, 500), 5);
	assert_int_equal(hdr_quantile_rank(11, 500), 6);
	assert_true(hdr_quantile_rank(UINT64_MAX, 1000) == UINT64_MAX);
}

/* --- arrivals ------------------------------------------------------------ */

#define ARRIVALS 100000

/*
 * Of a Poisson process: gaps are exponential, so that their mean is also
 * their standard deviation, and 1 - 1/e of them are below it; counts in equal
 * spans of time have their mean for a variance.  The bounds are five
 * standard errors; seeds make this the same each time.
 */
static void
test_poisson(void **state)
{
	double gap, sum = 0, squares = 0, below = 0, mean, n = ARRIVALS;
	uint64_t last = 7, t, seed;
	struct schedule s;
	int i;

	(void)state;
	for (seed = 1; seed <= 3; seed++) {
		last = 7;
		sum = squares = below = 0;
		schedule_begin(&s, seed, 1000, 7);
		for (i = 0; i < ARRIVALS; i++) {
			t = schedule_next(&s);
			assert_true(t >= last);
			gap = (double)(t - last);
			sum += gap;
			squares += gap * gap;
			below += gap < 1e6;
			last = t;
		}
		mean = sum / n;
		assert_true(mean > 1e6 * 0.984 && mean < 1e6 * 1.016);
		assert_true(squares / n / mean / mean > 1.92 &&
		    squares / n / mean / mean < 2.08);
		assert_true(below / n > 0.6245 && below / n < 0.6398);
	}
}

static void
test_poisson_counts(void **state)
{
	uint64_t span = 10000000, edge = span, t;
	double count = 0, sum = 0, squares = 0, n = 0, mean, variance;
	struct schedule s;

	(void)state;
	schedule_begin(&s, 42, 1000, 0);
	while (n < 10000) {
		for (t = schedule_next(&s); t >= edge; edge += span) {
			sum += count;
			squares += count * count;
			count = 0;
			n++;
		}
		count++;
	}
	mean = sum / n;
	variance = squares / n - mean * mean;
	assert_true(mean > 9.84 && mean < 10.16);
	assert_true(variance / mean > 0.92 && variance / mean < 1.08);
}

static void
test_seeds(void **state)
{
	struct schedule a, b, c;
	int i, same = 0;
	uint64_t t;

	(void)state;
	schedule_begin(&a, 5, 10, 0);
	schedule_begin(&b, 5, 10, 1000);
	schedule_begin(&c, 6, 10, 0);
	for (i = 0; i < 100; i++) {
		t = schedule_next(&a);
		assert_true(schedule_next(&b) == t + 1000);
		same += schedule_next(&c) == t;
	}
	assert_int_equal(same, 0);
}

static void
test_below(void **state)
{
	unsigned counts[7] = { 0 };
	struct rng rng;
	uint64_t x;
	int i;

	(void)state;
	rng_seed(&rng, 1);
	for (i = 0; i < 70000; i++) {
		x = rng_below(&rng, 7);
		assert_true(x < 7);
		counts[x]++;
	}
	for (i = 0; i < 7; i++)
		assert_true(counts[i] > 9500 && counts[i] < 10500);
	assert_int_equal(rng_below(&rng, 1), 0);
}

/* --- intervals ----------------------------------------------------------- */

/* The chance that at most k of n are no larger than the quantile. */
static double
at_most(unsigned n, unsigned k, double q)
{
	long double term = 1, sum = 0;	/* 0.01 to the 300th is to fit */
	unsigned i;

	for (i = 0; i < n; i++)
		term *= 1 - q;
	for (i = 0; i <= k; i++) {
		sum += term;
		term *= (long double)(n - i) / (i + 1) * q / (1 - q);
	}
	return (double)sum;
}

/* As wide as it must be, and no wider: against sums without logarithms. */
static void
test_rank_intervals(void **state)
{
	static const unsigned some[] = { 10, 500, 900, 990 };
	struct ranks r;
	unsigned n, i;
	double q;

	(void)state;
	for (n = 1; n <= 300; n++) {
		for (i = 0; i < 4; i++) {
			q = some[i] / 1000.0;
			r = ranks_of_quantile(n, some[i], 0.05);
			assert_true(r.low <= n && r.high <= n + 1);
			assert_true(r.low < r.high);
			if (r.low > 0)
				assert_true(at_most(n, (unsigned)r.low - 1,
				    q) <= 0.025 + 1e-9);
			assert_true(at_most(n, (unsigned)r.low, q) >
			    0.025 - 1e-9);
			if (r.high <= n)
				assert_true(1 - at_most(n, (unsigned)r.high -
				    1, q) <= 0.025 + 1e-9);
			assert_true(r.high == 1 || 1 - at_most(n,
			    (unsigned)r.high - 2, q) > 0.025 - 1e-9);
		}
	}
}

/* Textbooks have these; and the normal approximation for many values. */
static void
test_known_intervals(void **state)
{
	struct ranks r = ranks_of_quantile(10, 500, 0.05);

	(void)state;
	assert_int_equal(r.low, 2);
	assert_int_equal(r.high, 9);
	r = ranks_of_quantile(5, 500, 0.05);
	assert_int_equal(r.low, 0);
	assert_int_equal(r.high, 6);
	r = ranks_of_quantile(1000000, 500, 0.05);
	assert_in_range(r.low, 499018, 499022);
	assert_in_range(r.high, 500979, 500983);
}

static void
fill(struct hdr *h, uint64_t seed, unsigned n, double scale)
{
	struct schedule s;
	uint64_t last = 0, t;

	memset(h, 0, sizeof(*h));
	schedule_begin(&s, seed, 1e9 / scale, 0);
	while (n-- > 0) {
		t = schedule_next(&s);
		hdr_record(h, t - last);
		last = t;
	}
}

/*
 * Two samples of known distributions, many times: the interval must have the
 * true ratio of medians at least as often as it says.
 */
static void
test_ratio_coverage(void **state)
{
	static struct hdr a, b;
	unsigned i, k, hit, tries = 300;
	static const unsigned some[] = { 500, 900, 990 };
	struct ratio r;

	(void)state;
	for (k = 0; k < 3; k++) {
		for (hit = i = 0; i < tries; i++) {
			fill(&a, 1000 + i, 400, 3e6);
			fill(&b, 5000 + i, 300, 1e6);
			r = ratio_of_quantiles(&a, &b, some[k], 0);
			assert_true(r.ratio > 0);
			hit += r.low <= 3 && (r.high < 0 || r.high >= 3);
		}
		assert_true(hit >= tries * 95 / 100);
	}
}

static void
test_ratio(void **state)
{
	static struct hdr a, b;
	struct ratio r;
	uint64_t i;

	(void)state;
	fill(&a, 1, 5000, 1e6);
	r = ratio_of_quantiles(&a, &a, 500, 0);
	assert_true(r.ratio == 1);
	assert_true(r.low < 1 && r.high > 1 && r.high < 1.2);
	for (i = 1; i <= 100000; i++) {
		hdr_record(&b, 10 * i);
		hdr_record(&b, 10 * i);
	}
	memset(&a, 0, sizeof(a));
	for (i = 1; i <= 100000; i++)
		hdr_record(&a, 40 * i);
	r = ratio_of_quantiles(&a, &b, 900, 0);
	assert_true(r.ratio > 3.96 && r.ratio < 4.04);
	assert_true(r.low < 4 && r.low > 3.9 && r.high > 4 && r.high < 4.1);
	/* Some 3,600,000 by 900,000, where each may be off by half of that. */
	r = ratio_of_quantiles(&a, &b, 900, 450000);
	assert_true(r.low < 3150.0 / 1350 && r.low > 3050.0 / 1350);
	assert_true(r.high > 4050.0 / 450 && r.high < 4150.0 / 430);
	r = ratio_of_quantiles(&a, &b, 900, 1000000);
	assert_true(r.low > 0 && r.high < 0);
	memset(&a, 0, sizeof(a));
	hdr_record(&a, 1000);
	r = ratio_of_quantiles(&a, &b, 500, 0);
	assert_true(r.low < 0 && r.high < 0 && r.ratio > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_quantiles),
		cmocka_unit_test(test_ranks_of_large_counts),
		cmocka_unit_test(test_poisson),
		cmocka_unit_test(test_poisson_counts),
		cmocka_unit_test(test_seeds),
		cmocka_unit_test(test_below),
		cmocka_unit_test(test_rank_intervals),
		cmocka_unit_test(test_known_intervals),
		cmocka_unit_test(test_ratio_coverage),
		cmocka_unit_test(test_ratio),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
