/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * Reading and writing handlers.  A request that came before the router runs
 * would crash a ClickOS guest, so it waits here until the router is up.
 */

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/timer.h"
#include "daemon/vnf_ops.h"
#include "daemon/vnf_task_impl.h"

struct vnf_call {
	struct daemon *daemon;
	struct vnf *vnf;		/* while it waits */
	struct domain *domain;		/* once it was begun */
	char *element;
	char *handler;
	char *value;			/* NULL: a read */
	uint64_t deadline_us;
	backend_text done;
	void *arg;
	struct event limit;
	TAILQ_ENTRY(vnf_call) entry;
};

static void
call_free(struct vnf_call *c)
{
	if (c->domain != NULL)
		TAILQ_REMOVE(&c->daemon->calls, c, entry);
	else
		TAILQ_REMOVE(&c->vnf->calls, c, entry);
	event_del(&c->limit);
	free(c->element);
	free(c->handler);
	free(c->value);
	free(c);
}

static void
call_fail(struct vnf_call *c, const struct uvnf_error *e)
{
	backend_text done = c->done;
	void *arg = c->arg;

	call_free(c);
	done(arg, NULL, 0, e);
}

static void
call_limit(evutil_socket_t fd, short what, void *arg)
{
	struct vnf_call *c = arg;
	struct uvnf_error e;

	(void)fd;
	(void)what;
	uvnf_error_set(&e, UVNF_E_TIMEOUT, "%s.%s of '%s' was not %s in time: "
	    "its router did not come up, or what was called before was not "
	    "answered", c->element, c->handler, c->vnf->name,
	    c->value == NULL ? "read" : "written");
	call_fail(c, &e);
}

void
calls_fail(struct vnf *v, const struct uvnf_error *e)
{
	while (!TAILQ_EMPTY(&v->calls))
		call_fail(TAILQ_FIRST(&v->calls), e);
}

static void
call_done(void *arg, const char *text, size_t len, const struct uvnf_error *e)
{
	struct vnf_call *c = arg;
	struct domain *d = c->domain;
	backend_text done = c->done;

	arg = c->arg;
	call_free(c);
	d->calls--;
	if (d->vnf != NULL && d->vnf->task != NULL)
		task_calls_over(d->vnf->task);
	if (d->vnf != NULL)
		calls_begin(d->vnf);
	done(arg, text, len, e);
}

static void
call_begin(struct vnf_call *c, unsigned timeout_ms)
{
	struct daemon *dm = c->daemon;
	struct vnf *v = c->vnf;

	TAILQ_REMOVE(&v->calls, c, entry);
	TAILQ_INSERT_TAIL(&dm->calls, c, entry);
	event_del(&c->limit);
	c->vnf = NULL;
	c->domain = v->domain;
	c->domain->calls++;
	dm->backend->handler(dm->backend, c->domain, c->element, c->handler,
	    c->value, timeout_ms, call_done, c);
}

void
calls_drop_all(struct daemon *dm, const struct uvnf_error *e)
{
	struct vnf *v;

	while (!TAILQ_EMPTY(&dm->calls))
		call_fail(TAILQ_FIRST(&dm->calls), e);
	TAILQ_FOREACH(v, &dm->vnfs.list, entry)
		calls_fail(v, e);
}

/*
 * One after the other, and none while a router starts: a ClickOS that is asked
 * then crashes, so the backend must have none left to ask.
 */
void
calls_begin(struct vnf *v)
{
	struct vnf_call *c = TAILQ_FIRST(&v->calls);
	uint64_t now = now_us();

	if (c == NULL || v->state != VNF_READY || v->domain->calls > 0 ||
	    task_adds_router(v->task))
		return;
	call_begin(c, c->deadline_us > now + 1000 ?
	    (unsigned)((c->deadline_us - now) / 1000) : 1);
}

static void
call_new(struct daemon *dm, struct vnf *v, const char *element,
    const char *handler, const char *value, unsigned timeout_ms,
    backend_text done, void *arg)
{
	struct vnf_call *c = xcalloc(1, sizeof(*c));

	c->daemon = dm;
	c->vnf = v;
	c->element = xstrdup(element);
	c->handler = xstrdup(handler);
	c->value = value != NULL ? xstrdup(value) : NULL;
	c->deadline_us = now_us() + (uint64_t)timeout_ms * 1000;
	c->done = done;
	c->arg = arg;
	evtimer_assign(&c->limit, dm->base, call_limit, c);
	timer_arm_ms(&c->limit, timeout_ms);
	TAILQ_INSERT_TAIL(&v->calls, c, entry);
}

/* What a stock ClickOS would do with it is not what was meant. */
static int
check_value(const struct vnf *v, const char *value, struct uvnf_error *e)
{
	if (value == NULL || v->template->handlers_mended ||
	    strcmp(value, "true") == 0)
		return 0;
	return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
	    "ClickOS hands every write handler the text 'true', so '%.40s' "
	    "would be lost: put it into the configuration; or, if the image "
	    "is mended, say 'handlers: mended' in template '%s'", value,
	    v->template->name);
}

void
vnf_handler(struct daemon *dm, const char *name, const char *element,
    const char *handler, const char *value, unsigned timeout_ms,
    backend_text done, void *arg)
{
	struct uvnf_error e;
	struct vnf *v = vnf_named(dm, name, &e);

	if (v == NULL || template_has_router(v->template, &e) != 0 ||
	    check_value(v, value, &e) != 0) {
		done(arg, NULL, 0, &e);
	} else if (v->state == VNF_READY ||
	    (v->task != NULL && task_brings_up(v->task))) {
		call_new(dm, v, element, handler, value, timeout_ms, done,
		    arg);
		calls_begin(v);
	} else {
		uvnf_error_set(&e, UVNF_E_BAD_STATE,
		    "'%s' is %s: only a router that runs has handlers",
		    v->name, vnf_state_word(v->state));
		done(arg, NULL, 0, &e);
	}
}
