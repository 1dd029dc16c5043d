/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <config.h>

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/follow.h"
#include "daemon/session.h"

#define OUTPUT_MAX (4 * 1024 * 1024)
#define OUTPUT_USER_MAX (32 * 1024 * 1024)

/* What the next bytes of the input are. */
enum input_mode {
	INPUT_LINE,
	INPUT_SKIP_LINE,	/* the rest of a line that is too long */
	INPUT_PAYLOAD,
	INPUT_SKIP_PAYLOAD	/* of a payload that is too big */
};

struct session {
	struct daemon *daemon;
	int fd;
	struct peer peer;
	session_left left;
	void *left_arg;
	struct event readable;
	struct event writable;
	struct event flush;		/* made active by a reply */

	char in[PROTO_LINE_MAX];
	size_t in_len;
	enum input_mode mode;
	struct request *next;		/* read, in part or waiting its turn */
	bool next_complete;
	size_t payload_got;
	uint64_t payload_skip;
	bool skipped_payload;		/* a line that is too long has one */

	LIST_HEAD(, request) running;
	STAILQ_HEAD(, request) answered;	/* still to be logged */
	unsigned nrunning;
	bool untagged_runs;		/* then it runs alone */
	bool eof;
	bool closing;			/* reads no more requests */
	bool cut_off;			/* with what waits for it */
	struct evbuffer *out;
	struct follows follows;
	struct turn turn;
};

/* --- requests ------------------------------------------------------------ */

static void
request_free(struct request *rq)
{
	proto_buf_free(&rq->out);
	free(rq->text);
	free(rq->payload);
	free(rq->refused);
	free(rq);
}

/* It has been answered: the log can wait until the client has that. */
static void
request_over(struct request *rq)
{
	struct session *s = rq->session;

	if (!request_is_audited(rq)) {
		request_free(rq);
	} else if (s == NULL) {
		request_audit(rq);
		request_free(rq);
	} else {
		proto_buf_free(&rq->out);
		STAILQ_INSERT_TAIL(&s->answered, rq, answered);
	}
}

static void
log_answered(struct session *s)
{
	struct request *rq;

	while ((rq = STAILQ_FIRST(&s->answered)) != NULL) {
		STAILQ_REMOVE_HEAD(&s->answered, answered);
		request_audit(rq);
		request_free(rq);
	}
}

static void
refuse_later(struct request *rq, const struct uvnf_error *e)
{
	if (rq->refused != NULL)
		return;
	rq->refused = xmalloc(sizeof(*e));
	*rq->refused = *e;
}

static struct request *
request_new(struct session *s, const char *text, size_t len)
{
	struct request *rq = xcalloc(1, sizeof(*rq));

	rq->daemon = s->daemon;
	rq->session = s;
	rq->uid = s->peer.uid;
	rq->pid = s->peer.pid;
	rq->read_us = now_us();
	rq->text = xmemdup0(text, len);
	return rq;
}

static bool
may_run(const struct session *s, const struct request *rq)
{
	if (s->untagged_runs)
		return false;
	if (!rq->tagged)
		return s->nrunning == 0;
	return s->nrunning < PROTO_PIPELINE_MAX;
}

static void
run_next(struct session *s)
{
	struct request *rq = s->next;

	s->next = NULL;
	s->next_complete = false;
	LIST_INSERT_HEAD(&s->running, rq, entry);
	s->nrunning++;
	s->untagged_runs = !rq->tagged;
	request_run(rq);
}

/* Of a user whose other clients do so, too, sooner than alone. */
static bool
reads_too_slowly(struct session *s)
{
	size_t waiting = evbuffer_get_length(s->out);

	return waiting > OUTPUT_MAX || (waiting > 0 &&
	    turn_unread(&s->turn, waiting) > OUTPUT_USER_MAX);
}

static void
cut_off(struct session *s)
{
	log_warn("a client that reads too slowly is cut off uid=%u "
	    "waiting=%zu", (unsigned)s->peer.uid,
	    evbuffer_get_length(s->out));
	s->cut_off = s->eof = s->closing = true;
}

void
session_reply(struct request *rq)
{
	struct session *s = rq->session;

	if (s == NULL) {
		request_over(rq);
		return;
	}
	LIST_REMOVE(rq, entry);
	s->nrunning--;
	if (!rq->tagged)
		s->untagged_runs = false;
	/* A slow reader is cut off, not waited for. */
	if (!s->cut_off && reads_too_slowly(s))
		cut_off(s);
	else if (!s->cut_off)
		evbuffer_add(s->out, rq->out.data, rq->out.len);
	turn_unread(&s->turn, evbuffer_get_length(s->out));
	turn_spend(&s->turn, rq->out.len);
	request_over(rq);
	/* Not from here: the caller may be in the middle of something. */
	event_active(&s->flush, EV_TIMEOUT, 0);
}

/* --- input --------------------------------------------------------------- */

static void
consume(struct session *s, size_t n)
{
	s->in_len -= n;
	memmove(s->in, s->in + n, s->in_len);
}

/* Sets the mode for what is behind the line; the line's error stays. */
static void
expect_payload(struct session *s, struct request *rq)
{
	const char *text = request_key(rq, "config");
	struct uvnf_error e;
	uint64_t len;

	if (text == NULL) {
		s->next_complete = true;
		return;
	}
	if (parse_uint(text, 0, PROTO_PAYLOAD_SKIP_MAX, &len) != 0) {
		uvnf_error_set(&e, UVNF_E_BAD_REQUEST, "config=%.40s is no "
		    "length in bytes; the connection is closed", text);
		refuse_later(rq, &e);
		s->next_complete = s->closing = true;
	} else if (len > PROTO_CONFIG_MAX) {
		uvnf_error_set(&e, UVNF_E_TOO_BIG, "a configuration has at "
		    "most %d bytes, not %s", PROTO_CONFIG_MAX, text);
		refuse_later(rq, &e);
		s->payload_skip = len;
		s->mode = INPUT_SKIP_PAYLOAD;
	} else {
		rq->payload = xmalloc(len + 1);
		rq->payload[len] = '\0';
		rq->payload_len = len;
		s->payload_got = 0;
		s->next_complete = len == 0;
		s->mode = len == 0 ? INPUT_LINE : INPUT_PAYLOAD;
	}
}

static const char payload_key[] = "config=";

/*
 * A payload that cannot be counted would be read as lines: where the line
 * before it cannot be understood, nothing behind it can.
 */
static bool
may_announce(const char *text, size_t len)
{
	return memmem(text, len, payload_key, strlen(payload_key)) != NULL;
}

static void
take_line(struct session *s, const char *text, size_t len)
{
	struct request *rq = request_new(s, text, len);
	struct uvnf_error e;

	if (len > 0 && rq->text[len - 1] == '\r')
		rq->text[--len] = '\0';
	if (strlen(rq->text) != len) {
		uvnf_error_set(&e, UVNF_E_BAD_REQUEST,
		    "a NUL byte in a request");
		refuse_later(rq, &e);
		s->closing = may_announce(text, len);
	} else if (proto_parse(rq->text, &rq->line, &e) != 0) {
		refuse_later(rq, &e);
		s->closing = may_announce(text, len);
	} else if (rq->line.nwords == 0 && rq->line.tag == NULL) {
		request_free(rq);
		return;
	} else if (rq->line.nwords == 0) {
		uvnf_error_set(&e, UVNF_E_BAD_REQUEST, "a tag without a verb");
		refuse_later(rq, &e);
	}
	rq->tagged = rq->line.tag != NULL;
	s->next = rq;
	if (rq->refused != NULL)
		s->next_complete = true;
	else
		expect_payload(s, rq);
}

/* Each takes what it can from the input; false when more must be read. */
static bool
input_line(struct session *s)
{
	char *end = memchr(s->in, '\n', s->in_len);

	if (end != NULL) {
		size_t len = (size_t)(end - s->in);

		take_line(s, s->in, len);
		consume(s, len + 1);
		return true;
	}
	if (s->in_len < sizeof(s->in))
		return false;
	s->mode = INPUT_SKIP_LINE;
	s->skipped_payload = false;
	return true;
}

static bool
input_skip_line(struct session *s)
{
	char *end = memchr(s->in, '\n', s->in_len);
	size_t len = end != NULL ? (size_t)(end - s->in) : s->in_len;
	size_t keep = strlen(payload_key) - 1;	/* it may come in two parts */
	struct uvnf_error e;

	if (may_announce(s->in, len))
		s->skipped_payload = true;
	if (end == NULL) {
		consume(s, len > keep ? len - keep : 0);
		return false;
	}
	consume(s, len + 1);
	s->mode = INPUT_LINE;
	s->closing = s->skipped_payload;
	s->next = request_new(s, "", 0);
	s->next_complete = true;
	uvnf_error_set(&e, UVNF_E_TOO_BIG,
	    "a request has at most %d bytes", PROTO_LINE_MAX);
	refuse_later(s->next, &e);
	return true;
}

static bool
input_payload(struct session *s)
{
	struct request *rq = s->next;
	size_t n = rq->payload_len - s->payload_got;

	if (n > s->in_len)
		n = s->in_len;
	memcpy(rq->payload + s->payload_got, s->in, n);
	s->payload_got += n;
	consume(s, n);
	if (s->payload_got < rq->payload_len)
		return false;
	s->mode = INPUT_LINE;
	s->next_complete = true;
	return true;
}

static bool
input_skip_payload(struct session *s)
{
	size_t n = s->in_len;

	if (n > s->payload_skip)
		n = s->payload_skip;
	s->payload_skip -= n;
	consume(s, n);
	if (s->payload_skip > 0)
		return false;
	s->mode = INPUT_LINE;
	s->next_complete = true;
	return true;
}

static bool
input_step(struct session *s)
{
	switch (s->mode) {
	case INPUT_LINE:
		return input_line(s);
	case INPUT_SKIP_LINE:
		return input_skip_line(s);
	case INPUT_PAYLOAD:
		return input_payload(s);
	case INPUT_SKIP_PAYLOAD:
		return input_skip_payload(s);
	}
	return false;
}

/*
 * Runs what may run, in its turn; the rest waits in the buffer and then in the
 * socket.
 */
static void
process(struct session *s)
{
	for (;;) {
		if (s->next != NULL && s->next_complete) {
			if (!may_run(s, s->next) || !turn_take(&s->turn))
				break;
			run_next(s);
		} else if (s->closing || !input_step(s)) {
			break;
		}
	}
	if (s->eof || s->closing)
		event_del(&s->readable);
	else if (s->in_len == sizeof(s->in))
		event_del(&s->readable);
	else
		event_add(&s->readable, NULL);
}

/* --- the socket ---------------------------------------------------------- */

static bool
is_done(const struct session *s)
{
	return (s->eof || s->closing) && s->nrunning == 0 &&
	    (s->next == NULL || !s->next_complete) &&
	    evbuffer_get_length(s->out) == 0;
}

/* false when the client is gone for good. */
static bool
write_out(struct session *s)
{
	while (evbuffer_get_length(s->out) > 0 ||
	    follows_caught_up(&s->follows)) {
		int n = evbuffer_write(s->out, s->fd);

		turn_unread(&s->turn, evbuffer_get_length(s->out));
		if (n > 0 || (n < 0 && errno == EINTR))
			continue;
		if (n < 0 && errno != EAGAIN)
			return false;
		event_add(&s->writable, NULL);
		return true;
	}
	event_del(&s->writable);
	return true;
}

/* After anything happened: more requests, output, or the end. */
static void
go_on(struct session *s)
{
	bool there;

	process(s);
	there = write_out(s);
	log_answered(s);
	if (!there || is_done(s))
		session_free(s);
}

static void
on_turn(void *arg)
{
	go_on(arg);
}

static void
on_flush(evutil_socket_t fd, short what, void *arg)
{
	struct session *s = arg;

	(void)fd;
	(void)what;
	if (s->cut_off)
		session_free(s);
	else
		go_on(s);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	go_on(arg);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct session *s = arg;
	ssize_t n = read(s->fd, s->in + s->in_len, sizeof(s->in) - s->in_len);

	(void)fd;
	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		session_free(s);
		return;
	}
	if (n == 0)
		s->eof = true;
	s->in_len += (size_t)n;
	go_on(s);
}

static void
stayed_behind(void *arg)
{
	struct session *s = arg;

	cut_off(s);
	session_free(s);
}

const struct peer *
session_peer(const struct session *s)
{
	return &s->peer;
}

struct follows *
session_follows(struct session *s)
{
	return &s->follows;
}

/* --- beginning and end --------------------------------------------------- */

static void
greet(struct session *s)
{
	evbuffer_add_printf(s->out,
	    "HELLO protocol=%d version=\"%s\" backend=\"%s\"\n",
	    PROTO_VERSION, PACKAGE_VERSION, s->daemon->backend->name);
	event_active(&s->flush, EV_TIMEOUT, 0);
}

struct session *
session_new(struct daemon *dm, int fd, const struct peer *peer,
    session_left left, void *arg)
{
	struct session *s = xcalloc(1, sizeof(*s));

	s->daemon = dm;
	s->fd = fd;
	s->peer = *peer;
	s->left = left;
	s->left_arg = arg;
	LIST_INIT(&s->running);
	STAILQ_INIT(&s->answered);
	if ((s->out = evbuffer_new()) == NULL)
		log_fatal("out of memory");
	event_assign(&s->readable, dm->base, fd, EV_READ | EV_PERSIST,
	    on_readable, s);
	event_assign(&s->writable, dm->base, fd, EV_WRITE | EV_PERSIST,
	    on_writable, s);
	evtimer_assign(&s->flush, dm->base, on_flush, s);
	follows_init(&s->follows, dm->base, s->out, &s->flush, stayed_behind,
	    s);
	turn_join(&dm->turns, &s->turn, peer->uid, on_turn, s);
	event_add(&s->readable, NULL);
	dm->metrics.clients++;
	greet(s);
	return s;
}

void
session_free(struct session *s)
{
	struct request *rq;

	follows_free(&s->follows);
	turn_leave(&s->turn);
	log_answered(s);
	while ((rq = LIST_FIRST(&s->running)) != NULL) {
		LIST_REMOVE(rq, entry);
		rq->session = NULL;
	}
	if (s->next != NULL)
		request_free(s->next);
	event_del(&s->readable);
	event_del(&s->writable);
	event_del(&s->flush);
	evbuffer_free(s->out);
	peer_free(&s->peer);
	close(s->fd);
	s->daemon->metrics.clients--;
	s->left(s->left_arg);
	free(s);
}

void
session_end(struct session *s, const struct uvnf_error *e)
{
	struct request *rq;

	while ((rq = LIST_FIRST(&s->running)) != NULL)
		request_err(rq, e);
	write_out(s);
	session_free(s);
}

void
session_close_soon(struct session *s)
{
	s->closing = true;
	event_active(&s->flush, EV_TIMEOUT, 0);
}
