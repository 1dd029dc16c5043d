/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdbool.h>
#include <string.h>

#include <event2/event.h>

#include "common/log.h"
#include "daemon/xen/guest.h"
#include "daemon/xen/xen.h"

static void
note(struct guest *g, enum backend_death why)
{
	if (g->dead)
		return;
	g->dead = g->untold = true;
	g->why = why;
}

/* What Xen says of a domid that we follow. */
static void
compare(struct guest *g, const struct hyper_domain *hd)
{
	/* Another domain has its domid: then it is not seen. */
	if (memcmp(g->d->uuid, hd->uuid, sizeof(hd->uuid)) != 0)
		return;
	g->seen = g->xen->looks;
	switch (hd->state) {
	case HYPER_RUNNING:
		break;
	case HYPER_SHUTDOWN:
		note(g, DEATH_SHUTDOWN);
		break;
	case HYPER_CRASHED:
		note(g, DEATH_CRASH);
		break;
	case HYPER_DYING:
		note(g, DEATH_GONE);
		break;
	}
}

static struct guest *
untold(struct xen *x)
{
	struct guest *g;

	TAILQ_FOREACH(g, &x->guests, entry)
		if (g->untold)
			return g;
	return NULL;
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct xen *x = arg;
	const struct hyper_domain *list;
	struct uvnf_error e;
	struct guest *g;
	size_t i, n;

	(void)fd;
	(void)what;
	if (TAILQ_EMPTY(&x->guests))
		return;
	if (hyper_list(x->hyper, &list, &n, &e) < 0) {
		log_error("%s", e.text);
		return;
	}
	x->looks++;
	for (i = 0; i < n; i++) {
		g = (size_t)list[i].domid < x->by_domid_size ?
		    x->by_domid[list[i].domid] : NULL;
		if (g != NULL)
			compare(g, &list[i]);
	}
	TAILQ_FOREACH(g, &x->guests, entry)
		if (g->seen != x->looks)
			note(g, DEATH_GONE);
	/* Telling may change the list of guests in any way.  Deaths are few. */
	while ((g = untold(x)) != NULL) {
		g->untold = false;
		x->events.dead(g->d, g->why, x->events.arg);
	}
}

void
deaths_look(struct xen *x)
{
	event_active(x->look, EV_TIMEOUT, 0);
}

/*
 * The event names no domain, and many come together: one look at the list
 * for all those of a pass of the loop.
 */
static void
on_released(void *arg, const char *path)
{
	(void)path;
	deaths_look(arg);
}

void
deaths_begin(struct xen *x)
{
	x->look = event_new(x->base, -1, 0, on_look, x);
	if (x->look == NULL)
		log_fatal("no memory");
	x->released = xenstore_watch(x->xs, "@releaseDomain", on_released, x);
}

void
deaths_end(struct xen *x)
{
	if (x->look != NULL)
		event_free(x->look);
	x->look = NULL;
}
