/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_TURN_H
#define UVNF_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

/*
 * Whose request is next.  In each turn of the event loop (from one look at all
 * sockets to the next) a session, and all sessions of a user together, may
 * begin so many requests; what they have beyond that waits for later turns,
 * in which the user's sessions come one after the other.  So a request waits
 * for a few of each other user, however many they have sent.
 */
#define TURN_SESSION 16
#define TURN_USER 32
/* A reply of so many bytes more counts as another request. */
#define TURN_BYTES 4096

/* So much output may wait for all clients of a user. */
#define TURN_UNREAD_USER_MAX (32 * 1024 * 1024)

struct event;
struct event_base;
struct turn_user;

/* A session's place. */
struct turn {
	struct turn_user *user;
	void (*go_on)(void *arg);
	void *arg;
	uint64_t last;			/* the turn that it began one in */
	size_t used;			/* then */
	size_t unread;			/* output that waits for its client */
	bool waits;
	STAILQ_ENTRY(turn) entry;
};

struct turns {
	struct event *next;
	uint64_t now;			/* the number of this turn */
	LIST_HEAD(, turn_user) users;
};

void turns_init(struct turns *ts, struct event_base *base);
/* Between two looks at the sockets: another turn begins. */
void turns_next(struct turns *ts);
/* When all have left. */
void turns_clear(struct turns *ts);

/* A session of uid; go_on, which may call turn_leave, says that it can. */
void turn_join(struct turns *ts, struct turn *t, uid_t uid,
    void (*go_on)(void *arg), void *arg);
void turn_leave(struct turn *t);

/* May it begin a request?  If not, t->waits until go_on is called. */
bool turn_take(struct turn *t);
/* What it began had so long a reply. */
void turn_spend(struct turn *t, size_t bytes);

/*
 * So much output waits for its client now: how much waits for all those of
 * its user together.
 */
size_t turn_unread(struct turn *t, size_t bytes);

#endif
