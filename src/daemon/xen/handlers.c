/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/timer.h"
#include "daemon/xen/clickos.h"

/*
 * A read is asked for in control/read/E/H.  The guest answers in
 * elements/E/H, then writes elements/E/H/lock, both under router 0.  The
 * same nodes serve every call of E.H, so calls of a guest take turns, and
 * each begins with a clean answer.
 *
 * What was asked stays until the next call: the guest acts on what a node
 * holds when it comes to the node's event, so a removal that it had not seen
 * when the node was written again would have it answer twice.  Before the
 * call of another node ends, it has seen the removal.
 *
 * A write goes into elements/E/H, and nothing acknowledges it.  The guest
 * takes its requests in their order, though, so a read behind it does: of
 * E.class, which every element has.
 */
struct clickos_call {
	struct guest *guest;
	unsigned refs;			/* the queue's, and replies due */
	char *name;			/* "E.H" */
	char *value;			/* to be written, or NULL */
	char *target;			/* where to, or NULL; paths: */
	char *ask;
	char *answer;
	char *lock;
	unsigned timeout_ms;
	backend_text done;
	void *arg;
	bool begun, ended, locked;
	struct event limit;
	struct xenstore_watch *watch;	/* of lock */
	TAILQ_ENTRY(clickos_call) entry;
};

static void begin(struct clickos_call *r);

static void
unref(struct clickos_call *r)
{
	if (--r->refs > 0)
		return;
	guest_unref(r->guest);
	free(r->name);
	free(r->value);
	free(r->target);
	free(r->ask);
	free(r->answer);
	free(r->lock);
	free(r);
}

/* Takes r out of the queue, leaving clean nodes and no call to come. */
static void
end(struct clickos_call *r)
{
	struct guest *g = r->guest;

	r->ended = true;
	event_del(&r->limit);
	TAILQ_REMOVE(&g->calls, r, entry);
	if (!r->begun)
		return;
	xenstore_unwatch(r->watch);
	r->watch = NULL;
	xenstore_remove(g->xen->xs, r->answer, NULL, NULL);
}

static void
end_and_tell(struct clickos_call *r, const char *text, size_t len,
    const struct uvnf_error *e)
{
	struct guest *g = r->guest;
	struct clickos_call *next;

	end(r);
	next = TAILQ_FIRST(&g->calls);
	if (next != NULL && !next->begun)
		begin(next);
	r->done(r->arg, text, len, e);
	unref(r);
}

static void
on_limit(evutil_socket_t fd, short what, void *arg)
{
	struct clickos_call *r = arg;
	struct uvnf_error e;

	(void)fd;
	(void)what;
	uvnf_error_set(&e, UVNF_E_TIMEOUT, r->begun ?
	    "the guest did not answer for %s in %u ms: it may have no such "
	    "element or handler, or react to nothing any more" :
	    "other calls were before %s for %u ms", r->name, r->timeout_ms);
	end_and_tell(r, NULL, 0, &e);
}

static void
got_lock(void *arg, int err, const char *data, size_t len)
{
	struct clickos_call *r = arg;

	(void)data;
	(void)len;
	if (err == 0)
		r->locked = true;
	unref(r);
}

static void
got_answer(void *arg, int err, const char *data, size_t len)
{
	struct clickos_call *r = arg;
	struct uvnf_error e;

	/* It never answers with nothing: that is a lock whose answer was
	 * removed meanwhile, and the answer is still to come. */
	if (err == ECANCELED || r->ended || !r->locked ||
	    (err == 0 && len == 0)) {
		unref(r);
		return;
	}
	if (err != 0)
		uvnf_error_set(&e, UVNF_E_SYSTEM,
		    "cannot read the answer for %s from xenstore: %s",
		    r->name, strerror(err));
	if (r->target != NULL)
		end_and_tell(r, "", 0, err != 0 ? &e : NULL);
	else
		end_and_tell(r, data, len, err != 0 ? &e : NULL);
	unref(r);
}

/* The lock is there, or it is the event that comes with the watch. */
static void
on_lock(void *arg, const char *path)
{
	struct clickos_call *r = arg;
	struct xenstore *xs = r->guest->xen->xs;

	(void)path;
	r->refs += 2;
	xenstore_read(xs, r->lock, got_lock, r);
	xenstore_read(xs, r->answer, got_answer, r);
}

/* Notes the node that is about to be written; removes the one before. */
static void
leave_behind(struct xenstore *xs, char **left, const char *path)
{
	if (*left != NULL && strcmp(*left, path) == 0)
		return;
	if (*left != NULL)
		xenstore_remove(xs, *left, NULL, NULL);
	free(*left);
	*left = xstrdup(path);
}

static void
on_asked(void *arg, int err, const char *data, size_t len)
{
	(void)err;
	(void)data;
	(void)len;
	guest_write_end(arg);
}

/*
 * All in one burst: xenstored takes requests in their order.  The guest is not
 * destroyed before the last: it would make the tree again.
 */
static void
begin(struct clickos_call *r)
{
	struct guest *g = r->guest;
	struct xenstore *xs = g->xen->xs;

	r->begun = true;
	xenstore_remove(xs, r->answer, NULL, NULL);
	r->watch = xenstore_watch(xs, r->lock, on_lock, r);
	if (r->target != NULL) {
		leave_behind(xs, &g->written, r->target);
		xenstore_write(xs, r->target, r->value, strlen(r->value),
		    NULL, NULL);
	}
	leave_behind(xs, &g->asked, r->ask);
	/* What is written does not matter; nothing would be ignored. */
	guest_write_begin(g);
	xenstore_write(xs, r->ask, "1", 1, on_asked, g);
}

static void
refuse_length(struct guest *g, backend_text done, void *arg)
{
	struct uvnf_error e;

	uvnf_error_set(&e, UVNF_E_BAD_REQUEST,
	    "the name of the element or handler is too long");
	later_text(g->xen->later, done, arg, &e);
}

static void
set_paths(struct clickos_call *r, const char *element, const char *handler)
{
	char root[128];

	clickos_root(r->guest, root, sizeof(root));
	if (r->value != NULL) {
		r->target = xasprintf("%s/0/elements/%s/%s", root, element,
		    handler);
		handler = strcmp(handler, "class") == 0 ? "name" : "class";
	}
	r->ask = xasprintf("%s/0/control/read/%s/%s", root, element, handler);
	r->answer = xasprintf("%s/0/elements/%s/%s", root, element, handler);
	r->lock = xasprintf("%s/lock", r->answer);
}

void
clickos_handler(struct guest *g, const char *element, const char *handler,
    const char *value, unsigned timeout_ms, backend_text done, void *arg)
{
	struct clickos_call *r;

	/* The guest's ring has room for 1024 bytes, path and all. */
	if (strlen(element) + strlen(handler) > 800) {
		refuse_length(g, done, arg);
		return;
	}
	r = xcalloc(1, sizeof(*r));
	r->guest = guest_ref(g);
	r->refs = 1;
	r->name = xasprintf("%s.%s", element, handler);
	r->value = value != NULL ? xstrdup(value) : NULL;
	set_paths(r, element, handler);
	r->timeout_ms = timeout_ms;
	r->done = done;
	r->arg = arg;
	evtimer_assign(&r->limit, g->xen->base, on_limit, r);
	timer_arm_ms(&r->limit, timeout_ms);
	TAILQ_INSERT_TAIL(&g->calls, r, entry);
	if (TAILQ_FIRST(&g->calls) == r)
		begin(r);
}

void
clickos_drop_calls(struct guest *g, const struct uvnf_error *e)
{
	struct clickos_call *r;

	while ((r = TAILQ_FIRST(&g->calls)) != NULL) {
		end(r);
		if (e != NULL)
			later_text(g->xen->later, r->done, r->arg, e);
		unref(r);
	}
}
