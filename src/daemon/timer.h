/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_TIMER_H
#define UVNF_TIMER_H

#include <stdint.h>

struct event;

/* Lets the timer ev go off in ms milliseconds, whatever it waited for. */
void timer_arm_ms(struct event *ev, uint64_t ms);

#endif
