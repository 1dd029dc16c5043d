/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "classes.h"
#include "rate.h"

struct state {
	uint32_t	 count, bytes;
	struct rate	 rate, byte_rate;
};

static struct packet *
action(struct element *e, struct packet *p)
{
	struct state *st = e->state;

	st->count++;
	st->bytes += p->len;
	rate_update(&st->rate, 1);
	rate_update(&st->byte_rate, p->len);
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

static void
read_rate(struct element *e, struct text *out)
{
	rate_print(&((struct state *)e->state)->rate, 0, out);
}

static void
read_bit_rate(struct element *e, struct text *out)
{
	rate_print(&((struct state *)e->state)->byte_rate, 3, out);
}

static void
read_byte_rate(struct element *e, struct text *out)
{
	rate_print(&((struct state *)e->state)->byte_rate, 0, out);
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
	{ "rate", HANDLER_READ, read_rate, NULL },
	{ "bit_rate", HANDLER_READ, read_bit_rate, NULL },
	{ "byte_rate", HANDLER_READ, read_byte_rate, NULL },
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
