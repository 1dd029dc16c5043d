/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../args.h"
#include "../lib.h"
#include "classes.h"

#define STEPS_MAX	512
#define OFFSET_MAX	65535

/*
 * The patterns become steps over words of four bytes: a word that matches
 * leads to yes, another to no.  A target of 0 or more is a step; below 0 it
 * is the output -1 - target, and NOWHERE drops the packet.
 */
#define NOWHERE		(-1000)
#define OUTPUT(slot)	(-1 - (slot))

struct step {
	unsigned int	 offset;
	uint8_t		 value[4], mask[4];
	int		 yes, no;
};

struct state {
	struct step	*step;
	int		 nsteps;
};

/* A clause while it is read. */
struct clause {
	const char	*value, *mask;
	size_t		 digits, mask_digits;
	unsigned int	 offset;
	int		 negated;
};

static size_t
count_nibbles(const char *s)
{
	size_t n = 0;

	while (text_hex(s[n]) >= 0 || s[n] == '?')
		n++;
	return n;
}

static int
check_digits(const struct clause *c, int slot, struct report *r)
{
	if (c->digits < 2)
		return report_element(r, "pattern %d: value has less than 2 "
		    "hex digits", slot);
	if (c->digits % 2 != 0)
		return report_element(r, "pattern %d: value has odd number "
		    "of hex digits", slot);
	if (c->mask != NULL && c->mask_digits != c->digits)
		return report_element(r, "pattern %d: mask has too %s hex "
		    "digits", slot,
		    c->mask_digits > c->digits ? "many" : "few");
	return 0;
}

/* Reads "[!]OFFSET/VALUE[%MASK]"; what follows, or NULL. */
static const char *
parse_clause(const char *s, struct clause *c, int slot, struct report *r)
{
	memset(c, 0, sizeof(*c));
	if (*s == '!') {
		c->negated = 1;
		for (s++; text_is_space(*s); s++)
			;
	}
	if (!text_is_digit(*s)) {
		report_element(r, "pattern %d: expected a digit", slot);
		return NULL;
	}
	for (; text_is_digit(*s) && c->offset <= OFFSET_MAX; s++)
		c->offset = c->offset * 10 + *s - '0';
	if (*s != '/') {
		report_element(r, "pattern %d: expected '/'", slot);
		return NULL;
	}
	c->value = s + 1;
	c->digits = count_nibbles(c->value);
	s = c->value + c->digits;
	if (*s == '%') {
		c->mask = s + 1;
		c->mask_digits = count_nibbles(c->mask);
		s = c->mask + c->mask_digits;
	}
	return check_digits(c, slot, r) < 0 ? NULL : s;
}

static void
set_nibble(const struct clause *c, size_t i, uint8_t *value, uint8_t *mask)
{
	int v = text_hex(c->value[i]), m = 15;
	int shift = i % 2 == 0 ? 4 : 0;

	if (c->mask != NULL)
		m = c->mask[i] == '?' ? 0 : text_hex(c->mask[i]);
	if (v < 0)
		v = m = 0;
	*value |= (v & m) << shift;
	*mask |= m << shift;
}

static struct step *
add_step(struct state *st, unsigned int offset)
{
	struct step *s;

	if (st->nsteps == STEPS_MAX)
		return NULL;
	s = &st->step[st->nsteps++];
	memset(s, 0, sizeof(*s));
	s->offset = offset;
	return s;
}

/* A negated clause fails when all its words match. */
static void
aim(struct state *st, int first, int negated, int fail)
{
	int i, after = st->nsteps;

	for (i = first; i < after; i++) {
		st->step[i].yes = i + 1;
		st->step[i].no = negated ? after : fail;
	}
	if (negated)
		st->step[after - 1].yes = fail;
}

/* Steps that fail lead to NOWHERE until the next pattern's start is known. */
static int
add_clause(struct state *st, const struct clause *c)
{
	struct step *s = NULL;
	unsigned int offset = c->offset;
	int first = st->nsteps;
	size_t i;

	for (i = 0; i < c->digits; i += 2, offset++) {
		if (s == NULL || offset % 4 == 0)
			if ((s = add_step(st, offset / 4 * 4)) == NULL)
				return -1;
		set_nibble(c, i, &s->value[offset % 4], &s->mask[offset % 4]);
		set_nibble(c, i + 1, &s->value[offset % 4],
		    &s->mask[offset % 4]);
	}
	aim(st, first, c->negated, NOWHERE);
	return 0;
}

static void
replace(int *target, int from, int to)
{
	if (*target == from)
		*target = to;
}

/* Ends a pattern: its success is the output, its failure the next one. */
static void
finish_pattern(struct state *st, int first, int slot)
{
	int i, next = st->nsteps;

	for (i = first; i < next; i++) {
		replace(&st->step[i].yes, next, OUTPUT(slot));
		replace(&st->step[i].no, next, OUTPUT(slot));
		replace(&st->step[i].yes, NOWHERE, next);
		replace(&st->step[i].no, NOWHERE, next);
	}
}

static int
add_pattern(struct state *st, const char *s, int slot, struct report *r)
{
	struct clause c;
	int first = st->nsteps;

	if (strcmp(s, "-") == 0)
		s++;
	for (;;) {
		while (text_is_space(*s))
			s++;
		if (*s == '\0')
			break;
		if ((s = parse_clause(s, &c, slot, r)) == NULL)
			return -1;
		if (add_clause(st, &c) < 0)
			return report_element(r, "pattern %d: too long for "
			    "the test guest", slot);
	}
	if (st->nsteps == first) {
		/* A step without a mask always matches. */
		if (add_step(st, 0) == NULL)
			return report_element(r, "pattern %d: too long for "
			    "the test guest", slot);
		aim(st, first, 0, NOWHERE);
	}
	finish_pattern(st, first, slot);
	return 0;
}

static int
configure(struct element *e, struct args *a, struct report *r)
{
	struct state *st = e->state;
	int i, rc = 0;

	if (a->n != e->nout)
		return report_element(r, "need %d arguments, one per output "
		    "port", e->nout);
	if ((st->step = malloc(STEPS_MAX * sizeof(*st->step))) == NULL)
		return report_element(r, "out of memory");
	for (i = 0; i < a->n; i++)
		if (add_pattern(st, a->arg[i], i, r) < 0)
			rc = -1;
	for (i = 0; i < st->nsteps; i++) {
		replace(&st->step[i].yes, st->nsteps, NOWHERE);
		replace(&st->step[i].no, st->nsteps, NOWHERE);
	}
	return rc;
}

static void
cleanup(struct element *e)
{
	struct state *st = e->state;

	free(st->step);
	st->step = NULL;
}

static int
matches(const struct step *s, const struct packet *p)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (s->mask[i] == 0)
			continue;
		if (s->offset + i >= p->len ||
		    (p->data[s->offset + i] & s->mask[i]) != s->value[i])
			return 0;
	}
	return 1;
}

static void
push(struct element *e, int port, struct packet *p)
{
	struct state *st = e->state;
	int at = st->nsteps > 0 ? 0 : NOWHERE;

	(void)port;
	while (at >= 0)
		at = matches(&st->step[at], p) ? st->step[at].yes :
		    st->step[at].no;
	if (at == NOWHERE)
		packet_kill(p);
	else
		element_push(e, -1 - at, p);
}

static void
print_target(int target, struct text *out)
{
	if (target >= 0)
		text_printf(out, "step %d", target);
	else if (target == NOWHERE)
		text_printf(out, "[X]");
	else
		text_printf(out, "[%d]", -1 - target);
}

static void
print_step(const struct step *s, int i, struct text *out)
{
	text_printf(out, "%2d %3u/%02x%02x%02x%02x%%%02x%02x%02x%02x  yes->",
	    i, s->offset, s->value[0], s->value[1], s->value[2], s->value[3],
	    s->mask[0], s->mask[1], s->mask[2], s->mask[3]);
	print_target(s->yes, out);
	text_printf(out, "  no->");
	print_target(s->no, out);
	text_printf(out, "\n");
}

/* As Click writes it, though Click's program has been through an optimizer. */
static void
read_program(struct element *e, struct text *out)
{
	const struct state *st = e->state;
	unsigned int safe = 0, k;
	int i;

	for (i = 0; i < st->nsteps; i++) {
		print_step(&st->step[i], i, out);
		for (k = 0; k < 4; k++)
			if (st->step[i].mask[k] != 0 &&
			    st->step[i].offset + k + 1 > safe)
				safe = st->step[i].offset + k + 1;
	}
	text_printf(out, "safe length %u\nalignment offset 0\n", safe);
}

static const struct handler handlers[] = {
	{ "program", HANDLER_READ, read_program, NULL },
	{ .name = NULL }
};

const struct class class_classifier = {
	.name = "Classifier",
	.ports = "1/-",
	.processing = "h/h",
	.size = sizeof(struct state),
	.configure = configure,
	.cleanup = cleanup,
	.push = push,
	.handlers = handlers,
};
