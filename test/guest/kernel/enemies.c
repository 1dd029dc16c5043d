/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../click/lib.h"
#include "console.h"
#include "control.h"
#include "enemies.h"
#include "events.h"
#include "xenbus.h"

#define VALUE_MAX	1900	/* of 2048 bytes a node, all counted */
#define DEPTH		400
#define WIDTH		100	/* the names count for the node above */
#define NODES_MAX	5000	/* should there be no quota for their number */

static char garbage[VALUE_MAX + 1];

/* Control bytes, quotes and what is no UTF-8; no NUL, for it is text, too. */
static void
make_garbage(void)
{
	static const char piece[] = "\x1b]0;enemy\x07\x1b[2J\x9b" "2J\xc3\x28"
	    "\xff\\\"'$(reboot)\r\nOK\n\x7f";
	unsigned int i;

	for (i = 0; i < VALUE_MAX; i++)
		garbage[i] = piece[i % (sizeof(piece) - 1)];
}

/* What a toolstack reads, or may be led to; it can write most of it. */
static void
spoil_nodes(void)
{
	static const char *const paths[] = {
		"data/clickos/0/status",
		"data/clickos/0/config/0",
		"data/clickos/0/config/77777777777777777777777",
		"data/clickos/0/config/-1/deeper",
		"data/clickos/0/elements/cnt/count",
		"data/clickos/0/elements/cnt/count/lock",
		"data/clickos/18446744073709551616/status",
		"control/shutdown",
		"console/tty",
		"device/vif/0/state",
		"uvnf/vif/0",
		"vm",
		"name",
	};
	unsigned int i, refused = 0;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		refused += xenbus_write(paths[i], garbage, VALUE_MAX) < 0;
	console_printf("enemy: %u nodes spoilt, %u refused\n", i - refused,
	    refused);
}

static void
fill_quota(void)
{
	static char path[2 * DEPTH + 64];
	unsigned int i;

	memcpy(path, "data", 5);
	for (i = 0; i < DEPTH; i++)
		memcpy(path + 4 + 2 * i, "/d", 3);
	if (xenbus_write(path, "", 0) < 0)
		console_printf("enemy: no deep tree\n");
	for (i = 0; i < NODES_MAX; i++) {
		snprintf(path, sizeof(path), "data/%u/%u", i / WIDTH,
		    i % WIDTH);
		if (xenbus_write(path, garbage, VALUE_MAX) < 0)
			break;
	}
	console_printf("enemy: %u nodes of %u bytes\n", i, VALUE_MAX);
}

void
enemies_begin(const struct options *o)
{
	while (o->enemy == ENEMY_BLOCK)
		clock_sleep_ms(1000);
	make_garbage();
}

void
enemies_boot(const struct options *o)
{
	volatile int spinning = o->enemy == ENEMY_SPIN;

	while (spinning)
		;
	if (o->enemy == ENEMY_CRASH)
		control_crash("an enemy");
	if (o->enemy == ENEMY_TREE)
		spoil_nodes();
}

int
enemies_step(const struct options *o)
{
	static unsigned long n;

	if (o->enemy == ENEMY_TREE && n++ == 0)
		fill_quota();
	if (o->enemy == ENEMY_LATE) {
		clock_sleep_ms(500);
		control_crash("an enemy");
	}
	if (o->enemy != ENEMY_FLOOD)
		return 0;
	console_printf("%.100s flood %lu\n", garbage, n++);
	return 1;
}

const char *
enemies_answer(const struct options *o, size_t *len)
{
	*len = VALUE_MAX;
	return o->enemy == ENEMY_ANSWERS ? garbage : NULL;
}
