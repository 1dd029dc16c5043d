/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <assert.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/pool.h"

#define QUIET_MS 100		/* without a claim, before a refill */
#define HOLD_MAX_MS 2000	/* a refill waits no longer, whatever happens */
#define BACKOFF_FIRST_MS 1000
#define BACKOFF_MAX_MS 60000
#define BOOT_LIMIT_S 30		/* from unpause to the guest's announcement */
#define OVERHEAD_MB 2		/* Xen's own for a domain: tables, rings */

TAILQ_HEAD(domains, domain);

/* The shells of one template and kind. */
struct shelf {
	const struct template *template;
	enum domain_kind kind;
	unsigned target;
	struct domains ready;
	unsigned have;
	unsigned building;
	uint64_t failed;
	unsigned backoff_ms;
	uint64_t not_before_us;
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
	bool in_xen;			/* the backend's build has ended */
	bool writing;			/* its configuration, ahead */
	struct uvnf_error refused;	/* for the callback from the loop */
	struct event *timer;		/* boot limit, or that callback */
	LIST_ENTRY(pool_build) entry;
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
	struct shelf *shelves;		/* two for each template: by index */
	unsigned nshelves;
	LIST_HEAD(, pool_build) builds;
	unsigned building;
	LIST_HEAD(, pool_wait) waits;
	struct event *refill;
	uint64_t held_since_us;		/* 0: no refill is being held back */
	bool stopped;
};

static void refill(struct pools *);
static void build_fail(struct pool_build *, const struct uvnf_error *);
static void build_ready(struct pool_build *);

static struct shelf *
shelf_of(const struct pools *p, const struct template *t,
    enum domain_kind kind)
{
	return &p->shelves[2 * t->index + (kind == KIND_BOOTED)];
}

static void
timer_in_ms(struct event *ev, uint64_t ms)
{
	struct timeval tv;

	tv.tv_sec = (time_t)(ms / 1000);
	tv.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	event_add(ev, &tv);
}

/* --- waiting for full shelves ------------------------------------------ */

static bool
all_full(const struct pools *p, const struct template *of)
{
	unsigned i;

	for (i = 0; i < p->nshelves; i++) {
		const struct shelf *s = &p->shelves[i];

		if ((of == NULL || s->template == of) && s->have < s->target)
			return false;
	}
	return true;
}

static void
wait_end(struct pool_wait *w, const struct uvnf_error *e)
{
	pool_waited done = w->done;
	void *arg = w->arg;

	pools_unwait(w);
	done(arg, e);
}

static void
check_waits(struct pools *p)
{
	struct pool_wait *w, *next;

	for (w = LIST_FIRST(&p->waits); w != NULL; w = next) {
		next = LIST_NEXT(w, entry);
		if (all_full(p, w->of))
			wait_end(w, NULL);
	}
}

static void
fail_waits(struct pools *p, const struct shelf *s)
{
	struct pool_wait *w, *next;

	for (w = LIST_FIRST(&p->waits); w != NULL; w = next) {
		next = LIST_NEXT(w, entry);
		if (w->of == NULL || w->of == s->template)
			wait_end(w, &s->last_error);
	}
}

static void
wait_check(evutil_socket_t fd, short what, void *arg)
{
	struct pool_wait *w = arg;

	(void)fd;
	(void)what;
	if (all_full(w->pools, w->of))
		wait_end(w, NULL);
}

struct pool_wait *
pools_wait(struct pools *p, const struct template *of, pool_waited done,
    void *arg)
{
	struct pool_wait *w = xcalloc(1, sizeof(*w));

	w->pools = p;
	w->of = of;
	w->done = done;
	w->arg = arg;
	if ((w->check = evtimer_new(p->daemon->base, wait_check, w)) == NULL)
		log_fatal("out of memory");
	LIST_INSERT_HEAD(&p->waits, w, entry);
	event_active(w->check, EV_TIMEOUT, 0);
	return w;
}

void
pools_unwait(struct pool_wait *w)
{
	LIST_REMOVE(w, entry);
	event_free(w->check);
	free(w);
}

/* --- one build, its callbacks in the order in which they come ---------- */

static uint64_t
memory_under_way_mb(const struct pools *p)
{
	const struct pool_build *b;
	uint64_t mb = 0;

	LIST_FOREACH(b, &p->builds, entry) {
		if (!b->in_xen && b->domain != NULL)
			mb += b->domain->template->memory_mb + OVERHEAD_MB;
	}
	return mb;
}

/* Dom0 is never ballooned: what does not fit beside the reserve waits. */
static int
check_memory(struct pools *p, const struct template *t, struct uvnf_error *e)
{
	struct backend *backend = p->daemon->backend;
	uint64_t free_mb, need = t->memory_mb + OVERHEAD_MB;
	uint64_t reserve = p->daemon->config->memory_reserve_mb;
	uint64_t away = memory_under_way_mb(p);
	int rc;

	if ((rc = backend->free_memory_mb(backend, &free_mb, e)) != 0)
		return rc;
	if (free_mb >= need + reserve + away)
		return 0;
	return uvnf_error_set(e, UVNF_E_NO_MEMORY,
	    "template '%s' needs %" PRIu64 " MiB, but Xen has %" PRIu64
	    " MiB free, of which %" PRIu64 " are the reserve and %" PRIu64
	    " promised; destroy something, lower memory_reserve_mb, or give "
	    "dom0 less with dom0_mem= on Xen's command line",
	    t->name, need, free_mb, reserve, away);
}

static void
build_free(struct pool_build *b)
{
	LIST_REMOVE(b, entry);
	b->pools->building--;
	event_free(b->timer);
	free(b);
}

static void
shelf_failed(struct shelf *s, const struct uvnf_error *e)
{
	s->failed++;
	s->last_error = *e;
	s->backoff_ms = s->backoff_ms == 0 ? BACKOFF_FIRST_MS :
	    s->backoff_ms * 2;
	if (s->backoff_ms > BACKOFF_MAX_MS)
		s->backoff_ms = BACKOFF_MAX_MS;
	s->not_before_us = now_us() + (uint64_t)s->backoff_ms * 1000;
	log_warn("shell failed template=%s kind=%s again_ms=%u error=%s",
	    s->template->name, domain_kind_word(s->kind), s->backoff_ms,
	    e->text);
}

/* The domain has been seen to: free the build, tell whom it concerns. */
static void
build_end_failed(struct pool_build *b, const struct uvnf_error *e)
{
	struct pools *p = b->pools;
	struct shelf *s = b->shelf;
	pool_built built = b->built;
	reap_done gone = b->gone;
	void *arg = b->arg, *gone_arg = b->gone_arg;

	p->daemon->metrics.builds_failed++;
	build_free(b);
	if (s != NULL) {
		s->building--;
		shelf_failed(s, e);
		fail_waits(p, s);
	} else if (built != NULL) {
		built(arg, NULL, e);
	}
	if (gone != NULL)
		gone(gone_arg);
	refill(p);
	daemon_stop_progress(p->daemon);
}

static void
build_fail(struct pool_build *b, const struct uvnf_error *e)
{
	struct domain *d = b->domain;

	b->domain = NULL;
	reap(b->pools->daemon, d, b->gone, b->gone_arg);
	b->gone = NULL;
	build_end_failed(b, e);
}

/* A refusal before anything was begun, told from the event loop. */
static void
build_refused(struct pool_build *b)
{
	struct uvnf_error e = b->refused;

	build_end_failed(b, &e);
}

static void
build_timer(evutil_socket_t fd, short what, void *arg)
{
	struct pool_build *b = arg;
	struct uvnf_error e;

	(void)fd;
	(void)what;
	if (b->domain == NULL) {
		build_refused(b);
		return;
	}
	uvnf_error_set(&e, UVNF_E_BUILD_FAILED,
	    "a shell of '%s' did not announce itself within %d s of boot; "
	    "is %s a ClickOS image with the layout 'data'?",
	    b->domain->template->name, BOOT_LIMIT_S,
	    b->domain->template->kernel);
	build_fail(b, &e);
}

static void
build_written(void *arg, const struct uvnf_error *e)
{
	struct pool_build *b = arg;
	struct uvnf_error dead;

	b->writing = false;
	if (e == NULL && !b->domain->dead) {
		build_ready(b);
		return;
	}
	if (e == NULL) {
		uvnf_error_set(&dead, UVNF_E_GUEST_DEAD,
		    "a shell of '%s' died while it was prepared",
		    b->domain->template->name);
		e = &dead;
	}
	build_fail(b, e);
}

/* Puts the template's own configuration into a shell, ahead of its claim. */
static void
build_write_ahead(struct pool_build *b)
{
	struct backend *backend = b->pools->daemon->backend;
	const struct template *t = b->domain->template;

	if (t->config == NULL) {
		build_ready(b);
		return;
	}
	b->writing = true;
	backend->configure(backend, b->domain, t->config, t->config_len,
	    false, build_written, b);
}

static void
build_boot(struct pool_build *b)
{
	struct backend *backend = b->pools->daemon->backend;
	struct uvnf_error e;

	if (backend->unpause(backend, b->domain, &e) != 0) {
		build_fail(b, &e);
		return;
	}
	timer_in_ms(b->timer, BOOT_LIMIT_S * 1000);
	/* pool_announced goes on from here */
}

static void
build_result(void *arg, const struct uvnf_error *e)
{
	struct pool_build *b = arg;
	struct daemon *dm = b->pools->daemon;
	struct domain *d = b->domain;

	b->in_xen = true;
	if (e != NULL) {
		b->domain = NULL;
		journal_gone(dm->journal, d);
		domain_free(d);
		build_end_failed(b, e);
		return;
	}
	dm->metrics.builds++;
	if (journal_built(dm->journal, d) != 0 || dm->stopping ||
	    (b->shelf == NULL && b->built == NULL)) {
		struct uvnf_error stop;

		uvnf_error_set(&stop, UVNF_E_STOPPING, "the build of %s is "
		    "no longer wanted, or could not be recorded", d->name);
		build_fail(b, &stop);
	} else if (b->shelf != NULL && b->shelf->kind == KIND_BOOTED) {
		build_boot(b);
	} else if (b->shelf != NULL) {
		build_write_ahead(b);
	} else {
		build_ready(b);
	}
}

/* The domain is as it was wanted. */
static void
build_ready(struct pool_build *b)
{
	struct pools *p = b->pools;
	struct shelf *s = b->shelf;
	struct domain *d = b->domain;
	pool_built built = b->built;
	void *arg = b->arg;

	if (p->daemon->stopping) {
		struct uvnf_error e;

		uvnf_error_set(&e, UVNF_E_STOPPING, "the daemon is stopping");
		build_fail(b, &e);
		return;
	}
	build_free(b);
	if (s == NULL) {
		built(arg, d, NULL);
		return;
	}
	s->building--;
	s->have++;
	s->backoff_ms = 0;
	s->last_error.code = UVNF_OK;
	TAILQ_INSERT_TAIL(&s->ready, d, entry);
	log_debug("shell ready domain=%s domid=%d kind=%s", d->name, d->domid,
	    domain_kind_word(d->kind));
	check_waits(p);
	refill(p);
}

static struct pool_build *
build_begin(struct pools *p, const struct template *t, struct shelf *s,
    enum domain_kind kind, pool_built built, void *arg)
{
	struct pool_build *b = xcalloc(1, sizeof(*b));
	struct daemon *dm = p->daemon;

	b->pools = p;
	b->shelf = s;
	b->built = built;
	b->arg = arg;
	if ((b->timer = evtimer_new(dm->base, build_timer, b)) == NULL)
		log_fatal("out of memory");
	if (s != NULL)
		s->building++;
	p->building++;
	LIST_INSERT_HEAD(&p->builds, b, entry);
	if (check_memory(p, t, &b->refused) == 0) {
		b->domain = domain_new(t, kind);
		if (journal_build(dm->journal, b->domain) == 0) {
			dm->backend->build(dm->backend, b->domain,
			    build_result, b);
			return b;
		}
		domain_free(b->domain);
		b->domain = NULL;
		uvnf_error_set(&b->refused, UVNF_E_SYSTEM,
		    "the journal cannot be written; see the daemon's log");
	}
	event_active(b->timer, EV_TIMEOUT, 0);
	return b;
}

struct pool_build *
pool_build_cold(struct pools *p, const struct template *t, pool_built built,
    void *arg)
{
	return build_begin(p, t, NULL, KIND_COLD, built, arg);
}

void
pool_build_abandon(struct pool_build *b, reap_done gone, void *arg)
{
	b->built = NULL;
	b->gone = gone;
	b->gone_arg = arg;
}

/* --- events about shells ------------------------------------------------ */

static struct pool_build *
build_of(struct pools *p, const struct domain *d)
{
	struct pool_build *b;

	LIST_FOREACH(b, &p->builds, entry) {
		if (b->domain == d)
			return b;
	}
	return NULL;
}

void
pool_announced(struct pools *p, struct domain *d)
{
	struct pool_build *b = build_of(p, d);

	if (b == NULL || b->shelf == NULL || b->shelf->kind != KIND_BOOTED)
		return;
	event_del(b->timer);
	build_write_ahead(b);
}

void
pool_dead(struct pools *p, struct domain *d)
{
	struct pool_build *b = build_of(p, d);
	struct uvnf_error e;
	struct shelf *s;

	if (b != NULL && (b->writing || !b->in_xen))
		return;			/* what is under way will see it */
	if (b != NULL) {
		uvnf_error_set(&e, UVNF_E_GUEST_DEAD,
		    "a shell of '%s' died while it booted; does %s need more "
		    "than %u MiB?", d->template->name, d->template->kernel,
		    d->template->memory_mb);
		build_fail(b, &e);
		return;
	}
	s = shelf_of(p, d->template, d->kind);
	TAILQ_REMOVE(&s->ready, d, entry);
	s->have--;
	log_warn("shell died domain=%s domid=%d", d->name, d->domid);
	reap(p->daemon, d, NULL, NULL);
	refill(p);
}

/* --- claims and refills ------------------------------------------------- */

static struct domain *
shelf_take(struct shelf *s)
{
	struct domain *d = TAILQ_FIRST(&s->ready);

	if (d != NULL) {
		TAILQ_REMOVE(&s->ready, d, entry);
		s->have--;
	}
	return d;
}

struct domain *
pool_claim(struct pools *p, const struct template *t)
{
	struct domain *d = shelf_take(shelf_of(p, t, KIND_BOOTED));

	if (d == NULL)
		d = shelf_take(shelf_of(p, t, KIND_PAUSED));
	if (d != NULL) {
		if (p->held_since_us == 0)
			p->held_since_us = now_us();
		timer_in_ms(p->refill, QUIET_MS);
	}
	return d;
}

/* Must the refill wait for VNFs that are being claimed or are starting? */
static bool
hold_refill(struct pools *p, uint64_t now)
{
	if (p->held_since_us == 0)
		return false;
	if (p->daemon->starting > 0 &&
	    now - p->held_since_us < HOLD_MAX_MS * 1000) {
		timer_in_ms(p->refill, QUIET_MS);
		return true;
	}
	p->held_since_us = 0;
	return false;
}

/* Begins one build for s if it wants one; returns whether it did. */
static bool
shelf_build_one(struct pools *p, struct shelf *s, uint64_t now,
    uint64_t *wake_us)
{
	if (s->have + s->building >= s->target)
		return false;
	if (s->not_before_us > now) {
		if (*wake_us == 0 || s->not_before_us < *wake_us)
			*wake_us = s->not_before_us;
		return false;
	}
	build_begin(p, s->template, s, s->kind, NULL, NULL);
	return true;
}

static void
refill_now(struct pools *p, uint64_t now)
{
	uint64_t wake_us = 0;
	bool progress = true;
	unsigned i;

	while (progress && p->building < p->daemon->config->workers) {
		progress = false;
		wake_us = 0;
		for (i = 0; i < p->nshelves &&
		    p->building < p->daemon->config->workers; i++)
			progress |= shelf_build_one(p, &p->shelves[i], now,
			    &wake_us);
	}
	if (!progress && wake_us != 0)
		timer_in_ms(p->refill, (wake_us - now) / 1000 + 1);
}

static void
refill(struct pools *p)
{
	uint64_t now = now_us();

	if (p->stopped)
		return;
	if (p->held_since_us != 0 && evtimer_pending(p->refill, NULL))
		return;			/* a claim was made just now */
	if (!hold_refill(p, now))
		refill_now(p, now);
}

static void
refill_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	refill(arg);
}

/* --- the whole ----------------------------------------------------------- */

struct pools *
pools_new(struct daemon *dm)
{
	struct pools *p = xcalloc(1, sizeof(*p));
	unsigned i;

	p->daemon = dm;
	p->nshelves = 2 * dm->config->ntemplates;
	p->shelves = xcalloc(p->nshelves + 1, sizeof(*p->shelves));
	for (i = 0; i < p->nshelves; i++) {
		struct shelf *s = &p->shelves[i];

		s->template = dm->config->templates[i / 2];
		s->kind = i % 2 == 0 ? KIND_PAUSED : KIND_BOOTED;
		s->target = s->template->pool[s->kind];
		TAILQ_INIT(&s->ready);
	}
	LIST_INIT(&p->builds);
	LIST_INIT(&p->waits);
	if ((p->refill = evtimer_new(dm->base, refill_timer, p)) == NULL)
		log_fatal("out of memory");
	p->stopped = true;
	return p;
}

void
pools_start(struct pools *p)
{
	p->stopped = false;
	refill(p);
}

/* Ends the builds that wait for a guest to boot; the others end soon. */
static void
stop_booting(struct pools *p)
{
	struct pool_build *b, *next;
	struct uvnf_error e;

	uvnf_error_set(&e, UVNF_E_STOPPING, "the daemon is stopping");
	for (b = LIST_FIRST(&p->builds); b != NULL; b = next) {
		next = LIST_NEXT(b, entry);
		if (b->shelf != NULL && b->in_xen && !b->writing)
			build_fail(b, &e);
	}
}

void
pools_stop(struct pools *p)
{
	struct domain *d;
	unsigned i;

	p->stopped = true;
	event_del(p->refill);
	for (i = 0; i < p->nshelves; i++) {
		while ((d = shelf_take(&p->shelves[i])) != NULL) {
			journal_doom(p->daemon->journal, d);
			reap(p->daemon, d, NULL, NULL);
		}
	}
	stop_booting(p);
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
		build_free(b);
	}
	event_free(p->refill);
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
			.have = s->have,
			.building = s->building,
			.failed = s->failed,
			.last_error = s->last_error.code == UVNF_OK ? "" :
			    s->last_error.text,
		};

		if (of == NULL || s->template == of)
			visit(&view, arg);
	}
}

void
pools_fill(struct pools *p, const struct template *of)
{
	unsigned i;

	for (i = 0; i < p->nshelves; i++) {
		if (of == NULL || p->shelves[i].template == of) {
			p->shelves[i].not_before_us = 0;
			p->shelves[i].backoff_ms = 0;
		}
	}
	event_del(p->refill);
	p->held_since_us = 0;
	refill(p);
}
