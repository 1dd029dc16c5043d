/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* Armed shells have values before they are claimed: who gets which. */

#include <string.h>

#include "common/util.h"
#include "daemon/pool_impl.h"

static bool
has_value(const struct domain *d, const struct param *want)
{
	const struct param *has = NULL;

	if (d->values != NULL)
		has = params_get(d->values, want->name);
	if (has == NULL)
		has = params_get(&d->template->params, want->name);
	return has != NULL && has->value != NULL &&
	    strcmp(has->value, want->value) == 0;
}

static bool
has_values(const struct domain *d, const struct params *set)
{
	unsigned i;

	for (i = 0; set != NULL && i < set->n; i++)
		if (!has_value(d, &set->list[i]))
			return false;
	return true;
}

bool
pool_has_armed(const struct pools *p, const struct template *t)
{
	const struct shelf *s = pool_shelf(p, t, KIND_ARMED);

	return s != NULL && (s->max > 0 || s->have > 0);
}

struct domain *
pool_claim_armed(struct pools *p, const struct template *t,
    uid_t uid, const struct params *set, enum armed_miss *miss)
{
	struct shelf *s = pool_shelf(p, t, KIND_ARMED);
	struct domain *d;
	bool has;

	*miss = ARMED_NO_MATTER;
	if (!pool_has_armed(p, t))
		return NULL;
	*miss = ARMED_EMPTY;
	s->claimed_us = now_us();
	if (!(has = pool_share_has(s, uid, s->claimed_us)))
		pool_missed(s);
	TAILQ_FOREACH(d, &s->ready, entry) {
		if (has_values(d, set))
			break;
		*miss = ARMED_PARAMS;
	}
	if (d == NULL)
		return NULL;
	if (!has) {
		*miss = ARMED_KEPT;
		return NULL;
	}
	pool_share_take(s, uid);
	pool_shelf_remove(s, d);
	pool_claimed(p, s);
	return d;
}

/* --- values that are wanted elsewhere ------------------------------------ */

/* Does a domain of t's, with these values, have this one out of a range? */
static bool
wants(const struct template *t, const struct params *set,
    const struct param *has)
{
	const struct param *want = params_get(set, has->name);
	const struct param *declared = params_get(&t->params, has->name);

	return want != NULL && declared != NULL && declared->range.given &&
	    strcmp(want->value, has->value) == 0;
}

static bool
is_in_the_way(const struct domain *d, const struct template *t,
    const struct params *set)
{
	unsigned i;

	for (i = 0; d->values != NULL && i < d->values->n; i++)
		if (wants(t, set, &d->values->list[i]))
			return true;
	return false;
}

static void
shelf_make_room(struct pools *p, struct shelf *s, const struct template *t,
    const struct params *set)
{
	struct pool_build *b, *next_build;
	struct domain *d, *next;

	for (d = TAILQ_FIRST(&s->ready); d != NULL; d = next) {
		next = TAILQ_NEXT(d, entry);
		if (is_in_the_way(d, t, set)) {
			pool_shelf_remove(s, d);
			doom(p->daemon, d);
		}
	}
	for (b = LIST_FIRST(&p->builds); b != NULL; b = next_build) {
		next_build = LIST_NEXT(b, entry);
		if (b->shelf == s && b->domain != NULL &&
		    is_in_the_way(b->domain, t, set)) {
			s->building--;
			pool_build_disown(b);
		}
	}
}

void
pools_make_room(struct pools *p, const struct template *t,
    const struct params *set)
{
	bool used = false;
	unsigned i;

	for (i = 0; set != NULL && i < set->n; i++)
		used |= value_used(set->list[i].name, set->list[i].value);
	for (i = 0; used && i < p->nshelves; i++)
		if (p->shelves[i].kind == KIND_ARMED)
			shelf_make_room(p, &p->shelves[i], t, set);
	if (used)
		pool_refill(p);
}
