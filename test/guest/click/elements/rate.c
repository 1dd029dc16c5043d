/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../clock.h"
#include "rate.h"

#define STABILITY	4
#define SCALE		10
#define PER_SECOND	1000
#define FORGOTTEN	100

static void
average(struct rate *ra, uint32_t amount)
{
	uint32_t scaled = (amount << SCALE) + (1 << (STABILITY - 1));

	ra->average += (int32_t)(scaled - ra->average) >> STABILITY;
}

void
rate_update(struct rate *ra, uint32_t amount)
{
	uint64_t now = clock_ms(), idle;

	if (now != ra->now) {
		average(ra, ra->current);
		idle = now - ra->now - 1;
		if (idle >= FORGOTTEN)
			ra->average = 0;
		else
			while (idle-- > 0)
				average(ra, 0);
		ra->current = 0;
		ra->now = now;
	}
	ra->current += amount;
}

/* A number of so many bits after the point, in the fewest digits that tell. */
static void
print_fraction(struct text *out, uint32_t value, int bits)
{
	uint32_t one = 1u << bits, fraction = value & (one - 1);
	uint64_t digits, scale = 1;
	int n;

	text_printf(out, "%u", value >> bits);
	if (fraction == 0)
		return;
	for (n = 1; ; n++) {
		scale *= 10;
		digits = (fraction * scale + one / 2) / one;
		if ((digits * one + scale / 2) / scale == fraction)
			break;
	}
	text_printf(out, ".");
	while (scale > 1) {
		scale /= 10;
		text_printf(out, "%u", (unsigned int)(digits / scale % 10));
	}
}

void
rate_print(struct rate *ra, int shift, struct text *out)
{
	rate_update(ra, 0);
	print_fraction(out, ra->average * PER_SECOND, SCALE - shift);
}
