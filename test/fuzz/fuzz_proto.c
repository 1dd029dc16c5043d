/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * The protocol's lines: what was parsed and is written anew parses to the
 * same, and what was escaped is printable and comes back.
 */

#include <stdlib.h>
#include <string.h>

#include "common/proto.h"
#include "common/util.h"
#include "fuzz.h"

const char fuzz_target[] = "proto";

/* --- requests ------------------------------------------------------------ */

/* In quotes, or as it came. */
static void
write_word(struct proto_buf *b, const struct proto_word *w, bool quoted)
{
	proto_buf_add(b, " ", 1);
	if (w->key != NULL)
		proto_buf_printf(b, "%s=", w->key);
	if (quoted)
		proto_buf_add(b, "\"", 1);
	if (quoted)
		proto_buf_escape(b, w->value, strlen(w->value));
	else
		proto_buf_add(b, w->value, strlen(w->value));
	if (quoted)
		proto_buf_add(b, "\"", 1);
}

static void
require_same_words(const struct proto_line *a, const struct proto_line *b)
{
	unsigned i;

	REQUIRE(fuzz_same(a->tag, b->tag));
	REQUIRE(a->nwords == b->nwords);
	for (i = 0; i < a->nwords; i++) {
		REQUIRE(fuzz_same(a->words[i].key, b->words[i].key));
		REQUIRE(fuzz_same(a->words[i].value, b->words[i].value));
	}
}

/* A space at the end: a bare word may end with a carriage return. */
static void
write_anew(const struct proto_line *l, bool all_quoted)
{
	struct proto_buf b = { 0 };
	struct proto_line again;
	struct uvnf_error e;
	unsigned i;

	if (l->tag != NULL)
		proto_buf_printf(&b, "@%s", l->tag);
	for (i = 0; i < l->nwords; i++)
		write_word(&b, &l->words[i], all_quoted || l->words[i].quoted);
	proto_buf_add(&b, " ", 1);
	REQUIRE(proto_parse(b.data, &again, &e) == 0);
	require_same_words(l, &again);
	for (i = 0; i < l->nwords; i++)
		REQUIRE(again.words[i].quoted ==
		    (all_quoted || l->words[i].quoted));
	proto_buf_free(&b);
}

static void
request(const struct fuzz_line *line)
{
	char *text = xmemdup0(line->text, line->len);
	struct proto_line l;
	struct uvnf_error e;
	int rc = proto_parse(text, &l, &e);

	REQUIRE(l.nwords <= PROTO_WORDS_MAX);
	if (rc != 0) {
		fuzz_require_error(rc, &e);
		REQUIRE(rc == -UVNF_E_BAD_REQUEST || rc == -UVNF_E_TOO_BIG);
	} else {
		write_anew(&l, false);
		write_anew(&l, true);
	}
	free(text);
}

/* --- replies ------------------------------------------------------------- */

static void
write_field(struct proto_buf *b, const struct proto_field *f)
{
	switch (f->type) {
	case PROTO_STRING:
		REQUIRE(f->value[f->len] == '\0');
		proto_add_bytes(b, f->key, f->value, f->len);
		return;
	case PROTO_NUMBER:
		proto_add_number(b, f->key, strtoll(f->value, NULL, 10));
		return;
	case PROTO_BOOL:
		proto_add_bool(b, f->key, strcmp(f->value, "true") == 0);
		return;
	}
}

/* Writes the fields of a line anew; how many, or -1 where it is malformed. */
static int
fields(char *text, struct proto_buf *b)
{
	struct proto_field f;
	int r, n = 0;

	while ((r = proto_field_next(&text, &f)) == 1) {
		write_field(b, &f);
		n++;
	}
	return r < 0 ? -1 : n;
}

/* Once written by us, a line no longer changes. */
static void
reply(const struct fuzz_line *line)
{
	char *text = xmemdup0(line->text, line->len), *copy;
	struct proto_buf a = { 0 }, b = { 0 };
	int n = fields(text, &a);

	if (n > 0) {
		copy = xstrdup(a.data);
		REQUIRE(fields(copy, &b) == n);
		REQUIRE(fuzz_same(a.data, b.data));
		free(copy);
	}
	proto_buf_free(&a);
	proto_buf_free(&b);
	free(text);
}

/* --- escapes ------------------------------------------------------------- */

static void
escape(const char *s, size_t size)
{
	struct proto_buf b = { 0 };
	size_t i, len;

	proto_buf_escape(&b, s, size);
	REQUIRE(strlen(b.data) == b.len && b.len >= size);
	for (i = 0; i < b.len; i++)
		REQUIRE(b.data[i] >= ' ' && b.data[i] <= '~');
	REQUIRE(proto_unescape(b.data, &len) == 0);
	REQUIRE(len == size);
	REQUIRE(size == 0 || memcmp(b.data, s, size) == 0);
	proto_buf_free(&b);
}

static void
unescape(const struct fuzz_line *line)
{
	char *text = xmemdup0(line->text, line->len);
	size_t len, had = strlen(text);

	if (proto_unescape(text, &len) == 0) {
		REQUIRE(len <= had && text[len] == '\0');
		escape(text, len);
	}
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { (const char *)data,
	    (const char *)data + size };
	struct fuzz_line line;

	escape((const char *)data, size);
	while (fuzz_next_line(&in, &line)) {
		if (line.len >= PROTO_LINE_MAX)
			line.len = PROTO_LINE_MAX - 1;
		request(&line);
		reply(&line);
		unescape(&line);
	}
	return 0;
}
