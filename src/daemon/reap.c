/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <event2/event.h>
#include <stdlib.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/probes.h"
#include "daemon/reap.h"
#include "daemon/timer.h"

#define PAUSE_FIRST_MS 500
#define PAUSE_MAX_MS 60000

struct reaping {
	struct daemon *daemon;
	struct domain *domain;
	reap_done done;
	void *arg;
	struct event *again;
	unsigned pause_ms;
};

static void reap_try(evutil_socket_t, short, void *);

static bool
was_never_there(const struct domain *d)
{
	return d->domid == -1 && !d->spoiled;
}

static void
reap_end(struct reaping *r)
{
	struct daemon *dm = r->daemon;

	PROBE(freed, r->domain->name, r->domain->domid);
	journal_gone(dm->journal, r->domain);
	account_take(&dm->vnfs.accounts, r->domain->payer, QUOTA_MEMORY_MB,
	    r->domain->owed_mb);
	domain_free(r->domain);
	dm->doomed--;
	if (r->done != NULL)
		r->done(r->arg);
	event_free(r->again);
	free(r);
	daemon_stop_progress(dm);
}

static void
reap_result(void *arg, const struct uvnf_error *e)
{
	struct reaping *r = arg;

	if (e == NULL) {
		log_debug("domain destroyed domain=%s domid=%d",
		    r->domain->name, r->domain->domid);
		reap_end(r);
		return;
	}
	log_error("destroy failed domain=%s domid=%d again_ms=%u error=%s",
	    r->domain->name, r->domain->domid, r->pause_ms, e->text);
	timer_arm_ms(r->again, r->pause_ms);
	r->pause_ms *= 2;
	if (r->pause_ms > PAUSE_MAX_MS)
		r->pause_ms = PAUSE_MAX_MS;
}

static void
reap_try(evutil_socket_t fd, short what, void *arg)
{
	struct reaping *r = arg;

	(void)fd;
	(void)what;
	if (was_never_there(r->domain))
		reap_end(r);
	else
		r->daemon->backend->destroy(r->daemon->backend, r->domain,
		    reap_result, r);
}

void
reap(struct daemon *dm, struct domain *d, reap_done done, void *arg)
{
	struct reaping *r = xcalloc(1, sizeof(*r));

	r->daemon = dm;
	r->domain = d;
	r->done = done;
	r->arg = arg;
	r->pause_ms = PAUSE_FIRST_MS;
	r->again = evtimer_new(dm->base, reap_try, r);
	if (r->again == NULL)
		log_fatal("out of memory");
	d->vnf = NULL;
	if (d->owed_mb > 0)
		account_add(&dm->vnfs.accounts, d->payer, QUOTA_MEMORY_MB,
		    d->owed_mb);
	dm->doomed++;
	if (was_never_there(d))
		event_active(r->again, EV_TIMEOUT, 0);
	else
		reap_try(-1, 0, r);
}

void
doom(struct daemon *dm, struct domain *d)
{
	journal_doom(dm->journal, d);
	reap(dm, d, NULL, NULL);
}
