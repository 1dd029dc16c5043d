/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/cmd_console.h"
#include "daemon/command.h"
#include "daemon/follow.h"
#include "daemon/session.h"
#include "daemon/timer.h"
#include "daemon/vnf_ops.h"

#define PIECE_MAX 1024		/* of text in a line */
/*
 * Nothing tells when xenconsoled has passed on what a guest said before it
 * died, so its console is over when that has been silent for so long.
 */
#define LAST_WORDS_MS 200
#define LAST_WORDS_MAX_MS 2000

struct console_follow {
	struct follow follow;
	const struct vnf *vnf;
	const struct peer *peer;	/* of the session, which outlives it */
	struct uvnf_error *end;		/* why it is about to end, or NULL */
	uint64_t end_by_us;
	struct event silent;
	LIST_ENTRY(console_follow) entry;
};

static void
add_text(struct proto_buf *b, size_t offset, const char *text, size_t len)
{
	proto_add_number(b, "offset", (int64_t)offset);
	proto_add_bytes(b, "text", text, len);
}

/* --- following ----------------------------------------------------------- */

static void
drop(struct console_follow *cf)
{
	LIST_REMOVE(cf, entry);
	event_del(&cf->silent);
	free(cf->end);
	free(cf);
}

static void
client_gone(struct follow *f)
{
	drop((struct console_follow *)f);
}

static void
say_end(struct console_follow *cf, const struct uvnf_error *e)
{
	follow_end_because(&cf->follow, e);
	drop(cf);
}

static void
fell_silent(evutil_socket_t fd, short what, void *arg)
{
	struct console_follow *cf = arg;

	(void)fd;
	(void)what;
	say_end(cf, cf->end);
}

static void
end_when_silent(struct console_follow *cf, const struct uvnf_error *e)
{
	if (cf->end != NULL)
		return;
	cf->end = xmalloc(sizeof(*cf->end));
	*cf->end = *e;
	cf->end_by_us = now_us() + LAST_WORDS_MAX_MS * 1000;
	timer_arm_ms(&cf->silent, LAST_WORDS_MS);
}

/* A reload may have taken it away from those who have begun. */
static bool
still_allowed(const struct daemon *dm, const struct console_follow *cf)
{
	const struct access *a = &dm->config->access;

	return access_level(a, cf->peer) >= ACCESS_OBSERVER &&
	    access_owns(a, cf->peer, cf->vnf->owner);
}

static void
say_denied(struct console_follow *cf)
{
	struct uvnf_error e;

	uvnf_error_set(&e, UVNF_E_DENIED, "user %u may no longer read the "
	    "console of '%s': the configuration has changed",
	    (unsigned)cf->peer->uid, cf->vnf->name);
	say_end(cf, &e);
}

void
console_follows_tell(struct daemon *dm, const struct vnf *v, const char *text,
    size_t len)
{
	struct console_follow *cf, *next;
	struct proto_buf b = { 0 };

	for (cf = LIST_FIRST(&dm->console_follows); cf != NULL; cf = next) {
		next = LIST_NEXT(cf, entry);
		if (cf->vnf != v)
			continue;
		if (!still_allowed(dm, cf)) {
			say_denied(cf);
			continue;
		}
		if (b.len == 0) {
			proto_add_string(&b, "kind", "text");
			add_text(&b, v->domain->console.head, text, len);
		}
		follow_line(&cf->follow, &b, len);
		if (cf->end != NULL && now_us() < cf->end_by_us)
			timer_arm_ms(&cf->silent, LAST_WORDS_MS);
	}
	proto_buf_free(&b);
}

void
console_follows_observe(const struct vnf *v, enum vnf_state from, void *arg)
{
	struct daemon *dm = arg;
	struct console_follow *cf, *next;
	struct uvnf_error e;

	(void)from;
	if (v->state != VNF_CRASHED && v->state != VNF_NONE)
		return;
	uvnf_error_set(&e, UVNF_E_DESTROYED, "'%s' was destroyed", v->name);
	for (cf = LIST_FIRST(&dm->console_follows); cf != NULL; cf = next) {
		next = LIST_NEXT(cf, entry);
		if (cf->vnf != v)
			continue;
		if (v->state == VNF_CRASHED)
			end_when_silent(cf, v->error);
		else
			say_end(cf, cf->end != NULL ? cf->end : &e);
	}
}

/* --- the verb ------------------------------------------------------------ */

static int
begin(struct request *rq, const struct vnf *v, struct uvnf_error *e)
{
	struct console_follow *cf = xcalloc(1, sizeof(*cf));
	int rc;

	cf->follow.lost_key = "bytes";
	cf->follow.gone = client_gone;
	cf->vnf = v;
	cf->peer = session_peer(rq->session);
	evtimer_assign(&cf->silent, rq->daemon->base, fell_silent, cf);
	if ((rc = follow_begin(&cf->follow, rq, e)) != 0) {
		free(cf);
		return rc;
	}
	LIST_INSERT_HEAD(&rq->daemon->console_follows, cf, entry);
	if (v->state == VNF_CRASHED)
		end_when_silent(cf, v->error);
	return 0;
}

static void
reply(struct request *rq, const struct vnf *v)
{
	const struct console *c = v->domain != NULL ? &v->domain->console :
	    NULL;
	size_t at = c != NULL ? console_oldest(c) : 0, first = at, len;
	const char *text;

	for (; c != NULL && at < c->head; at += len) {
		len = PIECE_MAX;
		text = console_at(c, at, &len);
		add_text(request_data(rq), at, text, len);
		request_data_end(rq);
	}
	request_ok_count(rq, at - first);
}

static void
run_console(struct request *rq)
{
	struct uvnf_error e;
	const struct vnf *v = vnf_named(rq->daemon, request_arg(rq, 0), &e);
	bool follow;

	if (v == NULL || follow_wanted(rq, &follow, &e) != 0 ||
	    (follow && begin(rq, v, &e) != 0))
		request_err(rq, &e);
	else
		reply(rq, v);
}

const struct command console_commands[] = {
	{ "console", ACCESS_OBSERVER, COMMAND_OWN, 1, 1, { "follow" },
	    "console NAME [follow=true]", run_console },
	{ .verb = NULL },
};
