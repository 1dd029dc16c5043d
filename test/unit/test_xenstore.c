/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The xenstore client against a xenstored that the test plays itself. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>
#include <xen/io/xs_wire.h>

#include "common/util.h"
#include "daemon/xen/xenstore.h"

static struct event_base *base;
static struct xenstore *xs;
static int peer;
static int lost, replies, events, last_err;
static char last_data[XENSTORE_PAYLOAD_MAX + 1], last_path[256];

static void
on_lost(void *arg, const struct uvnf_error *e)
{
	(void)arg;
	assert_true(strlen(e->text) > 0);
	lost++;
}

static void
on_reply(void *arg, int err, const char *data, size_t len)
{
	assert_int_equal(data[len], '\0');
	replies++;
	last_err = err;
	memcpy(last_data, data, len + 1);
	if (arg != NULL)
		*(int *)arg = replies;
}

static void
on_event(void *arg, const char *path)
{
	(void)arg;
	events++;
	strncpy(last_path, path, sizeof(last_path) - 1);
}

static int
setup(void **state)
{
	int pair[2], room = 200 * 1024;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	/* For the replies to all that a window lets go. */
	setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	base = event_base_new();
	xs = xenstore_new(base, pair[0], on_lost, NULL);
	peer = pair[1];
	lost = replies = events = 0;
	last_err = -1;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	xenstore_close(xs);
	event_base_free(base);
	close(peer);
	return 0;
}

static void
run(void)
{
	int i;

	for (i = 0; i < 4; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

/* What the client sent since the last look. */
static size_t
take(char *buf, size_t size)
{
	ssize_t n = recv(peer, buf, size, MSG_DONTWAIT);

	return n > 0 ? (size_t)n : 0;
}

static void
answer(uint32_t type, uint32_t id, const char *data, size_t len)
{
	struct xsd_sockmsg msg = { type, id, 0, len };
	char whole[sizeof(msg) + 256];

	assert_true(len <= 256);
	memcpy(whole, &msg, sizeof(msg));
	memcpy(whole + sizeof(msg), data, len);
	/* The test would wait for itself if there was no room. */
	assert_int_equal(send(peer, whole, sizeof(msg) + len, MSG_DONTWAIT),
	    sizeof(msg) + len);
}

/* The header of the request at *at, which moves behind it. */
static struct xsd_sockmsg
request(const char *buf, size_t *at)
{
	struct xsd_sockmsg msg;

	memcpy(&msg, buf + *at, sizeof(msg));
	*at += sizeof(msg) + msg.len;
	return msg;
}

static void
test_a_burst_is_one_write(void **state)
{
	char buf[4096];
	struct xsd_sockmsg a, b;
	size_t n, at = 0;

	(void)state;
	xenstore_write(xs, "/a", "text", 4, on_reply, NULL);
	xenstore_write(xs, "/b", "Running", 7, on_reply, NULL);
	assert_int_equal(take(buf, sizeof(buf)), 0);
	run();
	n = take(buf, sizeof(buf));
	assert_int_equal(xenstore_writes(xs), 1);
	assert_int_equal(xenstore_requests(xs), 2);
	a = request(buf, &at);
	b = request(buf, &at);
	assert_int_equal(at, n);
	assert_int_equal(a.type, XS_WRITE);
	/* The path with its NUL, the value without one. */
	assert_int_equal(a.len, 3 + 4);
	assert_memory_equal(buf + sizeof(a), "/a\0text", 7);
	answer(XS_WRITE, a.req_id, "OK", 3);
	answer(XS_WRITE, b.req_id, "OK", 3);
	run();
	assert_int_equal(replies, 2);
	assert_int_equal(last_err, 0);
}

static void
test_replies_find_their_requests(void **state)
{
	char buf[4096];
	struct xsd_sockmsg a, b;
	size_t at = 0;
	int first = 0, second = 0;

	(void)state;
	xenstore_read(xs, "/a", on_reply, &first);
	xenstore_read(xs, "/b", on_reply, &second);
	xenstore_flush(xs);
	take(buf, sizeof(buf));
	a = request(buf, &at);
	b = request(buf, &at);
	answer(XS_ERROR, b.req_id, "ENOENT", 7);
	run();
	assert_int_equal(last_err, ENOENT);
	assert_int_equal(second, 1);
	answer(XS_READ, a.req_id, "value", 5);
	run();
	assert_int_equal(first, 2);
	assert_int_equal(last_err, 0);
	assert_string_equal(last_data, "value");
}

static void
test_a_reply_in_pieces(void **state)
{
	struct xsd_sockmsg msg = { XS_READ, 0, 0, 5 };
	char whole[sizeof(msg) + 5];
	size_t i;

	(void)state;
	xenstore_read(xs, "/a", on_reply, NULL);
	run();
	memcpy(whole, &msg, sizeof(msg));
	memcpy(whole + sizeof(msg), "value", 5);
	for (i = 0; i < sizeof(whole); i++) {
		assert_int_equal(replies, 0);
		assert_int_equal(send(peer, whole + i, 1, 0), 1);
		run();
	}
	assert_int_equal(replies, 1);
	assert_string_equal(last_data, "value");
}

static void
test_an_unknown_error_and_a_wrong_type(void **state)
{
	(void)state;
	xenstore_read(xs, "/a", on_reply, NULL);
	xenstore_read(xs, "/a", on_reply, NULL);
	run();
	answer(XS_ERROR, 0, "EWHAT", 6);
	run();
	assert_int_equal(last_err, EIO);
	answer(XS_WRITE, 1, "OK", 3);
	run();
	assert_int_equal(last_err, EIO);
	assert_int_equal(lost, 0);
}

static void
test_what_was_not_asked_ends_it(void **state)
{
	(void)state;
	xenstore_read(xs, "/a", on_reply, NULL);
	run();
	answer(XS_READ, 7, "x", 1);
	run();
	assert_int_equal(lost, 1);
	assert_int_equal(replies, 0);
}

static void
test_a_reply_twice_ends_it(void **state)
{
	(void)state;
	xenstore_read(xs, "/a", on_reply, NULL);
	xenstore_read(xs, "/b", on_reply, NULL);
	run();
	answer(XS_READ, 1, "x", 1);
	answer(XS_READ, 1, "x", 1);
	run();
	assert_int_equal(lost, 1);
	assert_int_equal(replies, 1);
}

static void
test_too_long_ends_it(void **state)
{
	struct xsd_sockmsg msg = { XS_READ, 0, 0, 0xffffffff };

	(void)state;
	xenstore_read(xs, "/a", on_reply, NULL);
	run();
	assert_int_equal(send(peer, &msg, sizeof(msg), 0), sizeof(msg));
	run();
	assert_int_equal(lost, 1);
}

static void
test_end_of_file_ends_it_once(void **state)
{
	(void)state;
	shutdown(peer, SHUT_RDWR);
	run();
	assert_int_equal(lost, 1);
	xenstore_read(xs, "/a", on_reply, NULL);
	xenstore_flush(xs);
	run();
	assert_int_equal(lost, 1);
	assert_int_equal(replies, 0);
}

/* The number of whole requests in what is taken; a part of one fails. */
static unsigned
count_whole(char *buf, size_t size, size_t *bytes)
{
	unsigned n = 0;
	size_t at = 0;

	*bytes = take(buf, size);
	while (at < *bytes) {
		request(buf, &at);
		n++;
	}
	assert_int_equal(at, *bytes);
	return n;
}

static void
test_whole_requests_within_the_window(void **state)
{
	static char buf[1024 * 1024];
	static const char chunk[992];
	unsigned i, n, asked = 0, all = 2000;
	size_t bytes;

	(void)state;
	for (i = 0; i < all; i++)
		xenstore_write(xs, "/c", i % 2 ? chunk : "x",
		    i % 2 ? sizeof(chunk) : 1, on_reply, NULL);
	while (asked < all) {
		run();
		n = count_whole(buf, sizeof(buf), &bytes);
		assert_true(n > 0 && n <= 256 && bytes <= 64 * 1024);
		for (i = 0; i < n; i++)
			answer(XS_WRITE, asked++, "OK", 3);
	}
	run();
	assert_int_equal(replies, all);
	assert_int_equal(last_err, 0);
}

/* Answers all that was taken; a letter for each that is a write: its value. */
static void
answer_all(const char *buf, size_t len, char *values)
{
	struct xsd_sockmsg msg;
	size_t at = 0;

	while (at < len) {
		msg = request(buf, &at);
		if (msg.type == XS_WRITE)
			*values++ = buf[at - 1];
		answer(msg.type, msg.req_id, "OK", 3);
	}
	*values = '\0';
}

static void
write_so_many(unsigned n, const char *path, char value)
{
	while (n-- > 0)
		xenstore_write(xs, path, &value, 1, on_reply, NULL);
}

static void
test_guests_take_turns(void **state)
{
	static char buf[64 * 1024], values[1024];
	size_t n;

	(void)state;
	write_so_many(600, "/local/domain/7/data/clickos/0/config/0", 'a');
	write_so_many(600, "/local/domain/8/data/clickos/0/config/0", 'b');
	run();
	/* What has left is before what is asked now, and nothing else. */
	n = take(buf, sizeof(buf));
	xenstore_write(xs, "/local/domain/0/backend/vif/9/0/mac", "x", 1,
	    on_reply, NULL);
	xenstore_write(xs, "/local/domain/9/data/clickos/0/config/0", "y", 1,
	    on_reply, NULL);
	xenstore_write(xs, "/local/domain/9/data/clickos/0/status", "z", 1,
	    on_reply, NULL);
	run();
	assert_int_equal(take(buf + n, sizeof(buf) - n), 0);
	answer_all(buf, n, values);
	assert_int_equal(strspn(values, "a"), 256);
	run();
	n = take(buf, sizeof(buf));
	answer_all(buf, n, values);
	assert_memory_equal(values, "abxabyabzabab", 13);
	while (n > 0) {
		run();
		n = take(buf, sizeof(buf));
		answer_all(buf, n, values);
	}
	assert_int_equal(replies, 1203);
	/* With nothing in the way it is one write again. */
	assert_int_equal(xenstore_requests(xs), 1203);
	n = xenstore_writes(xs);
	write_so_many(3, "/local/domain/9/data/clickos/0/config/0", 'c');
	run();
	assert_int_equal(xenstore_writes(xs), n + 1);
}

static void
test_a_watch_by_its_token(void **state)
{
	static const char first[] = "/w/below\0000.1";
	static const char wrong[] = "/w\0007.1";
	struct xenstore_watch *w;

	(void)state;
	w = xenstore_watch(xs, "/w", on_event, NULL);
	run();
	answer(XS_WATCH, 0, "OK", 3);
	answer(XS_WATCH_EVENT, 0, first, sizeof(first));
	run();
	assert_int_equal(events, 1);
	assert_string_equal(last_path, "/w/below");
	answer(XS_WATCH_EVENT, 0, wrong, sizeof(wrong));
	answer(XS_WATCH_EVENT, 0, "no token", 8);
	answer(XS_WATCH_EVENT, 0, "", 0);
	run();
	assert_int_equal(events, 1);
	/* Its place is used again, and its late event is not the next's. */
	xenstore_unwatch(w);
	w = xenstore_watch(xs, "/v", on_event, NULL);
	run();
	answer(XS_WATCH_EVENT, 0, first, sizeof(first));
	run();
	assert_int_equal(events, 1);
	assert_int_equal(lost, 0);
	xenstore_unwatch(w);
}

static int cancelled;

static void
on_cancel(void *arg, int err, const char *data, size_t len)
{
	(void)arg;
	(void)data;
	(void)len;
	assert_int_equal(err, ECANCELED);
	cancelled++;
}

static void
test_close_cancels(void **state)
{
	int i;

	(void)state;
	cancelled = 0;
	xenstore_read(xs, "/a", on_cancel, NULL);
	run();
	xenstore_read(xs, "/b", on_cancel, NULL);
	xenstore_watch(xs, "/w", on_event, NULL);
	for (i = 0; i < 300; i++)
		xenstore_read(xs, i % 2 ? "/local/domain/1/a" : "/c",
		    on_cancel, NULL);
	xenstore_close(xs);
	xs = NULL;
	assert_int_equal(cancelled, 302);
}

static void
test_the_first_error_is_kept(void **state)
{
	static const int errs[] = { 0, ENOENT, 0, EINVAL };
	int kept = 0;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		xenstore_keep_error(&kept, errs[i]);
	assert_int_equal(kept, ENOENT);
	xenstore_keep_error(&kept, ECANCELED);
	xenstore_keep_error(&kept, 0);
	assert_int_equal(kept, ECANCELED);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_a_burst_is_one_write),
		TEST(test_replies_find_their_requests),
		TEST(test_a_reply_in_pieces),
		TEST(test_an_unknown_error_and_a_wrong_type),
		TEST(test_what_was_not_asked_ends_it),
		TEST(test_a_reply_twice_ends_it),
		TEST(test_too_long_ends_it),
		TEST(test_end_of_file_ends_it_once),
		TEST(test_whole_requests_within_the_window),
		TEST(test_guests_take_turns),
		TEST(test_a_watch_by_its_token),
		TEST(test_close_cancels),
		TEST(test_the_first_error_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
