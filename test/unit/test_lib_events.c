/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * libuvnf: lines that the daemon sends by itself, behind the OK of a
 * subscription; against a scripted peer.
 */

#include <sys/socket.h>

#include "seen.h"

static int events;			/* lines that on_event saw */
static int last_calls;
static int cancel_at;			/* that many events; 0: never */
static int close_at;
static char kinds[64];			/* of them, with a space behind each */
static uint64_t subscription;

static void
on_event(struct uvnf *conn, const char *kind, const struct uvnf_data *d,
    void *arg)
{
	int64_t seq = -1;
	size_t len = strlen(kinds);

	assert_ptr_equal(conn, u);
	assert_ptr_equal(arg, &events);
	assert_int_equal(last_calls, 0);
	if (kind == NULL) {
		assert_null(d);
		last_calls++;
		return;
	}
	assert_int_equal(uvnf_data_number(d, "seq", &seq), 0);
	assert_int_equal(seq, ++events);
	snprintf(kinds + len, sizeof(kinds) - len, "%s ", kind);
	if (events == cancel_at)
		assert_int_equal(uvnf_cancel(conn, subscription), 0);
	if (events == close_at)
		uvnf_close(conn);
}

static struct seen subscribed;

static void
on_subscribed(struct uvnf *conn, const struct uvnf_reply *r, void *arg)
{
	(void)arg;
	on_done(conn, r, &subscribed);
}

static void
subscribe(void (*script)(int))
{
	const char *argv[] = { "events", "follow=true" };

	events = last_calls = cancel_at = close_at = 0;
	kinds[0] = '\0';
	memset(&subscribed, 0, sizeof(subscribed));
	assert_int_equal(start_peer(script), 0);
	assert_int_equal(uvnf_subscribe(u, argv, 2, on_subscribed, on_event,
	    &events, &subscription), 0);
}

static void
peer_events(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 events follow=true\n@2 show a\n");
	say(fd, "@1 DATA seq=0 name=\"old\"\n@2 DATA name=\"a\"\n"
	    "@1 OK count=1\n"
	    "@1 EVENT seq=1\n@2 OK\n@1 EVENT seq=2 name=\"x\"\n");
	say_bytewise(fd, "@1 LOST-SOME seq=3\n");
	hear(fd, "@3 ping\n");
	say(fd, "@1 EVENT seq=4\n@1 EVENT seq=5\n@3 OK\n");
	wait_for_eof(fd);
}

static void
test_events(void **state)
{
	struct seen s[2] = { { 0 } };

	(void)state;
	subscribe(peer_events);
	submit(&s[0], "show", "a", NULL);
	assert_int_equal(wait_for(2), 0);
	assert_seen(&subscribed, "ok", "");
	assert_int_equal(subscribed.rows, 1);
	assert_string_equal(subscribed.name, "old");
	assert_int_equal(subscribed.count, 1);
	assert_seen(&s[0], "ok", "");
	assert_int_equal(s[0].rows, 1);
	while (events < 3)
		assert_int_equal(uvnf_wait(u, -1), 0);
	assert_int_equal(uvnf_pending(u), 1);
	assert_int_equal(uvnf_timeout_ms(u), -1);
	cancel_at = 4;
	submit(&s[1], "ping", NULL, NULL);
	assert_int_equal(wait_for(3), 0);
	assert_int_equal(events, 4);
	assert_int_equal(last_calls, 1);
	assert_string_equal(kinds, "EVENT EVENT LOST-SOME EVENT ");
	assert_int_equal(uvnf_pending(u), 0);
	assert_int_equal(uvnf_cancel(u, subscription), -UVNF_E_USAGE);
	assert_int_equal(subscribed.calls, 1);
}

static void
peer_events_end(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 events follow=true\n");
	say(fd, "@1 OK\n@1 EVENT seq=1\n");
}

static void
test_events_lost(void **state)
{
	(void)state;
	subscribe(peer_events_end);
	assert_error(wait_for(2), UVNF_E_PROTOCOL, "hung up");
	assert_int_equal(events, 1);
	assert_int_equal(last_calls, 1);
	assert_seen(&subscribed, "ok", "");
}

static void
peer_events_go_on(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 events follow=true\n");
	say(fd, "@1 OK\n@1 EVENT seq=1\n@1 EVENT seq=2\n@1 EVENT seq=3\n");
	wait_for_eof(fd);
}

static void
test_events_closed(void **state)
{
	int rc = 0;

	(void)state;
	subscribe(peer_events_go_on);
	close_at = 2;
	while (rc == 0)
		rc = uvnf_wait(u, -1);
	assert_int_equal(rc, 1);
	u = NULL;
	assert_int_equal(events, 2);
	assert_int_equal(last_calls, 1);
}

/* Cancelled before it was answered: it never was a subscription. */
static void
test_events_cancelled_early(void **state)
{
	(void)state;
	subscribe(peer_only_greets);
	while (uvnf_daemon_version(u)[0] == '\0')
		assert_int_equal(uvnf_wait(u, -1), 0);
	assert_int_equal(uvnf_cancel(u, subscription), 0);
	assert_seen(&subscribed, "cancelled", "");
	assert_int_equal(events + last_calls, 0);
	assert_int_equal(uvnf_pending(u), 0);
}

static void
peer_refuses_events(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 events follow=true\n");
	say(fd, "@1 ERR bad-request no such verb\n@1 EVENT seq=1\n");
	wait_for_eof(fd);
}

static void
test_events_refused(void **state)
{
	(void)state;
	subscribe(peer_refuses_events);
	assert_int_equal(wait_for(1), 0);
	assert_seen(&subscribed, "bad-request", "no such verb");
	assert_int_equal(events + last_calls, 0);
	assert_int_equal(uvnf_pending(u), 0);
}

static const char *bad_line;

static void
peer_bad_events(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 events follow=true\n");
	say(fd, "@1 OK\n");
	say(fd, bad_line);
	wait_for_eof(fd);
}

static void
assert_bad_event(const char *text, const char *part)
{
	bad_line = text;
	subscribe(peer_bad_events);
	assert_error(wait_for(2), UVNF_E_PROTOCOL, part);
	assert_seen(&subscribed, "ok", "");
	assert_int_equal(events, 0);
	assert_int_equal(last_calls, 1);
	uvnf_close(u);
	u = NULL;
	assert_true(waitpid(peer, NULL, 0) == peer);
	peer = 0;
}

static void
test_bad_events(void **state)
{
	(void)state;
	assert_bad_event("@1 OK\n", "second reply");
	assert_bad_event("@1 DATA seq=1\n", "second reply");
	assert_bad_event("@1 ERR busy x\n", "second reply");
	assert_bad_event("@1 event seq=1\n", "no reply");
	assert_bad_event("@1\n", "no reply");
	assert_bad_event("@1 EVENT seq=\n", "malformed");
	assert_bad_event("EVENT seq=1\n", "no reply");
	assert_bad_event("ERR stopping bye\n", "error without a tag");
}

/* Nothing a peer says may crash, hang, or cost anybody a call. */

#define ROUNDS 300

static unsigned round_seed;

static void
peer_mutates(int fd)
{
	char text[] = "@1 DATA seq=0 name=\"old\\x00\"\n@2 DATA a.0.b=-7\n"
	    "@1 OK count=1\n@1 EVENT seq=1\n@3 ERR no-vnf \\\"x\\\" is none\n"
	    "@2 DATA t=true f=false\n@2 OK\n@1 EVENT seq=2 name=\"x\"\n";
	static const char bytes[] = "@0123 \n\r=\".\\xDATAOKER\t\xff-";
	unsigned seed = round_seed;
	size_t i, at;

	say(fd, HELLO);
	hear(fd, "@1 events follow=true\n@2 show a\n@3 show b\n");
	for (i = 0; i <= round_seed % 4; i++) {
		at = (size_t)rand_r(&seed) % (sizeof(text) - 1);
		text[at] = bytes[(size_t)rand_r(&seed) % sizeof(bytes)];
	}
	/* perhaps with a NUL byte, and not at a stretch */
	at = (size_t)rand_r(&seed) % (sizeof(text) - 1);
	if (send(fd, text, at, MSG_NOSIGNAL) < 0 ||
	    send(fd, text + at, sizeof(text) - 1 - at, MSG_NOSIGNAL) < 0)
		_exit(0);		/* it had enough */
}

static void
on_any_event(struct uvnf *conn, const char *kind, const struct uvnf_data *d,
    void *arg)
{
	(void)arg;
	assert_ptr_equal(conn, u);
	assert_int_equal(last_calls, 0);
	if (kind == NULL)
		last_calls++;
	else
		assert_true(uvnf_data_count(d) < 10);
}

static void
test_mutations(void **state)
{
	const char *argv[] = { "events", "follow=true" };
	struct seen s[3];
	int whole = 0, rc;

	(void)state;
	for (round_seed = 1; round_seed <= ROUNDS; round_seed++) {
		memset(s, 0, sizeof(s));
		last_calls = 0;
		assert_int_equal(start_peer(peer_mutates), 0);
		assert_int_equal(uvnf_subscribe(u, argv, 2, on_done,
		    on_any_event, &s[0], NULL), 0);
		submit(&s[1], "show", "a", NULL);
		submit(&s[2], "show", "b", NULL);
		while ((rc = uvnf_wait(u, -1)) == 0)
			;
		assert_string_equal(uvnf_error_word(u), "protocol");
		assert_int_equal(s[0].calls, 1);
		assert_int_equal(s[1].calls, 1);
		assert_int_equal(s[2].calls, 1);
		assert_int_equal(last_calls, strcmp(s[0].word, "ok") == 0);
		assert_int_equal(uvnf_pending(u), 0);
		whole += strcmp(s[1].word, "ok") == 0;
		uvnf_close(u);
		u = NULL;
		assert_true(waitpid(peer, NULL, 0) == peer);
		peer = 0;
	}
	/* else all that was tried is the greeting */
	assert_in_range(whole, 1, ROUNDS - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PEER_TEST(test_events),
		PEER_TEST(test_events_lost),
		PEER_TEST(test_events_closed),
		PEER_TEST(test_events_cancelled_early),
		PEER_TEST(test_events_refused),
		PEER_TEST(test_bad_events),
		PEER_TEST(test_mutations),
	};
	int rc;

	if (mkdtemp(dir) == NULL)
		return 1;
	rc = cmocka_run_group_tests_name("lib_events", tests, NULL, NULL);
	rmdir(dir);
	return rc;
}
