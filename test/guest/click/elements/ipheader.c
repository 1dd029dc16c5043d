/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../args.h"
#include "../lib.h"
#include "classes.h"

/* MarkIPHeader, StripIPHeader and DecIPTTL. */

struct mark {
	int	 offset;
};

static int
mark_configure(struct element *e, struct args *a, struct report *r)
{
	struct mark *st = e->state;
	const struct arg_spec specs[] = {
		{ "OFFSET", ARG_INT, 1, 0, &st->offset },
		{ .name = NULL }
	};

	return args_read(a, specs, r);
}

/* Where Click would take what lies outside for a header, there is none. */
static struct packet *
mark(struct element *e, struct packet *p)
{
	struct mark *st = e->state;
	long at = p->data - p->buf + st->offset;
	long end = p->data - p->buf + p->len;

	p->ip = at >= 0 && at < end ? p->buf + at : NULL;
	return p;
}

const struct class class_mark_ip_header = {
	.name = "MarkIPHeader",
	.ports = "1/1",
	.processing = "a/a",
	.size = sizeof(struct mark),
	.configure = mark_configure,
	.action = mark,
};

static struct packet *
strip(struct element *e, struct packet *p)
{
	uint8_t *end = p->data + p->len, *to;

	(void)e;
	if (p->ip == NULL)
		return p;
	to = p->ip + (p->ip[0] & 15) * 4;
	if (to < p->data || to > end)
		to = end;
	p->data = to;
	p->len = end - to;
	return p;
}

const struct class class_strip_ip_header = {
	.name = "StripIPHeader",
	.ports = "1/1",
	.processing = "a/a",
	.action = strip,
};

#define IP_HEADER	20
#define MULTICAST	0xe0

struct ttl {
	unsigned int	 drops;
	int		 active, multicast;
};

static int
ttl_configure(struct element *e, struct args *a, struct report *r)
{
	struct ttl *st = e->state;
	const struct arg_spec specs[] = {
		{ "ACTIVE", ARG_BOOL, 0, 0, &st->active },
		{ "MULTICAST", ARG_BOOL, 0, 0, &st->multicast },
		{ .name = NULL }
	};

	st->active = st->multicast = 1;
	return args_read(a, specs, r);
}

/* Click asserts that there is a header; here such a packet is dropped. */
static struct packet *
decrement(struct element *e, struct packet *p)
{
	struct ttl *st = e->state;
	uint8_t *ip = p->ip;
	unsigned int sum;

	if (!st->active)
		return p;
	if (ip == NULL || ip + IP_HEADER > p->data + p->len) {
		packet_kill(p);
		return NULL;
	}
	if (!st->multicast && (ip[16] & 0xf0) == MULTICAST)
		return p;
	if (ip[8] <= 1) {
		st->drops++;
		element_push(e, 1, p);
		return NULL;
	}
	ip[8]--;
	sum = packet_get16(ip + 10) + 0x100;
	packet_put16(ip + 10, sum + (sum >> 16));
	return p;
}

static void
read_drops(struct element *e, struct text *out)
{
	text_printf(out, "%u", ((struct ttl *)e->state)->drops);
}

static void
read_active(struct element *e, struct text *out)
{
	text_printf(out, "%s", ((struct ttl *)e->state)->active ? "true" :
	    "false");
}

static int
write_active(struct element *e, const char *value, struct report *r)
{
	struct ttl *st = e->state;

	if (args_bool(value, &st->active) < 0)
		return report_element(r, "syntax error");
	return 0;
}

static const struct handler ttl_handlers[] = {
	{ "drops", HANDLER_READ, read_drops, NULL },
	{ "active", HANDLER_READ | HANDLER_WRITE | HANDLER_CHECKBOX,
	    read_active, write_active },
	{ .name = NULL }
};

const struct class class_dec_ip_ttl = {
	.name = "DecIPTTL",
	.ports = "1/1-2",
	.processing = "a/ah",
	.size = sizeof(struct ttl),
	.configure = ttl_configure,
	.action = decrement,
	.handlers = ttl_handlers,
};
