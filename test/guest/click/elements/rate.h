/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef CLICK_RATE_H
#define CLICK_RATE_H

#include "../text.h"

#include <stdint.h>

/*
 * A moving average as Click's: each millisecond's sum counts a sixteenth, in
 * units of 1/1024.  Zeroed it is ready.
 */
struct rate {
	uint64_t	 now;
	uint32_t	 current, average;
};

void	rate_update(struct rate *ra, uint32_t amount);

/* The average a second, times 2 to the power of shift. */
void	rate_print(struct rate *ra, int shift, struct text *out);

#endif
