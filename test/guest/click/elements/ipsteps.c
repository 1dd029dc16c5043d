/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "ipname.h"
#include "ippattern.h"

/* Words of the headers. */
#define IP_FRAGMENT	(PROGRAM_IP + 4)
#define IP_PROTOCOL	(PROGRAM_IP + 8)
#define IP_SOURCE	(PROGRAM_IP + 12)
#define IP_DESTINATION	(PROGRAM_IP + 16)
#define TCP_FLAGS	(PROGRAM_TRANSP + 12)

#define FRAGMENT_OFFSET	0x1fff
#define FRAGMENT_ANY	0x3fff

static struct step *
add(struct program *pr, unsigned int offset, uint32_t value, uint32_t mask)
{
	struct step *s = program_add(pr, offset);
	int i;

	if (s == NULL)
		return NULL;
	for (i = 0; i < 4; i++) {
		s->mask[i] = mask >> (24 - 8 * i);
		s->value[i] = (value & mask) >> (24 - 8 * i);
	}
	return s;
}

static uint32_t
highest_bit(uint32_t bits)
{
	return bits == 0 ? 0 : 1u << (31 - __builtin_clz(bits));
}

/* From the top of the mask down: the bits that value has all set or clear. */
static uint32_t
top_run(uint32_t value, uint32_t mask)
{
	uint32_t change = highest_bit(value & highest_bit(mask) ?
	    ~value & mask : value);

	return change == 0 ? mask : mask & ~(2 * change - 1);
}

/*
 * The packet's bits are looked at in runs, from the top.  Where the value has
 * zeros, a one makes the packet's number greater; where it has ones, a zero
 * makes it less.  What is short is neither.
 */
static int
add_greater(struct program *pr, unsigned int offset, int shift,
    uint32_t value, uint32_t mask)
{
	uint32_t run, missing = highest_bit(value & ~mask);
	int first = pr->n;
	struct step *s;

	/* What the mask leaves out is zero: all below is less anyhow. */
	if (missing != 0)
		value = (value | (missing - 1)) & mask;
	while (value < mask) {
		run = top_run(value, mask);
		s = add(pr, offset, (value & run) << shift, run << shift);
		if (s == NULL)
			return -1;
		s->yes = pr->n;
		if ((value & run) == 0) {
			s->no = PROGRAM_YES;
			s->short_yes = 1;
		}
		mask &= ~run;
		value &= mask;
	}
	program_redirect(pr, first, pr->n, pr->n, PROGRAM_NO);
	return 0;
}

static int
add_comparison(struct program *pr, const struct iptest *t,
    unsigned int offset, int shift)
{
	if (t->op == GT)
		return add_greater(pr, offset, shift, t->value, t->mask);
	return add(pr, offset, t->value << shift, t->mask << shift) == NULL ?
	    -1 : 0;
}

/* The source, the destination, both or one of them; then perhaps not. */
static int
add_sides(struct program *pr, const struct iptest *t, unsigned int source,
    int source_shift, unsigned int destination)
{
	int first = pr->n;

	if (t->side != SIDE_DST &&
	    add_comparison(pr, t, source, source_shift) < 0)
		return -1;
	if (t->side == SIDE_BOTH)
		program_and(pr, first);
	else if (t->side == SIDE_EITHER)
		program_or(pr, first);
	if (t->side != SIDE_SRC && add_comparison(pr, t, destination, 0) < 0)
		return -1;
	/* Of what is short, the opposite is not true either. */
	if (t->negated)
		program_negate(pr, first, 1);
	return 0;
}

static int
add_protocol(struct program *pr, int proto)
{
	int first = pr->n, number = proto == PROTO_TCPUDP ? PROTO_TCP : proto;

	if (add(pr, IP_PROTOCOL, number << 16, 0xff << 16) == NULL)
		return -1;
	if (proto == PROTO_TCPUDP) {
		program_or(pr, first);
		if (add(pr, IP_PROTOCOL, PROTO_UDP << 16, 0xff << 16) == NULL)
			return -1;
	}
	return 0;
}

static int
add_field(struct program *pr, const struct iptest *t, unsigned int offset,
    int shift)
{
	int first = pr->n;

	if (add_comparison(pr, t, offset, shift) < 0)
		return -1;
	if (t->negated)
		program_negate(pr, first, 1);
	return 0;
}

/* What is left of a test when its protocol is right. */
static int
add_rest(struct program *pr, const struct iptest *t)
{
	const struct ipfield *f;
	struct step *s;

	switch (t->type) {
	case IPNAME_HOST:
		return add_sides(pr, t, IP_SOURCE, 0, IP_DESTINATION);
	case IPNAME_PORT:
		return add_sides(pr, t, PROGRAM_TRANSP, 16, PROGRAM_TRANSP);
	case IPNAME_PROTO:
		return add_field(pr, t, IP_PROTOCOL, 16);
	case IPNAME_TCPOPT:
		s = add(pr, TCP_FLAGS, t->value << 16, t->mask << 16);
		return s == NULL ? -1 : 0;
	case IPNAME_FRAG:
		if ((s = add(pr, IP_FRAGMENT, 0, FRAGMENT_ANY)) == NULL)
			return -1;
		if (!t->negated)
			program_negate(pr, pr->n - 1, 0);
		return 0;
	default:
		f = ipname_field(t->type);
		return add_field(pr, t, (f->proto == PROTO_UNKNOWN ?
		    PROGRAM_IP : PROGRAM_TRANSP) + f->offset / 32 * 4,
		    32 - f->offset % 32 - f->bits);
	}
}

static int
needs_first_fragment(const struct iptest *t)
{
	return t->type == IPNAME_PORT || t->type == IPNAME_TCPOPT ||
	    (t->type >= IPNAME_FIELD &&
	    ipname_field(t->type)->proto != PROTO_UNKNOWN);
}

int
ipsteps_add(struct program *pr, const struct iptest *t)
{
	int first = pr->n;

	if (t->proto != PROTO_UNKNOWN && add_protocol(pr, t->proto) < 0)
		return -1;
	if (t->type == IPNAME_PROTO && t->proto != PROTO_UNKNOWN)
		return 0;
	program_and(pr, first);
	if (needs_first_fragment(t)) {
		if (add(pr, IP_FRAGMENT, 0, FRAGMENT_OFFSET) == NULL)
			return -1;
		program_and(pr, first);
	}
	return add_rest(pr, t);
}
