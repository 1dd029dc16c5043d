/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../args.h"
#include "../lib.h"
#include "classes.h"

/* EtherMirror, Idle, Null, Strip, Tee and Unstrip. */

#define ETHER_ADDRESS	6

static struct packet *
mirror(struct element *e, struct packet *p)
{
	uint8_t swap[ETHER_ADDRESS];

	(void)e;
	if (p->len < 2 * ETHER_ADDRESS)
		return p;
	memcpy(swap, p->data, ETHER_ADDRESS);
	memcpy(p->data, p->data + ETHER_ADDRESS, ETHER_ADDRESS);
	memcpy(p->data + ETHER_ADDRESS, swap, ETHER_ADDRESS);
	return p;
}

const struct class class_ether_mirror = {
	.name = "EtherMirror",
	.ports = "1/1",
	.processing = "a/a",
	.action = mirror,
};

static void
idle_push(struct element *e, int port, struct packet *p)
{
	(void)e;
	(void)port;
	packet_kill(p);
}

static struct packet *
idle_pull(struct element *e, int port)
{
	(void)e;
	(void)port;
	return NULL;
}

const struct class class_idle = {
	.name = "Idle",
	.ports = "-/-",
	.processing = "a/a",
	.apart = 1,
	.push = idle_push,
	.pull = idle_pull,
};

struct strip {
	unsigned int	 length;
};

static int
strip_configure(struct element *e, struct args *a, struct report *r)
{
	struct strip *st = e->state;
	const struct arg_spec specs[] = {
		{ "LENGTH", ARG_UNSIGNED, 1, 1, &st->length },
		{ .name = NULL }
	};

	return args_read(a, specs, r);
}

static struct packet *
strip(struct element *e, struct packet *p)
{
	struct strip *st = e->state;
	size_t n = st->length < p->len ? st->length : p->len;

	p->data += n;
	p->len -= n;
	return p;
}

const struct class class_strip = {
	.name = "Strip",
	.ports = "1/1",
	.processing = "a/a",
	.size = sizeof(struct strip),
	.configure = strip_configure,
	.action = strip,
};

static struct packet *
unstrip(struct element *e, struct packet *p)
{
	struct strip *st = e->state;

	if (packet_extend(p, st->length))
		return p;
	packet_kill(p);
	return NULL;
}

const struct class class_unstrip = {
	.name = "Unstrip",
	.ports = "1/1",
	.processing = "a/a",
	.size = sizeof(struct strip),
	.configure = strip_configure,
	.action = unstrip,
};

static struct packet *
pass(struct element *e, struct packet *p)
{
	(void)e;
	return p;
}

const struct class class_null = {
	.name = "Null",
	.ports = "1/1",
	.processing = "a/a",
	.action = pass,
};

static int
tee_configure(struct element *e, struct args *a, struct report *r)
{
	unsigned int n = e->nout;
	const struct arg_spec specs[] = {
		{ "N", ARG_UNSIGNED, 1, 0, &n },
		{ .name = NULL }
	};

	if (args_read(a, specs, r) < 0)
		return -1;
	if (n != (unsigned int)e->nout)
		return report_element(r, "%d outputs implies %d arms",
		    e->nout, e->nout);
	return 0;
}

static void
tee_push(struct element *e, int port, struct packet *p)
{
	struct packet *copy;
	int i;

	(void)port;
	for (i = 0; i < e->nout - 1; i++)
		if ((copy = packet_clone(p)) != NULL)
			element_push(e, i, copy);
	element_push(e, i, p);
}

const struct class class_tee = {
	.name = "Tee",
	.ports = "1/1-",
	.processing = "h/h",
	.configure = tee_configure,
	.push = tee_push,
};
