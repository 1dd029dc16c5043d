/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/util.h"
#include "daemon/console.h"
#include "daemon/events.h"

struct events {
	struct notice *kept;		/* a ring, by seq */
	uint64_t seq;			/* of the last one */
	events_sink sink;
	void *arg;
};

static const char *const kind_words[] = {
	[EVENT_STATE] = "state",
	[EVENT_ADOPTED] = "adopted",
	[EVENT_SHELL_FAILED] = "shell-failed",
	[EVENT_SHELL_DIED] = "shell-died",
	[EVENT_DAEMON_STARTED] = "daemon-started",
	[EVENT_DAEMON_RELOADED] = "daemon-reloaded",
	[EVENT_DAEMON_STOPPING] = "daemon-stopping",
};

struct events *
events_new(void)
{
	struct events *ev = xcalloc(1, sizeof(*ev));

	ev->kept = xcalloc(EVENTS_KEPT_MAX, sizeof(*ev->kept));
	return ev;
}

void
events_free(struct events *ev)
{
	size_t i;

	if (ev == NULL)
		return;
	for (i = 0; i < EVENTS_KEPT_MAX; i++)
		free(ev->kept[i].error);
	free(ev->kept);
	free(ev);
}

void
events_listen(struct events *ev, events_sink sink, void *arg)
{
	ev->sink = sink;
	ev->arg = arg;
}

static uint64_t
wall_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* The next place of the ring, emptied. */
static struct notice *
begin(struct events *ev, enum event_kind kind)
{
	struct notice *n = &ev->kept[++ev->seq % EVENTS_KEPT_MAX];

	free(n->error);
	memset(n, 0, sizeof(*n));
	n->seq = ev->seq;
	n->time_us = wall_us();
	n->kind = kind;
	return n;
}

static void
set_template(struct notice *n, const struct template *t)
{
	memcpy(n->template, t->name, strnlen(t->name, TEMPLATE_NAME_MAX));
}

static void
set_domain(struct notice *n, const struct domain *d)
{
	n->has_domain = true;
	memcpy(n->uuid, d->uuid, sizeof(n->uuid));
	n->domid = d->domid;
}

static void
set_error(struct notice *n, const struct uvnf_error *e)
{
	n->error = xmalloc(sizeof(*e));
	*n->error = *e;
}

static void
set_vnf(struct notice *n, const struct vnf *v, enum vnf_state from)
{
	strcpy(n->name, v->name);
	n->owner = v->owner;
	set_template(n, v->template);
	n->source = v->source;
	n->from = from;
	n->to = v->state;
	if (v->domain != NULL)
		set_domain(n, v->domain);
	/* Whoever destroys it afterwards needs no reason. */
	if (v->error != NULL && v->state != VNF_STOPPING &&
	    v->state != VNF_NONE)
		set_error(n, v->error);
}

static void
end(struct events *ev, const struct notice *n)
{
	if (ev->sink != NULL)
		ev->sink(n, ev->arg);
}

void
events_observe(const struct vnf *v, enum vnf_state from, void *arg)
{
	struct notice *n = begin(arg, EVENT_STATE);

	set_vnf(n, v, from);
	end(arg, n);
}

void
events_adopted(struct events *ev, const struct vnf *v)
{
	struct notice *n = begin(ev, EVENT_ADOPTED);

	set_vnf(n, v, VNF_NONE);
	end(ev, n);
}

void
events_shell_failed(struct events *ev, const struct template *t,
    enum domain_kind kind, const struct uvnf_error *e)
{
	struct notice *n = begin(ev, EVENT_SHELL_FAILED);

	set_template(n, t);
	n->source = kind;
	set_error(n, e);
	end(ev, n);
}

void
events_shell_died(struct events *ev, const struct domain *d)
{
	struct notice *n = begin(ev, EVENT_SHELL_DIED);

	set_template(n, d->template);
	n->source = d->kind;
	set_domain(n, d);
	end(ev, n);
}

void
events_daemon(struct events *ev, enum event_kind kind)
{
	end(ev, begin(ev, kind));
}

void
events_each(const struct events *ev, events_sink visit, void *arg)
{
	uint64_t seq = ev->seq > EVENTS_KEPT_MAX ?
	    ev->seq - EVENTS_KEPT_MAX : 0;

	while (seq < ev->seq)
		visit(&ev->kept[++seq % EVENTS_KEPT_MAX], arg);
}

/* --- words --------------------------------------------------------------- */

static void
format_about(const struct notice *n, struct proto_buf *b)
{
	char uuid[UUID_TEXT_LEN + 1];

	if (n->name[0] != '\0')
		proto_add_string(b, "name", n->name);
	if (n->has_domain) {
		proto_add_string(b, "uuid", uuid_format(n->uuid, uuid));
		if (n->domid >= 0)
			proto_add_number(b, "domid", n->domid);
	}
	if (n->template[0] != '\0') {
		proto_add_string(b, "template", n->template);
		proto_add_string(b, "source", domain_kind_word(n->source));
	}
}

void
notice_format(const struct notice *n, bool console, struct proto_buf *b)
{
	proto_add_number(b, "seq", (int64_t)n->seq);
	proto_add_number(b, "time_us", (int64_t)n->time_us);
	proto_add_string(b, "kind", kind_words[n->kind]);
	format_about(n, b);
	if (n->kind == EVENT_STATE)
		proto_add_string(b, "from", vnf_state_word(n->from));
	if (n->kind == EVENT_STATE || n->kind == EVENT_ADOPTED)
		proto_add_string(b, "to", vnf_state_word(n->to));
	if (n->error != NULL) {
		proto_add_string(b, "error.code",
		    uvnf_code_word(n->error->code));
		proto_add_bytes(b, "error.text", n->error->text, console ?
		    strlen(n->error->text) :
		    console_public_len(n->error->text));
	}
}
