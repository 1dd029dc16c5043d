/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../args.h"
#include "../lib.h"
#include "address.h"
#include "ipname.h"
#include "ippattern.h"

static int
is(const char *word, const char *a, const char *b)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

/* A word that something must follow. */
static const char *
word_before_last(const struct ippattern *p)
{
	return p->at < p->n - 1 ? p->word[p->at] : "";
}

static void
set_type(struct ippattern *p, struct iptest *t, int type)
{
	if (t->type != IPNAME_NONE)
		report_element(p->r, "type specified twice");
	t->type = type;
}

static void
set_side(struct ippattern *p, struct iptest *t, int side)
{
	if (t->side != SIDE_NONE)
		report_element(p->r, "'src' or 'dst' specified twice");
	t->side = side;
}

static void
set_proto(struct ippattern *p, struct iptest *t, int proto)
{
	if (t->proto != PROTO_UNKNOWN && t->proto != proto)
		report_element(p->r, "transport protocol specified twice");
	t->proto = proto;
}

/* "src", or "src and dst", or "src or dst". */
static void
read_source(struct ippattern *p, struct iptest *t)
{
	const char *join;

	if (p->at + 2 < p->n && is(p->word[p->at + 2], "dst", "dest")) {
		join = p->word[p->at + 1];
		if (is(join, "and", "&&") || is(join, "or", "||")) {
			set_side(p, t, is(join, "and", "&&") ? SIDE_BOTH :
			    SIDE_EITHER);
			p->at += 2;
			return;
		}
	}
	set_side(p, t, SIDE_SRC);
}

/* Takes what comes before the value; true when it was a qualifier. */
static int
read_qualifier(struct ippattern *p, struct iptest *t, int *ip, int *negated)
{
	const char *word = p->word[p->at];
	int value, kind;

	kind = ipname_lookup(word, IPNAME_NONE, PROTO_UNKNOWN, &value, NULL);
	if (kind == IPNAME_TYPE) {
		set_type(p, t, value);
		if (value >= IPNAME_FIELD &&
		    ipname_field(value)->proto != PROTO_UNKNOWN)
			set_proto(p, t, ipname_field(value)->proto);
	} else if (kind == IPNAME_PROTO)
		set_proto(p, t, value);
	else if (kind != IPNAME_UNKNOWN)
		return 0;
	else if (strcmp(word, "src") == 0)
		read_source(p, t);
	else if (is(word, "dst", "dest"))
		set_side(p, t, SIDE_DST);
	else if (strcmp(word, "ip") == 0 && !*ip)
		*ip = 1;
	else if (is(word, "not", "!"))
		*negated = !*negated;
	else
		return 0;
	return 1;
}

/* "& MASK"; the kind of the mask, or IPNAME_NONE. */
static int
read_mask(struct ippattern *p, uint32_t *mask)
{
	int kind = IPNAME_NONE, value;

	if (strcmp(word_before_last(p), "&") != 0)
		return kind;
	if (args_int(p->word[p->at + 1], &value) == 0) {
		kind = IPNAME_INT;
		*mask = value;
	} else if (address_host(p->word[p->at + 1], mask) == 0)
		kind = IPNAME_HOST;
	if (kind != IPNAME_NONE)
		p->at += 2;
	if (kind != IPNAME_NONE && *mask == 0) {
		report_element(p->r, "zero mask ignored");
		kind = IPNAME_NONE;
	}
	return kind;
}

static void
read_operator(struct ippattern *p, struct iptest *t)
{
	static const struct {
		const char	*word;
		int		 op, negated;
	} operators[] = {
		{ "=", EQ, 0 }, { "==", EQ, 0 }, { "!=", EQ, 1 },
		{ ">", GT, 0 }, { "<", LT, 0 }, { ">=", LT, 1 },
		{ "<=", GT, 1 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (strcmp(word_before_last(p), operators[i].word) == 0) {
			t->op = operators[i].op;
			t->negated = operators[i].negated;
			p->at++;
			return;
		}
}

/* An address or a network; true if it was one. */
static int
read_address(struct ippattern *p, struct iptest *t)
{
	const char *word = p->word[p->at];

	if (address_host(word, &t->value) == 0) {
		t->data = IPNAME_HOST;
		if (p->at + 2 < p->n &&
		    strcmp(p->word[p->at + 1], "mask") == 0 &&
		    address_host(p->word[p->at + 2], &t->mask) == 0) {
			p->at += 2;
			t->data = IPNAME_NET;
		}
		return 1;
	}
	if (address_prefix(word, &t->value, &t->mask, 0) < 0)
		return 0;
	t->data = IPNAME_NET;
	return 1;
}

static void
read_value(struct ippattern *p, struct iptest *t)
{
	const char *word;
	int kind, value;

	if (p->at >= p->n)
		return;
	word = p->word[p->at];
	kind = ipname_lookup(word, t->type, t->proto, &value, p->r);
	if (kind == IPNAME_AMBIGUOUS)
		t->type = IPNAME_AMBIGUOUS;
	else if (kind != IPNAME_UNKNOWN && kind != IPNAME_TYPE) {
		t->data = kind;
		t->value = value;
	} else if (args_int(word, &value) == 0) {
		t->data = IPNAME_INT;
		t->value = value;
	} else if (!read_address(p, t)) {
		if (t->op != EQ || t->negated)
			report_element(p->r, "dangling operator near '%s'",
			    word);
		return;
	}
	p->at++;
}

static void
no_room(struct ippattern *p)
{
	report_element(p->r, "too long for the test guest");
}

/* "true" or "false". */
static void
add_constant(struct ippattern *p, int truth)
{
	if (program_add(p->pr, PROGRAM_IP) == NULL)
		no_room(p);
	else if (!truth)
		program_negate(p->pr, p->pr->n - 1, 0);
	p->at++;
}

static void
add_test(struct ippattern *p, const struct iptest *t, int negated)
{
	int first = p->pr->n;

	if (ipsteps_add(p->pr, t) < 0)
		no_room(p);
	else if (negated)
		program_negate(p->pr, first, 0);
	p->last = *t;
}

/* Click knows them, the guest does not. */
static int
is_unknown(struct ippattern *p)
{
	const char *word = p->at < p->n ? p->word[p->at] : "";

	if (!is(word, "ether", "["))
		return 0;
	report_element(p->r, "the test guest does not know '%s'", word);
	p->at = p->n;
	return 1;
}

void
ipterm_parse(struct ippattern *p, int negated)
{
	struct iptest t = { .proto = PROTO_UNKNOWN };
	int first = p->at, ip = 0, mask_kind;
	const char *word;
	uint32_t mask;

	if (first >= p->n)
		return;
	word = p->word[first];
	if (is(word, "or", "||") || is(word, "?", ":") || is(word, ")", ")"))
		return;
	if (is(word, "true", "false")) {
		add_constant(p, (strcmp(word, "true") == 0) != negated);
		return;
	}
	while (p->at < p->n && read_qualifier(p, &t, &ip, &negated))
		p->at++;
	if (is_unknown(p))
		return;
	/* After a qualifier nothing is taken from the test before. */
	if (p->at != first)
		p->last = (struct iptest){ .proto = PROTO_UNKNOWN };
	mask_kind = read_mask(p, &mask);
	read_operator(p, &t);
	read_value(p, &t);
	if (p->at == first)
		report_element(p->r, "empty term near '%s'", word);
	else if (ipcheck(p->r, &t, &p->last, mask_kind, mask) == 0)
		add_test(p, &t, negated);
}
