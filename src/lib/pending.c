/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * What is under way on a connection.  A callback may submit, cancel and
 * close: whoever calls one must not touch its struct pending afterwards.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "lib/wire.h"

/* --- the table ----------------------------------------------------------- */

static struct pending *
find(const struct uvnf *u, uint64_t id)
{
	struct pending *p;

	LIST_FOREACH(p, &u->buckets[id % BUCKETS], same_bucket)
		if (p->id == id)
			return p;
	return NULL;
}

static void
add(struct uvnf *u, struct pending *p)
{
	p->list = &u->all;
	TAILQ_INSERT_TAIL(p->list, p, entry);
	LIST_INSERT_HEAD(&u->buckets[p->id % BUCKETS], p, same_bucket);
	TAILQ_INSERT_TAIL(&u->out, p->chunk, entry);
	u->npending++;
	u->nanswers++;
	if (p->deadline_us < u->next_us)
		u->next_us = p->deadline_us;
}

/* What was sent in part must be sent to its end. */
static void
disown_chunk(struct uvnf *u, struct pending *p)
{
	struct chunk *c = p->chunk;

	p->chunk = NULL;
	if (c == NULL)
		return;
	c->owner = NULL;
	if (c->sent > 0)
		return;
	TAILQ_REMOVE(&u->out, c, entry);
	free(c);
	p->never_sent = true;
}

/* Whoever waits for nothing is not to be woken. */
static void
count_answer(struct uvnf *u)
{
	if (--u->nanswers == 0)
		u->next_us = UINT64_MAX;
}

static void
take_off(struct uvnf *u, struct pending *p)
{
	disown_chunk(u, p);
	TAILQ_REMOVE(p->list, p, entry);
	LIST_REMOVE(p, same_bucket);
	u->npending--;
	if (!p->subscribed)
		count_answer(u);
}

/* --- submitting ---------------------------------------------------------- */

int
pending_submit(struct uvnf *u, const char *const *argv, size_t argc,
    const void *payload, size_t len, const struct pending *like,
    uint64_t *id)
{
	struct pending *p;

	if (u->fd < 0)
		return conn_fail(u, UVNF_E_NO_DAEMON,
		    "the connection to uvnfd is lost");
	p = malloc(sizeof(*p));
	if (p == NULL)
		return conn_fail(u, UVNF_E_SYSTEM, "out of memory");
	*p = *like;
	p->id = u->serial + 1;
	p->chunk = request_build(u, p->id, argv, argc, payload, len);
	if (p->chunk == NULL) {
		free(p);
		return -(int)u->error.code;
	}
	p->chunk->owner = p;
	p->limit_ms = request_limit(u, argv, argc);
	p->deadline_us = now_us() + (uint64_t)p->limit_ms * 1000;
	u->serial = p->id;
	add(u, p);
	if (id != NULL)
		*id = p->id;
	return 0;
}

int
uvnf_submit(struct uvnf *u, const char *const *argv, size_t argc,
    const void *payload, size_t len, uvnf_done_cb done, void *arg,
    uint64_t *id)
{
	struct pending like = { .done = done, .arg = arg };

	if (done == NULL)
		return conn_fail(u, UVNF_E_USAGE,
		    "uvnf_submit needs a function to call when it is done");
	return pending_submit(u, argv, argc, payload, len, &like, id);
}

int
uvnf_subscribe(struct uvnf *u, const char *const *argv, size_t argc,
    uvnf_done_cb done, uvnf_event_cb event, void *arg, uint64_t *id)
{
	struct pending like = { .done = done, .event = event, .arg = arg };

	if (done == NULL || event == NULL)
		return conn_fail(u, UVNF_E_USAGE,
		    "uvnf_subscribe needs both functions to call");
	return pending_submit(u, argv, argc, NULL, 0, &like, id);
}

size_t
uvnf_pending(const struct uvnf *u)
{
	return u->npending;
}

/* --- ends ---------------------------------------------------------------- */

/* Takes r's closing; a subscription that was answered with OK stays. */
static void
answer(struct uvnf *u, struct pending *p, struct uvnf_reply *r)
{
	uvnf_done_cb done = p->done;
	bool *waiting = p->waiting;
	void *arg = p->arg;

	r->rows = p->rows;
	memset(&p->rows, 0, sizeof(p->rows));
	if (p->event != NULL && r->error.code == UVNF_OK) {
		p->subscribed = true;
		p->deadline_us = UINT64_MAX;
		count_answer(u);
	} else {
		take_off(u, p);
		free(p);
	}
	if (waiting != NULL) {
		reply_clear(&u->last);
		u->last = *r;
		*waiting = true;
		return;
	}
	done(u, r, arg);
	reply_clear(r);
}

static void
end(struct uvnf *u, struct pending *p, const struct uvnf_error *why)
{
	struct uvnf_reply r = { .error = *why };
	uvnf_event_cb event = p->event;
	void *arg = p->arg;

	if (p->subscribed) {
		take_off(u, p);
		free(p);
		event(u, NULL, NULL, arg);
		return;
	}
	snprintf(r.word, sizeof(r.word), "%s", uvnf_code_word(why->code));
	answer(u, p, &r);
}

/* A loss means something else to each request. */
static void
end_lost(struct uvnf *u, struct pending *p, const struct uvnf_error *why)
{
	struct uvnf_error e;
	const char *more = "";

	disown_chunk(u, p);
	if (why->code == UVNF_E_CANCELLED)
		;
	else if (p->never_sent)
		more = "; the request was not sent";
	else if (u->hung_up)
		more = " before it had answered; whether the request took "
		    "effect is unknown";
	uvnf_error_set(&e, why->code, "%.900s%s", why->text, more);
	end(u, p, &e);
}

void
pending_end_all(struct uvnf *u, const struct uvnf_error *why)
{
	struct pending *p;

	while ((p = TAILQ_FIRST(&u->due)) != NULL ||
	    (p = TAILQ_FIRST(&u->all)) != NULL)
		end_lost(u, p, why);
}

static void
end_expired(struct uvnf *u, struct pending *p)
{
	struct uvnf_error e;

	disown_chunk(u, p);
	uvnf_error_set(&e, UVNF_E_TIMEOUT,
	    "uvnfd has not answered within %u ms%s", p->limit_ms,
	    p->never_sent ? "; the request was not sent" : "");
	end(u, p, &e);
}

void
pending_expire(struct uvnf *u, uint64_t now)
{
	struct pending *p, *next;

	if (now < u->next_us)
		return;
	u->next_us = UINT64_MAX;
	for (p = TAILQ_FIRST(&u->all); p != NULL; p = next) {
		next = TAILQ_NEXT(p, entry);
		if (p->deadline_us <= now) {
			TAILQ_REMOVE(&u->all, p, entry);
			p->list = &u->due;
			TAILQ_INSERT_TAIL(p->list, p, entry);
		} else if (p->deadline_us < u->next_us) {
			u->next_us = p->deadline_us;
		}
	}
	while ((p = TAILQ_FIRST(&u->due)) != NULL)
		end_expired(u, p);
}

int
uvnf_cancel(struct uvnf *u, uint64_t id)
{
	struct pending *p = find(u, id);
	struct uvnf_error e;

	if (p == NULL || p->waiting != NULL)
		return conn_fail(u, UVNF_E_USAGE,
		    "no request %" PRIu64 " is under way", id);
	uvnf_error_set(&e, UVNF_E_CANCELLED, "the request was cancelled");
	conn_enter(u);
	end(u, p, &e);
	conn_leave(u);
	return 0;
}

/* --- lines --------------------------------------------------------------- */

static int
on_data(struct uvnf *u, struct pending *p, char *rest)
{
	int rc = data_parse(u, rest);

	if (rc < 0)
		return rc;
	if (p->on_data == NULL)
		return rows_add(u, &p->rows);
	p->on_data(&u->data, p->arg);
	return 0;
}

static int
on_ok(struct uvnf *u, struct pending *p, char *rest)
{
	struct uvnf_reply r = { .word = "ok" };
	size_t bytes;
	int rc = data_parse(u, rest);

	if (rc < 0)
		return rc;
	if (u->data.count > 0) {
		r.closing = data_copy(&u->data, &bytes);
		if (r.closing == NULL)
			return conn_fail(u, UVNF_E_SYSTEM, "out of memory");
	}
	answer(u, p, &r);
	return 0;
}

static int
on_error(struct uvnf *u, struct pending *p, char *rest)
{
	struct uvnf_reply r = { 0 };
	char *word = cut_word(&rest);
	int code = uvnf_code_from_word(word);

	if (word[0] == '\0' || strlen(word) >= sizeof(r.word) ||
	    word[strspn(word, "abcdefghijklmnopqrstuvwxyz-")] != '\0' ||
	    code == UVNF_OK || proto_unescape(rest, NULL) < 0)
		return conn_fail_protocol(u, "a malformed error line", word);
	/* A newer daemon may know more codes: its word stays as it is. */
	if (code < 0)
		code = UVNF_E_SYSTEM;
	uvnf_error_set(&r.error, (enum uvnf_code)code, "%s", rest);
	snprintf(r.word, sizeof(r.word), "%s", word);
	answer(u, p, &r);
	return 0;
}

/* Which kinds there are is the daemon's business. */
static int
on_event(struct uvnf *u, struct pending *p, const char *kind, char *rest)
{
	int rc;

	if (strcmp(kind, "DATA") == 0 || strcmp(kind, "OK") == 0 ||
	    strcmp(kind, "ERR") == 0)
		return conn_fail_protocol(u, "a second reply", kind);
	if (kind[0] == '\0' ||
	    kind[strspn(kind, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-")] != '\0')
		return conn_fail_protocol(u, "this is no reply", kind);
	rc = data_parse(u, rest);
	if (rc < 0)
		return rc;
	p->event(u, kind, &u->data, p->arg);
	return 0;
}

/* The id of a tag that this connection has given out, or 0. */
static uint64_t
tag_id(const struct uvnf *u, const char *tag)
{
	unsigned long long n;
	char *rest;

	if (tag[0] < '1' || tag[0] > '9')
		return 0;
	errno = 0;
	n = strtoull(tag, &rest, 10);
	return *rest == '\0' && errno == 0 && n <= u->serial ? n : 0;
}

/*
 * An error without a tag: the daemon could not read the line that had it.
 * It is for the one request that waits, if there is but one.
 */
static int
on_untagged(struct uvnf *u, const char *kind, char *rest)
{
	struct pending *p, *only = NULL;

	if (strcmp(kind, "ERR") != 0)
		return conn_fail_protocol(u, "this is no reply", kind);
	TAILQ_FOREACH(p, &u->all, entry) {
		if (p->subscribed)
			continue;
		if (only != NULL)
			return conn_fail_protocol(u,
			    "an error without a tag", rest);
		only = p;
	}
	return only != NULL ? on_error(u, only, rest) :
	    conn_fail_protocol(u, "an error without a tag", rest);
}

int
pending_line(struct uvnf *u, char *line)
{
	char *word = cut_word(&line);
	struct pending *p;
	uint64_t id;

	if (word[0] != '@')
		return on_untagged(u, word, line);
	id = tag_id(u, word + 1);
	if (id == 0)
		return conn_fail_protocol(u, "a reply to nothing", word);
	p = find(u, id);
	if (p == NULL)
		return 0;	/* out of time or cancelled */
	word = cut_word(&line);
	if (p->subscribed)
		return on_event(u, p, word, line);
	if (strcmp(word, "DATA") == 0)
		return on_data(u, p, line);
	if (strcmp(word, "OK") == 0)
		return on_ok(u, p, line);
	if (strcmp(word, "ERR") == 0)
		return on_error(u, p, line);
	return conn_fail_protocol(u, "this is no reply", word);
}
