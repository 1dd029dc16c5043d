/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../lib.h"
#include "program.h"

#define STEPS_MAX	16384
#define FIRST_ROOM	16

static int
grow(struct program *pr)
{
	int room = pr->room > 0 ? 2 * pr->room : FIRST_ROOM;
	struct step *more;

	if (room > STEPS_MAX ||
	    (more = malloc(room * sizeof(*more))) == NULL)
		return -1;
	if (pr->n > 0)
		memcpy(more, pr->step, pr->n * sizeof(*more));
	free(pr->step);
	pr->step = more;
	pr->room = room;
	return 0;
}

struct step *
program_add(struct program *pr, unsigned int offset)
{
	struct step *s;

	if (pr->n == pr->room && grow(pr) < 0)
		return NULL;
	s = &pr->step[pr->n++];
	memset(s, 0, sizeof(*s));
	s->offset = offset;
	s->yes = PROGRAM_YES;
	s->no = PROGRAM_NO;
	return s;
}

void
program_redirect(struct program *pr, int first, int end, int from, int to)
{
	struct step *s;

	for (s = pr->step + first; s < pr->step + end; s++) {
		if (s->yes == from)
			s->yes = to;
		if (s->no == from)
			s->no = to;
	}
}

void
program_and(struct program *pr, int first)
{
	program_redirect(pr, first, pr->n, PROGRAM_YES, pr->n);
}

void
program_or(struct program *pr, int first)
{
	program_redirect(pr, first, pr->n, PROGRAM_NO, pr->n);
}

static int
opposite(int target)
{
	return target == PROGRAM_YES ? PROGRAM_NO :
	    target == PROGRAM_NO ? PROGRAM_YES : target;
}

void
program_negate(struct program *pr, int first, int flip_short)
{
	struct step *s;

	for (s = pr->step + first; s < pr->step + pr->n; s++) {
		s->yes = opposite(s->yes);
		s->no = opposite(s->no);
		if (flip_short)
			s->short_yes = !s->short_yes;
	}
}

void
program_finish(struct program *pr, int first, int target)
{
	program_redirect(pr, first, pr->n, PROGRAM_YES, target);
	program_or(pr, first);
}

void
program_close(struct program *pr)
{
	program_redirect(pr, 0, pr->n, pr->n, PROGRAM_DROP);
}

void
program_free(struct program *pr)
{
	free(pr->step);
	pr->step = NULL;
	pr->n = pr->room = 0;
}

/* What a step looks at, and how much of it there is. */
static const uint8_t *
find(const struct program *pr, const struct step *s, const struct packet *p,
    size_t *room)
{
	const uint8_t *at = p->data + s->offset, *end = p->data + p->len;

	if (pr->about_ip && p->ip == NULL)
		at = end;
	else if (pr->about_ip && s->offset >= PROGRAM_TRANSP)
		at = p->ip + (p->ip[0] & 15) * 4 + s->offset - PROGRAM_TRANSP;
	else if (pr->about_ip)
		at = p->ip + s->offset - PROGRAM_IP;
	*room = end > at ? end - at : 0;
	return at;
}

static int
follow(const struct program *pr, const struct step *s, const struct packet *p)
{
	size_t room, i;
	const uint8_t *at = find(pr, s, p, &room);

	for (i = 0; i < 4; i++)
		if (s->mask[i] != 0 && i >= room)
			return s->short_yes ? s->yes : s->no;
	for (i = 0; i < 4; i++)
		if (s->mask[i] != 0 && (at[i] & s->mask[i]) != s->value[i])
			return s->no;
	return s->yes;
}

int
program_run(const struct program *pr, const struct packet *p)
{
	int at = pr->n > 0 ? 0 : PROGRAM_DROP;

	while (at >= 0)
		at = follow(pr, &pr->step[at], p);
	return at > PROGRAM_DROP ? -1 - at : -1;
}

static void
print_target(int target, struct text *out)
{
	if (target >= 0)
		text_printf(out, "step %d", target);
	else if (target == PROGRAM_DROP)
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
	text_printf(out, "%s\n", s->short_yes ? "  short->yes" : "");
}

void
program_print(const struct program *pr, struct text *out)
{
	unsigned int safe = 0, k;
	const struct step *s;

	for (s = pr->step; s < pr->step + pr->n; s++) {
		print_step(s, s - pr->step, out);
		for (k = 0; k < 4; k++)
			if (s->mask[k] != 0 && s->offset + k + 1 > safe)
				safe = s->offset + k + 1;
	}
	text_printf(out, "safe length %u\nalignment offset 0\n", safe);
}
