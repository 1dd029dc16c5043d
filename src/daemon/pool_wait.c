/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* Who waits for full shelves. */

#include <event2/event.h>
#include <stdlib.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/pool_impl.h"

static bool
all_full(const struct pools *p, const struct template *of)
{
	unsigned i;

	for (i = 0; i < p->nshelves; i++) {
		const struct shelf *s = &p->shelves[i];

		if (pool_shelf_is_of(s, of) && s->have < s->goal)
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

void
pool_wait_check(struct pools *p)
{
	struct pool_wait *w, *next;

	for (w = LIST_FIRST(&p->waits); w != NULL; w = next) {
		next = LIST_NEXT(w, entry);
		if (all_full(p, w->of))
			wait_end(w, NULL);
	}
}

void
pool_wait_fail(struct pools *p, const struct shelf *s)
{
	struct pool_wait *w, *next;

	for (w = LIST_FIRST(&p->waits); w != NULL; w = next) {
		next = LIST_NEXT(w, entry);
		if (pool_shelf_is_of(s, w->of))
			wait_end(w, &s->last_error);
	}
}

void
pool_wait_left(struct pools *p)
{
	struct pool_wait *w, *next;
	struct uvnf_error e;

	for (w = LIST_FIRST(&p->waits); w != NULL; w = next) {
		next = LIST_NEXT(w, entry);
		if (w->of == NULL || config_template(p->daemon->config,
		    w->of->name) != NULL)
			continue;
		uvnf_error_set(&e, UVNF_E_NO_TEMPLATE, "template '%s' has "
		    "left the configuration", w->of->name);
		wait_end(w, &e);
	}
}

void
pool_wait_stop(struct pools *p)
{
	struct uvnf_error e;

	uvnf_error_set(&e, UVNF_E_STOPPING, "the daemon is going down");
	while (!LIST_EMPTY(&p->waits))
		wait_end(LIST_FIRST(&p->waits), &e);
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
	w->of = template_ref(of);
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
	template_unref(w->of);
	free(w);
}
