/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The shelves of another configuration take over what the old ones have. */

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "daemon/pool_impl.h"

/* The shelf in whose place s comes, if a shell of that is one of this. */
static struct shelf *
predecessor(struct shelf *old, unsigned nold, const struct shelf *s)
{
	unsigned i;

	for (i = 0; i < nold; i++)
		if (old[i].kind == s->kind &&
		    pool_shelf_is_of(&old[i], s->template))
			return template_same_shell(old[i].template,
			    s->template, s->kind) ? &old[i] : NULL;
	return NULL;
}

/* Failures are forgotten: the file was changed because of them, perhaps. */
static void
inherit(struct pools *p, struct shelf *s, struct shelf *from)
{
	struct pool_build *b;
	struct domain *d;

	TAILQ_FOREACH(d, &from->ready, entry)
		domain_retemplate(d, s->template);
	TAILQ_CONCAT(&s->ready, &from->ready, entry);
	s->have = from->have;
	from->have = 0;
	s->failed = from->failed;
	s->last_error = from->last_error;
	s->claimed_us = from->claimed_us;
	LIST_FOREACH(b, &p->builds, entry) {
		if (b->shelf != from)
			continue;
		b->shelf = s;
		s->building++;
		if (b->domain != NULL)
			domain_retemplate(b->domain, s->template);
	}
}

/* Builds for shelves that nobody inherited. */
static void
disown_builds(struct pools *p, const struct shelf *old, unsigned nold)
{
	struct pool_build *b, *next;

	for (b = LIST_FIRST(&p->builds); b != NULL; b = next) {
		next = LIST_NEXT(b, entry);
		if (b->shelf >= old && b->shelf < old + nold)
			pool_build_disown(b);
	}
}

unsigned
pools_reload(struct pools *p)
{
	struct shelf *old = p->shelves, *from;
	unsigned i, nold = p->nshelves, gone = 0;

	p->shelves = pool_shelves_new(p->daemon->config, &p->nshelves);
	for (i = 0; i < p->nshelves; i++) {
		struct shelf *s = &p->shelves[i];

		if ((from = predecessor(old, nold, s)) != NULL)
			inherit(p, s, from);
		while (s->have + s->building > s->goal &&
		    pool_shelf_give_up(p, s))
			gone++;
	}
	disown_builds(p, old, nold);
	for (i = 0; i < nold; i++)
		while (pool_shelf_give_up(p, &old[i]))
			gone++;
	free(old);
	pool_wait_left(p);
	pool_wait_check(p);
	pool_refill(p);
	return gone;
}
