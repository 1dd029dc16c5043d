/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../args.h"
#include "../lib.h"
#include "classes.h"
#include "program.h"

#define OFFSET_MAX	65535

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

/* A clause's words must all match; a negated one fails when they do. */
static int
add_clause(struct program *pr, const struct clause *c)
{
	struct step *s = NULL;
	unsigned int offset = c->offset;
	int first = pr->n;
	size_t i;

	for (i = 0; i < c->digits; i += 2, offset++) {
		if (s == NULL || offset % 4 == 0) {
			program_and(pr, first);
			if ((s = program_add(pr, offset / 4 * 4)) == NULL)
				return -1;
		}
		set_nibble(c, i, &s->value[offset % 4], &s->mask[offset % 4]);
		set_nibble(c, i + 1, &s->value[offset % 4],
		    &s->mask[offset % 4]);
	}
	if (c->negated)
		program_negate(pr, first, 0);
	return 0;
}

static int
add_pattern(struct program *pr, const char *s, int slot, struct report *r)
{
	struct clause c;
	int first = pr->n, rc = 0;

	if (strcmp(s, "-") == 0)
		s++;
	while (text_is_space(*s))
		s++;
	/* Nothing at all matches everything. */
	if (*s == '\0' && program_add(pr, 0) == NULL)
		rc = -1;
	while (*s != '\0' && rc == 0) {
		if ((s = parse_clause(s, &c, slot, r)) == NULL)
			return -1;
		program_and(pr, first);
		rc = add_clause(pr, &c);
		while (text_is_space(*s))
			s++;
	}
	if (rc < 0)
		return report_element(r, "pattern %d: too long for the test "
		    "guest", slot);
	program_finish(pr, first, PROGRAM_OUTPUT(slot));
	return 0;
}

static int
configure(struct element *e, struct args *a, struct report *r)
{
	int i, rc = 0;

	if (a->n != e->nout)
		return report_element(r, "need %d arguments, one per output "
		    "port", e->nout);
	for (i = 0; i < a->n; i++)
		if (add_pattern(e->state, a->arg[i], i, r) < 0)
			rc = -1;
	program_close(e->state);
	return rc;
}

static void
cleanup(struct element *e)
{
	program_free(e->state);
}

static void
push(struct element *e, int port, struct packet *p)
{
	(void)port;
	element_push(e, program_run(e->state, p), p);
}

static void
read_program(struct element *e, struct text *out)
{
	program_print(e->state, out);
}

static const struct handler handlers[] = {
	{ "program", HANDLER_READ, read_program, NULL },
	{ .name = NULL }
};

const struct class class_classifier = {
	.name = "Classifier",
	.ports = "1/-",
	.processing = "h/h",
	.size = sizeof(struct program),
	.configure = configure,
	.cleanup = cleanup,
	.push = push,
	.handlers = handlers,
};
