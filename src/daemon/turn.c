/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/timer.h"
#include "daemon/turn.h"

struct turn_user {
	struct turns *turns;
	uid_t uid;
	unsigned sessions;
	uint64_t last;			/* as a session's */
	size_t used;
	size_t unread;			/* the sum of its sessions' */
	struct turn *served;		/* it was called, and comes first */
	STAILQ_HEAD(, turn) waiting;
	LIST_ENTRY(turn_user) entry;
};

static void
user_unref(struct turn_user *u)
{
	if (--u->sessions > 0)
		return;
	LIST_REMOVE(u, entry);
	free(u);
}

static void
serve(struct turn_user *u)
{
	struct turn *t;
	unsigned n = 0;

	STAILQ_FOREACH(t, &u->waiting, entry)
		n++;
	/* Those who come again are behind. */
	while (n-- > 0 && u->used < TURN_USER &&
	    (t = STAILQ_FIRST(&u->waiting)) != NULL) {
		STAILQ_REMOVE_HEAD(&u->waiting, entry);
		t->waits = false;
		u->served = t;
		t->go_on(t->arg);
		u->served = NULL;
	}
}

static void
next_turn(evutil_socket_t fd, short what, void *arg)
{
	struct turns *ts = arg;
	struct turn_user *u, *next;
	bool more = false;

	(void)fd;
	(void)what;
	for (u = LIST_FIRST(&ts->users); u != NULL; u = next) {
		if (u->last != ts->now)
			u->used = 0;
		u->last = ts->now;
		u->sessions++;		/* its last one may leave */
		serve(u);
		more |= !STAILQ_EMPTY(&u->waiting);
		next = LIST_NEXT(u, entry);
		user_unref(u);
	}
	/* A timer, not an event made active: the sockets come before it. */
	if (more)
		timer_arm_ms(ts->next, 0);
}

void
turns_init(struct turns *ts, struct event_base *base)
{
	LIST_INIT(&ts->users);
	if ((ts->next = evtimer_new(base, next_turn, ts)) == NULL)
		log_fatal("out of memory");
}

void
turns_next(struct turns *ts)
{
	ts->now++;
}

void
turns_clear(struct turns *ts)
{
	if (ts->next != NULL)
		event_free(ts->next);
	ts->next = NULL;
}

void
turn_join(struct turns *ts, struct turn *t, uid_t uid,
    void (*go_on)(void *arg), void *arg)
{
	struct turn_user *u;

	LIST_FOREACH(u, &ts->users, entry)
		if (u->uid == uid)
			break;
	if (u == NULL) {
		u = xcalloc(1, sizeof(*u));
		u->turns = ts;
		u->uid = uid;
		STAILQ_INIT(&u->waiting);
		LIST_INSERT_HEAD(&ts->users, u, entry);
	}
	u->sessions++;
	memset(t, 0, sizeof(*t));
	t->user = u;
	t->go_on = go_on;
	t->arg = arg;
}

void
turn_leave(struct turn *t)
{
	struct turn_user *u = t->user;

	if (t->waits)
		STAILQ_REMOVE(&u->waiting, t, turn, entry);
	if (u->served == t)
		u->served = NULL;
	turn_unread(t, 0);
	user_unref(u);
}

static bool
may_go(struct turn *t)
{
	struct turn_user *u = t->user;
	uint64_t now = u->turns->now;

	if (u->last != now)
		u->used = 0;
	if (t->last != now)
		t->used = 0;
	u->last = t->last = now;
	/* Whoever waits already comes first. */
	return u->used < TURN_USER && t->used < TURN_SESSION &&
	    (STAILQ_EMPTY(&u->waiting) || u->served == t);
}

bool
turn_take(struct turn *t)
{
	struct turn_user *u = t->user;

	if (t->waits)
		return false;
	if (may_go(t)) {
		u->used++;
		t->used++;
		return true;
	}
	t->waits = true;
	STAILQ_INSERT_TAIL(&u->waiting, t, entry);
	timer_arm_ms(u->turns->next, 0);
	return false;
}

void
turn_spend(struct turn *t, size_t bytes)
{
	t->user->used += bytes / TURN_BYTES;
	t->used += bytes / TURN_BYTES;
}

size_t
turn_unread(struct turn *t, size_t bytes)
{
	t->user->unread += bytes - t->unread;
	t->unread = bytes;
	return t->user->unread;
}
