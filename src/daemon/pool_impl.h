/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_POOL_IMPL_H
#define UVNF_POOL_IMPL_H

/* What the files of the pool share; nobody else includes this. */

#include "daemon/pool.h"

struct bringup;
struct event;

TAILQ_HEAD(domains, domain);

#define SHELF_KINDS 3		/* all kinds but KIND_COLD have shelves */

#define SHARES_MAX 16

/* Those who claim from one shelf; pool_share.c. */
struct shares {
	struct share {
		uid_t uid;
		unsigned credit;	/* shells that are kept for it */
		uint64_t claimed_us;
	} users[SHARES_MAX];
	unsigned n;
};

/* The shells of one template and kind. */
struct shelf {
	const struct template *template;
	enum domain_kind kind;
	unsigned target, min, max;
	unsigned goal;			/* wanted now, target to max */
	bool drained;			/* none wanted until told */
	uint64_t claimed_us;		/* the last time; 0: never */
	struct domains ready;
	struct shares shares;
	unsigned have;
	unsigned building;
	uint64_t failed;
	unsigned backoff_ms;
	uint64_t backoff_us;		/* when it became so much */
	uint64_t not_before_us;
	bool short_lived;		/* its shells boot, and die then */
	struct uvnf_error last_error;
};

/* A domain on its way, for a shelf or (shelf NULL) for a cold create. */
struct pool_build {
	struct pools *pools;
	struct shelf *shelf;
	struct domain *domain;
	pool_built built;		/* NULL once abandoned */
	void *arg;
	reap_done gone;			/* then, perhaps, this */
	void *gone_arg;
	bool demanded;			/* by somebody's request: */
	uid_t uid;			/* whose */
	unsigned owed_mb;		/* theirs since it was abandoned */
	struct pool_user *queued;	/* it waits among theirs, or NULL */
	uint64_t begun_us;
	bool in_xen;			/* the backend's build has ended */
	bool writing;			/* an operation on it is under way */
	char *text;			/* its own; NULL: the template's */
	size_t text_len;
	struct bringup *bringup;	/* while it is armed, or NULL */
	struct uvnf_error refused;	/* for the callback from the loop */
	struct event *timer;		/* slow, limit, or that callback */
	uint64_t limit_us;		/* of its boot, or of being armed */
	bool slow;			/* it hinders no others any more */
	LIST_ENTRY(pool_build) entry;
	TAILQ_ENTRY(pool_build) turn;	/* while it is queued */
};

/* A user whose demanded builds wait. */
struct pool_user {
	uid_t uid;
	TAILQ_HEAD(, pool_build) builds;
	TAILQ_ENTRY(pool_user) entry;
};

struct pool_wait {
	struct pools *pools;
	const struct template *of;
	pool_waited done;
	void *arg;
	struct event *check;
	LIST_ENTRY(pool_wait) entry;
};

struct pools {
	struct daemon *daemon;
	struct shelf *shelves;		/* SHELF_KINDS a template: by index */
	unsigned nshelves;
	LIST_HEAD(, pool_build) builds;
	unsigned building;
	TAILQ_HEAD(, pool_user) users;	/* the next one's turn first */
	unsigned demands;		/* demanded builds in the backend */
	LIST_HEAD(, pool_wait) waits;
	struct event *refill;
	struct event *trim;
	uint64_t held_since_us;		/* 0: no refill is being held back */
	bool stopped;
};

/* pool.c */
/* NULL where t is not (or no longer) of the configuration. */
struct shelf *pool_shelf(const struct pools *p, const struct template *t,
    enum domain_kind kind);
/* Is s one of a template of that name?  Of any, where of is NULL. */
bool pool_shelf_is_of(const struct shelf *s, const struct template *of);
/* SHELF_KINDS for each template, empty. */
struct shelf *pool_shelves_new(const struct config *c, unsigned *n);
/* A shell of s was: the refill waits for a quiet time now. */
void pool_claimed(struct pools *p, const struct shelf *s);
/* Takes d, one of its shells, out of it. */
void pool_shelf_remove(struct shelf *s, struct domain *d);
/* Hands its oldest shell to the reaper; false when there is none. */
bool pool_shelf_give_up(struct pools *p, struct shelf *s);
/* Begins the builds that are due, or sees to it that they will be. */
void pool_refill(struct pools *p);

/* pool_share.c: uid wants one of the shells; is there one for it? */
bool pool_share_has(struct shelf *s, uid_t uid, uint64_t now);
/* Then it takes one. */
void pool_share_take(struct shelf *s, uid_t uid);
/* There is one more, for whoever it may be. */
void pool_share_add(struct shelf *s, uint64_t now);

/* pool_policy.c: how many shells there are to be. */
/* The shelf was empty when a shell of it would have been claimed. */
void pool_missed(struct shelf *s);
void pool_undrain(struct shelf *s);
/* Gives up what is too much or too old; sees to it that it is called again
 * when more may be. */
void pool_trim(struct pools *p);
void pool_trim_timer(int fd, short what, void *pools);

/* pool_build.c */
struct pool_build *pool_build_new(struct pools *p, struct domain *d,
    struct shelf *s, pool_built built, void *arg);
/* Hands it to the backend; false where it is refused, as the loop will tell. */
bool pool_build_begin(struct pool_build *b);
/* It was not begun, and will not be: e says why, from the event loop. */
void pool_build_refuse(struct pool_build *b, const struct uvnf_error *e);
/* Ends the builds that wait for their turn, or for a guest to boot; the others
 * end soon. */
void pool_build_stop_booting(struct pools *p);
/* Nobody wants it any more: its domain goes, now or when it is there. */
void pool_build_disown(struct pool_build *b);
/* Drops one without a word to anybody; its domain stays in Xen. */
void pool_build_drop(struct pool_build *b);

/* So long may its guest take for the next step; then it fails. */
void pool_build_limit(struct pool_build *b, unsigned seconds);
/* Has s begun enough, seeing that some of it are slow? */
bool pool_build_slow(const struct pools *p, const struct shelf *s);
/* Is there room for one more shell beside those that are not slow?  What users
 * demand does not matter: there may always be some of that. */
bool pool_build_room(const struct pools *p);

/* Its domain is of no use, e says why; and: it is as it was wanted. */
void pool_build_fail(struct pool_build *b, const struct uvnf_error *e);
void pool_build_ready(struct pool_build *b);

/* pool_queue.c: demanded builds whose turn has not come. */
void pool_queue_add(struct pools *p, struct pool_build *b);
void pool_queue_remove(struct pools *p, struct pool_build *b);
/* Begins as many as there are workers for. */
void pool_queue_run(struct pools *p);

/*
 * pool_arm.c: gives a domain that is to become an armed shell its values and
 * its text; 0, or a negative code with e filled: it cannot be armed.
 */
int pool_arm_prepare(struct pool_build *b, struct uvnf_error *e);
/* It has booted. */
void pool_arm(struct pool_build *b);
/* Its time has passed while b->bringup waits. */
void pool_arm_late(const struct pool_build *b, struct uvnf_error *e);

/* pool_wait.c: a shelf got a shell, or failed to. */
void pool_wait_check(struct pools *p);
void pool_wait_fail(struct pools *p, const struct shelf *s);
/* Ends all of them, as the pools stop. */
void pool_wait_stop(struct pools *p);
/* Ends those for a template that is no more. */
void pool_wait_left(struct pools *p);

#endif
