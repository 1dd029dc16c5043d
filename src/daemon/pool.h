/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_POOL_H
#define UVNF_POOL_H

#include <stdbool.h>

#include "common/err.h"
#include "daemon/daemon.h"
#include "daemon/domain.h"
#include "daemon/reap.h"

/*
 * The shells: for each template one pool of paused and one of booted ones,
 * kept at their targets.  A refill waits until no VNF was claimed for a while
 * and none is starting, so that it does not slow them; it backs off after a
 * failure.
 */
struct pools *pools_new(struct daemon *dm);

/*
 * The daemon has another configuration: shells whose template is still the
 * same stay, the others go, and new ones are built.  Returns how many shells
 * were given up.
 */
unsigned pools_reload(struct pools *p);

/* Begins to fill them. */
void pools_start(struct pools *p);

/* Hands every shell to the reaper and builds no more. */
void pools_stop(struct pools *p);

void pools_free(struct pools *p);

/* Builds under way, of shells and on demand (daemon_stop waits for them). */
unsigned pools_building(const struct pools *p);

/*
 * Takes a shell for uid, a booted one before a paused one; NULL when there is
 * none, or what there is is kept for other users.
 */
struct domain *pool_claim(struct pools *p, const struct template *t,
    uid_t uid);

/*
 * Takes an armed shell for uid, whose values are those that set (or NULL) has.
 * NULL when there is none; *miss says why.
 */
struct domain *pool_claim_armed(struct pools *p, const struct template *t,
    uid_t uid, const struct params *set, enum armed_miss *miss);
bool pool_has_armed(const struct pools *p, const struct template *t);

/*
 * A domain of t's is to have these values (set may be NULL): armed shells that
 * have one of them go, if it is one that a range of t's is for.  Before
 * domain_set_values, and after all that may refuse it.
 */
void pools_make_room(struct pools *p, const struct template *t,
    const struct params *set);

/* Gives one back that was claimed and is still as it was. */
void pool_put_back(struct pools *p, struct domain *d);

/*
 * Builds a domain on demand, when a worker is free and uid's turn has come;
 * it counts as one of uid's builds until all of
 * it has ended; d is a new one, as it is to be.  text (len bytes, malloc'ed and
 * taken over) is a configuration that is written into it, or NULL.  The
 * callback comes once, from the event loop, with d, which is then the caller's
 * and never ran, or with NULL and why.
 */
typedef void (*pool_built)(void *arg, struct domain *d,
    const struct uvnf_error *e);
struct pool_build;
struct pool_build *pool_build_cold(struct pools *p, struct domain *d,
    uid_t uid, char *text, size_t len, pool_built built, void *arg);
/* The caller no longer wants it: no such callback comes, the domain is
 * reaped, and gone (may be NULL) is called when nothing is left of it. */
void pool_build_abandon(struct pool_build *b, reap_done gone, void *arg);

/* The backend's events about a domain that is a shell. */
void pool_announced(struct pools *p, struct domain *d);
void pool_dead(struct pools *p, struct domain *d);

/* What the verb pool shows. */
struct pool_view {
	const struct template *template;
	enum domain_kind kind;
	unsigned target, min, max;
	unsigned wanted;		/* now: from target to max, or 0 */
	unsigned have, building;
	uint64_t failed;
	const char *last_error;		/* "" while builds succeed */
};

typedef void (*pool_visit)(const struct pool_view *view, void *arg);
/* of: one template alone, or NULL for all. */
void pools_each(struct pools *p, const struct template *of, pool_visit visit,
    void *arg);

/*
 * Sets a shelf's numbers, until the template changes or the daemon ends; what
 * is too much goes at once.  0, or -UVNF_E_BAD_REQUEST with e filled.
 */
struct pool_numbers {
	unsigned target, min, max;
};
int pools_set(struct pools *p, const struct template *of,
    enum domain_kind kind, const struct pool_numbers *n,
    struct uvnf_error *e);

/* Destroys the shells (of one template), and wants none until it is told. */
void pools_drain(struct pools *p, const struct template *of);

/* Starts to build what is missing now, whatever the pauses. */
void pools_fill(struct pools *p, const struct template *of);

/*
 * Calls back, from the event loop, when all shells of a template (or of all)
 * are there: e NULL, or a build failed: e says why.  pools_unwait cancels.
 */
struct pool_wait;
typedef void (*pool_waited)(void *arg, const struct uvnf_error *e);
struct pool_wait *pools_wait(struct pools *p, const struct template *of,
    pool_waited done, void *arg);
void pools_unwait(struct pool_wait *w);

#endif
