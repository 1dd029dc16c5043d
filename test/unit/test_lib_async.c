/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* libuvnf with many requests under way, against a scripted peer. */

#include <sys/socket.h>
#include <sys/time.h>

#include <poll.h>
#include <signal.h>

#include "seen.h"

#include "common/util.h"

/* --- replies ------------------------------------------------------------- */

/* All requests are there before one is answered; the answers are mixed. */
static void
peer_mixes(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 list\n@2 show b\n@3 create t c config=3\na\nb"
	    "@4 ping\n");
	say(fd, "@2 DATA name=\"b\" up=false n=-7\n@4 OK\n@1 DATA na");
	say_bytewise(fd, "me=\"x\"\n@3 DATA name=\"c\"\n"
	    "@3 ERR router-failed no \\\"x\\\"\n@1 DATA name=\"y\\x00z\"\n"
	    "@2 OK\n@1 OK count=2 more=\"1\"\n");
	wait_for_eof(fd);
}

static void
test_interleaved(void **state)
{
	const char *create[] = { "create", "t", "c" };
	struct seen s[4] = { { 0 } };

	(void)state;
	assert_int_equal(start_peer(peer_mixes), 0);
	submit(&s[0], "list", NULL, NULL);
	submit(&s[1], "show", "b", NULL);
	assert_int_equal(uvnf_submit(u, create, 3, "a\nb", 3, on_done, &s[2],
	    NULL), 0);
	submit(&s[3], "ping", NULL, NULL);
	assert_int_equal(uvnf_pending(u), 4);
	assert_int_equal(ended, 0);
	assert_int_equal(wait_for(4), 0);
	assert_int_equal(uvnf_pending(u), 0);
	assert_seen(&s[0], "ok", "");
	assert_int_equal(s[0].rows, 2);
	assert_string_equal(s[0].name, "y");
	assert_int_equal(s[0].count, 2);
	assert_int_equal(s[0].order, 4);
	assert_seen(&s[1], "ok", "");
	assert_int_equal(s[1].rows, 1);
	assert_int_equal(s[1].count, -1);
	assert_int_equal(s[1].order, 3);
	assert_seen(&s[2], "router-failed", "no \"x\"");
	assert_string_equal(s[2].name, "c");
	assert_int_equal(s[2].status, 1);
	assert_int_equal(s[2].order, 2);
	assert_int_equal(s[3].order, 1);
	assert_string_equal(uvnf_daemon_backend(u), "sim");
}

static void
peer_types(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 show a\n");
	say(fd, "@1 DATA s=\"7\" n=-9223372036854775808 t=true f=false\n"
	    "@1 DATA\n@1 OK count=1\n");
	hear(fd, "@2 show b\n");
	say(fd, "@2 ERR no-vnf none\n");
	wait_for_eof(fd);
}

static void
test_typed_fields(void **state)
{
	const struct uvnf_reply *r;
	const struct uvnf_data *d;
	int64_t n = 5;
	int b = 5;

	(void)state;
	assert_int_equal(open_peer(peer_types), 0);
	assert_int_equal(request("show", "a", NULL), 0);
	r = uvnf_last_reply(u);
	assert_string_equal(uvnf_reply_word(r), "ok");
	assert_int_equal(uvnf_reply_count(r), 2);
	d = uvnf_reply_data(r, 0);
	assert_int_equal(uvnf_data_number(d, "s", &n), -1);
	assert_int_equal(uvnf_data_number(d, "t", &n), -1);
	assert_int_equal(uvnf_data_number(d, "x", &n), -1);
	assert_int_equal(uvnf_data_bool(d, "n", &b), -1);
	assert_true(n == 5 && b == 5);
	assert_int_equal(uvnf_data_number(d, "n", &n), 0);
	assert_true(n == INT64_MIN);
	assert_int_equal(uvnf_data_bool(d, "t", &b), 0);
	assert_int_equal(b, 1);
	assert_int_equal(uvnf_data_bool(d, "f", &b), 0);
	assert_int_equal(b, 0);
	assert_string_equal(uvnf_data_get(d, "f"), "false");
	assert_int_equal(uvnf_data_find(d, "s")->type, UVNF_STRING);
	assert_null(uvnf_data_find(d, "x"));
	assert_int_equal(uvnf_data_count(uvnf_reply_data(r, 1)), 0);
	assert_null(uvnf_reply_data(r, 2));
	assert_error(request("show", "b", NULL), UVNF_E_NO_VNF, "none");
	r = uvnf_last_reply(u);
	assert_string_equal(uvnf_reply_text(r), "none");
	assert_int_equal(uvnf_reply_count(r), 0);
	assert_int_equal(uvnf_data_count(uvnf_reply_closing(r)), 0);
	assert_error(request("", NULL, NULL), UVNF_E_USAGE, "verb");
	assert_string_equal(uvnf_reply_word(uvnf_last_reply(u)), "usage");
}

/* Answers each line with OK as long as any come. */
static void
peer_echoes(int fd)
{
	static char line[64];
	FILE *in = fdopen(fd, "r");
	char reply[64];
	int n;

	say(fd, HELLO);
	for (n = 1; fgets(line, sizeof(line), in) != NULL; n++) {
		snprintf(reply, sizeof(reply), "@%d ping timeout_ms=60000\n",
		    n);
		if (strcmp(line, reply) != 0)
			_exit(6);
		snprintf(reply, sizeof(reply), "@%d OK\n", n);
		say(fd, reply);
	}
}

/* More than the sockets hold in either direction: nobody may get stuck. */
static void
test_flood(void **state)
{
	enum { N = 50000 };
	struct seen *s = calloc(N, sizeof(*s));
	int i;

	(void)state;
	assert_non_null(s);
	assert_int_equal(start_peer(peer_echoes), 0);
	for (i = 0; i < N; i++)
		submit(&s[i], "ping", "timeout_ms=60000", NULL);
	assert_int_equal(uvnf_pending(u), N);
	assert_int_equal(wait_for(N), 0);
	for (i = 0; i < N; i++) {
		assert_seen(&s[i], "ok", "");
		assert_int_equal(s[i].order, i + 1);
	}
	free(s);
}

/* A loop of the caller's own, and a request while others are under way. */
static void
peer_own_loop(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 ping\n@2 show s\n");
	say(fd, "@1 OK\n@2 DATA name=\"s\"\n@2 OK\n");
	hear(fd, "@3 ping\n");
	say_bytewise(fd, "@3 OK\n");
	wait_for_eof(fd);
}

static void
test_own_loop(void **state)
{
	struct seen s[2] = { { 0 } };
	struct pollfd p;

	(void)state;
	assert_int_equal(start_peer(peer_own_loop), 0);
	submit(&s[0], "ping", NULL, NULL);
	assert_int_equal(request("show", "s", NULL), 0);
	assert_seen(&s[0], "ok", "");
	assert_int_equal(uvnf_reply_count(uvnf_last_reply(u)), 1);
	assert_int_equal(uvnf_timeout_ms(u), -1);
	assert_int_equal(uvnf_events(u), POLLIN);
	submit(&s[1], "ping", NULL, NULL);
	assert_int_equal(uvnf_events(u), POLLIN | POLLOUT);
	while (s[1].calls == 0) {
		p.fd = uvnf_fd(u);
		p.events = uvnf_events(u);
		assert_true(uvnf_timeout_ms(u) <= 4000);
		assert_int_equal(poll(&p, 1, uvnf_timeout_ms(u)), 1);
		assert_int_equal(uvnf_process(u), 0);
	}
	assert_seen(&s[1], "ok", "");
	assert_int_equal(uvnf_process(u), 0);
}

static void
on_alarm(int sig)
{
	(void)sig;
}

/* A program that is told to stop gets its turn. */
static void
test_signal_ends_wait(void **state)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval tv = { .it_value.tv_usec = 20000,
		.it_interval.tv_usec = 20000 }, off = { 0 };
	struct seen s = { 0 };

	(void)state;
	assert_int_equal(open_peer(peer_only_greets), 0);
	assert_int_equal(uvnf_timeout_ms(u), -1);
	submit(&s, "ping", NULL, NULL);
	assert_int_equal(uvnf_process(u), 0);
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &tv, NULL);
	assert_int_equal(uvnf_wait(u, -1), 0);
	setitimer(ITIMER_REAL, &off, NULL);
	assert_int_equal(s.calls, 0);
	assert_int_equal(uvnf_pending(u), 1);
	assert_int_equal(uvnf_wait(u, 1), 0);
	assert_int_equal(s.calls, 0);
	uvnf_close(u);
	assert_seen(&s, "cancelled", "closed");
	u = NULL;
}

/* --- the greeting -------------------------------------------------------- */

static void
peer_greets_late(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (poll(&p, 1, 100) != 0)
		_exit(7);	/* nothing may be sent before the greeting */
	say(fd, HELLO);
	hear(fd, "@1 ping\n");
	say(fd, "@1 OK\n");
	wait_for_eof(fd);
}

static void
test_before_greeting(void **state)
{
	struct seen s = { 0 };

	(void)state;
	assert_int_equal(start_peer(peer_greets_late), 0);
	submit(&s, "ping", NULL, NULL);
	assert_string_equal(uvnf_daemon_version(u), "");
	assert_int_equal(uvnf_events(u), POLLIN);
	assert_int_equal(uvnf_process(u), 0);
	assert_int_equal(wait_for(1), 0);
	assert_seen(&s, "ok", "");
	assert_string_equal(uvnf_daemon_version(u), "0.9");
}

static void
test_no_greeting(void **state)
{
	uint64_t start = now_us();
	struct seen s = { 0 };

	(void)state;
	ended = 0;
	play(wait_for_eof);
	assert_int_equal(uvnf_start(path, 100, &u), 0);
	submit(&s, "ping", NULL, NULL);
	assert_true(uvnf_timeout_ms(u) <= 100);
	assert_error(wait_for(2), UVNF_E_TIMEOUT, "100 ms");
	assert_seen(&s, "timeout", "was not sent");
	assert_true(now_us() - start >= 99000);
	assert_int_equal(uvnf_fd(u), -1);
	assert_int_equal(uvnf_events(u), 0);
	assert_int_equal(uvnf_timeout_ms(u), -1);
	assert_error(uvnf_process(u), UVNF_E_NO_DAEMON, "lost");
	assert_error(uvnf_wait(u, -1), UVNF_E_NO_DAEMON, "lost");
}

static void
peer_speaks_another(int fd)
{
	say(fd, "HELLO protocol=2 version=\"9\"\n");
	wait_for_eof(fd);
}

static void
test_wrong_greeting(void **state)
{
	struct seen s = { 0 };

	(void)state;
	assert_int_equal(start_peer(peer_speaks_another), 0);
	submit(&s, "ping", NULL, NULL);
	assert_error(wait_for(2), UVNF_E_PROTOCOL, "version 2");
	assert_seen(&s, "protocol", "was not sent");
}

/* Nobody accepts, and the queue is full: the caller is not kept waiting. */
static void
test_start_full(void **state)
{
	struct uvnf *more[8];
	int rc = 0;
	size_t n;

	(void)state;
	for (n = 0; rc == 0 && n < 8; n++)
		rc = uvnf_start(path, 5000, &more[n]);
	assert_int_equal(rc, -UVNF_E_TIMEOUT);
	assert_string_equal(uvnf_error_word(more[n - 1]), "timeout");
	assert_non_null(strstr(uvnf_error_text(more[n - 1]), "full"));
	while (n > 0)
		uvnf_close(more[--n]);
	assert_error(uvnf_start("/nonexistent/s", 5000, &u), UVNF_E_NO_DAEMON,
	    "/nonexistent/s");
}

/* --- time limits --------------------------------------------------------- */

static void
peer_answers_late(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 show a timeout_ms=1\n@2 show b timeout_ms=50\n@3 ping\n");
	hear(fd, "@4 ping\n");		/* sent when 1 and 2 are out of time */
	say(fd, "@1 DATA name=\"a\"\n@1 OK\n@4 OK\n@2 ERR no-vnf b\n@3 OK\n");
	wait_for_eof(fd);
}

static void
test_time_limits(void **state)
{
	struct seen s[4] = { { 0 } };
	uint64_t start = now_us();

	(void)state;
	assert_int_equal(start_peer(peer_answers_late), 0);
	submit(&s[0], "show", "a", "timeout_ms=1");
	submit(&s[1], "show", "b", "timeout_ms=50");
	submit(&s[2], "ping", NULL, NULL);
	assert_int_equal(wait_for(1), 0);
	assert_seen(&s[0], "timeout", "2001 ms");
	assert_null(strstr(s[0].text, "not sent"));
	assert_int_equal(s[0].status, 4);
	assert_true(now_us() - start >= 2001000 - 1000);
	assert_int_equal(wait_for(2), 0);
	assert_seen(&s[1], "timeout", "2050 ms");
	assert_true(s[0].order < s[1].order);
	submit(&s[3], "ping", NULL, NULL);
	assert_int_equal(wait_for(4), 0);
	assert_seen(&s[3], "ok", "");
	assert_seen(&s[2], "ok", "");
	assert_int_equal(s[0].calls + s[1].calls, 2);
}

/* Reads nothing until it is told to, by a byte on this pipe. */
static int go[2];

static char payload[8 * 1024 * 1024];

static void
hear_payload(int fd)
{
	static char buf[sizeof(payload)];
	size_t n = 0;
	ssize_t r;

	while (n < sizeof(buf) &&
	    (r = read(fd, buf + n, sizeof(buf) - n)) > 0)
		n += (size_t)r;
	if (n != sizeof(buf))
		_exit(8);
}

static void
peer_slow(int fd)
{
	char c;

	say(fd, HELLO);
	if (read(go[0], &c, 1) != 1)
		_exit(9);
	hear(fd, "@1 create t n timeout_ms=1 config=8388608\n");
	hear_payload(fd);
	hear(fd, "@3 ping\n");
	say(fd, "@1 OK\n@3 OK\n");
	wait_for_eof(fd);
}

/* What was begun is sent to its end, what was not is never sent. */
static void
test_slow_peer(void **state)
{
	const char *create[] = { "create", "t", "n", "timeout_ms=1" };
	struct seen s[3] = { { 0 } };

	(void)state;
	assert_int_equal(pipe(go), 0);
	assert_int_equal(start_peer(peer_slow), 0);
	assert_int_equal(uvnf_submit(u, create, 4, payload, sizeof(payload),
	    on_done, &s[0], NULL), 0);
	submit(&s[1], "list", "timeout_ms=1", NULL);
	assert_int_equal(wait_for(2), 0);
	assert_seen(&s[0], "timeout", "2001 ms");
	assert_null(strstr(s[0].text, "not sent"));
	assert_seen(&s[1], "timeout", "was not sent");
	submit(&s[2], "ping", NULL, NULL);
	assert_int_equal(write(go[1], "x", 1), 1);
	assert_int_equal(wait_for(3), 0);
	assert_seen(&s[2], "ok", "");
	assert_int_equal(s[0].calls, 1);
	close(go[0]);
	close(go[1]);
}

static void
test_set_timeout(void **state)
{
	struct seen s = { 0 };

	(void)state;
	assert_int_equal(open_peer(peer_only_greets), 0);
	uvnf_set_timeout(u, 600000);
	submit(&s, "ping", NULL, NULL);
	assert_true(uvnf_timeout_ms(u) > 590000);
	uvnf_set_timeout(u, 0);
	submit(&s, "ping", NULL, NULL);
	assert_true(uvnf_timeout_ms(u) <= 2001);
	uvnf_close(u);
	assert_int_equal(s.calls, 2);
	u = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PEER_TEST(test_interleaved),
		PEER_TEST(test_typed_fields),
		PEER_TEST(test_flood),
		PEER_TEST(test_own_loop),
		PEER_TEST(test_signal_ends_wait),
		PEER_TEST(test_before_greeting),
		PEER_TEST(test_no_greeting),
		PEER_TEST(test_wrong_greeting),
		PEER_TEST(test_start_full),
		PEER_TEST(test_time_limits),
		PEER_TEST(test_slow_peer),
		PEER_TEST(test_set_timeout),
	};
	int rc;

	if (mkdtemp(dir) == NULL)
		return 1;
	rc = cmocka_run_group_tests_name("lib_async", tests, NULL, NULL);
	rmdir(dir);
	return rc;
}
