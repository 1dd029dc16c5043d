/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/bringup.h"
#include "daemon/click.h"
#include "daemon/console.h"
#include "daemon/timer.h"

#define AGAIN_MS 250	/* a start without a sign of life is repeated */
#define AGAIN_MAX 40	/* so often */
#define SETTLED_MS 1000	/* connected so long, a router runs */
#define SILENT_MS 5000	/* connected so long, a handler tells for it */
#define PROBE_MS 2000	/* for one read of a handler */
#define PROBE_MAX 3	/* reads, where the console is silent */

struct bringup {
	struct daemon *daemon;
	struct domain *domain;		/* NULL once it has ended */
	unsigned router;
	uint32_t vifs_used;
	bringup_ended ended;
	void *arg;
	bool ordered;			/* the start was acknowledged */
	bool console_up;		/* the console said that it runs */
	bool alive;			/* some sign that the start was seen */
	bool asking;			/* for what follows */
	bool answered;			/* a handler was read */
	bool sought;			/* element is what there is */
	char *element;			/* of the configuration, or NULL */
	unsigned unanswered;		/* reads that were in vain */
	uint64_t vifs_up_us;		/* since when they are connected */
	unsigned again_count;
	unsigned inflight;		/* operations of the backend */
	struct event again;
	LIST_ENTRY(bringup) entry;	/* in the daemon's list */
};

/* Frees it now, or when its last operation has ended. */
static void
drop(struct bringup *b)
{
	if (b->domain != NULL) {
		b->domain->bringup = NULL;
		b->domain = NULL;
		event_del(&b->again);
	}
	if (b->inflight == 0) {
		LIST_REMOVE(b, entry);
		free(b->element);
		free(b);
	}
}

static void
end(struct bringup *b, const struct uvnf_error *e)
{
	bringup_ended ended = b->ended;
	void *arg = b->arg;

	drop(b);
	ended(arg, e);
}

void
bringup_cancel(struct bringup *b)
{
	if (b != NULL)
		drop(b);
}

void
bringups_drop_all(struct daemon *dm)
{
	struct bringup *b;

	while ((b = LIST_FIRST(&dm->bringups)) != NULL) {
		b->inflight = 0;
		drop(b);
	}
}

/* --- what is to be seen -------------------------------------------------- */

static void check(struct bringup *b);

static bool
is_generic(const struct bringup *b)
{
	return b->domain->template->guest == GUEST_GENERIC;
}

/* At the head of what was asked for: is it still wanted? */
static bool
resumes(struct bringup *b)
{
	b->inflight--;
	b->asking = false;
	if (b->domain == NULL)
		drop(b);
	else
		return true;
	return false;
}

static void
probed(void *arg, const char *text, size_t len, const struct uvnf_error *e)
{
	struct bringup *b = arg;

	(void)text;
	(void)len;
	if (!resumes(b))
		return;
	b->answered = e == NULL;
	if (e != NULL && ++b->unanswered == PROBE_MAX && b->element != NULL)
		log_warn("console silent, no handler answers: not taken for "
		    "ready domid=%d element=%s", b->domain->domid,
		    b->element);
	check(b);			/* or asks again */
}

static void
probe(struct bringup *b, const char *element, const char *handler)
{
	struct backend *backend = b->daemon->backend;

	if (b->asking)
		return;
	b->asking = true;
	b->inflight++;
	backend->handler(backend, b->domain, element, handler, NULL, PROBE_MS,
	    probed, b);
}

/*
 * May a handler be asked for?  A ClickOS guest that is asked before its router
 * runs crashes.  Its console tells; when that has told nothing, somebody else
 * may have read it, so vifs that have been connected for a while must do.
 */
static bool
connected_for_ms(const struct bringup *b, uint64_t ms)
{
	return b->vifs_used != 0 && now_us() - b->vifs_up_us >= ms * 1000;
}

static bool
may_probe(const struct bringup *b)
{
	return b->console_up || connected_for_ms(b, SETTLED_MS);
}

/* --- where the console is silent ----------------------------------------- */

static void
fetched(void *arg, const char *text, size_t len, const struct uvnf_error *e)
{
	struct bringup *b = arg;

	if (!resumes(b))
		return;
	if (e == NULL && len > 0)
		b->element = click_find_element(text, len);
	b->sought = true;
	check(b);
}

/* Only now: most starts need none, and a long text takes its time. */
static void
seek_element(struct bringup *b)
{
	struct backend *backend = b->daemon->backend;

	if (b->asking)
		return;
	b->asking = true;
	b->inflight++;
	backend->fetch(backend, b->domain, fetched, b);
}

/* Any element has a class; only a router that runs tells it. */
static bool
element_answers(struct bringup *b)
{
	if (!b->answered && b->unanswered < PROBE_MAX)
		probe(b, b->element, "class");
	return b->answered;
}

/*
 * `xl console' beside us takes text away, and then none may come here.  The
 * vifs alone do not tell: those of a router that fails may be connected before
 * it does.  Without a name to ask for, and of routers that have no handlers,
 * they must do.
 */
static bool
said_so(struct bringup *b)
{
	if (b->console_up)
		return true;
	if (!connected_for_ms(b, SILENT_MS))
		return false;
	if (b->router == 0 && !b->sought) {
		seek_element(b);
		return false;
	}
	if (b->element == NULL)
		log_warn("console silent, vifs connected: taken for ready "
		    "domid=%d", b->domain->domid);
	else if (element_answers(b))
		log_warn("console silent, a handler answers: taken for ready "
		    "domid=%d element=%s", b->domain->domid, b->element);
	else
		return false;
	return true;
}

static bool
handler_answers(struct bringup *b)
{
	const struct template *t = b->domain->template;

	if (!b->answered && may_probe(b))
		probe(b, t->ready_element, t->ready_handler);
	return b->answered;		/* again_passed looks again */
}

/* What the template wants to see, beside the vifs. */
static bool
has_shown_up(struct bringup *b)
{
	switch (b->domain->template->ready) {
	case READY_CONSOLE:
		return said_so(b);
	case READY_RUNNING:
		break;
	case READY_HANDLER:
		return b->router != 0 ? b->console_up : handler_answers(b);
	case READY_TEXT:
		return b->domain->announced;
	}
	return true;
}

static void
check(struct bringup *b)
{
	if (!b->ordered)
		return;
	if (!domain_vifs_all_in(b->domain, b->vifs_used, VIF_CONNECTED)) {
		b->vifs_up_us = 0;
		return;
	}
	if (b->vifs_up_us == 0)
		b->vifs_up_us = now_us();
	if (has_shown_up(b))
		end(b, NULL);
}

const char *
bringup_missing(const struct bringup *b)
{
	if (is_generic(b))
		return "its console has not said what its template waits for";
	if (!b->alive && !b->console_up)
		return "its guest does not react (a wedged ClickOS never "
		    "does; destroy it)";
	if (!domain_vifs_all_in(b->domain, b->vifs_used, VIF_CONNECTED))
		return "a vif is not connected";
	if (b->domain->template->ready == READY_HANDLER && b->router == 0)
		return "the handler that its template waits for has not "
		    "answered";
	if (b->unanswered > 0)
		return "its console is silent, and an element of its "
		    "configuration does not answer";
	return "its console has not said that the router runs";
}

/* --- the start, said again ----------------------------------------------- */

static void
acknowledged(void *arg, const struct uvnf_error *e)
{
	struct bringup *b = arg;

	b->inflight--;
	if (b->domain == NULL)
		drop(b);
	else if (e != NULL)
		end(b, e);
}

/*
 * A start that the guest's watch came too late for is lost, and one that
 * comes twice is ignored: so say it again while nothing happens.
 */
static void
again_passed(evutil_socket_t fd, short what, void *arg)
{
	struct bringup *b = arg;
	struct backend *backend = b->daemon->backend;

	(void)fd;
	(void)what;
	if (is_generic(b))
		return;			/* there is nothing to repeat */
	timer_arm_ms(&b->again, AGAIN_MS);
	if (b->alive) {
		check(b);
	} else if (b->again_count++ < AGAIN_MAX) {
		b->inflight++;
		backend->set_status(backend, b->domain, b->router, true,
		    acknowledged, b);
	}
}

/* --- the beginning ------------------------------------------------------- */

struct bringup *
bringup_new(struct daemon *dm, struct domain *d, unsigned router,
    uint32_t vifs_used, bringup_ended ended, void *arg)
{
	struct bringup *b = xcalloc(1, sizeof(*b));

	b->daemon = dm;
	b->domain = d;
	b->router = router;
	b->vifs_used = vifs_used;
	b->ended = ended;
	b->arg = arg;
	evtimer_assign(&b->again, dm->base, again_passed, b);
	console_mark(&d->console);
	LIST_INSERT_HEAD(&dm->bringups, b, entry);
	d->bringup = b;
	return b;
}

void
bringup_ordered(struct bringup *b)
{
	b->ordered = true;
	timer_arm_ms(&b->again, AGAIN_MS);
	check(b);
}

void
bringup_take_up(struct bringup *b)
{
	b->console_up = true;
	bringup_ordered(b);
}

/* --- events -------------------------------------------------------------- */

void
bringup_announced(struct bringup *b)
{
	if (is_generic(b))
		check(b);
}

void
bringup_vif_state(struct bringup *b)
{
	if (!b->ordered)
		return;
	if (b->vifs_used != 0 && !domain_vifs_all_in(b->domain, b->vifs_used,
	    VIF_INIT_WAIT))
		b->alive = true;
	check(b);
}

static void
refused(struct bringup *b)
{
	const struct domain *d = b->domain;
	char said[UVNF_ERROR_TEXT_MAX - 128];
	struct uvnf_error e;

	console_since_mark(&d->console, said, sizeof(said));
	if (d->vnf != NULL)
		uvnf_error_set(&e, UVNF_E_ROUTER_FAILED, "the guest refused "
		    "the configuration of '%s'" CONSOLE_SAYS "%s",
		    d->vnf->name, said);
	else
		uvnf_error_set(&e, UVNF_E_ROUTER_FAILED, "a shell of '%s' "
		    "refused its configuration; its console: %s",
		    d->template->name, said);
	end(b, &e);
}

void
bringup_sign(struct bringup *b, enum console_sign sign)
{
	switch (sign) {
	case CONSOLE_NOTHING:
	case CONSOLE_BOOTED:
	case CONSOLE_AWAITED:
	case CONSOLE_ROUTER_STOPPED:
		break;
	case CONSOLE_ROUTER_UP:
		b->console_up = b->alive = true;
		check(b);
		break;
	case CONSOLE_ROUTER_FAILED:
		refused(b);
		break;
	}
}
