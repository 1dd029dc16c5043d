/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "console.h"
#include "control.h"
#include "enemies.h"
#include "events.h"
#include "gnttab.h"
#include "memory.h"
#include "routers.h"

void	guest_main(start_info_t *si, uintptr_t stack);

static void
loop(const struct options *o)
{
	int busy;

	for (;;) {
		events_clear();
		console_poll();
		busy = control_step();
		busy |= routers_run();
		busy |= enemies_step(o);
		busy |= o->spin && routers_count(ROUTER_RUNNING) > 0;
		if (!busy)
			events_wait(EVENTS_FOREVER);
	}
}

void
guest_main(start_info_t *si, uintptr_t stack)
{
	static struct options options;
	uint64_t began;

	memory_init(si, stack);
	began = clock_ns();
	options_parse(&options, (const char *)si->cmd_line);
	enemies_begin(&options);
	console_init();
	console_printf("uvnf test guest, %lu pages\n", si->nr_pages);
	if (gnttab_init() < 0)
		console_printf("no grant table\n");
	control_init(&options);
	enemies_boot(&options);
	/* ClickOS says so before it can be asked for anything. */
	console_printf("\"main\" after %lu us\n",
	    (clock_ns() - began) / 1000);
	control_announce();
	loop(&options);
}
