/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../args.h"
#include "classes.h"

struct state {
	struct packet	*first, *last;
	unsigned int	 length, capacity, highwater, drops;
};

static int
configure(struct element *e, struct args *a, struct report *r)
{
	struct state *st = e->state;
	const struct arg_spec specs[] = {
		{ "CAPACITY", ARG_UNSIGNED, 1, 0, &st->capacity },
		{ .name = NULL }
	};

	st->capacity = 1000;
	return args_read(a, specs, r);
}

static void
push(struct element *e, int port, struct packet *p)
{
	struct state *st = e->state;

	(void)port;
	if (st->length >= st->capacity) {
		if (st->drops++ == 0 && st->capacity > 0)
			click_printf("%s :: %s: overflow", e->name,
			    e->class->name);
		element_push(e, 1, p);
		return;
	}
	p->next = NULL;
	if (st->first == NULL)
		st->first = p;
	else
		st->last->next = p;
	st->last = p;
	if (++st->length > st->highwater)
		st->highwater = st->length;
}

static struct packet *
pull(struct element *e, int port)
{
	struct state *st = e->state;
	struct packet *p = st->first;

	(void)port;
	if (p != NULL) {
		st->first = p->next;
		st->length--;
	}
	return p;
}

static void
cleanup(struct element *e)
{
	struct packet *p;

	while ((p = pull(e, 0)) != NULL)
		packet_kill(p);
}

static void
read_length(struct element *e, struct text *out)
{
	text_printf(out, "%u", ((struct state *)e->state)->length);
}

static void
read_highwater(struct element *e, struct text *out)
{
	text_printf(out, "%u", ((struct state *)e->state)->highwater);
}

static void
read_capacity(struct element *e, struct text *out)
{
	text_printf(out, "%u", ((struct state *)e->state)->capacity);
}

static void
read_drops(struct element *e, struct text *out)
{
	text_printf(out, "%u", ((struct state *)e->state)->drops);
}

static int
write_capacity(struct element *e, const char *value, struct report *r)
{
	struct args a;
	int rc = -1;

	if (args_split(&a, value) == 0) {
		const struct arg_spec specs[] = {
			{ "CAPACITY", ARG_UNSIGNED, 1, 1,
			    &((struct state *)e->state)->capacity },
			{ .name = NULL }
		};
		rc = args_read(&a, specs, r);
	}
	args_free(&a);
	return rc;
}

static int
reset_counts(struct element *e, const char *value, struct report *r)
{
	struct state *st = e->state;

	(void)value;
	(void)r;
	st->drops = 0;
	st->highwater = st->length;
	return 0;
}

static int
reset(struct element *e, const char *value, struct report *r)
{
	struct packet *p;

	(void)value;
	(void)r;
	while ((p = pull(e, 0)) != NULL)
		element_push(e, 1, p);
	return 0;
}

static const struct handler handlers[] = {
	{ "length", HANDLER_READ, read_length, NULL },
	{ "highwater_length", HANDLER_READ, read_highwater, NULL },
	{ "capacity", HANDLER_READ | HANDLER_WRITE | HANDLER_CALM,
	    read_capacity, write_capacity },
	{ "drops", HANDLER_READ, read_drops, NULL },
	{ "reset_counts", HANDLER_WRITE | HANDLER_BUTTON, NULL, reset_counts },
	{ "reset", HANDLER_WRITE | HANDLER_BUTTON, NULL, reset },
	{ .name = NULL }
};

const struct class class_queue = {
	.name = "Queue",
	.ports = "1/1-2",
	.processing = "h/lh",
	.size = sizeof(struct state),
	.configure = configure,
	.cleanup = cleanup,
	.push = push,
	.pull = pull,
	.handlers = handlers,
};
