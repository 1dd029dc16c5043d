/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <event2/event.h>

#include "common/log.h"
#include "daemon/timer.h"

void
timer_arm_ms(struct event *ev, uint64_t ms)
{
	struct timeval tv;

	tv.tv_sec = (time_t)(ms / 1000);
	tv.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	if (event_add(ev, &tv) != 0)
		log_fatal("out of memory");
}
