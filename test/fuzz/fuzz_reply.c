/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * libuvnf and what a daemon may say to it: in whatever pieces it comes, the
 * caller hears the same, and of each request one end.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/util.h"
#include "fuzz.h"
#include "lib/conn.h"

const char fuzz_target[] = "reply";

#define GREETING "HELLO protocol=1 version=\"1\" backend=\"sim\"\n"
#define TIMEOUT_MS 600000
#define REQUESTS 6
#define EVENTS_OF 3			/* this one subscribes */

/* A connection, and what was heard on it. */
struct hearing {
	struct uvnf *u;			/* NULL when a callback closed it */
	struct request {
		struct hearing *of;
		uint64_t id;
		unsigned done, ended;
		bool subscribed;
	} requests[REQUESTS + 1];
	unsigned n;
	struct proto_buf heard;
};

/* --- what is heard ------------------------------------------------------- */

static void
hear_field(struct hearing *h, const struct uvnf_data *d,
    const struct uvnf_field *f)
{
	const struct uvnf_field *first = uvnf_data_find(d, f->key);
	int64_t n;
	int b;

	REQUIRE(f->key[0] != '\0' && f->value[f->len] == '\0');
	REQUIRE(first != NULL && first <= f && fuzz_same(first->key, f->key));
	REQUIRE(fuzz_same(uvnf_data_get(d, f->key), first->value));
	REQUIRE((uvnf_data_number(d, f->key, &n) == 0) ==
	    (first->type == UVNF_NUMBER));
	REQUIRE((uvnf_data_bool(d, f->key, &b) == 0) ==
	    (first->type == UVNF_BOOL));
	REQUIRE(f->type == UVNF_STRING || strlen(f->value) == f->len);
	proto_buf_printf(&h->heard, " %d", (int)f->type);
	proto_add_bytes(&h->heard, f->key, f->value, f->len);
}

static void
hear_data(struct hearing *h, const struct uvnf_data *d)
{
	size_t i;

	for (i = 0; i < uvnf_data_count(d); i++)
		hear_field(h, d, uvnf_data_at(d, i));
	REQUIRE(uvnf_data_at(d, i) == NULL);
	proto_buf_add(&h->heard, "\n", 1);
}

static struct request *submit(struct hearing *h);

static void
on_done(struct uvnf *u, const struct uvnf_reply *r, void *arg)
{
	struct request *rq = arg;
	struct hearing *h = rq->of;
	const char *word = uvnf_reply_word(r);
	bool ok = strcmp(word, "ok") == 0;
	size_t i;

	REQUIRE(u == h->u);
	REQUIRE(rq->done++ == 0);
	rq->subscribed = ok && rq == &h->requests[EVENTS_OF];
	REQUIRE(ok == (uvnf_reply_exit_status(r) == 0));
	REQUIRE(ok || word[0] != '\0');
	proto_buf_printf(&h->heard, "%" PRIu64 " %s ", rq->id, word);
	/* When it broke, how much had been sent depends on the pieces. */
	if (strcmp(word, "protocol") != 0)
		proto_buf_printf(&h->heard, "%s", uvnf_reply_text(r));
	for (i = 0; i < uvnf_reply_count(r); i++)
		hear_data(h, uvnf_reply_data(r, i));
	REQUIRE(uvnf_reply_data(r, i) == NULL);
	hear_data(h, uvnf_reply_closing(r));
	if (ok && h->n < REQUESTS)
		(void)submit(h);
}

/* A field `close` is the caller's whim to close, `cancel` to cancel. */
static void
on_event(struct uvnf *u, const char *word, const struct uvnf_data *data,
    void *arg)
{
	struct request *rq = arg;
	struct hearing *h = rq->of;

	REQUIRE(rq->subscribed && rq->ended == 0);
	REQUIRE((word == NULL) == (data == NULL));
	if (word == NULL) {
		rq->ended++;
		proto_buf_printf(&h->heard, "%" PRIu64 " ended\n", rq->id);
		return;
	}
	proto_buf_printf(&h->heard, "%" PRIu64 " %s", rq->id, word);
	hear_data(h, data);
	if (uvnf_data_find(data, "close") != NULL) {
		uvnf_close(u);
		REQUIRE(rq->ended == 1);
		h->u = NULL;
	} else if (uvnf_data_find(data, "cancel") != NULL) {
		REQUIRE(uvnf_cancel(u, rq->id) == 0);
		REQUIRE(rq->ended == 1);
	}
}

/* --- a connection -------------------------------------------------------- */

static struct request *
submit(struct hearing *h)
{
	static const char *const list[] = { "list" };
	static const char *const events[] = { "events", "follow=true" };
	struct request *rq = &h->requests[++h->n];
	int rc;

	rq->of = h;
	if (h->n == EVENTS_OF)
		rc = uvnf_subscribe(h->u, events, 2, on_done, on_event, rq,
		    &rq->id);
	else
		rc = uvnf_submit(h->u, list, 1, NULL, 0, on_done, rq, &rq->id);
	if (rc != 0) {
		h->n--;			/* it is lost */
		return NULL;
	}
	REQUIRE(rq->id == h->n);
	return rq;
}

/* A connection without a path, to which a socket is given. */
static int
begin(struct hearing *h)
{
	static const char too_long[] = { [0 ... 199] = '/', [200] = '\0' };
	int pair[2];

	memset(h, 0, sizeof(*h));
	proto_buf_add(&h->heard, "", 0);
	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	REQUIRE(uvnf_start(too_long, TIMEOUT_MS, &h->u) < 0);
	h->u->fd = pair[0];
	while (h->n < 4)
		REQUIRE(submit(h) != NULL);
	REQUIRE(uvnf_cancel(h->u, 4) == 0);
	return pair[1];
}

/* All that was said and can be read. */
static void
process(struct hearing *h, bool to_the_end)
{
	struct uvnf *u = h->u;
	int rc = 0, waiting = 1;

	while (h->u != NULL && rc == 0 && (to_the_end || waiting > 0)) {
		rc = uvnf_process(u);
		REQUIRE(rc <= 1 && (rc == 1) == (h->u == NULL));
		waiting = 0;
		if (rc == 0) {
			char c;

			waiting = recv(uvnf_fd(u), &c, 1, MSG_PEEK |
			    MSG_DONTWAIT) > 0;
		}
	}
}

static void
end(struct hearing *h, int peer)
{
	unsigned i;

	REQUIRE(shutdown(peer, SHUT_WR) == 0);
	if (h->u != NULL && uvnf_fd(h->u) >= 0)
		process(h, true);
	if (h->u != NULL) {
		REQUIRE(uvnf_fd(h->u) == -1 && uvnf_pending(h->u) == 0);
		REQUIRE(uvnf_error_text(h->u)[0] != '\0');
		uvnf_close(h->u);
	}
	for (i = 1; i <= h->n; i++) {
		REQUIRE(h->requests[i].done == 1);
		REQUIRE(h->requests[i].ended == h->requests[i].subscribed);
	}
	close(peer);
}

static void
say(struct hearing *h, int peer, const char *text, size_t len)
{
	if (h->u == NULL || uvnf_fd(h->u) < 0)
		return;
	REQUIRE(send(peer, text, len, MSG_NOSIGNAL) == (ssize_t)len);
	process(h, false);
}

static void
converse(struct hearing *h, const char *text, size_t len, bool greet,
    unsigned longest)
{
	struct fuzz_random r = { 1 };
	int peer = begin(h);
	size_t n;

	if (greet)
		say(h, peer, GREETING, strlen(GREETING));
	for (; len > 0; len -= n, text += n) {
		n = longest > 0 ? 1 + fuzz_random(&r, longest) : len;
		if (n > len)
			n = len;
		say(h, peer, text, n);
	}
	end(h, peer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	bool greet = size == 0 || data[0] != 'H';
	struct hearing whole, pieces;

	if (size > 100000)
		return 0;		/* more than the socket takes at once */
	converse(&whole, text, size, greet, 0);
	converse(&pieces, text, size, greet, 40);
	REQUIRE(whole.n == pieces.n);
	REQUIRE(whole.heard.len == pieces.heard.len);
	REQUIRE(memcmp(whole.heard.data, pieces.heard.data,
	    whole.heard.len) == 0);
	proto_buf_free(&whole.heard);
	proto_buf_free(&pieces.heard);
	return 0;
}
