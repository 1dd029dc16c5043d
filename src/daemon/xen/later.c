/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdlib.h>
#include <sys/queue.h>

#include <event2/event.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/xen/later.h"

struct telling {
	backend_done done;
	backend_text text;
	void *arg;
	struct uvnf_error *e;		/* or NULL */
	STAILQ_ENTRY(telling) entry;
};

struct later {
	struct event *event;
	STAILQ_HEAD(, telling) queue;
};

static void
tell_all(evutil_socket_t fd, short what, void *arg)
{
	struct later *l = arg;
	struct telling *t;

	(void)fd;
	(void)what;
	while ((t = STAILQ_FIRST(&l->queue)) != NULL) {
		STAILQ_REMOVE_HEAD(&l->queue, entry);
		if (t->done != NULL)
			t->done(t->arg, t->e);
		else
			t->text(t->arg, t->e != NULL ? NULL : "", 0, t->e);
		free(t->e);
		free(t);
	}
}

struct later *
later_new(struct event_base *base)
{
	struct later *l = xcalloc(1, sizeof(*l));

	STAILQ_INIT(&l->queue);
	l->event = event_new(base, -1, 0, tell_all, l);
	if (l->event == NULL)
		log_fatal("no memory");
	return l;
}

void
later_free(struct later *l)
{
	struct telling *t;

	if (l == NULL)
		return;
	while ((t = STAILQ_FIRST(&l->queue)) != NULL) {
		STAILQ_REMOVE_HEAD(&l->queue, entry);
		free(t->e);
		free(t);
	}
	event_free(l->event);
	free(l);
}

static struct telling *
add(struct later *l, void *arg, const struct uvnf_error *e)
{
	struct telling *t = xcalloc(1, sizeof(*t));

	t->arg = arg;
	if (e != NULL) {
		t->e = xmalloc(sizeof(*e));
		*t->e = *e;
	}
	STAILQ_INSERT_TAIL(&l->queue, t, entry);
	event_active(l->event, EV_TIMEOUT, 0);
	return t;
}

void
later_done(struct later *l, backend_done done, void *arg,
    const struct uvnf_error *e)
{
	add(l, arg, e)->done = done;
}

void
later_text(struct later *l, backend_text done, void *arg,
    const struct uvnf_error *e)
{
	add(l, arg, e)->text = done;
}
