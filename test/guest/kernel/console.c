/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdarg.h>

#include "../click/lib.h"
#include "console.h"
#include "events.h"
#include "hypercall.h"
#include "memory.h"

#include <xen/io/console.h>

#define LINE_MAX	4096
#define FULL_WAIT_NS	200000000ull

static volatile struct xencons_interface *ring;
static unsigned int port;

void
console_init(void)
{
	ring = memory_va(start_info->console.domU.mfn);
	port = start_info->console.domU.evtchn;
	events_add(port);
}

static int
has_room(void)
{
	return ring->out_prod - ring->out_cons < sizeof(ring->out);
}

static int
wait_for_room(void)
{
	uint64_t until = clock_ns() + FULL_WAIT_NS;

	event_notify(port);
	while (!has_room()) {
		if (clock_ns() >= until)
			return -1;
		/* A pending event of anybody's ends the sleep early. */
		events_clear();
		if (!has_room())
			events_wait(clock_ns() + 1000000);
	}
	return 0;
}

static int
put(char c)
{
	if (!has_room() && wait_for_room() < 0)
		return -1;
	ring->out[MASK_XENCONS_IDX(ring->out_prod, ring->out)] = c;
	wmb();
	ring->out_prod++;
	return 0;
}

void
console_write(const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\n' && put('\r') < 0)
			break;
		if (put(*s) < 0)
			break;
	}
	event_notify(port);
}

void
console_printf(const char *fmt, ...)
{
	static char line[LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	console_write(line);
}

void
console_poll(void)
{
	if (ring->in_cons == ring->in_prod)
		return;
	ring->in_cons = ring->in_prod;
	event_notify(port);
}
