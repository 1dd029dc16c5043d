/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../args.h"
#include "../lib.h"
#include "classes.h"

/* EtherMirror, Idle and Strip. */

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
