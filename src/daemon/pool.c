/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The shelves: claims and refills. */

#include <event2/event.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/pool_impl.h"
#include "daemon/timer.h"

#define QUIET_MS 100		/* without a claim, before a refill */
#define HOLD_MAX_MS 2000	/* a refill waits no longer, whatever happens */

struct shelf *
pool_shelf(const struct pools *p, const struct template *t,
    enum domain_kind kind)
{
	unsigned i = SHELF_KINDS * t->index + (unsigned)kind - KIND_PAUSED;

	/* A VNF's may be of a configuration that has been replaced. */
	return i < p->nshelves && p->shelves[i].template == t ?
	    &p->shelves[i] : NULL;
}

bool
pool_shelf_is_of(const struct shelf *s, const struct template *of)
{
	return of == NULL || strcmp(s->template->name, of->name) == 0;
}

/* --- claims and refills -------------------------------------------------- */

void
pool_shelf_remove(struct shelf *s, struct domain *d)
{
	TAILQ_REMOVE(&s->ready, d, entry);
	s->have--;
}

static struct domain *
shelf_take(struct shelf *s, uid_t uid, uint64_t now)
{
	struct domain *d;

	if (!pool_share_has(s, uid, now))
		return NULL;
	d = TAILQ_FIRST(&s->ready);
	pool_share_take(s, uid);
	pool_shelf_remove(s, d);
	return d;
}

void
pool_claimed(struct pools *p, const struct shelf *s)
{
	uint64_t held_ms, ms = QUIET_MS;

	if (p->held_since_us == 0)
		p->held_since_us = s->claimed_us;
	/* Each claim puts it off, but not for ever. */
	held_ms = (s->claimed_us - p->held_since_us) / 1000;
	if (held_ms + ms > HOLD_MAX_MS)
		ms = held_ms < HOLD_MAX_MS ? HOLD_MAX_MS - held_ms : 0;
	timer_arm_ms(p->refill, s->have < s->min ? 0 : ms);
}

struct domain *
pool_claim(struct pools *p, const struct template *t, uid_t uid)
{
	static const enum domain_kind quickest_first[] = {
		KIND_BOOTED, KIND_PAUSED };
	uint64_t now = now_us();
	struct domain *d = NULL;
	struct shelf *s = NULL;
	unsigned i;

	for (i = 0; i < 2 && d == NULL; i++) {
		if ((s = pool_shelf(p, t, quickest_first[i])) == NULL)
			break;
		s->claimed_us = now;
		if ((d = shelf_take(s, uid, now)) == NULL)
			pool_missed(s);
	}
	if (d != NULL)
		pool_claimed(p, s);
	return d;
}

void
pool_put_back(struct pools *p, struct domain *d)
{
	struct shelf *s = pool_shelf(p, d->template, d->kind);

	if (s == NULL) {		/* its template was replaced */
		doom(p->daemon, d);
		return;
	}
	TAILQ_INSERT_HEAD(&s->ready, d, entry);
	s->have++;
	pool_share_add(s, now_us());
	pool_trim(p);			/* fewer may be wanted by now */
	pool_wait_check(p);
}

/* Must the refill wait for VNFs that are being claimed or are starting? */
static bool
hold_refill(struct pools *p, uint64_t now)
{
	if (p->held_since_us == 0)
		return false;
	if (p->daemon->starting > 0 &&
	    now - p->held_since_us < HOLD_MAX_MS * 1000) {
		timer_arm_ms(p->refill, QUIET_MS);
		return true;
	}
	p->held_since_us = 0;
	return false;
}

/*
 * Begins one build for s if it wants one, or, urgent, if it is below its
 * minimum; returns whether it did.
 */
static bool
shelf_build_one(struct pools *p, struct shelf *s, bool urgent, uint64_t now,
    uint64_t *wake_us)
{
	if (s->have + s->building >= s->goal ||
	    (urgent && s->have + s->building >= s->min) ||
	    pool_build_slow(p, s))
		return false;
	if (s->not_before_us > now) {
		if (*wake_us == 0 || s->not_before_us < *wake_us)
			*wake_us = s->not_before_us;
		return false;
	}
	pool_build_begin(pool_build_new(p, domain_new(s->template, s->kind), s,
	    NULL, NULL));
	return true;
}

static void
refill_now(struct pools *p, bool urgent, uint64_t now)
{
	uint64_t wake_us = 0;
	bool progress = true;
	unsigned i;

	while (progress && pool_build_room(p)) {
		progress = false;
		wake_us = 0;
		for (i = 0; i < p->nshelves && pool_build_room(p); i++)
			progress |= shelf_build_one(p, &p->shelves[i], urgent,
			    now, &wake_us);
	}
	if (!progress && wake_us != 0 && !urgent)
		timer_arm_ms(p->refill, (wake_us - now) / 1000 + 1);
}

void
pool_refill(struct pools *p)
{
	uint64_t now = now_us();

	if (p->stopped)
		return;
	pool_trim(p);
	if (p->held_since_us != 0 && evtimer_pending(p->refill, NULL))
		return;			/* a claim was made just now */
	refill_now(p, hold_refill(p, now), now);
}

static void
refill_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	pool_refill(arg);
}

/* --- the whole ----------------------------------------------------------- */

struct shelf *
pool_shelves_new(const struct config *c, unsigned *n)
{
	struct shelf *shelves;
	unsigned i;

	*n = SHELF_KINDS * c->ntemplates;
	shelves = xcalloc(*n + 1, sizeof(*shelves));
	for (i = 0; i < *n; i++) {
		struct shelf *s = &shelves[i];

		s->template = c->templates[i / SHELF_KINDS];
		s->kind = KIND_PAUSED + i % SHELF_KINDS;
		s->target = s->goal = s->template->pool[s->kind];
		s->min = s->template->pool_min[s->kind];
		s->max = s->template->pool_max[s->kind];
		TAILQ_INIT(&s->ready);
	}
	return shelves;
}

struct pools *
pools_new(struct daemon *dm)
{
	struct pools *p = xcalloc(1, sizeof(*p));

	p->daemon = dm;
	p->shelves = pool_shelves_new(dm->config, &p->nshelves);
	LIST_INIT(&p->builds);
	TAILQ_INIT(&p->users);
	LIST_INIT(&p->waits);
	p->refill = evtimer_new(dm->base, refill_timer, p);
	p->trim = evtimer_new(dm->base, pool_trim_timer, p);
	if (p->refill == NULL || p->trim == NULL)
		log_fatal("out of memory");
	p->stopped = true;
	return p;
}

void
pools_start(struct pools *p)
{
	p->stopped = false;
	pool_refill(p);
}

bool
pool_shelf_give_up(struct pools *p, struct shelf *s)
{
	struct domain *d = TAILQ_FIRST(&s->ready);

	if (d == NULL)
		return false;
	pool_shelf_remove(s, d);
	doom(p->daemon, d);
	return true;
}

void
pools_stop(struct pools *p)
{
	unsigned i;

	p->stopped = true;
	pool_wait_stop(p);
	event_del(p->refill);
	event_del(p->trim);
	for (i = 0; i < p->nshelves; i++)
		while (pool_shelf_give_up(p, &p->shelves[i]))
			;
	pool_build_stop_booting(p);
}

void
pools_free(struct pools *p)
{
	while (!LIST_EMPTY(&p->waits))
		pools_unwait(LIST_FIRST(&p->waits));
	while (!LIST_EMPTY(&p->builds)) {
		struct pool_build *b = LIST_FIRST(&p->builds);

		if (b->domain != NULL)
			domain_free(b->domain);
		pool_build_drop(b);
	}
	event_free(p->refill);
	event_free(p->trim);
	free(p->shelves);
	free(p);
}

unsigned
pools_building(const struct pools *p)
{
	return p->building;
}

void
pools_each(struct pools *p, const struct template *of, pool_visit visit,
    void *arg)
{
	unsigned i;

	for (i = 0; i < p->nshelves; i++) {
		const struct shelf *s = &p->shelves[i];
		struct pool_view view = {
			.template = s->template,
			.kind = s->kind,
			.target = s->target,
			.min = s->min,
			.max = s->max,
			.wanted = s->goal,
			.have = s->have,
			.building = s->building,
			.failed = s->failed,
			.last_error = s->last_error.code == UVNF_OK ? "" :
			    s->last_error.text,
		};

		if (pool_shelf_is_of(s, of))
			visit(&view, arg);
	}
}

void
pools_fill(struct pools *p, const struct template *of)
{
	unsigned i;

	for (i = 0; i < p->nshelves; i++) {
		if (pool_shelf_is_of(&p->shelves[i], of)) {
			p->shelves[i].not_before_us = 0;
			p->shelves[i].backoff_ms = 0;
			pool_undrain(&p->shelves[i]);
		}
	}
	event_del(p->refill);
	p->held_since_us = 0;
	pool_refill(p);
}
