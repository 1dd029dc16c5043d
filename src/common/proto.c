/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/proto.h"
#include "common/util.h"

/* The byte that *p, just behind a backslash, stands for; -1: none does. */
static int
escape_value(const char **p)
{
	int hi, lo;

	switch (*(*p)++) {
	case '"': return '"';
	case '\\': return '\\';
	case 'n': return '\n';
	case 'r': return '\r';
	case 't': return '\t';
	case 'x':
		hi = hex_digit((*p)[0]);
		lo = hi < 0 ? -1 : hex_digit((*p)[1]);
		if (lo < 0)
			return -1;
		*p += 2;
		return hi << 4 | lo;
	}
	return -1;
}

/*
 * Unescapes in place up to an unescaped end character (NUL: the string's
 * end), and puts a NUL behind the result.  Returns what follows the end
 * character (for NUL: the NUL), or NULL when malformed.
 */
static char *
unescape_until(char *s, char end, size_t *len)
{
	const char *in = s;
	char *out = s;
	int c;

	while (*in != end && *in != '\0') {
		c = (unsigned char)*in++;
		if (c == '\\' && (c = escape_value(&in)) < 0)
			return NULL;
		*out++ = (char)c;
	}
	if (*in != end)
		return NULL;
	*len = (size_t)(out - s);
	s += in - s + (end != '\0');
	*out = '\0';
	return s;
}

int
proto_unescape(char *s, size_t *len)
{
	size_t n;

	if (unescape_until(s, '\0', &n) == NULL)
		return -1;
	if (len != NULL)
		*len = n;
	return 0;
}

static char *
skip_space(char *p)
{
	return p + strspn(p, " \t");
}

static const char tag_chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789._-";

/* Takes the tag off, where there is one; NULL, or what is wrong with it. */
static const char *
cut_tag(char **cursor, char **tag)
{
	char *p = *cursor;
	size_t len;

	if (*p != '@')
		return NULL;
	p++;
	len = strspn(p, tag_chars);
	if (len == 0 || len > PROTO_TAG_MAX ||
	    (p[len] != '\0' && p[len] != ' ' && p[len] != '\t'))
		return "a tag is '@' and 1 to 32 characters out of "
		    "A-Za-z0-9._-";
	*tag = p;
	*cursor = skip_space(p + len);
	p[len] = '\0';
	return NULL;
}

static char *
cut_quoted(char *p, struct proto_word *w)
{
	size_t len;

	w->quoted = true;
	w->value = p + 1;
	p = unescape_until(p + 1, '"', &len);
	/* Request words are C strings: an escaped NUL would cut them short. */
	if (p != NULL && strlen(w->value) != len)
		return NULL;
	return p;
}

/* Cuts one word off; NULL, or what is wrong with it. */
static const char *
cut_word(char **cursor, struct proto_word *w)
{
	char *p = *cursor;

	w->key = NULL;
	w->value = p;
	w->quoted = false;
	p += strcspn(p, " \t=\"");
	if (*p == '=') {
		if (p == w->value)
			return "nothing stands before '='";
		*p++ = '\0';
		w->key = w->value;
		w->value = p;
	}
	if (*p == '"' && p == w->value) {
		p = cut_quoted(p, w);
		if (p == NULL)
			return "a quote is not closed or holds a bad escape";
		if (*p != '\0' && *p != ' ' && *p != '\t')
			return "a closing quote does not end its word";
	} else {
		p += strcspn(p, " \t\"");
		if (*p == '"')
			return "a quote stands inside a word";
	}
	*cursor = skip_space(p);
	*p = '\0';
	return NULL;
}

static bool
key_valid(const char *key)
{
	return key[0] >= 'a' && key[0] <= 'z' &&
	    key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_.-")] == '\0';
}

static bool
key_repeated(const struct proto_line *l, unsigned i)
{
	unsigned j;

	for (j = 0; j < i; j++)
		if (l->words[j].key != NULL &&
		    strcmp(l->words[j].key, l->words[i].key) == 0)
			return true;
	return false;
}

/* What holds for every verb: one verb, arguments, then keys, each once. */
static const char *
check_words(const struct proto_line *l)
{
	unsigned i;

	if (l->nwords == 0)
		return l->tag != NULL ? "a tag without a verb" : NULL;
	if (l->words[0].key != NULL)
		return "a request begins with a verb";
	for (i = 1; i < l->nwords; i++) {
		if (l->words[i].key == NULL) {
			if (l->words[i - 1].key != NULL)
				return "an argument stands behind a key";
			continue;
		}
		if (!key_valid(l->words[i].key))
			return "a key is not in lower case";
		if (key_repeated(l, i))
			return "a key is given twice";
	}
	return NULL;
}

int
proto_parse(char *line, struct proto_line *out, struct uvnf_error *e)
{
	size_t len = strlen(line);
	const char *wrong;

	out->tag = NULL;
	out->nwords = 0;
	if (len > 0 && line[len - 1] == '\r')
		line[len - 1] = '\0';
	line = skip_space(line);
	wrong = cut_tag(&line, &out->tag);
	while (wrong == NULL && *line != '\0') {
		if (out->nwords == PROTO_WORDS_MAX)
			return uvnf_error_set(e, UVNF_E_TOO_BIG,
			    "a request has at most %d words", PROTO_WORDS_MAX);
		wrong = cut_word(&line, &out->words[out->nwords]);
		if (wrong == NULL)
			out->nwords++;
	}
	if (wrong == NULL)
		wrong = check_words(out);
	if (wrong != NULL)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "%s", wrong);
	return 0;
}

void
proto_buf_free(struct proto_buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

static void
reserve(struct proto_buf *b, size_t more)
{
	size_t size = b->size;

	if (size - b->len > more)
		return;
	if (size < 256)
		size = 256;
	while (size - b->len <= more)
		size *= 2;
	b->data = xrealloc(b->data, size);
	b->size = size;
}

void
proto_buf_add(struct proto_buf *b, const char *s, size_t len)
{
	reserve(b, len);
	if (len > 0)
		memcpy(b->data + b->len, s, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void
proto_buf_printf(struct proto_buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	reserve(b, 64);			/* mostly enough the first time */
	va_start(ap, fmt);
	n = vsnprintf(b->data + b->len, b->size - b->len, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->data[b->len] = '\0';
		return;
	}
	if ((size_t)n >= b->size - b->len) {
		reserve(b, (size_t)n);
		va_start(ap, fmt);
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->len += (size_t)n;
}

static bool
plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* At most 4 bytes; returns where they end. */
static char *
escape_byte(char *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";

	*out++ = '\\';
	switch (c) {
	case '"': *out++ = '"'; break;
	case '\\': *out++ = '\\'; break;
	case '\n': *out++ = 'n'; break;
	case '\r': *out++ = 'r'; break;
	case '\t': *out++ = 't'; break;
	default:
		*out++ = 'x';
		*out++ = hex[c >> 4];
		*out++ = hex[c & 15];
		break;
	}
	return out;
}

static char *
escape(char *out, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (plain((unsigned char)s[i]))
			*out++ = s[i];
		else
			out = escape_byte(out, (unsigned char)s[i]);
	return out;
}

static void
ends_at(struct proto_buf *b, char *end)
{
	*end = '\0';
	b->len = (size_t)(end - b->data);
}

void
proto_buf_escape(struct proto_buf *b, const char *s, size_t len)
{
	reserve(b, 4 * len);
	ends_at(b, escape(b->data + b->len, s, len));
}

/*
 * Fields are made without printf: a reply has some twenty, and the client of
 * a create waits for them.  Returns where the value begins, which has room.
 */
static char *
add_key(struct proto_buf *b, const char *key, size_t room)
{
	size_t len = strlen(key);
	char *p;

	reserve(b, len + 2 + room);
	p = b->data + b->len;
	*p++ = ' ';
	memcpy(p, key, len);
	p += len;
	*p++ = '=';
	return p;
}

void
proto_add_bytes(struct proto_buf *b, const char *key, const char *s, size_t len)
{
	char *p = add_key(b, key, 4 * len + 2);

	*p++ = '"';
	p = escape(p, s, len);
	*p++ = '"';
	ends_at(b, p);
}

void
proto_add_string(struct proto_buf *b, const char *key, const char *s)
{
	proto_add_bytes(b, key, s, strlen(s));
}

void
proto_add_number(struct proto_buf *b, const char *key, int64_t n)
{
	char *p = add_key(b, key, UINT_TEXT_LEN + 1);

	if (n < 0)
		*p++ = '-';
	ends_at(b, put_uint(p, n < 0 ? -(uint64_t)n : (uint64_t)n));
}

void
proto_add_bool(struct proto_buf *b, const char *key, bool value)
{
	ends_at(b, stpcpy(add_key(b, key, 5), value ? "true" : "false"));
}

/* A field's key: parts of letters, digits, '_' and '-', joined by dots. */
static size_t
field_key_length(const char *p)
{
	size_t len = 0, part;

	for (;;) {
		part = strspn(p + len, "abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
		if (part == 0)
			return 0;
		len += part;
		if (p[len] != '.')
			return len;
		len++;
	}
}

static int
bare_type(const char *s, enum proto_type *type)
{
	const char *digits = s + (*s == '-');

	if (strcmp(s, "true") == 0 || strcmp(s, "false") == 0) {
		*type = PROTO_BOOL;
		return 0;
	}
	if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
		return -1;
	errno = 0;
	(void)strtoll(s, NULL, 10);
	*type = PROTO_NUMBER;
	return errno == 0 ? 0 : -1;
}

static int
field_bare(char **end, struct proto_field *f)
{
	char *p = f->value + strcspn(f->value, " \t");

	f->len = (size_t)(p - f->value);
	*end = *p == '\0' ? p : p + 1;
	*p = '\0';
	return bare_type(f->value, &f->type);
}

static int
field_string(char **end, struct proto_field *f)
{
	char *p;

	f->type = PROTO_STRING;
	f->value++;
	p = unescape_until(f->value, '"', &f->len);
	if (p == NULL || (*p != '\0' && *p != ' ' && *p != '\t'))
		return -1;
	*end = p;
	return 0;
}

int
proto_field_next(char **cursor, struct proto_field *f)
{
	char *p = skip_space(*cursor);
	size_t len;

	*cursor = p;
	if (*p == '\0')
		return 0;
	len = field_key_length(p);
	if (len == 0 || p[len] != '=')
		return -1;
	f->key = p;
	p[len] = '\0';
	f->value = p + len + 1;
	if (*f->value == '"' ? field_string(cursor, f) : field_bare(cursor, f))
		return -1;
	return 1;
}
