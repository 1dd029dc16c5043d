/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * How many shells a shelf wants.  That is its target; a claim that finds it
 * empty doubles it, up to the maximum, and when nothing was claimed for a
 * while the surplus goes.
 */

#include <event2/event.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/pool_impl.h"
#include "daemon/timer.h"

void
pool_missed(struct shelf *s)
{
	unsigned goal = s->goal > 0 ? 2 * s->goal : 1;

	if (s->drained || s->goal >= s->max)
		return;
	s->goal = goal < s->max ? goal : s->max;
	log_info("pool grows template=%s kind=%s wanted=%u", s->template->name,
	    domain_kind_word(s->kind), s->goal);
}

/* The earlier of two times, where 0 is never. */
static uint64_t
sooner(uint64_t a, uint64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* Nobody needed the surplus for so long; returns when to look again. */
static uint64_t
trim_surplus(struct pools *p, struct shelf *s, uint64_t now)
{
	uint64_t due = s->claimed_us +
	    (uint64_t)s->template->pool_idle_s * 1000000;

	if (s->goal > s->target && now >= due)
		s->goal = s->target;
	while (s->have > s->goal && pool_shelf_give_up(p, s))
		;
	return s->goal > s->target ? due : 0;
}

/* One at a time, and only from a shelf that is full. */
static uint64_t
trim_old(struct pools *p, struct shelf *s, uint64_t now)
{
	const struct domain *oldest = TAILQ_FIRST(&s->ready);
	uint64_t age_us = (uint64_t)s->template->pool_max_age_s * 1000000;

	if (age_us == 0 || oldest == NULL)
		return 0;
	if (now < oldest->shelved_us + age_us)
		return oldest->shelved_us + age_us;
	if (s->building > 0 || s->have < s->goal)
		return 0;		/* the end of a build looks again */
	log_debug("shell is old domain=%s domid=%d", oldest->name,
	    oldest->domid);
	pool_shelf_give_up(p, s);
	return 0;
}

void
pool_trim(struct pools *p)
{
	uint64_t now = now_us(), wake_us = 0;
	unsigned i;

	for (i = 0; i < p->nshelves; i++) {
		struct shelf *s = &p->shelves[i];

		wake_us = sooner(wake_us, trim_surplus(p, s, now));
		wake_us = sooner(wake_us, trim_old(p, s, now));
	}
	if (wake_us != 0)
		timer_arm_ms(p->trim, wake_us > now ?
		    (wake_us - now) / 1000 + 1 : 1);
}

void
pool_trim_timer(int fd, short what, void *pools)
{
	(void)fd;
	(void)what;
	pool_refill(pools);
}

/* --- what people want ---------------------------------------------------- */

int
pools_set(struct pools *p, const struct template *of, enum domain_kind kind,
    const struct pool_numbers *n, struct uvnf_error *e)
{
	struct shelf *s = pool_shelf(p, of, kind);
	int rc;

	if (kind == KIND_ARMED && n->max > 0 &&
	    (rc = template_can_arm(of, e)) != 0)
		return rc;
	if (n->min > n->target || n->target > n->max || n->max > POOL_MAX)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "min %u, target "
		    "%u and max %u must not become smaller, and %d is the "
		    "most", n->min, n->target, n->max, POOL_MAX);
	s->target = s->goal = n->target;
	s->min = n->min;
	s->max = n->max;
	s->drained = false;
	log_info("pool set template=%s kind=%s target=%u min=%u max=%u",
	    of->name, domain_kind_word(kind), n->target, n->min, n->max);
	pool_refill(p);
	pool_wait_check(p);
	return 0;
}

void
pools_drain(struct pools *p, const struct template *of)
{
	unsigned i;

	for (i = 0; i < p->nshelves; i++) {
		struct shelf *s = &p->shelves[i];

		if (!pool_shelf_is_of(s, of))
			continue;
		s->drained = true;
		s->goal = 0;
	}
	pool_refill(p);
	pool_wait_check(p);
}

void
pool_undrain(struct shelf *s)
{
	if (!s->drained)
		return;
	s->drained = false;
	s->goal = s->target;
}
