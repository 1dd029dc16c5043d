/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "classes.h"

struct state {
	uint32_t	 count, bytes;
};

static struct packet *
action(struct element *e, struct packet *p)
{
	struct state *st = e->state;

	st->count++;
	st->bytes += p->len;
	return p;
}

static void
read_count(struct element *e, struct text *out)
{
	text_printf(out, "%u", ((struct state *)e->state)->count);
}

static void
read_bytes(struct element *e, struct text *out)
{
	text_printf(out, "%u", ((struct state *)e->state)->bytes);
}

static int
reset(struct element *e, const char *value, struct report *r)
{
	struct state *st = e->state;

	(void)value;
	(void)r;
	st->count = st->bytes = 0;
	return 0;
}

static const struct handler handlers[] = {
	{ "count", HANDLER_READ, read_count, NULL },
	{ "byte_count", HANDLER_READ, read_bytes, NULL },
	{ "reset", HANDLER_WRITE | HANDLER_BUTTON, NULL, reset },
	{ "reset_counts", HANDLER_WRITE | HANDLER_BUTTON | HANDLER_UNCOMMON,
	    NULL, reset },
	{ .name = NULL }
};

const struct class class_counter = {
	.name = "Counter",
	.ports = "1/1",
	.processing = "a/a",
	.size = sizeof(struct state),
	.action = action,
	.handlers = handlers,
};
