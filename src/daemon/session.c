/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <config.h>

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/session_impl.h"

#define OUTPUT_MAX (4 * 1024 * 1024)
#define STREAMS_MAX 4			/* long replies at a time */
#define STREAM_AHEAD (64 * 1024)	/* not so much of them may wait */

/* --- requests ------------------------------------------------------------ */

void
session_request_free(struct request *rq)
{
	if (rq->stream.end != NULL)
		rq->stream.end(rq->stream.arg);
	if (rq->payload_counted > 0)
		account_take(&rq->daemon->vnfs.accounts, rq->uid,
		    ACCOUNT_PAYLOADS, rq->payload_counted);
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
		session_request_free(rq);
	} else if (s == NULL) {
		request_audit(rq);
		session_request_free(rq);
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
		session_request_free(rq);
	}
}

static bool
may_run(const struct session *s, const struct request *rq)
{
	if (s->untagged_runs || s->nstreams == STREAMS_MAX)
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

/* What waits for this client; how much does for all of its user. */
static size_t
count_unread(struct session *s)
{
	return turn_unread(&s->turn, evbuffer_get_length(s->out) +
	    follows_held(&s->follows));
}

/* Of a user whose other clients do so, too, sooner than alone. */
static bool
reads_too_slowly(struct session *s)
{
	size_t waiting = evbuffer_get_length(s->out);

	return waiting > OUTPUT_MAX || (waiting > 0 &&
	    count_unread(s) > TURN_UNREAD_USER_MAX);
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
	count_unread(s);
	turn_spend(&s->turn, rq->out.len);
	if (rq->stream.more != NULL && --s->nstreams == 0)
		follows_hold(&s->follows, false);
	request_over(rq);
	/* Not from here: the caller may be in the middle of something. */
	event_active(&s->flush, EV_TIMEOUT, 0);
}

/* One piece in a turn: others wait for it. */
static void
put_piece(struct request *rq)
{
	struct session *s = rq->session;

	evbuffer_add(s->out, rq->out.data, rq->out.len);
	rq->out.len = 0;
	count_unread(s);
	turn_spend(&s->turn, TURN_SESSION * TURN_BYTES);
}

void
session_stream(struct request *rq)
{
	struct session *s = rq->session;

	put_piece(rq);
	if (s->nstreams++ == 0)
		follows_hold(&s->follows, true);
	event_active(&s->flush, EV_TIMEOUT, 0);
}

/* The one that began first. */
static struct request *
first_stream(const struct session *s)
{
	struct request *rq, *first = NULL;

	LIST_FOREACH(rq, &s->running, entry)
		if (rq->stream.more != NULL)
			first = rq;
	return first;
}

static void
stream(struct session *s)
{
	struct request *rq;

	while (s->nstreams > 0 && !s->cut_off &&
	    evbuffer_get_length(s->out) < STREAM_AHEAD &&
	    turn_take(&s->turn)) {
		rq = first_stream(s);
		if (rq->stream.more(rq, rq->stream.arg))
			put_piece(rq);
	}
}

/* The first request of what was read has its turn already. */
static bool
take_turn(struct session *s)
{
	if (!s->turn_paid)
		return turn_take(&s->turn);
	s->turn_paid = false;
	return true;
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
			if (!may_run(s, s->next) || !take_turn(s))
				break;
			run_next(s);
		} else if (s->closing || !session_input(s)) {
			break;
		}
	}
	if (s->eof || s->closing)
		s->read_waits = false;
	if (s->eof || s->closing || s->read_waits ||
	    s->in_len == sizeof(s->in))
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

		count_unread(s);
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
	if (there && s->nstreams > 0) {
		stream(s);
		there = write_out(s);
		if (!s->turn.waits && evbuffer_get_length(s->out) == 0)
			event_active(&s->flush, EV_TIMEOUT, 0);
	}
	log_answered(s);
	if (!there || is_done(s))
		session_free(s);
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

/* false when the client is gone for good. */
static bool
read_in(struct session *s)
{
	ssize_t n = read(s->fd, s->in + s->in_len, sizeof(s->in) - s->in_len);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0)
		s->eof = true;
	s->in_len += (size_t)n;
	return true;
}

/*
 * A read takes a turn, whatever comes of it: an empty line, a byte of a long
 * one or of a payload costs as much as a request.
 */
static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct session *s = arg;

	(void)fd;
	(void)what;
	s->read_waits = !turn_take(&s->turn);
	if (s->read_waits) {
		event_del(&s->readable);
		return;
	}
	s->turn_paid = true;
	if (read_in(s))
		go_on(s);
	else
		session_free(s);
}

static void
on_turn(void *arg)
{
	struct session *s = arg;

	if (s->read_waits)
		on_readable(s->fd, EV_READ, s);
	else
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
	follows_init(&s->follows, dm->base, s->out, &s->flush, &s->turn,
	    stayed_behind, s);
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
		if (rq->stream.more != NULL)	/* nobody else knows it */
			session_request_free(rq);
	}
	if (s->next != NULL)
		session_request_free(s->next);
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
