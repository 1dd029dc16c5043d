/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result.h"
#include "common/proto.h"
#include "common/util.h"

const char *const op_names[OP_COUNT] = { "create", "config", "destroy" };
const char *const stage_names[STAGE_COUNT] = { "claimed", "configured",
	"started", "ready", "destroyed" };
const char *const since_names[SINCE_COUNT] = { "intended", "sent", "daemon" };
const char *const source_names[SOURCE_COUNT] = { "armed", "booted", "paused",
	"cold" };

const struct quantile quantiles[NQUANTILES] = {
	{ 500, "p50_us", "p50", 1 },
	{ 900, "p90_us", "p90", 10 },
	{ 990, "p99_us", "p99", 100 },
	{ 999, "p99_9_us", "p99.9", 1000 },
};

int
name_index(const char *const *names, int count, const char *name)
{
	int i;

	for (i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

void
result_free(struct result *r)
{
	struct hdr **rows = &r->rows[0][0][0];
	unsigned i;

	for (i = 0; i < r->nsettings; i++)
		free(r->settings[i].text);
	for (i = 0; i < OP_COUNT * STAGE_COUNT * SINCE_COUNT; i++)
		free(rows[i]);
	memset(r, 0, sizeof(*r));
}

double
result_rate(const struct result *r)
{
	if (r->seconds <= 0)
		return 0;
	return (double)(r->operations - r->failed) / r->seconds;
}

static struct setting *
add_setting(struct result *r, const char *key)
{
	struct setting *s = &r->settings[r->nsettings];

	if (r->nsettings < SETTINGS_MAX)
		r->nsettings++;
	else
		free((--s)->text);
	s->key = key;
	s->text = NULL;
	return s;
}

void
result_set_text(struct result *r, const char *key, const char *text)
{
	add_setting(r, key)->text = xstrdup(text);
}

void
result_set_given(struct result *r, const char *key, const char *given)
{
	struct proto_buf b = { 0 };

	proto_buf_escape(&b, given, strlen(given));
	result_set_text(r, key, b.data != NULL ? b.data : "");
	proto_buf_free(&b);
}

void
result_set_number(struct result *r, const char *key, double number)
{
	add_setting(r, key)->number = number;
}

const struct setting *
result_setting(const struct result *r, const char *key)
{
	unsigned i;

	for (i = 0; i < r->nsettings; i++)
		if (strcmp(r->settings[i].key, key) == 0)
			return &r->settings[i];
	return NULL;
}

void
result_record(struct result *r, enum op op, enum stage stage,
    enum since since, uint64_t ns)
{
	struct hdr **row = &r->rows[op][stage][since];

	if (*row == NULL)
		*row = xcalloc(1, sizeof(**row));
	hdr_record(*row, ns);
}

/* Whether a list with commas has a word. */
static bool
listed(const char *list, const char *word)
{
	size_t len = strlen(word);
	const char *p = list;

	while (p != NULL) {
		if (strncmp(p, word, len) == 0 &&
		    (p[len] == ',' || p[len] == '\0'))
			return true;
		p = strchr(p, ',');
		if (p != NULL)
			p++;
	}
	return false;
}

void
result_escape(char *out, size_t size, const char *text)
{
	struct proto_buf b = { 0 };

	proto_buf_escape(&b, text, strlen(text));
	snprintf(out, size, "%s", b.data != NULL ? b.data : "");
	proto_buf_free(&b);
}

static struct result_error *
error_slot(struct result *r, enum op op, const char *code)
{
	struct result_error *x;
	unsigned i;

	for (i = 0; i < r->nerrors; i++) {
		x = &r->errors[i];
		if (x->op == op && strcmp(x->code, code) == 0)
			return x;
	}
	/* Three times the closed list of codes is less. */
	if (r->nerrors == ERRORS_MAX)
		return &r->errors[ERRORS_MAX - 1];
	x = &r->errors[r->nerrors++];
	x->op = op;
	snprintf(x->code, sizeof(x->code), "%s", code);
	return x;
}

void
result_error(struct result *r, enum op op, const char *code,
    const char *text, const char *expected)
{
	struct result_error *x = error_slot(r, op, code);

	if (x->count++ > 0)
		return;
	x->expected = listed(expected, code);
	result_escape(x->text, sizeof(x->text), text);
}

uint64_t
result_unexpected(const struct result *r)
{
	uint64_t n = 0;
	unsigned i;

	for (i = 0; i < r->nerrors; i++)
		if (!r->errors[i].expected)
			n += r->errors[i].count;
	return n;
}
