/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../lib.h"
#include "ipname.h"
#include "ippattern.h"

#define DEPTH_MAX	32

static void	parse_or(struct ippattern *p);

static int
at(const struct ippattern *p, const char *a, const char *b)
{
	return p->at < p->n && (strcmp(p->word[p->at], a) == 0 ||
	    strcmp(p->word[p->at], b) == 0);
}

/* After the opening one, up to the closing one. */
static void
parse_parentheses(struct ippattern *p, int negated)
{
	int before = ++p->at, first = p->pr->n;

	if (p->depth == DEPTH_MAX) {
		report_element(p->r, "too deep for the test guest");
		p->at = p->n;
		return;
	}
	p->depth++;
	parse_or(p);
	p->depth--;
	if (p->at == before)
		report_element(p->r, "missing expression after '('");
	if (at(p, ")", ")"))
		p->at++;
	else if (p->at != before)
		report_element(p->r, "missing ')'");
	if (negated)
		program_negate(p->pr, first, 0);
}

static void
parse_factor(struct ippattern *p)
{
	int negated = 0, start = p->at, before;

	for (; at(p, "not", "!"); p->at++)
		negated = !negated;
	before = p->at;
	if (at(p, "(", "("))
		parse_parentheses(p, negated);
	else
		ipterm_parse(p, negated);
	if (p->at == before && before != start)
		report_element(p->r, "missing expression after '%s'",
		    p->word[before - 1]);
}

/* Factors side by side, with or without a word between them. */
static void
parse_and(struct ippattern *p)
{
	int first = p->pr->n, wanted = 1, before, last;

	for (;;) {
		before = p->at;
		last = p->pr->n;
		parse_factor(p);
		if (p->pr->n > last)
			program_redirect(p->pr, first, last, PROGRAM_YES,
			    last);
		if (p->at == before) {
			if (wanted)
				report_element(p->r, "missing expression");
			return;
		}
		wanted = at(p, "and", "&&");
		p->at += wanted;
	}
}

static void
parse_or(struct ippattern *p)
{
	int first = p->pr->n;

	parse_and(p);
	while (at(p, "or", "||")) {
		p->at++;
		program_or(p->pr, first);
		parse_and(p);
	}
}

void
ippattern_parse(struct ippattern *p, int first)
{
	p->at = first;
	p->depth = 0;
	p->last = (struct iptest){ .proto = PROTO_UNKNOWN };
	parse_or(p);
	if (at(p, "?", "?"))
		report_element(p->r, "the test guest does not know '?'");
	else if (p->at < p->n)
		report_element(p->r, "garbage after expression at '%s'",
		    p->word[p->at]);
}
