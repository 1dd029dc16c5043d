/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/log.h"
#include "common/proto.h"
#include "common/util.h"
#include "ctl/ctl.h"

/* Deeper than any field of the protocol; the printer of JSON recurses. */
#define DEPTH_MAX 8

static json_t *
must(json_t *j)
{
	if (j == NULL)
		log_fatal("out of memory");
	return j;
}

/* The length of a valid UTF-8 sequence of more than one byte, or 0. */
static size_t
utf8_length(const unsigned char *s, size_t len)
{
	unsigned long c;
	size_t n, i;

	n = s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : s[0] >= 0xe0 && s[0] < 0xf0 ? 3 :
	    s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;
	if (n == 0 || n > len)
		return 0;
	c = s[0] & (0xffu >> (n + 1));
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if ((n == 3 && (c < 0x800 || (c >= 0xd800 && c < 0xe000))) ||
	    (n == 4 && (c < 0x10000 || c > 0x10ffff)))
		return 0;
	return n;
}

/* JSON has no bytes: one that is not UTF-8 becomes the code point U+00HH. */
static json_t *
make_string(const char *s, size_t len)
{
	struct proto_buf b = { 0 };
	const unsigned char *u = (const unsigned char *)s;
	char two[2];
	json_t *j;
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = u[i] < 0x80 ? 1 : utf8_length(u + i, len - i);
		if (n > 0) {
			proto_buf_add(&b, s + i, n);
			continue;
		}
		n = 1;
		two[0] = (char)(0xc0 | u[i] >> 6);
		two[1] = (char)(0x80 | (u[i] & 0x3f));
		proto_buf_add(&b, two, 2);
	}
	j = must(json_stringn(len > 0 ? b.data : "", b.len));
	proto_buf_free(&b);
	return j;
}

static json_t *
make_value(const struct uvnf_field *f)
{
	switch (f->type) {
	case UVNF_STRING:
		break;
	case UVNF_NUMBER:
		return must(json_integer(strtoll(f->value, NULL, 10)));
	case UVNF_BOOL:
		return json_boolean(f->value[0] == 't');
	}
	return make_string(f->value, f->len);
}

static bool
is_number(const char *part, size_t len)
{
	return len > 0 && strspn(part, "0123456789") >= len;
}

static json_t *
child_of(json_t *parent, const char *part)
{
	return json_is_array(parent) ?
	    json_array_get(parent, strtoul(part, NULL, 10)) :
	    json_object_get(parent, part);
}

/*
 * Takes value.  A list grows at its end only: a field that skips an item, or
 * that is no part of what its parent is, is left out.
 */
static void
put_child(json_t *parent, const char *part, json_t *value)
{
	size_t i;

	if (json_is_object(parent)) {
		if (json_object_set_new(parent, part, value) < 0)
			log_fatal("out of memory");
		return;
	}
	i = is_number(part, strlen(part)) ? strtoul(part, NULL, 10) : SIZE_MAX;
	if (!json_is_array(parent) || i > json_array_size(parent)) {
		json_decref(value);
		return;
	}
	if (i == json_array_size(parent) ?
	    json_array_append_new(parent, value) < 0 :
	    json_array_set_new(parent, i, value) < 0)
		log_fatal("out of memory");
}

/* The object or list behind a part, made when it is new; NULL: no room. */
static json_t *
descend(json_t *parent, const char *part, bool list)
{
	json_t *child = child_of(parent, part);

	if (child == NULL) {
		put_child(parent, part, must(list ? json_array() :
		    json_object()));
		child = child_of(parent, part);
	}
	return (list ? json_is_array(child) : json_is_object(child)) ?
	    child : NULL;
}

/* "vifs.0.mac" is the key mac of the first item of the list vifs. */
static void
put_field(json_t *root, const struct uvnf_field *f)
{
	char *key = xstrdup(f->key), *part = key, *dot;
	json_t *at = root;
	int depth = 0;

	while (at != NULL && (dot = strchr(part, '.')) != NULL) {
		*dot = '\0';
		at = ++depth < DEPTH_MAX ? descend(at, part,
		    is_number(dot + 1, strcspn(dot + 1, "."))) : NULL;
		part = dot + 1;
	}
	if (at != NULL)
		put_child(at, part, make_value(f));
	free(key);
}

static void
put_fields(json_t *root, const struct uvnf_data *d)
{
	size_t i;

	for (i = 0; i < uvnf_data_count(d); i++)
		put_field(root, uvnf_data_at(d, i));
}

/*
 * Printable ASCII only: what a guest wrote must not steer a terminal here,
 * either (DEL is the one control that the library leaves).  That stdout
 * failed is seen at the end of the program.
 */
static void
print(json_t *root)
{
	char *text = json_dumps(root, JSON_ENSURE_ASCII), *p;

	if (text == NULL)
		log_fatal("out of memory");
	for (p = text; *p != '\0'; p++)
		if (*p != '\x7f')
			(void)putchar(*p);
		else
			(void)fputs("\\u007F", stdout);
	(void)putchar('\n');
	free(text);
	json_decref(root);
}

void
json_line(const struct uvnf_data *d, void *unused)
{
	json_t *root = must(json_object());

	(void)unused;
	put_fields(root, d);
	print(root);
}

/* A VNF without vifs has an empty list of them, so that scripts may count. */
void
json_line_vnf(const struct uvnf_data *d, void *unused)
{
	json_t *root = must(json_object());

	(void)unused;
	put_fields(root, d);
	if (json_object_get(root, "vifs") == NULL)
		put_child(root, "vifs", must(json_array()));
	print(root);
}

void
json_line_read(const char *name, const char *handler,
    const struct uvnf_data *d)
{
	json_t *root = must(json_object());

	put_child(root, "name", make_string(name, strlen(name)));
	put_child(root, "handler", make_string(handler, strlen(handler)));
	put_fields(root, d);
	print(root);
}

void
json_line_written(const char *name, const char *handler, const char *value)
{
	json_t *root = must(json_object());

	put_child(root, "name", make_string(name, strlen(name)));
	put_child(root, "handler", make_string(handler, strlen(handler)));
	put_child(root, "written", make_string(value, strlen(value)));
	print(root);
}

void
json_line_shutdown(const char *name, const struct uvnf_data *d)
{
	json_t *root = must(json_object());

	put_child(root, "name", make_string(name, strlen(name)));
	put_fields(root, d);
	print(root);
}

void
json_line_destroyed(const char *name)
{
	json_t *root = must(json_object());

	put_child(root, "name", make_string(name, strlen(name)));
	put_child(root, "destroyed", json_true());
	print(root);
}

void
json_line_bridge(const char *name, bool made)
{
	print(must(json_pack("{s:s, s:b}", "name", name,
	    made ? "made" : "deleted", 1)));
}

void
json_line_chain(const char *name, unsigned kept, unsigned created,
    unsigned changed, unsigned destroyed, unsigned made, unsigned unmade)
{
	print(must(json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i}", "chain",
	    name, "kept", (int)kept, "created", (int)created, "changed",
	    (int)changed, "destroyed", (int)destroyed, "bridges_made",
	    (int)made, "bridges_deleted", (int)unmade)));
}

void
json_line_planned(const char *kind, const char *name, const char *verb)
{
	print(must(json_pack("{s:s, s:s}", kind, name, "would", verb)));
}

void
json_line_ping(long long us)
{
	print(must(json_pack("{s:I}", "ping_us", (json_int_t)us)));
}

void
json_line_reset(void)
{
	print(must(json_pack("{s:b}", "reset", 1)));
}

/* Fields of a VNF that say what its stages are of. */
static const char *const trace_fields[] = { "name", "template", "source",
    "state", "stages_of", "stages_kept" };

void
json_line_trace(const struct uvnf_data *d, const struct trace_stage *s,
    unsigned n)
{
	json_t *root = must(json_object()), *list = must(json_array());
	size_t i, k, fields = sizeof(trace_fields) / sizeof(trace_fields[0]);

	for (i = 0; i < uvnf_data_count(d); i++)
		for (k = 0; k < fields; k++)
			if (strcmp(uvnf_data_at(d, i)->key,
			    trace_fields[k]) == 0)
				put_field(root, uvnf_data_at(d, i));
	for (i = 0; i < n; i++)
		if (json_array_append_new(list, json_pack(
		    "{s:s, s:I, s:I, s:I}", "stage", s[i].name,
		    "from_us", (json_int_t)s[i].from_us,
		    "to_us", (json_int_t)s[i].to_us, "took_us",
		    (json_int_t)(s[i].to_us - s[i].from_us))) < 0)
			log_fatal("out of memory");
	put_child(root, "stages", list);
	print(root);
}

struct json_joined {
	json_t *root;
	json_t *list;
	const char *name;		/* of the list in root, at its end */
};

struct json_joined *
json_joined_new(const char *list)
{
	struct json_joined *j = xcalloc(1, sizeof(*j));

	j->root = must(json_object());
	j->list = must(json_array());
	j->name = list;
	return j;
}

void
json_joined_first(const struct uvnf_data *d, void *joined)
{
	struct json_joined *j = joined;

	put_fields(j->root, d);
}

void
json_joined_item(const struct uvnf_data *d, void *joined)
{
	struct json_joined *j = joined;
	json_t *item = must(json_object());

	put_fields(item, d);
	if (json_array_append_new(j->list, item) < 0)
		log_fatal("out of memory");
}

void
json_joined_print(struct json_joined *j)
{
	put_child(j->root, j->name, json_incref(j->list));
	print(json_incref(j->root));
	json_joined_free(j);
}

void
json_joined_free(struct json_joined *j)
{
	json_decref(j->list);
	json_decref(j->root);
	free(j);
}

void
json_line_version(const char *client, const struct uvnf *conn)
{
	const char *s;
	json_t *root = must(json_pack("{s:s}", "client", client));

	if (conn != NULL) {
		s = uvnf_daemon_version(conn);
		put_child(root, "daemon", make_string(s, strlen(s)));
		put_child(root, "protocol", must(json_integer(PROTO_VERSION)));
		s = uvnf_daemon_backend(conn);
		put_child(root, "backend", make_string(s, strlen(s)));
	}
	print(root);
}
