/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <event2/buffer.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "daemon/follow.h"
#include "daemon/session.h"
#include "daemon/timer.h"

#define WAITING_MAX (256 * 1024)	/* bytes unread: lines are lost */
#define BEHIND_MS 10000			/* so long after a loss: cut off */
#define FOLLOWS_MAX 64			/* for each connection */

int
follow_wanted(const struct request *rq, bool *wanted, struct uvnf_error *e)
{
	const char *text = request_key(rq, "follow");

	*wanted = text != NULL && strcmp(text, "true") == 0;
	if (text == NULL || *wanted || strcmp(text, "false") == 0)
		return 0;
	return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
	    "follow=%.40s is neither true nor false", text);
}

int
follow_begin(struct follow *f, struct request *rq, struct uvnf_error *e)
{
	struct follows *fs = session_follows(rq->session);
	int rc;

	if (fs->count == FOLLOWS_MAX)
		return uvnf_error_set(e, UVNF_E_TOO_BIG, "a connection can "
		    "follow %d things at a time; open another", FOLLOWS_MAX);
	if ((rc = request_check_quota(rq, QUOTA_FOLLOWS, e)) != 0)
		return rc;
	account_add(&rq->daemon->vnfs.accounts, rq->uid, QUOTA_FOLLOWS, 1);
	f->daemon = rq->daemon;
	f->uid = rq->uid;
	f->of = fs;
	f->lost = 0;
	f->tag[0] = '\0';
	if (rq->tagged)
		snprintf(f->tag, sizeof(f->tag), "@%s ", rq->line.tag);
	LIST_INSERT_HEAD(&fs->list, f, entry);
	fs->count++;
	return 0;
}

void
follow_end(struct follow *f)
{
	LIST_REMOVE(f, entry);
	account_take(&f->daemon->vnfs.accounts, f->uid, QUOTA_FOLLOWS, 1);
	f->of->count--;
	f->of = NULL;
}

void
follow_end_because(struct follow *f, const struct uvnf_error *e)
{
	struct proto_buf b = { 0 };

	proto_add_string(&b, "kind", "end");
	proto_add_string(&b, "error.code", uvnf_code_word(e->code));
	proto_add_string(&b, "error.text", e->text);
	follow_line(f, &b, 0);
	proto_buf_free(&b);
	follow_end(f);
}

size_t
follows_held(const struct follows *fs)
{
	return fs->held != NULL ? evbuffer_get_length(fs->held) : 0;
}

/*
 * A long reply that waits, too, is not this client's slowness.  Of a user
 * whose other clients are slow, too, sooner than alone.
 */
static bool
is_full(const struct follows *fs)
{
	size_t unread = evbuffer_get_length(fs->out) + follows_held(fs);

	if (fs->waiting > WAITING_MAX && unread > WAITING_MAX)
		return true;
	return unread > 0 &&
	    turn_unread(fs->turn, unread) > TURN_UNREAD_USER_MAX;
}

void
follow_line(struct follow *f, const struct proto_buf *fields, uint64_t amount)
{
	struct follows *fs = f->of;
	struct evbuffer *to = fs->held != NULL ? fs->held : fs->out;

	/* Nothing may overtake the line that tells of a loss. */
	if (f->lost > 0 || is_full(fs)) {
		f->lost += amount;
		if (!evtimer_pending(&fs->behind, NULL))
			timer_arm_ms(&fs->behind, BEHIND_MS);
		return;
	}
	evbuffer_add(to, f->tag, strlen(f->tag));
	evbuffer_add(to, "EVENT", 5);
	evbuffer_add(to, fields->data, fields->len);
	evbuffer_add(to, "\n", 1);
	fs->waiting += fields->len;
	event_active(fs->flush, EV_TIMEOUT, 0);
}

static void
stayed_behind(evutil_socket_t fd, short what, void *arg)
{
	struct follows *fs = arg;

	(void)fd;
	(void)what;
	fs->cut(fs->arg);
}

void
follows_init(struct follows *fs, struct event_base *base,
    struct evbuffer *out, struct event *flush, struct turn *turn,
    void (*cut)(void *arg), void *arg)
{
	LIST_INIT(&fs->list);
	fs->count = 0;
	fs->waiting = 0;
	fs->out = out;
	fs->held = NULL;
	fs->flush = flush;
	fs->turn = turn;
	fs->cut = cut;
	fs->arg = arg;
	evtimer_assign(&fs->behind, base, stayed_behind, fs);
}

void
follows_hold(struct follows *fs, bool hold)
{
	if (hold) {
		if ((fs->held = evbuffer_new()) == NULL)
			log_fatal("out of memory");
		return;
	}
	evbuffer_add_buffer(fs->out, fs->held);
	evbuffer_free(fs->held);
	fs->held = NULL;
}

bool
follows_caught_up(struct follows *fs)
{
	struct follow *f;

	if (fs->held != NULL)
		return false;
	event_del(&fs->behind);
	fs->waiting = 0;
	LIST_FOREACH(f, &fs->list, entry) {
		if (f->lost == 0)
			continue;
		evbuffer_add_printf(fs->out,
		    "%sEVENT kind=\"lost\" %s=%" PRIu64 "\n", f->tag,
		    f->lost_key, f->lost);
		f->lost = 0;
	}
	return evbuffer_get_length(fs->out) > 0;
}

void
follows_free(struct follows *fs)
{
	struct follow *f;

	while ((f = LIST_FIRST(&fs->list)) != NULL) {
		follow_end(f);
		f->gone(f);
	}
	event_del(&fs->behind);
	if (fs->held != NULL)
		evbuffer_free(fs->held);
}
