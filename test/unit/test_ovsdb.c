/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * The client of Open vSwitch's database, against a server of this file that
 * compares each request with the one expected and gives the answer written
 * beside it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "daemon/domain.h"
#include "daemon/xen/ovsdb.h"
#include "daemon/xen/plug.h"

/* What is to come, and what is said to it; want NULL: just say it. */
struct line {
	const char *want, *say;
};

static char dir[] = "/tmp/test_ovsdb.XXXXXX";
static char sock_path[64];

static const struct ovs_port port = {
	.bridge = "br0",
	.dev = "vif7.1",
	.mac = "00:16:3e:00:00:01",
	.iface_id = "IFACE",
	.vm_id = "VM",
};

#define IDS "[\"map\",[[\"attached-mac\",\"00:16:3e:00:00:01\"]," \
	"[\"iface-id\",\"IFACE\"],[\"iface-status\",\"active\"]," \
	"[\"vm-id\",\"VM\"]]]"
#define TRANSACT(id, operations) "{\"method\":\"transact\",\"params\":" \
	"[\"Open_vSwitch\"," operations "],\"id\":" #id "}"
#define SELECT(table, name) "{\"op\":\"select\",\"table\":\"" table "\"," \
	"\"where\":[[\"name\",\"==\",\"" name "\"]],\"columns\":[\"_uuid\"]}"
#define DELETE(uuid) "{\"op\":\"mutate\",\"table\":\"Bridge\",\"where\":" \
	"[[\"ports\",\"includes\",[\"uuid\",\"" uuid "\"]]],\"mutations\":" \
	"[[\"ports\",\"delete\",[\"uuid\",\"" uuid "\"]]]}"
#define COUNT "{\"op\":\"mutate\",\"table\":\"Open_vSwitch\",\"where\":[]," \
	"\"mutations\":[[\"next_cfg\",\"+=\",1]]}"
#define INSERT "{\"op\":\"insert\",\"table\":\"Interface\"," \
	"\"uuid-name\":\"interface\",\"row\":{\"name\":\"vif7.1\"," \
	"\"external_ids\":" IDS "}},{\"op\":\"insert\",\"table\":\"Port\"," \
	"\"uuid-name\":\"port\",\"row\":{\"name\":\"vif7.1\",\"interfaces\":" \
	"[\"named-uuid\",\"interface\"]}},{\"op\":\"mutate\",\"table\":" \
	"\"Bridge\",\"where\":[[\"name\",\"==\",\"br0\"]],\"mutations\":" \
	"[[\"ports\",\"insert\",[\"named-uuid\",\"port\"]]]}," COUNT
#define WAIT "{\"op\":\"wait\",\"timeout\":5000,\"table\":\"Interface\"," \
	"\"where\":[[\"name\",\"==\",\"vif7.1\"]],\"columns\":[\"ofport\"]," \
	"\"until\":\"!=\",\"rows\":[{\"ofport\":[\"set\",[]]}]}," \
	"{\"op\":\"select\",\"table\":\"Interface\",\"where\":" \
	"[[\"name\",\"==\",\"vif7.1\"]],\"columns\":[\"ofport\",\"error\"]}"
#define RESULT(id, list) "{\"id\":" #id ",\"result\":[" list "]," \
	"\"error\":null}"
#define ROW(row) "{\"rows\":[{" row "}]}"
#define UUID(uuid) ROW("\"_uuid\":[\"uuid\",\"" uuid "\"]")
#define NO_ROW "{\"rows\":[]}"
#define DONE "{\"uuid\":[\"uuid\",\"x\"]},{},{\"count\":1},{\"count\":1}"

/* --- the server, a process of its own ------------------------------------ */

static json_t *
next_request(int fd)
{
	static char buf[65536];
	static size_t len;
	json_t *request;
	json_error_t e;
	ssize_t n;

	while (len == 0 || (request = json_loadb(buf, len,
	    JSON_DISABLE_EOF_CHECK, &e)) == NULL) {
		n = read(fd, buf + len, sizeof(buf) - len);
		if (n <= 0)
			return NULL;
		len += (size_t)n;
	}
	len -= (size_t)e.position;
	memmove(buf, buf + e.position, len);
	return request;
}

/* An answer may come in pieces. */
static void
say(int fd, const char *text)
{
	size_t half = strlen(text) / 2;

	if (send(fd, text, half, MSG_NOSIGNAL) < 0)
		_exit(3);
	/* After half of what is no JSON, nobody may be there any more. */
	send(fd, text + half, strlen(text) - half, MSG_NOSIGNAL);
}

static void __attribute__((noreturn))
serve(int listener, const struct line *lines, size_t n)
{
	int fd = accept(listener, NULL, NULL);
	json_t *want, *got;
	size_t i;

	for (i = 0; i < n; i++) {
		if (lines[i].want != NULL) {
			want = json_loads(lines[i].want, 0, NULL);
			got = next_request(fd);
			if (want == NULL || !json_equal(want, got)) {
				fprintf(stderr, "wanted %s\ngot    %s\n",
				    lines[i].want, json_dumps(got,
				    JSON_COMPACT));
				_exit(2);
			}
		}
		if (lines[i].say != NULL)
			say(fd, lines[i].say);
	}
	_exit(lines[n - 1].say != NULL && next_request(fd) != NULL ? 4 : 0);
}

static pid_t server;

static struct ovsdb *
with_server(const struct line *lines, size_t n)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct uvnf_error e;
	struct ovsdb *o;

	strcpy(un.sun_path, sock_path);
	unlink(sock_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(fd, 1), 0);
	server = fork();
	if (server == 0)
		serve(fd, lines, n);
	close(fd);
	o = ovsdb_open(&e);
	assert_non_null(o);
	return o;
}

#define WITH_SERVER(lines) with_server(lines, sizeof(lines) / \
	sizeof((lines)[0]))

/* The server heard all that it wanted, and nothing more. */
static void
server_is_content(struct ovsdb *o)
{
	int status;

	ovsdb_close(o);
	assert_int_equal(waitpid(server, &status, 0), server);
	assert_int_equal(status, 0);
}

/* --- the tests ----------------------------------------------------------- */

static void
test_plug(void **state)
{
	static const struct line lines[] = {
		{ TRANSACT(1, SELECT("Bridge", "br0") ","
		    SELECT("Port", "vif7.1")),
		    RESULT(1, UUID("b") "," NO_ROW) },
		{ TRANSACT(2, INSERT), RESULT(2, DONE) },
		{ TRANSACT(3, WAIT), RESULT(3, "{}," ROW("\"ofport\":5,"
		    "\"error\":[\"set\",[]]")) },
	};
	struct ovsdb *o = WITH_SERVER(lines);
	struct uvnf_error e;

	(void)state;
	assert_int_equal(ovsdb_plug(o, &port, &e), 0);
	server_is_content(o);
}

/* A port that was left is replaced; an echo is answered on the way. */
static void
test_plug_again(void **state)
{
	static const struct line lines[] = {
		{ TRANSACT(1, SELECT("Bridge", "br0") ","
		    SELECT("Port", "vif7.1")),
		    RESULT(1, UUID("b") "," UUID("old")) },
		{ TRANSACT(2, DELETE("old") "," INSERT), "{\"method\":"
		    "\"echo\",\"params\":[1],\"id\":\"e\"}" },
		{ "{\"result\":[1],\"error\":null,\"id\":\"e\"}",
		    RESULT(2, "{\"count\":1}," DONE) },
		{ TRANSACT(3, WAIT), RESULT(3, "{}," ROW("\"ofport\":5,"
		    "\"error\":[\"set\",[]]")) },
	};
	struct ovsdb *o = WITH_SERVER(lines);
	struct uvnf_error e;

	(void)state;
	assert_int_equal(ovsdb_plug(o, &port, &e), 0);
	server_is_content(o);
}

static void
test_no_bridge(void **state)
{
	static const struct line lines[] = {
		{ TRANSACT(1, SELECT("Bridge", "br0") ","
		    SELECT("Port", "vif7.1")),
		    RESULT(1, NO_ROW "," UUID("old")) },
		{ TRANSACT(2, SELECT("Bridge", "br1")), RESULT(2, NO_ROW) },
		{ TRANSACT(3, SELECT("Bridge", "br2")),
		    RESULT(3, UUID("b")) },
	};
	struct ovsdb *o = WITH_SERVER(lines);
	struct uvnf_error e;

	(void)state;
	assert_int_equal(ovsdb_plug(o, &port, &e), -UVNF_E_BUILD_FAILED);
	assert_string_equal(e.text, "Open vSwitch has no bridge 'br0'");
	assert_int_equal(ovsdb_find_bridge(o, "br1", &e),
	    -UVNF_E_BUILD_FAILED);
	assert_string_equal(e.text, "Open vSwitch has no bridge 'br1'");
	assert_int_equal(ovsdb_find_bridge(o, "br2", &e), 0);
	server_is_content(o);
}

/* What was put in is taken out again when ovs-vswitchd cannot use it. */
static void
not_taken_up(const char *say, const char *text)
{
	const struct line lines[] = {
		{ TRANSACT(1, SELECT("Bridge", "br0") ","
		    SELECT("Port", "vif7.1")),
		    RESULT(1, UUID("b") "," NO_ROW) },
		{ TRANSACT(2, INSERT), RESULT(2, DONE) },
		{ TRANSACT(3, WAIT), say },
		{ TRANSACT(4, SELECT("Port", "vif7.1")),
		    RESULT(4, UUID("new")) },
		{ TRANSACT(5, DELETE("new") "," COUNT),
		    RESULT(5, "{\"count\":1},{\"count\":1}") },
	};
	struct ovsdb *o = WITH_SERVER(lines);
	struct uvnf_error e;

	assert_int_equal(ovsdb_plug(o, &port, &e), -UVNF_E_BUILD_FAILED);
	assert_string_equal(e.text, text);
	server_is_content(o);
}

static void
test_not_taken_up(void **state)
{
	(void)state;
	not_taken_up(RESULT(3, "{}," ROW("\"ofport\":-1,\"error\":"
	    "\"no such device\"")), "Open vSwitch cannot plug vif7.1 into "
	    "bridge 'br0': no such device");
	not_taken_up(RESULT(3, "{\"error\":\"timed out\",\"details\":"
	    "\"\\\"where\\\" clause\"},null"), "ovs-vswitchd has not plugged "
	    "vif7.1 into bridge 'br0' within 5 s; does it run?");
	not_taken_up(RESULT(3, "{}," NO_ROW), "something else removed the "
	    "Open vSwitch port vif7.1");
}

static void
test_unplug(void **state)
{
	static const struct line lines[] = {
		{ TRANSACT(1, SELECT("Port", "vif7.1")),
		    RESULT(1, UUID("old")) },
		{ TRANSACT(2, DELETE("old") "," COUNT),
		    RESULT(2, "{\"count\":1},{\"count\":1}") },
		{ TRANSACT(3, SELECT("Port", "vif7.1")), RESULT(3, NO_ROW) },
	};
	struct ovsdb *o = WITH_SERVER(lines);
	struct uvnf_error e;

	(void)state;
	assert_int_equal(ovsdb_unplug(o, "vif7.1", &e), 0);
	assert_int_equal(ovsdb_unplug(o, "vif7.1", &e), 0);
	server_is_content(o);
}

static void
test_describe(void **state)
{
	static const struct line lines[] = {
		{ TRANSACT(1, "{\"op\":\"update\",\"table\":\"Interface\","
		    "\"where\":[[\"name\",\"==\",\"vif7.1\"]],\"row\":"
		    "{\"external_ids\":" IDS "}}"),
		    RESULT(1, "{\"count\":1}") },
	};
	struct ovsdb *o = WITH_SERVER(lines);
	struct uvnf_error e;

	(void)state;
	assert_int_equal(ovsdb_describe(o, &port, &e), 0);
	server_is_content(o);
}

static void
test_sweep(void **state)
{
	static const struct line lines[] = {
		{ TRANSACT(1, "{\"op\":\"select\",\"table\":\"Interface\","
		    "\"where\":[[\"external_ids\",\"includes\",[\"map\","
		    "[[\"vm-id\",\"VM\"]]]]],\"columns\":[\"name\"]}"),
		    RESULT(1, "{\"rows\":[{\"name\":\"a\"},{\"name\":\"b\"}"
		    "]}") },
		{ TRANSACT(2, SELECT("Port", "a")), RESULT(2, UUID("1")) },
		{ TRANSACT(3, DELETE("1") "," COUNT),
		    RESULT(3, "{\"count\":1},{\"count\":1}") },
		{ TRANSACT(4, SELECT("Port", "b")), RESULT(4, NO_ROW) },
	};
	struct ovsdb *o = WITH_SERVER(lines);
	struct uvnf_error e;

	(void)state;
	assert_int_equal(ovsdb_sweep(o, "VM", &e), 0);
	server_is_content(o);
}

static void
goes_wrong(const char *said, const char *text)
{
	struct line line = { TRANSACT(1, SELECT("Bridge", "br0")), said };
	struct ovsdb *o = with_server(&line, 1);
	struct uvnf_error e;

	assert_int_equal(ovsdb_find_bridge(o, "br0", &e), -UVNF_E_SYSTEM);
	assert_string_equal(e.text, text);
	server_is_content(o);
}

static void
test_bad_answers(void **state)
{
	(void)state;
	goes_wrong("hello", "Open vSwitch's database: what it says is no "
	    "JSON");
	goes_wrong(NULL, "Open vSwitch's database: it hung up");
	goes_wrong("{\"id\":1,\"result\":null,\"error\":{\"error\":\"unknown "
	    "database\",\"details\":\"no\"}}", "Open vSwitch's database: "
	    "unknown database: no");
	goes_wrong("{\"id\":1}", "Open vSwitch's database: its answer is "
	    "malformed");
	goes_wrong(RESULT(1, "{\"error\":\"bad\"}"),
	    "Open vSwitch's database: bad");
	goes_wrong("{\"id\":0,\"result\":[]}" "{\"id\":1,\"error\":\"e\"}",
	    "Open vSwitch's database: its answer is malformed");
}

static void
test_nobody_there(void **state)
{
	struct uvnf_error e;
	char *text;

	(void)state;
	unlink(sock_path);
	assert_false(ovsdb_is_there());
	assert_null(ovsdb_open(&e));
	assert_int_equal(asprintf(&text, "cannot reach Open vSwitch's "
	    "database at %s: No such file or directory; does it run?",
	    sock_path), (int)strlen(e.text));
	assert_string_equal(e.text, text);
	free(text);
}

static void
test_iface_id(void **state)
{
	uint8_t uuid[16];
	char buf[37];

	(void)state;
	assert_int_equal(uuid_parse("1b4e28ba-2fa1-4d3c-883f-0016d3cca427",
	    uuid), 0);
	assert_string_equal(plug_iface_id(uuid, 1, buf),
	    "1b4e28ba-2fa1-813c-883f-0016d3cca427");
	assert_string_equal(plug_iface_id(uuid, 7, buf),
	    "1b4e28ba-2fa1-873c-883f-0016d3cca427");
}

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(sock_path, sizeof(sock_path), "%s/db.sock", dir);
	return setenv("OVS_RUNDIR", dir, 1);
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(sock_path);
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plug),
		cmocka_unit_test(test_plug_again),
		cmocka_unit_test(test_no_bridge),
		cmocka_unit_test(test_not_taken_up),
		cmocka_unit_test(test_unplug),
		cmocka_unit_test(test_describe),
		cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_bad_answers),
		cmocka_unit_test(test_nobody_there),
		cmocka_unit_test(test_iface_id),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
