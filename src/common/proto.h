/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_PROTO_H
#define UVNF_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

/* The line protocol of uvnf-protocol(7), which is the specification. */

#define PROTO_VERSION 1
#define PROTO_LINE_MAX 4096		/* with its line feed */
#define PROTO_WORDS_MAX 32
#define PROTO_TAG_MAX 32
#define PROTO_HANDLER_MAX 255
#define PROTO_VALUE_MAX 896		/* of a write; escaped it fits a line */
#define PROTO_CONFIG_MAX (256 * 1024)
#define PROTO_PAYLOAD_SKIP_MAX (1024 * 1024 * 1024)
#define PROTO_PIPELINE_MAX 64
#define PROTO_TIMEOUT_MS_DEFAULT 10000
#define PROTO_TIMEOUT_MS_MAX 600000
#define PROTO_SOCKET_DEFAULT "/run/uvnf/uvnf.sock"

/*
 * A line cut into words, in place: key is NULL for a plain word and
 * else what stood before the first unquoted '='.  Values are unescaped (they
 * hold no NUL byte); quoted tells a string from a bare number.
 */
struct proto_word {
	char *key;
	char *value;
	bool quoted;
};

struct proto_line {
	char *tag;			/* without its '@', or NULL */
	struct proto_word words[PROTO_WORDS_MAX];
	unsigned nwords;
};

/*
 * Cuts a request: line is a NUL-terminated string without its line feed and
 * is changed.  Returns 0, or -UVNF_E_BAD_REQUEST or -UVNF_E_TOO_BIG (too
 * many words) with e filled; out then has the tag, if it could be read, and
 * the words before a malformed one.  What holds for every verb is checked
 * here: it comes first, keys are lower case, behind the arguments and not
 * repeated.  An empty line gives no words.
 */
int proto_parse(char *line, struct proto_line *out, struct uvnf_error *e);

/* A growing string for building lines; zeroed memory is an empty one. */
struct proto_buf {
	char *data;			/* NUL-terminated once anything is in */
	size_t len;
	size_t size;
};

void proto_buf_free(struct proto_buf *b);
void proto_buf_add(struct proto_buf *b, const char *s, size_t len);
void proto_buf_printf(struct proto_buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds s escaped as inside quotes (no quotes around it). */
void proto_buf_escape(struct proto_buf *b, const char *s, size_t len);

/* Add " key=value" in the form of the value's type. */
void proto_add_string(struct proto_buf *b, const char *key, const char *s);
void proto_add_bytes(struct proto_buf *b, const char *key, const char *s,
    size_t len);
void proto_add_number(struct proto_buf *b, const char *key, int64_t n);
void proto_add_bool(struct proto_buf *b, const char *key, bool value);

/*
 * A reply line cut into fields by an iterator, since it may be far longer and
 * have far more fields than a request: proto_field_next returns 1 with the
 * field (pointers into the line, which is changed), 0 at the end, -1 when the
 * line is malformed.  Values may hold NUL bytes, hence len.
 */
enum proto_type { PROTO_STRING, PROTO_NUMBER, PROTO_BOOL };

struct proto_field {
	char *key;
	enum proto_type type;
	char *value;			/* unescaped text, NUL after it */
	size_t len;
};

int proto_field_next(char **cursor, struct proto_field *f);

/* Unescapes in place (for the TEXT of an error line); -1 when malformed. */
int proto_unescape(char *s, size_t *len);

#endif
