/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../args.h"
#include "../device.h"
#include "../lib.h"
#include "../router.h"
#include "classes.h"

/* FromDevice and ToDevice. */
struct state {
	struct device	*dev;
	int		 id, burst;
	unsigned int	 count;
};

static int
open_device(struct element *e, struct report *r)
{
	struct state *st = e->state;

	if ((st->dev = device_open(st->id)) == NULL)
		return report_element(r, "Unable to initialize netfront for "
		    "device %d (device/vif/%d)", st->id, st->id);
	return 0;
}

static void
close_device(struct element *e)
{
	struct state *st = e->state;

	device_close(st->dev);
	st->dev = NULL;
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

static int
configure_from(struct element *e, struct args *a, struct report *r)
{
	struct state *st = e->state;
	const struct arg_spec specs[] = {
		{ "DEVID", ARG_INT, 1, 0, &st->id },
		{ .name = NULL }
	};

	if (args_read(a, specs, r) < 0)
		return -1;
	if (st->id < 0)
		return report_element(r, "Interface id must be >= 0");
	return 0;
}

static void
take_frame(void *arg, const uint8_t *frame, size_t len)
{
	struct element *e = arg;
	struct state *st = e->state;
	struct packet *p = packet_make(frame, len);

	if (p == NULL)
		return;
	st->count++;
	element_push(e, 0, p);
}

#define BURST_MAX	64

static int
run_from(struct element *e)
{
	struct state *st = e->state;
	int n = 0;

	while (n < BURST_MAX && device_receive(st->dev, take_frame, e))
		n++;
	return n > 0;
}

const struct class class_from_device = {
	.name = "FromDevice",
	.ports = "0/1",
	.processing = "/h",
	.size = sizeof(struct state),
	.early = 1,
	.configure = configure_from,
	.initialize = open_device,
	.cleanup = close_device,
	.run = run_from,
	.handlers = handlers,
};

static int
configure_to(struct element *e, struct args *a, struct report *r)
{
	struct state *st = e->state;
	const struct arg_spec specs[] = {
		{ "DEVID", ARG_INT, 1, 0, &st->id },
		{ "BURST", ARG_INT, 1, 0, &st->burst },
		{ .name = NULL }
	};

	st->burst = 1;
	if (args_read(a, specs, r) < 0)
		return -1;
	if (st->id < 0)
		return report_element(r, "Interface id must be >= 0");
	if (st->burst < 1)
		return report_element(r, "Burst size must be >= 1");
	return 0;
}

static int
initialize_to(struct element *e, struct report *r)
{
	struct state *st = e->state, *other_st;
	struct element *other;
	int i;

	if (open_device(e, r) < 0)
		return -1;
	for (i = 0; i < e->router->nelements; i++) {
		other = e->router->elements[i];
		other_st = other->state;
		if (other->class != e->class || !other->initialized ||
		    other_st->id != st->id)
			continue;
		close_device(e);
		return report_element(r, "Duplicate writer for device `%d'",
		    st->id);
	}
	return 0;
}

/* ClickOS's ToDevice has a count, but never counts. */
static void
push_to(struct element *e, int port, struct packet *p)
{
	struct state *st = e->state;

	(void)port;
	device_send(st->dev, p->data, p->len);
	element_push(e, 0, p);
}

static int
run_to(struct element *e)
{
	struct state *st = e->state;
	struct packet *p;
	int n;

	if (e->in[0].processing != PULL)
		return 0;
	for (n = 0; n < st->burst; n++) {
		if ((p = element_pull(e, 0)) == NULL)
			break;
		push_to(e, 0, p);
	}
	return n > 0;
}

const struct class class_to_device = {
	.name = "ToDevice",
	.ports = "1/0-1",
	.processing = "a/h",
	.size = sizeof(struct state),
	.early = 1,
	.configure = configure_to,
	.initialize = initialize_to,
	.cleanup = close_device,
	.push = push_to,
	.run = run_to,
	.handlers = handlers,
};
