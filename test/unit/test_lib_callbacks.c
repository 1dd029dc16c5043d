/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * libuvnf: ends that are not replies, and what callbacks may do, against a
 * scripted peer.
 */

#include <sys/socket.h>

#include <poll.h>

#include "seen.h"

#include "common/util.h"

/* --- cancellation -------------------------------------------------------- */

static void
peer_cancelled(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 ping\n@3 ping\n");
	say(fd, "@1 DATA name=\"x\"\n@1 OK\n@3 OK\n");
	wait_for_eof(fd);
}

static void
test_cancel(void **state)
{
	struct seen s[3] = { { 0 } };
	uint64_t sent, unsent;

	(void)state;
	assert_int_equal(start_peer(peer_cancelled), 0);
	sent = submit(&s[0], "ping", NULL, NULL);
	while ((uvnf_events(u) & POLLOUT) != 0 ||
	    uvnf_daemon_version(u)[0] == '\0')
		assert_int_equal(uvnf_wait(u, -1), 0);
	unsent = submit(&s[1], "destroy", "a", NULL);
	submit(&s[2], "ping", NULL, NULL);
	assert_int_equal(uvnf_cancel(u, unsent), 0);
	assert_seen(&s[1], "cancelled", "cancelled");
	assert_int_equal(s[1].status, 1);
	assert_int_equal(uvnf_cancel(u, sent), 0);
	assert_seen(&s[0], "cancelled", "cancelled");
	assert_error(uvnf_cancel(u, sent), UVNF_E_USAGE, "no request 1");
	assert_error(uvnf_cancel(u, 0), UVNF_E_USAGE, "no request 0");
	assert_error(uvnf_cancel(u, 99), UVNF_E_USAGE, "no request 99");
	assert_int_equal(uvnf_pending(u), 1);
	assert_int_equal(wait_for(3), 0);
	assert_seen(&s[2], "ok", "");
	assert_int_equal(s[0].calls + s[1].calls, 2);
}

static uint64_t ids[4];

static void
cancel_others(struct uvnf *conn, const struct uvnf_reply *r, void *arg)
{
	on_done(conn, r, arg);
	assert_int_equal(uvnf_cancel(u, ids[0]), -UVNF_E_USAGE);
	assert_int_equal(uvnf_cancel(u, ids[1]), 0);
	assert_int_equal(uvnf_cancel(u, ids[2]), 0);
}

/* Of three that end in one instant, the first cancels the others. */
static void
test_cancel_in_callback(void **state)
{
	const char *argv[] = { "show", "a", "timeout_ms=1" };
	struct seen s[3] = { { 0 } };

	(void)state;
	ended = 0;
	assert_int_equal(open_peer(peer_only_greets), 0);
	assert_int_equal(uvnf_submit(u, argv, 3, NULL, 0, cancel_others, &s[0],
	    &ids[0]), 0);
	ids[1] = submit(&s[1], "show", "b", "timeout_ms=1");
	ids[2] = submit(&s[2], "show", "c", "timeout_ms=1");
	(void)poll(NULL, 0, uvnf_timeout_ms(u) + 5);	/* all are late */
	assert_int_equal(uvnf_process(u), 0);
	assert_seen(&s[0], "timeout", "");
	assert_seen(&s[1], "cancelled", "");
	assert_seen(&s[2], "cancelled", "");
	assert_int_equal(uvnf_pending(u), 0);
}

/* --- what callbacks do --------------------------------------------------- */

static void
peer_chain(int fd)
{
	char line[32];
	int i;

	say(fd, HELLO);
	for (i = 1; i <= 1000; i++) {
		snprintf(line, sizeof(line), "@%d ping\n", i);
		hear(fd, line);
		snprintf(line, sizeof(line), "@%d OK\n", i);
		say(fd, line);
	}
	wait_for_eof(fd);
}

static void
submit_next(struct uvnf *conn, const struct uvnf_reply *r, void *arg)
{
	const char *argv[] = { "ping" };

	on_done(conn, r, arg);
	if (ended < 1000)
		assert_int_equal(uvnf_submit(u, argv, 1, NULL, 0, submit_next,
		    arg, NULL), 0);
}

static void
test_submit_in_callback(void **state)
{
	const char *argv[] = { "ping" };
	struct seen s = { 0 };

	(void)state;
	assert_int_equal(start_peer(peer_chain), 0);
	assert_int_equal(uvnf_submit(u, argv, 1, NULL, 0, submit_next, &s,
	    NULL), 0);
	assert_int_equal(wait_for(1000), 0);
	assert_int_equal(s.calls, 1000);
	assert_string_equal(s.word, "ok");
}

static void
peer_answers_two(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 ping\n@2 ping\n@3 ping\n");
	say(fd, "@1 OK\n@2 OK\n");
	wait_for_eof(fd);
}

static void
close_now(struct uvnf *conn, const struct uvnf_reply *r, void *arg)
{
	const char *argv[] = { "ping" };

	on_done(conn, r, arg);
	uvnf_close(conn);
	uvnf_close(conn);		/* no harm inside the callback */
	assert_int_equal(uvnf_submit(conn, argv, 1, NULL, 0, on_done, arg,
	    NULL), -UVNF_E_NO_DAEMON);
}

static void
test_close_in_callback(void **state)
{
	const char *argv[] = { "ping" };
	struct seen s[3] = { { 0 } };
	int rc = 0;

	(void)state;
	assert_int_equal(start_peer(peer_answers_two), 0);
	assert_int_equal(uvnf_submit(u, argv, 1, NULL, 0, close_now, &s[0],
	    NULL), 0);
	submit(&s[1], "ping", NULL, NULL);
	submit(&s[2], "ping", NULL, NULL);
	while (rc == 0)
		rc = uvnf_wait(u, -1);
	assert_int_equal(rc, 1);
	u = NULL;
	assert_seen(&s[0], "ok", "");
	assert_seen(&s[1], "cancelled", "closed");
	assert_seen(&s[2], "cancelled", "closed");
}

/* Also when a request is waited for meanwhile. */
static void
test_close_below_request(void **state)
{
	const char *argv[] = { "ping" };
	struct seen s = { 0 };

	(void)state;
	ended = 0;
	assert_int_equal(open_peer(peer_answers_two), 0);
	assert_int_equal(uvnf_submit(u, argv, 1, NULL, 0, close_now, &s,
	    NULL), 0);
	uvnf_submit(u, argv, 1, NULL, 0, on_done, &s, NULL);
	assert_int_equal(request("ping", NULL, NULL), -UVNF_E_CANCELLED);
	u = NULL;
	assert_int_equal(s.calls, 2);
	assert_string_equal(s.word, "cancelled");
}

static void
wait_inside(struct uvnf *conn, const struct uvnf_reply *r, void *arg)
{
	on_done(conn, r, arg);
	assert_error(request("ping", NULL, NULL), UVNF_E_USAGE, "callback");
	assert_error(uvnf_process(u), UVNF_E_USAGE, "callback");
	assert_error(uvnf_wait(u, -1), UVNF_E_USAGE, "callback");
}

static void
test_wait_in_callback(void **state)
{
	const char *argv[] = { "ping" };
	struct seen s[3] = { { 0 } };

	(void)state;
	assert_int_equal(start_peer(peer_answers_two), 0);
	assert_int_equal(uvnf_submit(u, argv, 1, NULL, 0, wait_inside, &s[0],
	    NULL), 0);
	submit(&s[1], "ping", NULL, NULL);
	submit(&s[2], "ping", NULL, NULL);
	assert_int_equal(wait_for(2), 0);
	assert_seen(&s[0], "ok", "");
	assert_seen(&s[1], "ok", "");
	uvnf_close(u);
	assert_seen(&s[2], "cancelled", "closed");
	u = NULL;
}

static void
test_missing_callbacks(void **state)
{
	const char *argv[] = { "ping" };

	(void)state;
	assert_int_equal(open_peer(peer_only_greets), 0);
	assert_error(uvnf_submit(u, argv, 1, NULL, 0, NULL, NULL, NULL),
	    UVNF_E_USAGE, "uvnf_submit");
	assert_error(uvnf_subscribe(u, argv, 1, on_done, NULL, NULL, NULL),
	    UVNF_E_USAGE, "uvnf_subscribe");
	assert_error(uvnf_submit(u, argv, 0, NULL, 0, on_done, NULL, NULL),
	    UVNF_E_USAGE, "verb");
	assert_int_equal(uvnf_pending(u), 0);
	assert_int_equal(uvnf_events(u), POLLIN);
}

/* --- the loss of the connection ------------------------------------------ */

static void
peer_dies(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 ping\n@2 show a\n@3 ping\n");
	say(fd, "@2 DATA name=\"a\"\n@1 OK\n@3 O");
}

static void
submit_in_vain(struct uvnf *conn, const struct uvnf_reply *r, void *arg)
{
	const char *argv[] = { "ping" };

	on_done(conn, r, arg);
	assert_error(uvnf_submit(conn, argv, 1, NULL, 0, on_done, arg, NULL),
	    UVNF_E_NO_DAEMON, "lost");
}

static void
test_daemon_dies(void **state)
{
	const char *show[] = { "show", "a" };
	struct seen s[3] = { { 0 } };

	(void)state;
	assert_int_equal(start_peer(peer_dies), 0);
	submit(&s[0], "ping", NULL, NULL);
	assert_int_equal(uvnf_submit(u, show, 2, NULL, 0, submit_in_vain,
	    &s[1], NULL), 0);
	submit(&s[2], "ping", NULL, NULL);
	assert_error(wait_for(4), UVNF_E_PROTOCOL, "hung up");
	assert_seen(&s[0], "ok", "");
	assert_seen(&s[1], "protocol", "unknown");
	assert_int_equal(s[1].rows, 1);
	assert_seen(&s[2], "protocol", "unknown");
	assert_int_equal(uvnf_pending(u), 0);
	assert_int_equal(uvnf_fd(u), -1);
}

static void
peer_reads_part(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 create t n config=8388608\n");
	close(fd);
}

/* Who was not sent may safely be asked again elsewhere. */
static void
test_died_unsent(void **state)
{
	static char payload[8 * 1024 * 1024];
	const char *create[] = { "create", "t", "n" };
	struct seen s[2] = { { 0 } };

	(void)state;
	assert_int_equal(start_peer(peer_reads_part), 0);
	assert_int_equal(uvnf_submit(u, create, 3, payload, sizeof(payload),
	    on_done, &s[0], NULL), 0);
	submit(&s[1], "ping", NULL, NULL);
	assert_error(wait_for(3), UVNF_E_PROTOCOL, "hung up");
	assert_seen(&s[0], "protocol", "unknown");
	assert_seen(&s[1], "protocol", "was not sent");
}

static const char *bad_line;

static void
peer_says_bad(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 ping\n@2 ping\n");
	say(fd, bad_line);
	wait_for_eof(fd);
}

static void
assert_bad(const char *text, const char *part)
{
	struct seen s[2] = { { 0 } };

	bad_line = text;
	assert_int_equal(start_peer(peer_says_bad), 0);
	submit(&s[0], "ping", NULL, NULL);
	submit(&s[1], "ping", NULL, NULL);
	assert_error(wait_for(3), UVNF_E_PROTOCOL, part);
	assert_seen(&s[0], "protocol", part);
	assert_seen(&s[1], "protocol", part);
	uvnf_close(u);
	u = NULL;
	assert_true(waitpid(peer, NULL, 0) == peer);
	peer = 0;
}

static void
test_bad_lines(void **state)
{
	(void)state;
	assert_bad("@3 OK\n", "reply to nothing");
	assert_bad("@0 OK\n", "reply to nothing");
	assert_bad("@99999999999999999999999 OK\n", "reply to nothing");
	assert_bad("ERR bad-request which?\n", "error without a tag");
	assert_bad("EVENT x=1\n", "this is no reply");
	assert_bad("@1 EVENT x=1\n", "this is no reply");
	assert_bad("@1 DATA x\n", "malformed");
	assert_bad("@2\n", "this is no reply");
	assert_bad("\n", "this is no reply");
}

static void
peer_floods(int fd)
{
	static char line[1000000];

	snprintf(line, sizeof(line), "@1 DATA x=\"");
	memset(line + strlen(line), 'y', sizeof(line) - strlen(line) - 3);
	memcpy(line + sizeof(line) - 3, "\"\n", 3);
	say(fd, HELLO);
	hear(fd, "@1 list\n");
	while (send(fd, line, sizeof(line) - 1, MSG_NOSIGNAL) > 0)
		;
}

/* Kept lines are bounded, and so is a single one. */
static void
test_endless_reply(void **state)
{
	struct seen s = { 0 };

	(void)state;
	assert_int_equal(start_peer(peer_floods), 0);
	submit(&s, "list", NULL, NULL);
	assert_error(wait_for(2), UVNF_E_PROTOCOL, "67108864");
	assert_seen(&s, "protocol", "67108864");
	assert_true(s.rows > 60);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PEER_TEST(test_cancel),
		PEER_TEST(test_cancel_in_callback),
		PEER_TEST(test_submit_in_callback),
		PEER_TEST(test_close_in_callback),
		PEER_TEST(test_close_below_request),
		PEER_TEST(test_wait_in_callback),
		PEER_TEST(test_missing_callbacks),
		PEER_TEST(test_daemon_dies),
		PEER_TEST(test_died_unsent),
		PEER_TEST(test_bad_lines),
		PEER_TEST(test_endless_reply),
	};
	int rc;

	if (mkdtemp(dir) == NULL)
		return 1;
	rc = cmocka_run_group_tests_name("lib_callbacks", tests, NULL, NULL);
	rmdir(dir);
	return rc;
}
