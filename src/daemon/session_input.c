/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* From what a client sends to its requests: lines and payloads. */

#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/session_impl.h"

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

static void
consume(struct session *s, size_t n)
{
	s->in_len -= n;
	memmove(s->in, s->in + n, s->in_len);
}

static void
skip_payload(struct session *s, uint64_t len)
{
	s->payload_skip = len;
	s->next_complete = len == 0;
	s->mode = len == 0 ? INPUT_LINE : INPUT_SKIP_PAYLOAD;
}

/* Whoever may do nothing with it does not get the memory for it. */
static int
check_room(struct request *rq, uint64_t len, struct uvnf_error *e)
{
	const struct accounts *a = &rq->daemon->vnfs.accounts;

	if (request_level(rq) < ACCESS_OPERATOR &&
	    request_check_line(rq, e) != 0)
		return -1;
	if (account_used(a, rq->uid, ACCOUNT_PAYLOADS) + len <=
	    PAYLOADS_USER_MAX)
		return 0;
	return uvnf_error_set(e, UVNF_E_QUOTA, "requests of user %u that are "
	    "under way hold %d MiB of configurations, and may hold no more; "
	    "wait for some of them", (unsigned)rq->uid,
	    PAYLOADS_USER_MAX / (1024 * 1024));
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
		skip_payload(s, len);
	} else if (check_room(rq, len, &e) != 0) {
		refuse_later(rq, &e);
		skip_payload(s, len);
	} else {
		rq->payload = xmalloc(len + 1);
		rq->payload[len] = '\0';
		rq->payload_len = rq->payload_counted = len;
		account_add(&s->daemon->vnfs.accounts, rq->uid,
		    ACCOUNT_PAYLOADS, len);
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

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * Empty lines, which take no turn: all at once, so that however many there
 * are, they cost no more than the turn in which they were read.
 */
static void
skip_empty(struct session *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->in_len && is_space(s->in[i]); i++)
		if (s->in[i] == '\n')
			n = i + 1;
	if (n > 0)
		consume(s, n);
}

/* Each takes what it can from the input; false when more must be read. */
static bool
input_line(struct session *s)
{
	char *end;

	skip_empty(s);
	end = memchr(s->in, '\n', s->in_len);
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

bool
session_input(struct session *s)
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
