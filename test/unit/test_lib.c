/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * libuvnf against a peer that behaves as a daemon should not.  Each test
 * forks a peer that runs one script on one connection.
 */

#include <sys/socket.h>

#include "peer.h"

#include "common/proto.h"
#include "common/util.h"

static void
peer_good(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 ping\n");
	say(fd, "@1 OK\r\n");
	hear(fd, "@2 show \"we b\\\"1\" k=v l=\"a b\\x01\" m=\"\"\n");
	say(fd, "@2 DATA name=\"web1\" domid=7 up=true vifs.0.dev=\"v\\x00\"\n"
	    "@2 DATA\n@2 OK count=2\n");
	hear(fd, "@3 create t web1 config=5\na\tb\nc");
	say(fd, "@3 DATA state=\"failed\"\n"
	    "@3 ERR router-failed it said \\\"no\\\"\\n\\x1b\n");
	hear(fd, "@4 config web1 config=0\n");
	say(fd, "@4 ERR brand-new what is this\n");
	hear(fd, "@5 ping\n");
	say(fd, "ERR stopping bye\n");
	wait_for_eof(fd);
}

struct seen {
	int lines;
	size_t fields;
	char name[16];
};

static void
on_data(const struct uvnf_data *d, void *arg)
{
	struct seen *s = arg;
	const struct uvnf_field *f;

	s->lines++;
	s->fields += uvnf_data_count(d);
	if (uvnf_data_count(d) != 4)
		return;
	snprintf(s->name, sizeof(s->name), "%s", uvnf_data_get(d, "name"));
	assert_null(uvnf_data_get(d, "nam"));
	assert_null(uvnf_data_at(d, 4));
	f = uvnf_data_at(d, 1);
	assert_string_equal(f->key, "domid");
	assert_string_equal(f->value, "7");
	assert_int_equal(f->type, UVNF_NUMBER);
	f = uvnf_data_at(d, 2);
	assert_int_equal(f->type, UVNF_BOOL);
	f = uvnf_data_at(d, 3);
	assert_string_equal(f->key, "vifs.0.dev");
	assert_int_equal(f->type, UVNF_STRING);
	assert_int_equal(f->len, 2);
}

static void
test_good(void **state)
{
	const char *show[] = { "show", "we b\"1", "k=v", "l=a b\x01", "m=" };
	const char *create[] = { "create", "t", "web1" };
	const char *config[] = { "config", "web1" };
	struct seen s = { 0 };
	int rc;

	(void)state;
	assert_int_equal(open_peer(peer_good), 0);
	assert_string_equal(uvnf_daemon_version(u), "0.9");
	assert_string_equal(uvnf_daemon_backend(u), "sim");
	assert_int_equal(request("ping", NULL, NULL), 0);
	assert_string_equal(uvnf_error_word(u), "ok");
	assert_int_equal(uvnf_request(u, show, 5, NULL, 0, on_data, &s), 0);
	assert_int_equal(s.lines, 2);
	assert_string_equal(s.name, "web1");
	s.lines = 0;
	rc = uvnf_request(u, create, 3, "a\tb\nc", 5, on_data, &s);
	assert_int_equal(s.lines, 1);
	assert_error(rc, UVNF_E_ROUTER_FAILED, "it said \"no\"\n\x1b");
	rc = uvnf_request(u, config, 2, "", 0, on_data, &s);
	assert_true(rc < 0);
	assert_string_equal(uvnf_error_word(u), "brand-new");
	assert_string_equal(uvnf_error_text(u), "what is this");
	assert_int_equal(uvnf_exit_status(u), 1);
	assert_error(request("ping", NULL, NULL), UVNF_E_STOPPING, "bye");
}

/* Greetings. */

static const char *greeting;

static void
peer_greets(int fd)
{
	say(fd, greeting);
	shutdown(fd, SHUT_WR);
	wait_for_eof(fd);
}

static void
assert_greeting(const char *text, enum uvnf_code code, const char *part)
{
	greeting = text;
	assert_error(open_peer(peer_greets), code, part);
	assert_error(request("ping", NULL, NULL), UVNF_E_NO_DAEMON, "lost");
	uvnf_close(u);
	u = NULL;
	waitpid(peer, NULL, 0);
	peer = 0;
}

static void
test_greetings(void **state)
{
	(void)state;
	assert_greeting("", UVNF_E_NO_DAEMON, "without a greeting");
	assert_greeting("HEL", UVNF_E_PROTOCOL, "hung up");
	assert_greeting("SSH-2.0-OpenSSH\r\n", UVNF_E_PROTOCOL, "SSH-2.0");
	assert_greeting("\n", UVNF_E_PROTOCOL, "no greeting");
	assert_greeting("ERR quota you have 3 \\\"all\\\"\n", UVNF_E_QUOTA,
	    "you have 3 \"all\"");
	assert_greeting("ERR ok x\n", UVNF_E_PROTOCOL, "no greeting");
	assert_greeting("ERR\n", UVNF_E_PROTOCOL, "no greeting");
	assert_greeting("ERR quota \\q\n", UVNF_E_PROTOCOL, "no greeting");
	assert_greeting("HELLO\n", UVNF_E_PROTOCOL, "protocol number");
	assert_greeting("HELLO protocol=\"x\"\n", UVNF_E_PROTOCOL,
	    "protocol number");
	assert_greeting("HELLO protocol=-1\n", UVNF_E_PROTOCOL,
	    "protocol number");
	assert_greeting("HELLO protocol=2 version=\"9\"\n", UVNF_E_PROTOCOL,
	    "version 2");
	assert_greeting("HELLO protocol=1 version=\"9\n", UVNF_E_PROTOCOL,
	    "malformed");
	assert_greeting("HELLO protocol=1 version=9.0\n", UVNF_E_PROTOCOL,
	    "malformed");
}

static void
peer_mute(int fd)
{
	say(fd, greeting);
	wait_for_eof(fd);
}

static void
test_no_greeting(void **state)
{
	uint64_t start = now_us();

	(void)state;
	greeting = "";
	play(peer_mute);
	assert_error(uvnf_open(path, 100, &u), UVNF_E_TIMEOUT, "100 ms");
	assert_true(now_us() - start >= 99000);
	assert_true(now_us() - start < 1500000);
}

/* What the caller does wrong: nothing is sent. */

static void
test_caller_errors(void **state)
{
	const char *words[PROTO_WORDS_MAX + 1];
	char big[PROTO_LINE_MAX + 10], escaped[PROTO_LINE_MAX / 2];
	size_t i;

	(void)state;
	greeting = HELLO;
	assert_int_equal(open_peer(peer_mute), 0);
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	memset(escaped, '\1', sizeof(escaped) - 1);
	escaped[sizeof(escaped) - 1] = '\0';
	for (i = 0; i <= PROTO_WORDS_MAX; i++)
		words[i] = "w";
	assert_error(request("show", big, NULL), UVNF_E_TOO_BIG, "4096");
	assert_error(request("show", escaped, NULL), UVNF_E_TOO_BIG, "4096");
	assert_error(request("", NULL, NULL), UVNF_E_USAGE, "verb");
	assert_error(uvnf_request(u, words, 0, NULL, 0, NULL, NULL),
	    UVNF_E_USAGE, "verb");
	assert_error(uvnf_request(u, words, PROTO_WORDS_MAX + 1, NULL, 0, NULL,
	    NULL), UVNF_E_TOO_BIG, "32");
	assert_error(request("create", "t", "config=3"), UVNF_E_USAGE,
	    "config=");
}

/* Replies. */

static const char *reply;
static size_t reply_len;

static void
peer_replies(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 ping\n");
	if (send(fd, reply, reply_len, MSG_NOSIGNAL) != (ssize_t)reply_len)
		_exit(3);
	shutdown(fd, SHUT_WR);
	wait_for_eof(fd);
}

static void
assert_reply(const char *text, size_t len, const char *part)
{
	reply = text;
	reply_len = len;
	assert_int_equal(open_peer(peer_replies), 0);
	assert_error(request("ping", NULL, NULL), UVNF_E_PROTOCOL, part);
	assert_error(request("ping", NULL, NULL), UVNF_E_NO_DAEMON, "lost");
	uvnf_close(u);
	u = NULL;
	waitpid(peer, NULL, 0);
	peer = 0;
}

#define ASSERT_REPLY(text, part) assert_reply(text, sizeof(text) - 1, part)

static void
test_bad_replies(void **state)
{
	(void)state;
	ASSERT_REPLY("", "hung up");
	ASSERT_REPLY("@1 OK", "unknown");
	ASSERT_REPLY("@1 DATA x=1\n", "hung up");
	ASSERT_REPLY("OK\n", "no reply");
	ASSERT_REPLY("DATA x=1\n", "no reply");
	ASSERT_REPLY("\n", "no reply");
	ASSERT_REPLY("@1\n", "no reply");
	ASSERT_REPLY("@1  OK\n", "no reply");
	ASSERT_REPLY("@1 ok\n", "no reply");
	ASSERT_REPLY("@1 OKAY\n", "no reply");
	ASSERT_REPLY("@2 OK\n", "to nothing");
	ASSERT_REPLY("@ OK\n", "to nothing");
	ASSERT_REPLY("@1x OK\n", "to nothing");
	ASSERT_REPLY("@-1 OK\n", "to nothing");
	ASSERT_REPLY("@99999999999999999999999 OK\n", "to nothing");
	ASSERT_REPLY("@1 DATA x\n", "malformed");
	ASSERT_REPLY("@1 DATA x=\"a\n", "malformed");
	ASSERT_REPLY("@1 OK count=many\n", "malformed");
	ASSERT_REPLY("@1 ERR\n", "malformed");
	ASSERT_REPLY("@1 ERR ok fine\n", "malformed");
	ASSERT_REPLY("@1 ERR Bad\x1b[ x\n", "malformed");
	ASSERT_REPLY("@1 ERR busy \\q\n", "malformed");
	ASSERT_REPLY("@1 OK\0 x=1\n", "NUL");
	ASSERT_REPLY("\xff\xfe\x01garbage\n", "no reply");
}

/* Hangs up with the request half read: reset, not end of file. */
static void
peer_resets(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 cr");
	close(fd);
}

static void
test_reset(void **state)
{
	const char *argv[] = { "create", "t", "n" };
	static char payload[4 * 1024 * 1024];

	(void)state;
	assert_int_equal(open_peer(peer_resets), 0);
	assert_error(uvnf_request(u, argv, 3, payload, sizeof(payload), NULL,
	    NULL), UVNF_E_PROTOCOL, "hung up");
}

static void
peer_endless_line(int fd)
{
	static char chunk[65536];

	memset(chunk, 'x', sizeof(chunk));
	say(fd, HELLO);
	while (send(fd, chunk, sizeof(chunk), MSG_NOSIGNAL) > 0)
		;
}

static void
test_endless_line(void **state)
{
	(void)state;
	assert_int_equal(open_peer(peer_endless_line), 0);
	assert_error(request("ping", NULL, NULL), UVNF_E_PROTOCOL, "1048576");
}

static void
peer_endless_data(int fd)
{
	static const char line[] = "@1 DATA a=1 b=\"two\"\n";

	say(fd, HELLO);
	hear(fd, "@1 list timeout_ms=1\n");
	while (send(fd, line, sizeof(line) - 1, MSG_NOSIGNAL) > 0)
		;
}

static void
test_endless_data(void **state)
{
	struct seen s = { 0 };
	const char *argv[] = { "list", "timeout_ms=1" };
	uint64_t start;

	(void)state;
	assert_int_equal(open_peer(peer_endless_data), 0);
	start = now_us();
	assert_error(uvnf_request(u, argv, 2, NULL, 0, on_data, &s),
	    UVNF_E_TIMEOUT, "2001 ms");
	assert_true(s.lines > 1000);
	assert_true(now_us() - start < 5000000);
}

/* A line nearly as long as one may be, and one byte at a time. */
static void
peer_long_line(int fd)
{
	static char line[1024 * 1024];
	size_t i, len;

	len = (size_t)snprintf(line, sizeof(line), "@1 DATA x=\"");
	memset(line + len, 'y', sizeof(line) - 2 - len);
	memcpy(line + sizeof(line) - 2, "\"\n", 2);
	say(fd, HELLO);
	if (send(fd, line, sizeof(line), MSG_NOSIGNAL) < 0)
		_exit(5);
	for (i = 0; i < 6; i++) {
		usleep(10000);
		if (send(fd, "@1 OK\n" + i, 1, MSG_NOSIGNAL) != 1)
			_exit(6);
	}
	wait_for_eof(fd);
}

static void
test_long_line(void **state)
{
	struct seen s = { 0 };
	const char *argv[] = { "list" };

	(void)state;
	assert_int_equal(open_peer(peer_long_line), 0);
	assert_int_equal(uvnf_request(u, argv, 1, NULL, 0, on_data, &s), 0);
	assert_int_equal(s.lines, 1);
}

/* A reply after its time limit is skipped; the next request gets its own. */
static void
peer_late(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 show a timeout_ms=100\n");
	hear(fd, "@2 show b\n");
	say(fd, "@1 DATA name=\"a\"\n@1 OK\n@2 DATA name=\"b\" x=1 y=1 z=1\n"
	    "@2 OK\n");
	wait_for_eof(fd);
}

static void
count_lines(const struct uvnf_data *d, void *arg)
{
	int *n = arg;

	assert_string_equal(uvnf_data_get(d, "name"), "b");
	++*n;
}

static void
test_late(void **state)
{
	const char *first[] = { "show", "a", "timeout_ms=100" };
	const char *second[] = { "show", "b" };
	uint64_t start;
	int n = 0;

	(void)state;
	assert_int_equal(open_peer(peer_late), 0);
	start = now_us();
	assert_error(uvnf_request(u, first, 3, NULL, 0, count_lines, &n),
	    UVNF_E_TIMEOUT, "2100 ms");
	assert_true(now_us() - start >= 2100000 - 1000);
	assert_true(now_us() - start < 4000000);
	assert_int_equal(uvnf_request(u, second, 2, NULL, 0, count_lines, &n),
	    0);
	assert_int_equal(n, 1);
}

/* Refuses before it reads the payload; reads it only when it was heard. */
static void
peer_refuses_early(int fd)
{
	static char big[1024 * 1024];
	size_t left = 4 * 1024 * 1024;
	ssize_t n;

	say(fd, HELLO);
	hear(fd, "@1 create t n config=4194304\n");
	memset(big, 'z', sizeof(big));
	memcpy(big, "@1 DATA x=\"", 11);
	memcpy(big + sizeof(big) - 2, "\"\n", 2);
	if (send(fd, big, sizeof(big), MSG_NOSIGNAL) != sizeof(big))
		_exit(7);
	say(fd, "@1 ERR too-big it is\n");
	while (left > 0 && (n = read(fd, big,
	    left < sizeof(big) ? left : sizeof(big))) > 0)
		left -= (size_t)n;
	hear(fd, "@2 ping\n");
	say(fd, "@2 OK\n");
	wait_for_eof(fd);
}

static void
test_refused_early(void **state)
{
	const char *argv[] = { "create", "t", "n" };
	static char payload[4 * 1024 * 1024];

	(void)state;
	assert_int_equal(open_peer(peer_refuses_early), 0);
	assert_error(uvnf_request(u, argv, 3, payload, sizeof(payload), NULL,
	    NULL), UVNF_E_TOO_BIG, "it is");
	assert_int_equal(request("ping", NULL, NULL), 0);
}

/* The same, but the payload is never read: the reply counts all the same. */
static void
peer_refuses_and_hangs_up(int fd)
{
	say(fd, HELLO);
	hear(fd, "@1 create t n config=4194304\n");
	say(fd, "@1 ERR too-big it is\n");
	usleep(100000);
	close(fd);
}

static void
test_refused_and_hung_up(void **state)
{
	const char *argv[] = { "create", "t", "n" };
	static char payload[4 * 1024 * 1024];

	(void)state;
	assert_int_equal(open_peer(peer_refuses_and_hangs_up), 0);
	assert_error(uvnf_request(u, argv, 3, payload, sizeof(payload), NULL,
	    NULL), UVNF_E_TOO_BIG, "it is");
	assert_error(request("ping", NULL, NULL), UVNF_E_NO_DAEMON, "lost");
}

/* No daemon. */

static void
test_no_daemon(void **state)
{
	char longest[200];

	(void)state;
	assert_error(uvnf_open("/nonexistent/s", 100, &u), UVNF_E_NO_DAEMON,
	    "/nonexistent/s");
	uvnf_close(u);
	assert_error(uvnf_open("/etc/passwd", 100, &u), UVNF_E_NO_DAEMON,
	    "nothing listens");
	uvnf_close(u);
	close(listener);
	assert_error(uvnf_open(path, 100, &u), UVNF_E_NO_DAEMON, path);
	uvnf_close(u);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_error(uvnf_open(longest, 100, &u), UVNF_E_USAGE, "too long");
	uvnf_close(u);
	setenv("UVNF_SOCKET", "/nonexistent/env", 1);
	assert_error(uvnf_open(NULL, 100, &u), UVNF_E_NO_DAEMON,
	    "/nonexistent/env");
	uvnf_close(NULL);
	assert_string_equal(uvnf_error_word(NULL), "system");
	assert_int_equal(uvnf_exit_status(NULL), 1);
}

/* Nobody accepts, and the queue is full. */
static void
test_backlog_full(void **state)
{
	struct uvnf *more[8];
	uint64_t start = now_us();
	size_t i;

	(void)state;
	for (i = 0; i < 8; i++)
		assert_int_equal(uvnf_open(path, 50, &more[i]),
		    -UVNF_E_TIMEOUT);
	assert_true(now_us() - start < 4000000);
	for (i = 0; i < 8; i++)
		uvnf_close(more[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PEER_TEST(test_good),
		PEER_TEST(test_caller_errors),
		PEER_TEST(test_greetings),
		PEER_TEST(test_no_greeting),
		PEER_TEST(test_bad_replies),
		PEER_TEST(test_reset),
		PEER_TEST(test_endless_line),
		PEER_TEST(test_endless_data),
		PEER_TEST(test_long_line),
		PEER_TEST(test_late),
		PEER_TEST(test_refused_early),
		PEER_TEST(test_refused_and_hung_up),
		PEER_TEST(test_no_daemon),
		PEER_TEST(test_backlog_full),
	};
	int rc;

	if (mkdtemp(dir) == NULL)
		return 1;
	rc = cmocka_run_group_tests_name("lib", tests, NULL, NULL);
	rmdir(dir);
	return rc;
}
