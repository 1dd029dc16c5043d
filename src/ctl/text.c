/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/proto.h"
#include "common/util.h"
#include "ctl/ctl.h"

#define COLUMNS_MAX 16

void
text_escape(struct proto_buf *b, const char *s, size_t len, bool multiline)
{
	unsigned char c;
	size_t i;

	for (i = 0; i < len; i++) {
		c = (unsigned char)s[i];
		if ((c >= 0x20 && c < 0x7f) ||
		    (multiline && (c == '\n' || c == '\t')))
			proto_buf_add(b, s + i, 1);
		else if (c == '\n' || c == '\t')
			proto_buf_add(b, c == '\n' ? "\\n" : "\\t", 2);
		else
			proto_buf_printf(b, "\\x%02x", c);
	}
}

/* What stdout failed to take is seen at the end of the program. */
void
text_put(const char *s, size_t len, bool multiline)
{
	struct proto_buf b = { 0 };

	text_escape(&b, s, len, multiline);
	(void)fwrite(b.data, 1, b.len, stdout);
	proto_buf_free(&b);
}

static void
stream_char(struct text_stream *ts, struct proto_buf *b, char c)
{
	if (c == '\r' && ts->line_feed)
		return;
	if (ts->carriage_return && c != '\n')
		proto_buf_add(b, "\\x0d", 4);
	ts->carriage_return = c == '\r';
	ts->line_feed = c == '\n';
	if (c != '\r')
		text_escape(b, &c, 1, true);
}

void
text_stream_put(struct text_stream *ts, const char *s, size_t len)
{
	struct proto_buf b = { 0 };
	size_t i;

	if (ts->raw) {
		(void)fwrite(s, 1, len, stdout);
		return;
	}
	for (i = 0; i < len; i++)
		stream_char(ts, &b, s[i]);
	(void)fwrite(b.data, 1, b.len, stdout);
	proto_buf_free(&b);
}

static void
put(const char *s)
{
	text_put(s, strlen(s), false);
}

void
text_put_line(const char *s)
{
	put(s);
	putchar('\n');
}

/* The name of the user whose number it is, where this host knows one. */
static const char *
user_name(const char *uid)
{
	char *end;
	unsigned long n = strtoul(uid, &end, 10);
	const struct passwd *pw = *end == '\0' ? getpwuid((uid_t)n) : NULL;

	return pw != NULL ? pw->pw_name : uid;
}

static void
put_user(const char *uid)
{
	const char *name = user_name(uid);

	if (name == uid)
		return;
	fputs(" (", stdout);
	put(name);
	putchar(')');
}

/* "key: value", a line for each field; a user's name behind the number. */
void
text_fields(const struct uvnf_data *d, void *unused)
{
	const struct uvnf_field *f;
	size_t i;

	(void)unused;
	for (i = 0; i < uvnf_data_count(d); i++) {
		f = uvnf_data_at(d, i);
		printf("%s: ", f->key);
		text_put(f->value, f->len, false);
		if (strcmp(f->key, "uid") == 0)
			put_user(f->value);
		putchar('\n');
	}
}

const char *
text_duration(double us, char buf[TEXT_DURATION_MAX])
{
	if (us < 1000)
		snprintf(buf, TEXT_DURATION_MAX, "%.0f us", us);
	else if (us < 1000000)
		snprintf(buf, TEXT_DURATION_MAX, "%.1f ms", us / 1000);
	else
		snprintf(buf, TEXT_DURATION_MAX, "%.2f s", us / 1000000);
	return buf;
}

static void
put_stages(const struct uvnf_data *d)
{
	static const char prefix[] = "stages_us.";
	const struct uvnf_field *f;
	char buf[TEXT_DURATION_MAX];
	size_t i;

	for (i = 0; i < uvnf_data_count(d); i++) {
		f = uvnf_data_at(d, i);
		if (strncmp(f->key, prefix, sizeof(prefix) - 1) != 0)
			continue;
		printf(", %s %s", f->key + sizeof(prefix) - 1,
		    text_duration(strtod(f->value, NULL), buf));
	}
}

/* What its parameters are: "  ip 10.0.0.7, gw 10.0.0.1". */
static void
put_params(const struct uvnf_data *d)
{
	static const char prefix[] = "params.";
	const struct uvnf_field *f;
	const char *before = "  ";
	size_t i;

	for (i = 0; i < uvnf_data_count(d); i++) {
		f = uvnf_data_at(d, i);
		if (strncmp(f->key, prefix, sizeof(prefix) - 1) != 0)
			continue;
		fputs(before, stdout);
		put(f->key + sizeof(prefix) - 1);
		putchar(' ');
		put(f->value);
		before = ", ";
	}
	if (before[0] == ',')
		putchar('\n');
}

/* One vif, "  vif 0: mac M, bridge B, dev D"; false when there is none. */
static bool
put_vif(const struct uvnf_data *d, int i)
{
	static const char *const parts[] = { "mac", "bridge", "ovs", "mtu",
	    "dev" };
	const char *value;
	char key[32];
	bool any = false;
	size_t j;

	for (j = 0; j < sizeof(parts) / sizeof(parts[0]); j++) {
		snprintf(key, sizeof(key), "vifs.%d.%s", i, parts[j]);
		value = uvnf_data_get(d, key);
		if (value == NULL)
			continue;
		if (any)
			putchar(',');
		else
			printf("  vif %d:", i);
		printf(" %s ", parts[j]);
		put(value);
		any = true;
	}
	if (any)
		putchar('\n');
	return any;
}

static const char *
get(const struct uvnf_data *d, const char *key)
{
	const char *value = uvnf_data_get(d, key);

	return value != NULL ? value : "?";
}

void
text_vnf_line(const struct uvnf_data *d)
{
	const char *source = uvnf_data_get(d, "source");
	const char *domid = uvnf_data_get(d, "domid");

	put(get(d, "name"));
	putchar(' ');
	put(get(d, "state"));
	fputs(": ", stdout);
	if (source != NULL) {
		put(source);
		fputs(strcmp(source, "cold") == 0 ? " domain" : " shell",
		    stdout);
		if (uvnf_data_get(d, "not_armed") != NULL)
			printf(" (not armed: %s)", get(d, "not_armed"));
	} else
		fputs("no domain yet", stdout);
	if (domid != NULL) {
		fputs(", domid ", stdout);
		put(domid);
	}
}

void
text_vnf_error(const struct uvnf_data *d)
{
	const char *code = uvnf_data_get(d, "error.code");

	if (code == NULL)
		return;
	fputs("  error: ", stdout);
	put(code);
	fputs(": ", stdout);
	put(get(d, "error.text"));
	putchar('\n');
}

/*
 * "web1 started: booted shell (not armed: config), domid 7, claimed 12 us,
 * owner root", then its vifs, its parameters and what is wrong with it,
 * indented.
 */
void
text_vnf(const struct uvnf_data *d, void *unused)
{
	const char *uid = uvnf_data_get(d, "uid");
	int i;

	(void)unused;
	text_vnf_line(d);
	put_stages(d);
	if (uid != NULL) {
		fputs(", owner ", stdout);
		put(user_name(uid));
	}
	putchar('\n');
	for (i = 0; put_vif(d, i); i++)
		;
	put_params(d);
	text_vnf_error(d);
}

/* Tables. */

struct column {
	const char *title;
	const char *key;		/* with %d: of all items of a list */
};

struct text_table {
	const struct column *columns;
	unsigned ncolumns;
	size_t widths[COLUMNS_MAX];
	char **cells;			/* ncolumns for each row */
	size_t ncells;
	size_t size;
};

/* A vif has one of the two. */
static const char bridge_key[] = "vifs.%d.bridge", ovs_key[] = "vifs.%d.ovs";

static const struct column vnf_columns[] = {
	{ "NAME", "name" },
	{ "STATE", "state" },
	{ "OWNER", "uid" },
	{ "TEMPLATE", "template" },
	{ "SOURCE", "source" },
	{ "DOMID", "domid" },
	{ "MAC", "vifs.%d.mac" },
	{ "BRIDGE", bridge_key },
	{ "DEV", "vifs.%d.dev" },
	{ "ERROR", "error.code" },
	{ NULL, NULL },
};

static const struct column bridge_columns[] = {
	{ "NAME", "name" },
	{ "OWNER", "uid" },
	{ "CHAIN", "chain" },
	{ "VIFS", "vifs" },
	{ NULL, NULL },
};

static const struct column pool_columns[] = {
	{ "TEMPLATE", "template" },
	{ "KIND", "kind" },
	{ "TARGET", "target" },
	{ "HAVE", "have" },
	{ "BUILDING", "building" },
	{ "FAILED", "failed" },
	{ "LAST_ERROR", "last_error" },
	{ NULL, NULL },
};

static const struct column quota_columns[] = {
	{ "USER", "uid" },
	{ "VNFS", "vnfs.used" },
	{ "MAX", "vnfs.max" },
	{ "MEMORY_MB", "memory_mb.used" },
	{ "MAX", "memory_mb.max" },
	{ "VCPUS", "vcpus.used" },
	{ "MAX", "vcpus.max" },
	{ "BUILDS", "builds.used" },
	{ "MAX", "builds.max" },
	{ "CONNS", "connections.used" },
	{ "MAX", "connections.max" },
	{ "BRIDGES", "bridges.used" },
	{ "MAX", "bridges.max" },
	{ "FOLLOWS", "follows.used" },
	{ "MAX", "follows.max" },
	{ NULL, NULL },
};

static const struct column stage_columns[] = {
	{ "TEMPLATE", "template" },
	{ "SOURCE", "source" },
	{ "STAGE", "stage" },
	{ "COUNT", "count" },
	{ "P50", "p50_us" },
	{ "P90", "p90_us" },
	{ "P99", "p99_us" },
	{ "MAX", "max_us" },
	{ NULL, NULL },
};

static const struct column template_columns[] = {
	{ "NAME", "name" },
	{ "GUEST", "guest" },
	{ "TYPE", "type" },
	{ "MEMORY_MB", "memory_mb" },
	{ "VCPUS", "vcpus" },
	{ "LAYOUT", "layout" },
	{ "READY", "ready" },
	{ "PAUSED", "pool.paused" },
	{ "BOOTED", "pool.booted" },
	{ "ARMED", "pool.armed" },
	{ "BRIDGE", bridge_key },
	{ "KERNEL", "kernel" },
	{ "CONFIG", "config" },
	{ NULL, NULL },
};

static void
add_cell(struct text_table *t, char *cell)
{
	size_t *width = &t->widths[t->ncells % t->ncolumns];

	if (t->ncells == t->size) {
		t->size = t->size == 0 ? 256 : 2 * t->size;
		t->cells = xrealloc(t->cells, t->size * sizeof(*t->cells));
	}
	t->cells[t->ncells++] = cell;
	if (strlen(cell) > *width)
		*width = strlen(cell);
}

static struct text_table *
new_table(const struct column *columns)
{
	struct text_table *t = xcalloc(1, sizeof(*t));
	unsigned i;

	t->columns = columns;
	while (columns[t->ncolumns].title != NULL)
		t->ncolumns++;
	for (i = 0; i < t->ncolumns; i++)
		add_cell(t, xstrdup(columns[i].title));
	return t;
}

struct text_table *
text_table_vnfs(void)
{
	return new_table(vnf_columns);
}

struct text_table *
text_table_bridges(void)
{
	return new_table(bridge_columns);
}

struct text_table *
text_table_pool(void)
{
	return new_table(pool_columns);
}

struct text_table *
text_table_quotas(void)
{
	return new_table(quota_columns);
}

struct text_table *
text_table_stages(void)
{
	return new_table(stage_columns);
}

struct text_table *
text_table_templates(void)
{
	return new_table(template_columns);
}

/* A field's value, cut at a NUL byte if a guest put one in. */
static void
add_value(struct proto_buf *b, const char *value)
{
	text_escape(b, value, strlen(value), false);
}

/* Of the i-th item of a list; key has a "%d" in the place of i. */
static const char *
get_item(const struct uvnf_data *d, const char *key, int i)
{
	const char *mark = strstr(key, "%d");
	char item[64];

	snprintf(item, sizeof(item), "%.*s%d%s", (int)(mark - key), key, i,
	    mark + 2);
	return uvnf_data_get(d, item);
}

/* The values of all items of a list, with commas between. */
static void
add_items(struct proto_buf *b, const struct uvnf_data *d, const char *key)
{
	const char *value;
	int i;

	for (i = 0;; i++) {
		value = get_item(d, key, i);
		if (value == NULL && key == bridge_key)
			value = get_item(d, ovs_key, i);
		if (value == NULL)
			return;
		if (i > 0)
			proto_buf_add(b, ",", 1);
		add_value(b, value);
	}
}

/* A value as people read it. */
static void
add_plain(struct proto_buf *b, const char *key, const char *value)
{
	size_t len = strlen(key);
	char buf[TEXT_DURATION_MAX];

	if (len > 3 && strcmp(key + len - 3, "_us") == 0)
		value = text_duration(strtod(value, NULL), buf);
	else if (strcmp(key, "uid") == 0)
		value = user_name(value);
	add_value(b, value);
}

static char *
make_cell(const struct uvnf_data *d, const char *key)
{
	struct proto_buf b = { 0 };
	const char *value = uvnf_data_get(d, key);

	/* What a template waits for may have a parameter, "ready.handler". */
	if (value == NULL && strcmp(key, "ready") == 0 &&
	    (value = uvnf_data_get(d, "ready.handler")) == NULL)
		value = uvnf_data_get(d, "ready.console");
	if (strstr(key, "%d") != NULL)
		add_items(&b, d, key);
	else if (value != NULL)
		add_plain(&b, key, value);
	if (b.len == 0)
		proto_buf_add(&b, "-", 1);
	return b.data;
}

void
text_table_row(const struct uvnf_data *d, void *table)
{
	struct text_table *t = table;
	unsigned i;

	for (i = 0; i < t->ncolumns; i++)
		add_cell(t, make_cell(d, t->columns[i].key));
}

size_t
text_table_rows(const struct text_table *t)
{
	return t->ncells / t->ncolumns - 1;	/* without the titles */
}

void
text_table_print(const struct text_table *t)
{
	size_t i, column;

	for (i = 0; i < t->ncells; i++) {
		column = i % t->ncolumns;
		if (column == t->ncolumns - 1)
			printf("%s\n", t->cells[i]);
		else
			printf("%-*s  ", (int)t->widths[column], t->cells[i]);
	}
}

void
text_table_free(struct text_table *t)
{
	size_t i;

	for (i = 0; i < t->ncells; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t);
}
