/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* Building a domain, for a shelf or on demand. */

#include <event2/event.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/bringup.h"
#include "daemon/events.h"
#include "daemon/pool_impl.h"
#include "daemon/timer.h"

#define BACKOFF_FIRST_MS 1000
#define BACKOFF_MAX_MS 60000
#define SLOW_MS 2000		/* in boot, and it hinders no others */
#define BOOT_LIMIT_S 30		/* from unpause to the guest's announcement */
#define BOOT_GENERIC_S 120	/* the same for a guest of any size */
#define YOUNG_MS 10000		/* a shell's death counts as a failure */
#define CALM_MS 120000		/* since a failure: the next is a first one */
#define OVERHEAD_MB 2		/* Xen's own for a domain: tables, rings */

static uint64_t
memory_under_way_mb(const struct pools *p)
{
	const struct pool_build *b;
	uint64_t mb = 0;

	LIST_FOREACH(b, &p->builds, entry) {
		if (!b->in_xen && b->queued == NULL && b->domain != NULL)
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

void
pool_build_drop(struct pool_build *b)
{
	struct accounts *a = &b->pools->daemon->vnfs.accounts;

	if (b->demanded)
		account_take(a, b->uid, QUOTA_BUILDS, 1);
	account_take(a, b->uid, QUOTA_MEMORY_MB, b->owed_mb);
	pool_queue_remove(b->pools, b);
	LIST_REMOVE(b, entry);
	b->pools->building--;
	event_free(b->timer);
	bringup_cancel(b->bringup);
	free(b->text);
	free(b);
}

static void
back_off(struct shelf *s)
{
	uint64_t now = now_us();

	if (now - s->backoff_us > CALM_MS * 1000)
		s->backoff_ms = 0;
	s->backoff_ms = s->backoff_ms == 0 ? BACKOFF_FIRST_MS :
	    s->backoff_ms * 2;
	if (s->backoff_ms > BACKOFF_MAX_MS)
		s->backoff_ms = BACKOFF_MAX_MS;
	s->backoff_us = now;
	s->not_before_us = now + (uint64_t)s->backoff_ms * 1000;
}

static void
shelf_failed(struct shelf *s, uint64_t begun_us, const struct uvnf_error *e)
{
	s->failed++;
	s->last_error = *e;
	/* Those that were begun side by side are one failure. */
	if (s->backoff_ms == 0 || begun_us > s->backoff_us)
		back_off(s);
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
	uint64_t begun_us = b->begun_us;

	if (s != NULL || built != NULL)
		p->daemon->metrics.builds_failed++;
	pool_build_drop(b);
	if (s != NULL) {
		s->building--;
		shelf_failed(s, begun_us, e);
		if (!p->daemon->stopping)
			events_shell_failed(p->daemon->events, s->template,
			    s->kind, e);
		pool_wait_fail(p, s);
	} else if (built != NULL) {
		built(arg, NULL, e);
	}
	if (gone != NULL)
		gone(gone_arg);
	pool_refill(p);
	daemon_stop_progress(p->daemon);
}

void
pool_build_fail(struct pool_build *b, const struct uvnf_error *e)
{
	struct domain *d = b->domain;

	bringup_cancel(b->bringup);
	b->bringup = NULL;
	b->domain = NULL;
	if (b->demanded)
		domain_owe(d, b->uid, d->template->memory_mb);
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
boot_failed(const struct template *t, struct uvnf_error *e)
{
	if (t->guest == GUEST_GENERIC)
		uvnf_error_set(e, UVNF_E_BUILD_FAILED, "the console of a shell "
		    "of '%s' did not say '%.200s' within %d s of boot",
		    t->name, t->ready_text, BOOT_GENERIC_S);
	else
		uvnf_error_set(e, UVNF_E_BUILD_FAILED,
		    "a shell of '%s' did not announce itself within %d s of "
		    "boot; is %s a ClickOS image with the layout '%s'?",
		    t->name, BOOT_LIMIT_S, t->kernel,
		    template_layout_word(t->layout));
}

void
pool_build_limit(struct pool_build *b, unsigned seconds)
{
	b->limit_us = now_us() + (uint64_t)seconds * 1000000;
	timer_arm_ms(b->timer, SLOW_MS);
}

bool
pool_build_slow(const struct pools *p, const struct shelf *s)
{
	const struct pool_build *b;

	if (s->building < p->daemon->config->workers)
		return false;
	LIST_FOREACH(b, &p->builds, entry)
		if (b->slow && b->shelf == s)
			return true;
	return false;
}

bool
pool_build_room(const struct pools *p)
{
	const struct pool_build *b;
	unsigned n = 0;

	LIST_FOREACH(b, &p->builds, entry)
		n += !b->demanded && !b->slow;
	return n < p->daemon->config->workers;
}

/* Its guest may never boot: others are built beside it. */
static bool
has_time_left(struct pool_build *b)
{
	uint64_t now = now_us();

	if (now >= b->limit_us)
		return false;
	b->slow = true;
	timer_arm_ms(b->timer, (b->limit_us - now) / 1000 + 1);
	pool_refill(b->pools);
	return true;
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
	if (has_time_left(b))
		return;
	if (b->bringup != NULL)
		pool_arm_late(b, &e);
	else
		boot_failed(b->domain->template, &e);
	pool_build_fail(b, &e);
}

static void
build_written(void *arg, const struct uvnf_error *e)
{
	struct pool_build *b = arg;
	struct uvnf_error dead;

	b->writing = false;
	if (e == NULL && !b->domain->dead) {
		pool_build_ready(b);
		return;
	}
	if (e == NULL) {
		uvnf_error_set(&dead, UVNF_E_GUEST_DEAD,
		    "a %s of '%s' died while it was prepared",
		    b->shelf != NULL ? "shell" : "domain",
		    b->domain->template->name);
		e = &dead;
	}
	pool_build_fail(b, e);
}

/* Puts a configuration, or none, into a domain ahead of its claim. */
static void
build_write(struct pool_build *b, const char *text, size_t len)
{
	struct backend *backend = b->pools->daemon->backend;

	if (text == NULL) {
		pool_build_ready(b);
		return;
	}
	b->writing = true;
	backend->configure(backend, b->domain, 0, text, len, false,
	    build_written, b);
}

/* The template's own into a shell. */
static void
build_write_ahead(struct pool_build *b)
{
	const struct template *t = b->domain->template;

	build_write(b, t->ahead, t->ahead_len);
}

static void
build_boot(struct pool_build *b)
{
	struct backend *backend = b->pools->daemon->backend;
	struct uvnf_error e;

	if (backend->unpause(backend, b->domain, &e) != 0) {
		pool_build_fail(b, &e);
		return;
	}
	if (b->domain->template->ready == READY_RUNNING &&
	    b->domain->template->guest == GUEST_GENERIC) {
		b->domain->announced = true;
		pool_build_ready(b);
		return;
	}
	pool_build_limit(b, b->domain->template->guest == GUEST_GENERIC ?
	    BOOT_GENERIC_S : BOOT_LIMIT_S);
	/* pool_announced goes on from here */
}

static void
build_result(void *arg, const struct uvnf_error *e)
{
	struct pool_build *b = arg;
	struct daemon *dm = b->pools->daemon;
	struct domain *d = b->domain;

	b->in_xen = true;
	if (b->demanded) {
		b->pools->demands--;
		pool_queue_run(b->pools);
	}
	if (e != NULL && d->spoiled) {
		pool_build_fail(b, e);
		return;
	}
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
		pool_build_fail(b, &stop);
	} else if (b->shelf != NULL && b->shelf->kind != KIND_PAUSED) {
		build_boot(b);
	} else if (b->shelf != NULL) {
		build_write_ahead(b);
	} else {
		build_write(b, b->text, b->text_len);
	}
}

/* The domain is as it was wanted. */
void
pool_build_ready(struct pool_build *b)
{
	struct pools *p = b->pools;
	struct shelf *s = b->shelf;
	struct domain *d = b->domain;
	pool_built built = b->built;
	void *arg = b->arg;

	if (p->daemon->stopping || (s == NULL && built == NULL)) {
		struct uvnf_error e;

		uvnf_error_set(&e, UVNF_E_STOPPING, "%s is no longer wanted",
		    d->name);
		pool_build_fail(b, &e);
		return;
	}
	pool_build_drop(b);
	if (s == NULL) {
		built(arg, d, NULL);
		return;
	}
	s->building--;
	s->have++;
	if (!s->short_lived)
		s->backoff_ms = 0;
	s->last_error.code = UVNF_OK;
	d->shelved_us = now_us();
	pool_share_add(s, d->shelved_us);
	TAILQ_INSERT_TAIL(&s->ready, d, entry);
	log_debug("shell ready domain=%s domid=%d kind=%s", d->name, d->domid,
	    domain_kind_word(d->kind));
	pool_wait_check(p);
	pool_refill(p);
}

static int
build_prepare(struct pool_build *b, struct uvnf_error *e)
{
	struct pools *p = b->pools;
	struct domain *d = b->domain;
	int rc;

	b->domain = NULL;		/* not to be counted twice */
	rc = check_memory(p, d->template, e);
	b->domain = d;
	if (rc == 0 && d->kind == KIND_ARMED)
		rc = pool_arm_prepare(b, e);
	if (rc == 0 && journal_build(p->daemon->journal, d) != 0)
		rc = uvnf_error_set(e, UVNF_E_SYSTEM,
		    "the journal cannot be written; see the daemon's log");
	return rc;
}

struct pool_build *
pool_build_new(struct pools *p, struct domain *d, struct shelf *s,
    pool_built built, void *arg)
{
	struct pool_build *b = xcalloc(1, sizeof(*b));

	b->pools = p;
	b->shelf = s;
	b->domain = d;
	b->built = built;
	b->arg = arg;
	b->timer = evtimer_new(p->daemon->base, build_timer, b);
	if (b->timer == NULL)
		log_fatal("out of memory");
	if (s != NULL)
		s->building++;
	p->building++;
	LIST_INSERT_HEAD(&p->builds, b, entry);
	return b;
}

void
pool_build_refuse(struct pool_build *b, const struct uvnf_error *e)
{
	struct domain *d = b->domain;

	pool_queue_remove(b->pools, b);
	b->refused = *e;
	b->domain = NULL;
	domain_free(d);
	event_active(b->timer, EV_TIMEOUT, 0);
}

bool
pool_build_begin(struct pool_build *b)
{
	struct backend *backend = b->pools->daemon->backend;
	struct uvnf_error e;

	b->begun_us = now_us();
	if (build_prepare(b, &e) != 0) {
		pool_build_refuse(b, &e);
		return false;
	}
	backend->build(backend, b->domain, build_result, b);
	return true;
}

struct pool_build *
pool_build_cold(struct pools *p, struct domain *d, uid_t uid, char *text,
    size_t len, pool_built built, void *arg)
{
	struct pool_build *b = pool_build_new(p, d, NULL, built, arg);

	b->text = text;
	b->text_len = len;
	b->demanded = true;
	b->uid = uid;
	account_add(&p->daemon->vnfs.accounts, uid, QUOTA_BUILDS, 1);
	pool_queue_add(p, b);
	pool_queue_run(p);
	return b;
}

/* Its VNF has no memory any more, but there will be a domain that has it. */
static void
build_owe(struct pool_build *b)
{
	if (b->domain == NULL)
		return;			/* refused */
	b->owed_mb = b->domain->template->memory_mb;
	account_add(&b->pools->daemon->vnfs.accounts, b->uid, QUOTA_MEMORY_MB,
	    b->owed_mb);
}

void
pool_build_abandon(struct pool_build *b, reap_done gone, void *arg)
{
	struct uvnf_error e;

	b->built = NULL;
	b->gone = gone;
	b->gone_arg = arg;
	if (b->queued == NULL) {
		build_owe(b);
		return;
	}
	uvnf_error_set(&e, UVNF_E_DESTROYED, "%s is no longer wanted",
	    b->domain->name);
	pool_build_refuse(b, &e);
}

void
pool_build_disown(struct pool_build *b)
{
	struct uvnf_error e;

	b->shelf = NULL;
	if (!b->in_xen || b->writing || b->domain == NULL)
		return;			/* what is under way will see it */
	uvnf_error_set(&e, UVNF_E_STOPPING, "%s is no longer wanted",
	    b->domain->name);
	pool_build_fail(b, &e);
}

/* --- events about shells ------------------------------------------------- */

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

	if (b == NULL || b->shelf == NULL || b->shelf->kind == KIND_PAUSED)
		return;
	event_del(b->timer);
	if (b->shelf->kind == KIND_ARMED)
		pool_arm(b);
	else
		build_write_ahead(b);
}

/* One that dies again and again as soon as it has booted costs no less. */
static void
shelf_died(struct pools *p, struct shelf *s, const struct domain *d)
{
	const struct template *t = d->template;
	struct uvnf_error e;

	s->short_lived = now_us() - d->shelved_us < YOUNG_MS * 1000;
	if (!s->short_lived)
		return;
	uvnf_error_set(&e, UVNF_E_GUEST_DEAD, "a shell of '%s' died as soon "
	    "as it had booted; does %s need more than %u MiB?", t->name,
	    t->kernel, t->memory_mb);
	shelf_failed(s, d->shelved_us, &e);
	pool_wait_fail(p, s);
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
		pool_build_fail(b, &e);
		return;
	}
	s = pool_shelf(p, d->template, d->kind);
	pool_shelf_remove(s, d);
	log_warn("shell died domain=%s domid=%d", d->name, d->domid);
	events_shell_died(p->daemon->events, d);
	shelf_died(p, s, d);
	reap(p->daemon, d, NULL, NULL);
	pool_refill(p);
}

void
pool_build_stop_booting(struct pools *p)
{
	struct pool_build *b, *next;
	struct uvnf_error e;

	uvnf_error_set(&e, UVNF_E_STOPPING, "the daemon is stopping");
	for (b = LIST_FIRST(&p->builds); b != NULL; b = next) {
		next = LIST_NEXT(b, entry);
		if (b->queued != NULL)
			pool_build_refuse(b, &e);
		else if (b->shelf != NULL && b->in_xen && !b->writing)
			pool_build_fail(b, &e);
	}
}
