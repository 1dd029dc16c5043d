/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../args.h"
#include "classes.h"

struct state {
	unsigned int	 count, burst;
	int		 active;
};

static int
configure(struct element *e, struct args *a, struct report *r)
{
	struct state *st = e->state;
	const struct arg_spec specs[] = {
		{ "ACTIVE", ARG_BOOL, 0, 0, &st->active },
		{ "BURST", ARG_UNSIGNED, 0, 0, &st->burst },
		{ .name = NULL }
	};

	st->active = 1;
	st->burst = 1;
	if (args_read(a, specs, r) < 0)
		return -1;
	if (!st->active && e->in[0].processing != PULL)
		return report_element(r, "ACTIVE is meaningless in push "
		    "context");
	return 0;
}

static void
push(struct element *e, int port, struct packet *p)
{
	struct state *st = e->state;

	(void)port;
	st->count++;
	packet_kill(p);
}

static int
run(struct element *e)
{
	struct state *st = e->state;
	struct packet *p;

	if (e->in[0].processing != PULL || !st->active ||
	    (p = element_pull(e, 0)) == NULL)
		return 0;
	push(e, 0, p);
	return 1;
}

static void
read_count(struct element *e, struct text *out)
{
	text_printf(out, "%u", ((struct state *)e->state)->count);
}

static int
reset_counts(struct element *e, const char *value, struct report *r)
{
	(void)value;
	(void)r;
	((struct state *)e->state)->count = 0;
	return 0;
}

static const struct handler handlers[] = {
	{ "count", HANDLER_READ, read_count, NULL },
	{ "reset_counts", HANDLER_WRITE | HANDLER_BUTTON, NULL, reset_counts },
	{ .name = NULL }
};

const struct class class_discard = {
	.name = "Discard",
	.ports = "1/0",
	.processing = "a/a",
	.size = sizeof(struct state),
	.configure = configure,
	.push = push,
	.run = run,
	.handlers = handlers,
};
