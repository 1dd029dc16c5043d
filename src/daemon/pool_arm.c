/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * Arming a shell that has booted: its router is started and waited for, the
 * ports of its vifs are closed, so that nothing queues up for it, and it is
 * frozen.
 */

#include <event2/event.h>
#include <stdlib.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/bringup.h"
#include "daemon/click.h"
#include "daemon/pool_impl.h"
#include "daemon/timer.h"

#define ARM_LIMIT_S 30		/* from the order to start to the router */

/* --- what it is armed with ----------------------------------------------- */

/* The template's text, filled in for d; *own is NULL where it needs none. */
static int
fill(const struct domain *d, struct params *values, char **own, size_t *len,
    struct uvnf_error *e)
{
	const struct template *t = d->template;
	const struct param_source from = { .declared = &t->params,
	    .taken = values, .domain = d, .nvifs = d->nvifs };
	int uses = params_fill(&from, t->config, t->config_len, own, len, e);

	return uses < 0 ? uses : 0;
}

int
pool_arm_prepare(struct pool_build *b, struct uvnf_error *e)
{
	struct domain *d = b->domain;
	struct params values = { .n = 0 };
	int rc;

	if ((rc = template_can_arm(d->template, e)) == 0)
		rc = fill(d, &values, &b->text, &b->text_len, e);
	if (rc == 0)
		domain_set_values(d, &values);
	if (rc == 0)
		rc = click_scan(b->text != NULL ? b->text :
		    d->template->config, b->text != NULL ? b->text_len :
		    d->template->config_len, d->nvifs, &d->vifs_used, e);
	params_clear(&values);
	return rc;
}

/* --- step by step -------------------------------------------------------- */

/* At the end of each operation: true where the next one may begin. */
static bool
goes_on(struct pool_build *b, const struct uvnf_error *e)
{
	const struct domain *d = b->domain;
	struct uvnf_error why;

	b->writing = false;
	if (e == NULL && (b->shelf == NULL || b->pools->daemon->stopping)) {
		uvnf_error_set(&why, UVNF_E_STOPPING,
		    "%s is no longer wanted", d->name);
		e = &why;
	} else if (e == NULL && b->refused.code != UVNF_OK) {
		why = b->refused;
		e = &why;
	} else if (e == NULL && d->dead) {
		uvnf_error_set(&why, UVNF_E_GUEST_DEAD,
		    "a shell of '%s' died while it was armed",
		    d->template->name);
		e = &why;
	}
	if (e != NULL)
		pool_build_fail(b, e);
	return e == NULL;
}

static void
closed(void *arg, const struct uvnf_error *e)
{
	struct pool_build *b = arg;
	struct backend *backend = b->pools->daemon->backend;
	struct uvnf_error why;

	if (!goes_on(b, e))
		return;
	if (backend->pause(backend, b->domain, &why) != 0)
		pool_build_fail(b, &why);
	else
		pool_build_ready(b);
}

static void
brought_up(void *arg, const struct uvnf_error *e)
{
	struct pool_build *b = arg;
	struct backend *backend = b->pools->daemon->backend;

	b->bringup = NULL;
	event_del(b->timer);
	if (e != NULL && b->writing) {
		b->refused = *e;	/* `started' sees it */
	} else if (e != NULL) {
		pool_build_fail(b, e);
	} else {
		b->writing = true;
		backend->gate(backend, b->domain, false, closed, b);
	}
}

static void
started(void *arg, const struct uvnf_error *e)
{
	struct pool_build *b = arg;

	if (!goes_on(b, e))
		return;
	pool_build_limit(b, ARM_LIMIT_S);
	bringup_ordered(b->bringup);
}

void
pool_arm(struct pool_build *b)
{
	struct daemon *dm = b->pools->daemon;
	const struct template *t = b->domain->template;

	b->writing = true;
	b->bringup = bringup_new(dm, b->domain, 0, b->domain->vifs_used,
	    brought_up, b);
	dm->backend->configure(dm->backend, b->domain, 0,
	    b->text != NULL ? b->text : t->config,
	    b->text != NULL ? b->text_len : t->config_len, true, started, b);
}

void
pool_arm_late(const struct pool_build *b, struct uvnf_error *e)
{
	uvnf_error_set(e, UVNF_E_TIMEOUT, "the router of a shell of '%s' was "
	    "not up after %d s: %s", b->domain->template->name, ARM_LIMIT_S,
	    bringup_missing(b->bringup));
}
