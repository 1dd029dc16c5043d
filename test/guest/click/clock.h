/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef CLICK_CLOCK_H
#define CLICK_CLOCK_H

#include <stdint.h>

/* Given by whoever runs the router: milliseconds since some start. */
uint64_t	clock_ms(void);

#endif
