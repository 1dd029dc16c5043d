/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/timer.h"
#include "daemon/vnf_later.h"

struct vnf_later {
	struct daemon *daemon;
	char name[VNF_NAME_MAX + 1];
	uint8_t uuid[16];		/* of its domain */
	vnf_later_act act;
	struct event timer;
	LIST_ENTRY(vnf_later) entry;
};

static void
later_free(struct vnf_later *l)
{
	LIST_REMOVE(l, entry);
	event_del(&l->timer);
	free(l);
}

static void
later_passed(evutil_socket_t fd, short what, void *arg)
{
	struct vnf_later *l = arg;
	struct daemon *dm = l->daemon;
	struct vnf *v = vnf_find(&dm->vnfs, l->name);
	vnf_later_act act = l->act;

	(void)fd;
	(void)what;
	if (v != NULL && (v->domain == NULL ||
	    memcmp(v->domain->uuid, l->uuid, sizeof(l->uuid)) != 0))
		v = NULL;
	later_free(l);
	if (v != NULL)
		act(dm, v);
}

void
vnf_later(struct daemon *dm, const struct vnf *v, unsigned ms,
    vnf_later_act act)
{
	struct vnf_later *l = xcalloc(1, sizeof(*l));

	l->daemon = dm;
	strcpy(l->name, v->name);
	memcpy(l->uuid, v->domain->uuid, sizeof(l->uuid));
	l->act = act;
	evtimer_assign(&l->timer, dm->base, later_passed, l);
	LIST_INSERT_HEAD(&dm->later, l, entry);
	timer_arm_ms(&l->timer, ms);
}

void
vnf_later_drop_all(struct daemon *dm)
{
	while (!LIST_EMPTY(&dm->later))
		later_free(LIST_FIRST(&dm->later));
}
