/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* Quantiles of histograms, against those of all values sorted. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/hist.h"

static const unsigned quantiles[] = { 1, 10, 500, 900, 990, 999, 1000 };

#define NQUANTILES (sizeof(quantiles) / sizeof(quantiles[0]))

static void
test_empty(void **state)
{
	struct hist h = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < NQUANTILES; i++)
		assert_int_equal(hist_quantile(&h, quantiles[i]), 0);
	assert_int_equal(h.count, 0);
	assert_int_equal(h.max, 0);
}

static void
test_one(void **state)
{
	static const uint64_t values[] = { 0, 1, 31, 32, 33, 63, 64, 65, 1000,
	    UINT32_MAX - 1, UINT32_MAX, UINT64_C(1) << 32, UINT64_MAX };
	struct hist h;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		memset(&h, 0, sizeof(h));
		hist_add(&h, values[i]);
		assert_int_equal(h.count, 1);
		assert_true(h.max == values[i]);
		for (k = 0; k < NQUANTILES; k++)
			assert_true(hist_quantile(&h, quantiles[k]) ==
			    values[i]);
	}
}

/* Each value that a bucket begins or ends with falls where it should. */
static void
test_edges(void **state)
{
	struct hist h;
	uint64_t value, told;
	unsigned bit;
	int d;

	(void)state;
	for (bit = 0; bit < 32; bit++) {
		for (d = -2; d <= 2; d++) {
			value = (UINT64_C(1) << bit) + (uint64_t)d;
			if (value > UINT32_MAX)
				continue;
			memset(&h, 0, sizeof(h));
			hist_add(&h, value);
			/* So that the largest one says nothing. */
			hist_add(&h, UINT64_MAX);
			told = hist_quantile(&h, 500);
			assert_true(told >= value);
			if (value < UINT32_MAX - UINT32_MAX / HIST_PARTS)
				assert_true(told - value <=
				    value / HIST_PARTS);
		}
	}
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

#define MANY 20000

/* Too large by less than one part in HIST_PARTS, and never too small. */
static void
test_many(void **state)
{
	static uint64_t values[MANY];
	struct hist h = { 0 };
	unsigned seed = 20261123;
	uint64_t value, told;
	size_t i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		/* Over many powers of two, as times are. */
		values[i] = ((uint64_t)rand_r(&seed) & 0x3fffffff) >>
		    ((unsigned)rand_r(&seed) >> 8) % 24;
		hist_add(&h, values[i]);
	}
	qsort(values, MANY, sizeof(values[0]), compare);
	for (i = 0; i < NQUANTILES; i++) {
		value = values[(MANY * quantiles[i] + 999) / 1000 - 1];
		told = hist_quantile(&h, quantiles[i]);
		assert_true(told >= value);
		assert_true(told - value <= value / HIST_PARTS);
	}
	assert_true(h.max == values[MANY - 1]);
	assert_int_equal(h.count, MANY);
}

/* A full bucket costs nothing but exact counts. */
static void
test_full(void **state)
{
	struct hist h = { 0 };

	(void)state;
	hist_add(&h, 5);
	h.buckets[7] = UINT32_MAX;
	h.count += UINT32_MAX;
	hist_add(&h, 7);
	assert_true(h.count == UINT64_C(0x100000001));
	assert_int_equal(h.buckets[5], 1);
	assert_true(h.buckets[7] == 0x80000001);
	assert_int_equal(hist_quantile(&h, 500), 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
