/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * Who may have the shells of a shelf, when several users claim them.  Those
 * who have claimed one lately have credits: each shell that comes gives one to
 * whoever has fewest, up to an equal share of the shelf, and nobody takes a
 * shell for which another has a credit.  One user alone may take them all.
 */

#include <string.h>

#include "daemon/pool_impl.h"

#define LATELY_US (60 * 1000000)

static void
forget_the_idle(struct shares *sh, uint64_t now)
{
	unsigned i = 0;

	while (i < sh->n) {
		if (now - sh->users[i].claimed_us < LATELY_US)
			i++;
		else
			sh->users[i] = sh->users[--sh->n];
	}
}

static struct share *
with_most(struct shares *sh)
{
	struct share *most = &sh->users[0];
	unsigned i;

	for (i = 1; i < sh->n; i++)
		if (sh->users[i].credit > most->credit)
			most = &sh->users[i];
	return most;
}

/* Shells may have gone, users come: nobody keeps more than there is for him. */
static void
adjust(struct shelf *s)
{
	struct shares *sh = &s->shares;
	unsigned i, sum = 0, equal = sh->n > 0 ? s->goal / sh->n : 0;

	for (i = 0; i < sh->n; i++) {
		if (sh->users[i].credit > equal)
			sh->users[i].credit = equal;
		sum += sh->users[i].credit;
	}
	for (; sum > s->have; sum--)
		with_most(sh)->credit--;
}

/* Among so many users one more changes nobody's share by much. */
static struct share *
join(struct shares *sh, uid_t uid)
{
	struct share *longest = &sh->users[0];
	unsigned i;

	for (i = 0; i < sh->n; i++) {
		if (sh->users[i].uid == uid)
			return &sh->users[i];
		if (sh->users[i].claimed_us < longest->claimed_us)
			longest = &sh->users[i];
	}
	if (sh->n < SHARES_MAX)
		longest = &sh->users[sh->n++];
	memset(longest, 0, sizeof(*longest));
	longest->uid = uid;
	return longest;
}

bool
pool_share_has(struct shelf *s, uid_t uid, uint64_t now)
{
	struct shares *sh = &s->shares;
	unsigned i, others = 0;
	struct share *own;

	forget_the_idle(sh, now);
	own = join(sh, uid);
	own->claimed_us = now;
	adjust(s);
	for (i = 0; i < sh->n; i++)
		if (&sh->users[i] != own)
			others += sh->users[i].credit;
	return s->have > others;
}

void
pool_share_take(struct shelf *s, uid_t uid)
{
	struct share *own = join(&s->shares, uid);

	if (own->credit > 0)
		own->credit--;
}

void
pool_share_add(struct shelf *s, uint64_t now)
{
	struct shares *sh = &s->shares;
	struct share *fewest = NULL;
	unsigned i;

	forget_the_idle(sh, now);
	for (i = 0; i < sh->n; i++)
		if (fewest == NULL || sh->users[i].credit < fewest->credit)
			fewest = &sh->users[i];
	if (fewest != NULL)
		fewest->credit++;
	adjust(s);
}
