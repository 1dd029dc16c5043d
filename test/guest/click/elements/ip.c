/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../args.h"
#include "../lib.h"
#include "classes.h"

/* CheckIPHeader and ICMPPingResponder. */

#define IP_HEADER	20
#define IP_ICMP		1
#define ICMP_ECHO	8
#define ICMP_SEQUENCED	8	/* the header with its sequence number */

struct check {
	unsigned int	 offset, drops;
	int		 checksum, verbose;
};

static int
check_configure(struct element *e, struct args *a, struct report *r)
{
	struct check *st = e->state;
	const struct arg_spec specs[] = {
		{ "OFFSET", ARG_UNSIGNED, 1, 0, &st->offset },
		{ "VERBOSE", ARG_BOOL, 0, 0, &st->verbose },
		{ "CHECKSUM", ARG_BOOL, 0, 0, &st->checksum },
		{ .name = NULL }
	};

	st->checksum = 1;
	return args_read(a, specs, r);
}

/* Why a header is bad, or NULL. */
static const char *
fault(const struct check *st, const uint8_t *ip, size_t room)
{
	unsigned int header, total;

	if (room < IP_HEADER)
		return "tiny packet";
	if (ip[0] >> 4 != 4)
		return "bad IP version";
	header = (ip[0] & 15) * 4;
	if (header < IP_HEADER)
		return "bad IP header length";
	total = packet_get16(ip + 2);
	if (total > room || total < header)
		return "bad IP length";
	if (st->checksum && packet_checksum(ip, header) != 0)
		return "bad IP checksum";
	return NULL;
}

static struct packet *
check(struct element *e, struct packet *p)
{
	struct check *st = e->state;
	size_t room = p->len > st->offset ? p->len - st->offset : 0;
	const char *why = fault(st, p->data + st->offset, room);

	if (why == NULL) {
		p->ip = p->data + st->offset;
		p->len = st->offset + packet_get16(p->ip + 2);
		return p;
	}
	if (st->drops++ == 0 || st->verbose)
		click_printf("%s: IP header check failed: %s", e->name, why);
	element_push(e, 1, p);
	return NULL;
}

static void
read_drops(struct element *e, struct text *out)
{
	text_printf(out, "%u", ((struct check *)e->state)->drops);
}

static const struct handler check_handlers[] = {
	{ "drops", HANDLER_READ, read_drops, NULL },
	{ .name = NULL }
};

const struct class class_check_ip_header = {
	.name = "CheckIPHeader",
	.ports = "1/1-2",
	.processing = "a/ah",
	.size = sizeof(struct check),
	.configure = check_configure,
	.action = check,
	.handlers = check_handlers,
};

static uint8_t *
find_echo(const struct packet *p)
{
	size_t header;

	if (p->ip == NULL)
		return NULL;
	header = (p->ip[0] & 15) * 4;
	if (p->ip + header + ICMP_SEQUENCED > p->data + p->len ||
	    p->ip[9] != IP_ICMP || p->ip[header] != ICMP_ECHO)
		return NULL;
	return p->ip + header;
}

static struct packet *
respond(struct element *e, struct packet *p)
{
	uint8_t *icmp = find_echo(p), *ip = p->ip, swap[4];

	if (icmp == NULL) {
		element_push(e, 1, p);
		return NULL;
	}
	memcpy(swap, ip + 12, 4);
	memcpy(ip + 12, ip + 16, 4);
	memcpy(ip + 16, swap, 4);
	packet_put16(ip + 6, 0);		/* no fragment */
	ip[8] = 255;
	packet_put16(ip + 10, 0);
	packet_put16(ip + 10, packet_checksum(ip, icmp - ip));
	packet_put16(icmp, 0);			/* an echo's reply */
	packet_put16(icmp + 2, 0);
	packet_put16(icmp + 2, packet_checksum(icmp,
	    p->data + p->len - icmp));
	return p;
}

const struct class class_icmp_ping_responder = {
	.name = "ICMPPingResponder",
	.ports = "1/1-2",
	.processing = "a/ah",
	.action = respond,
};
