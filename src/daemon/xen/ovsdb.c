/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <jansson.h>

#include "common/util.h"
#include "daemon/xen/ovsdb.h"

#define RUNDIR_DEFAULT "/var/run/openvswitch"
#define ANSWER_LIMIT_MS 10000
#define TAKE_UP_LIMIT_MS 5000	/* for ovs-vswitchd; ovs-vsctl waits, too */
#define REPLY_MAX (1024 * 1024)

struct ovsdb {
	int fd;
	int id;
	char *buf;			/* what was read and not yet parsed */
	size_t len, size;
};

static void
socket_path(char *buf, size_t size)
{
	const char *dir = getenv("OVS_RUNDIR");

	snprintf(buf, size, "%s/db.sock", dir != NULL ? dir :
	    RUNDIR_DEFAULT);
}

bool
ovsdb_is_there(void)
{
	struct sockaddr_un un;

	socket_path(un.sun_path, sizeof(un.sun_path));
	return access(un.sun_path, F_OK) == 0;
}

struct ovsdb *
ovsdb_open(struct uvnf_error *e)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct ovsdb *o;
	int fd;

	socket_path(un.sun_path, sizeof(un.sun_path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&un, sizeof(un)) < 0) {
		uvnf_error_set(e, UVNF_E_BUILD_FAILED, "cannot reach Open "
		    "vSwitch's database at %s: %s; does it run?",
		    un.sun_path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	o = xcalloc(1, sizeof(*o));
	o->fd = fd;
	return o;
}

void
ovsdb_close(struct ovsdb *o)
{
	if (o == NULL)
		return;
	close(o->fd);
	free(o->buf);
	free(o);
}

/* --- messages ------------------------------------------------------------ */

static int
failed(struct uvnf_error *e, const char *why)
{
	return uvnf_error_set(e, UVNF_E_SYSTEM, "Open vSwitch's database: %s",
	    why);
}

static int
put(struct ovsdb *o, json_t *message, struct uvnf_error *e)
{
	char *text = json_dumps(message, JSON_COMPACT);
	size_t len = strlen(text), at = 0;
	ssize_t n = 0;

	json_decref(message);
	while (at < len) {
		n = send(o->fd, text + at, len - at, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		at += (size_t)n;
	}
	free(text);
	return at == len ? 0 : failed(e, strerror(errno));
}

static int
read_more(struct ovsdb *o, uint64_t end_us, struct uvnf_error *e)
{
	struct pollfd pfd = { .fd = o->fd, .events = POLLIN };
	uint64_t now = now_us();
	ssize_t n;

	if (o->size - o->len < 4096) {
		if (o->size >= REPLY_MAX)
			return failed(e, "it says too much");
		o->size += 16384;
		o->buf = xrealloc(o->buf, o->size);
	}
	if (now >= end_us ||
	    poll(&pfd, 1, (int)((end_us - now) / 1000 + 1)) == 0)
		return failed(e, "it does not answer");
	n = recv(o->fd, o->buf + o->len, o->size - o->len, 0);
	if (n < 0 && errno == EINTR)
		return 0;
	if (n <= 0)
		return failed(e, n == 0 ? "it hung up" : strerror(errno));
	o->len += (size_t)n;
	return 0;
}

/* The next message, or NULL with e. */
static json_t *
get(struct ovsdb *o, uint64_t end_us, struct uvnf_error *e)
{
	json_error_t why;
	json_t *message;

	for (;;) {
		message = o->len == 0 ? NULL : json_loadb(o->buf, o->len,
		    JSON_DISABLE_EOF_CHECK, &why);
		if (message != NULL) {
			o->len -= (size_t)why.position;
			memmove(o->buf, o->buf + why.position, o->len);
			return message;
		}
		if (o->len > 0 && json_error_code(&why) !=
		    json_error_premature_end_of_input) {
			failed(e, "what it says is no JSON");
			return NULL;
		}
		if (read_more(o, end_us, e) < 0)
			return NULL;
	}
}

/* It may ask whether we are alive. */
static int
answer_echo(struct ovsdb *o, const json_t *message, struct uvnf_error *e)
{
	const char *method = json_string_value(json_object_get(message,
	    "method"));

	if (method == NULL || strcmp(method, "echo") != 0)
		return 0;
	return put(o, json_pack("{s:O, s:n, s:O}", "result",
	    json_object_get(message, "params"), "error", "id",
	    json_object_get(message, "id")), e);
}

/* The first complaint in a reply's list of results, or else of the reply. */
static int
check_reply(const json_t *reply, struct uvnf_error *e)
{
	const json_t *results = json_object_get(reply, "result");
	const json_t *bad = json_object_get(reply, "error");
	const char *word, *details;
	char text[256];
	size_t i;

	for (i = 0; !json_is_object(bad) && i < json_array_size(results); i++)
		if (json_object_get(json_array_get(results, i), "error"))
			bad = json_array_get(results, i);
	if (!json_is_object(bad))
		return json_is_array(results) ? 0 :
		    failed(e, "its answer is malformed");
	word = json_string_value(json_object_get(bad, "error"));
	details = json_string_value(json_object_get(bad, "details"));
	snprintf(text, sizeof(text), "%s%s%s", word != NULL ? word : "error",
	    details != NULL ? ": " : "", details != NULL ? details : "");
	return failed(e, text);
}

/*
 * A transaction of the operations given, which it takes over: the list of
 * their results, or NULL with e.
 */
static json_t *
transact(struct ovsdb *o, json_t *operations, struct uvnf_error *e)
{
	uint64_t end = now_us() + ANSWER_LIMIT_MS * 1000;
	json_t *message, *results = NULL;
	int id = ++o->id;

	json_array_insert_new(operations, 0, json_string("Open_vSwitch"));
	if (put(o, json_pack("{s:s, s:o, s:i}", "method", "transact",
	    "params", operations, "id", id), e) < 0)
		return NULL;
	while ((message = get(o, end, e)) != NULL) {
		if (json_object_get(message, "method") == NULL &&
		    json_integer_value(json_object_get(message, "id")) == id)
			break;
		if (answer_echo(o, message, e) < 0) {
			json_decref(message);
			return NULL;
		}
		json_decref(message);
	}
	if (message != NULL && check_reply(message, e) == 0)
		results = json_incref(json_object_get(message, "result"));
	json_decref(message);
	return results;
}

/* The row that the i-th operation, a select, found first; or NULL. */
static json_t *
row_of(const json_t *results, size_t i)
{
	return json_array_get(json_object_get(json_array_get(results, i),
	    "rows"), 0);
}

/* --- operations ---------------------------------------------------------- */

static json_t *
select_by_name(const char *table, const char *name, const char *column)
{
	return json_pack("{s:s, s:s, s:[[s, s, s]], s:[s]}", "op", "select",
	    "table", table, "where", "name", "==", name, "columns", column);
}

static json_t *
external_ids(const struct ovs_port *p)
{
	return json_pack("[s, [[s, s], [s, s], [s, s], [s, s]]]", "map",
	    "attached-mac", p->mac, "iface-id", p->iface_id,
	    "iface-status", "active", "vm-id", p->vm_id);
}

/* Without its reference in a bridge, a port's row is gone, its interface's
 * too. */
static json_t *
delete_port(json_t *uuid)
{
	return json_pack("{s:s, s:s, s:[[s, s, O]], s:[[s, s, O]]}",
	    "op", "mutate", "table", "Bridge",
	    "where", "ports", "includes", uuid,
	    "mutations", "ports", "delete", uuid);
}

/* What makes ovs-vswitchd look, and ovs-vsctl wait for it. */
static json_t *
count_up(void)
{
	return json_pack("{s:s, s:s, s:[], s:[[s, s, i]]}", "op", "mutate",
	    "table", "Open_vSwitch", "where", "mutations", "next_cfg", "+=",
	    1);
}

static void
add_port(json_t *operations, const struct ovs_port *p)
{
	json_array_append_new(operations, json_pack(
	    "{s:s, s:s, s:s, s:{s:s, s:o}}", "op", "insert",
	    "table", "Interface", "uuid-name", "interface",
	    "row", "name", p->dev, "external_ids", external_ids(p)));
	json_array_append_new(operations, json_pack(
	    "{s:s, s:s, s:s, s:{s:s, s:[s, s]}}", "op", "insert",
	    "table", "Port", "uuid-name", "port",
	    "row", "name", p->dev, "interfaces", "named-uuid", "interface"));
	json_array_append_new(operations, json_pack(
	    "{s:s, s:s, s:[[s, s, s]], s:[[s, s, [s, s]]]}", "op", "mutate",
	    "table", "Bridge", "where", "name", "==", p->bridge,
	    "mutations", "ports", "insert", "named-uuid", "port"));
	json_array_append_new(operations, count_up());
}

static int
no_bridge(struct uvnf_error *e, const char *bridge)
{
	return uvnf_error_set(e, UVNF_E_BUILD_FAILED,
	    "Open vSwitch has no bridge '%s'", bridge);
}

int
ovsdb_find_bridge(struct ovsdb *o, const char *bridge, struct uvnf_error *e)
{
	json_t *results = transact(o, json_pack("[o]",
	    select_by_name("Bridge", bridge, "_uuid")), e);
	int rc;

	if (results == NULL)
		return -e->code;
	rc = row_of(results, 0) != NULL ? 0 : no_bridge(e, bridge);
	json_decref(results);
	return rc;
}

/* What ovs-vswitchd made of a new port. */
static int
check_taken_up(const json_t *results, const struct ovs_port *p,
    struct uvnf_error *e)
{
	const json_t *row = row_of(results, 1);
	const json_t *why = json_object_get(row, "error");

	if (row == NULL)
		return uvnf_error_set(e, UVNF_E_BUILD_FAILED, "something else "
		    "removed the Open vSwitch port %s", p->dev);
	if (json_integer_value(json_object_get(row, "ofport")) >= 0)
		return 0;
	return uvnf_error_set(e, UVNF_E_BUILD_FAILED,
	    "Open vSwitch cannot plug %s into bridge '%s': %.200s", p->dev,
	    p->bridge, json_is_string(why) ? json_string_value(why) :
	    "it does not say why");
}

static int
wait_taken_up(struct ovsdb *o, const struct ovs_port *p,
    struct uvnf_error *e)
{
	json_t *results = transact(o, json_pack(
	    "[{s:s, s:i, s:s, s:[[s, s, s]], s:[s], s:s, s:[{s:[s, []]}]},"
	    " {s:s, s:s, s:[[s, s, s]], s:[s, s]}]",
	    "op", "wait", "timeout", TAKE_UP_LIMIT_MS, "table", "Interface",
	    "where", "name", "==", p->dev, "columns", "ofport",
	    "until", "!=", "rows", "ofport", "set",
	    "op", "select", "table", "Interface",
	    "where", "name", "==", p->dev, "columns", "ofport", "error"), e);
	int rc;

	if (results == NULL && strstr(e->text, "timed out") != NULL)
		return uvnf_error_set(e, UVNF_E_BUILD_FAILED, "ovs-vswitchd "
		    "has not plugged %s into bridge '%s' within %d s; does "
		    "it run?", p->dev, p->bridge, TAKE_UP_LIMIT_MS / 1000);
	if (results == NULL)
		return -e->code;
	rc = check_taken_up(results, p, e);
	json_decref(results);
	return rc;
}

static int
insert_port(struct ovsdb *o, const struct ovs_port *p, json_t *old,
    struct uvnf_error *e)
{
	json_t *operations = json_array(), *results;

	if (old != NULL)
		json_array_append_new(operations, delete_port(old));
	add_port(operations, p);
	results = transact(o, operations, e);
	if (results == NULL)
		return -e->code;
	json_decref(results);
	return 0;
}

int
ovsdb_plug(struct ovsdb *o, const struct ovs_port *p, struct uvnf_error *e)
{
	json_t *results = transact(o, json_pack("[o, o]",
	    select_by_name("Bridge", p->bridge, "_uuid"),
	    select_by_name("Port", p->dev, "_uuid")), e);
	struct uvnf_error ignored;
	int rc;

	if (results == NULL)
		return -e->code;
	if (row_of(results, 0) == NULL)
		rc = no_bridge(e, p->bridge);
	else
		rc = insert_port(o, p, json_object_get(row_of(results, 1),
		    "_uuid"), e);
	json_decref(results);
	if (rc < 0)
		return rc;
	rc = wait_taken_up(o, p, e);
	if (rc < 0)
		ovsdb_unplug(o, p->dev, &ignored);
	return rc;
}

int
ovsdb_describe(struct ovsdb *o, const struct ovs_port *p,
    struct uvnf_error *e)
{
	json_t *results = transact(o, json_pack("[{s:s, s:s, s:[[s, s, s]], "
	    "s:{s:o}}]", "op", "update", "table", "Interface",
	    "where", "name", "==", p->dev,
	    "row", "external_ids", external_ids(p)), e);

	if (results == NULL)
		return -e->code;
	json_decref(results);
	return 0;
}

int
ovsdb_unplug(struct ovsdb *o, const char *dev, struct uvnf_error *e)
{
	json_t *results, *done, *uuid;
	int rc = 0;

	results = transact(o, json_pack("[o]",
	    select_by_name("Port", dev, "_uuid")), e);
	if (results == NULL)
		return -e->code;
	uuid = json_object_get(row_of(results, 0), "_uuid");
	if (uuid != NULL) {
		done = transact(o, json_pack("[o, o]", delete_port(uuid),
		    count_up()), e);
		rc = done != NULL ? 0 : -e->code;
		json_decref(done);
	}
	json_decref(results);
	return rc;
}

int
ovsdb_sweep(struct ovsdb *o, const char *vm_id, struct uvnf_error *e)
{
	json_t *results, *rows, *row;
	const char *dev;
	size_t i;
	int rc = 0;

	results = transact(o, json_pack(
	    "[{s:s, s:s, s:[[s, s, [s, [[s, s]]]]], s:[s]}]",
	    "op", "select", "table", "Interface",
	    "where", "external_ids", "includes", "map", "vm-id", vm_id,
	    "columns", "name"), e);
	if (results == NULL)
		return -e->code;
	rows = json_object_get(json_array_get(results, 0), "rows");
	json_array_foreach(rows, i, row) {
		dev = json_string_value(json_object_get(row, "name"));
		if (rc == 0 && dev != NULL)
			rc = ovsdb_unplug(o, dev, e);
	}
	json_decref(results);
	return rc;
}
