/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/cmd_events.h"
#include "daemon/command.h"
#include "daemon/follow.h"
#include "daemon/session.h"

struct event_follow {
	struct follow follow;
	const struct peer *peer;	/* of the session, which outlives it */
	char name[VNF_NAME_MAX + 1];	/* of the one VNF, or "": all */
	LIST_ENTRY(event_follow) entry;
};

static bool
concerns(const struct notice *n, const char *name)
{
	return name[0] == '\0' || strcmp(n->name, name) == 0;
}

/* What a shell said is nobody's secret. */
static bool
reads_console(const struct daemon *dm, const struct peer *p,
    const struct notice *n)
{
	return n->name[0] == '\0' ||
	    access_owns(&dm->config->access, p, n->owner);
}

/* A reload has taken it away from one who had begun. */
static void
say_denied(struct event_follow *ef)
{
	struct uvnf_error e;

	uvnf_error_set(&e, UVNF_E_DENIED, "user %u may no longer see events: "
	    "the configuration has changed", (unsigned)ef->peer->uid);
	follow_end_because(&ef->follow, &e);
	LIST_REMOVE(ef, entry);
	free(ef);
}

void
event_follows_tell(const struct notice *n, void *arg)
{
	struct daemon *dm = arg;
	struct event_follow *ef, *next;
	bool full;
	struct proto_buf lines[2] = { { 0 }, { 0 } };	/* full: the second */

	for (ef = LIST_FIRST(&dm->event_follows); ef != NULL; ef = next) {
		next = LIST_NEXT(ef, entry);
		if (access_level(&dm->config->access, ef->peer) <
		    ACCESS_OBSERVER) {
			say_denied(ef);
			continue;
		}
		if (!concerns(n, ef->name))
			continue;
		full = reads_console(dm, ef->peer, n);
		if (lines[full].len == 0)
			notice_format(n, full, &lines[full]);
		follow_line(&ef->follow, &lines[full], 1);
	}
	proto_buf_free(&lines[0]);
	proto_buf_free(&lines[1]);
}

struct listing {
	struct request *rq;
	const char *name;
	uint64_t count;
};

static void
list_one(const struct notice *n, void *arg)
{
	struct listing *l = arg;

	if (!concerns(n, l->name))
		return;
	notice_format(n, reads_console(l->rq->daemon,
	    session_peer(l->rq->session), n), request_data(l->rq));
	request_data_end(l->rq);
	l->count++;
}

static void
client_gone(struct follow *f)
{
	struct event_follow *ef = (struct event_follow *)f;

	LIST_REMOVE(ef, entry);
	free(ef);
}

static int
begin(struct request *rq, const char *name, struct uvnf_error *e)
{
	struct event_follow *ef = xcalloc(1, sizeof(*ef));
	int rc;

	ef->follow.lost_key = "count";
	ef->follow.gone = client_gone;
	ef->peer = session_peer(rq->session);
	strcpy(ef->name, name);
	if ((rc = follow_begin(&ef->follow, rq, e)) != 0)
		free(ef);
	else
		LIST_INSERT_HEAD(&rq->daemon->event_follows, ef, entry);
	return rc;
}

static void
run_events(struct request *rq)
{
	const char *name = request_arg(rq, 0);
	struct listing l = { .rq = rq, .name = name != NULL ? name : "" };
	struct uvnf_error e;
	bool follow;

	if (name != NULL && !name_valid(name)) {
		uvnf_error_set(&e, UVNF_E_BAD_NAME,
		    "'%.80s' is no name for a VNF", name);
		request_err(rq, &e);
	} else if (follow_wanted(rq, &follow, &e) != 0 ||
	    (follow && begin(rq, l.name, &e) != 0)) {
		request_err(rq, &e);
	} else {
		events_each(rq->daemon->events, list_one, &l);
		request_ok_count(rq, l.count);
	}
}

const struct command events_commands[] = {
	{ "events", ACCESS_OBSERVER, 0, 0, 1, { "follow" },
	    "events [NAME] [follow=true]", run_events },
	{ .verb = NULL },
};
