/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The lines of a reply: their fields, kept or only looked at. */

#include <stdlib.h>
#include <string.h>

#include "lib/conn.h"

#define REPLY_MAX (64 * 1024 * 1024)

char *
cut_word(char **p)
{
	char *word = *p, *end = word + strcspn(word, " \t");

	*p = *end == '\0' ? end : end + 1;
	*end = '\0';
	return word;
}

static int
add_field(struct uvnf *u, const struct proto_field *f)
{
	struct uvnf_data *d = &u->data;
	struct uvnf_field *p;
	size_t size;

	if (d->count == d->size) {
		size = d->size == 0 ? 32 : 2 * d->size;
		p = realloc(d->fields, size * sizeof(*p));
		if (p == NULL)
			return conn_fail(u, UVNF_E_SYSTEM, "out of memory");
		d->fields = p;
		d->size = size;
	}
	p = &d->fields[d->count++];
	p->key = f->key;
	p->type = f->type == PROTO_STRING ? UVNF_STRING :
	    f->type == PROTO_NUMBER ? UVNF_NUMBER : UVNF_BOOL;
	p->value = f->value;
	p->len = f->len;
	return 0;
}

int
data_parse(struct uvnf *u, char *text)
{
	struct proto_field f;
	int r, rc;

	u->data.count = 0;
	while ((r = proto_field_next(&text, &f)) == 1) {
		rc = add_field(u, &f);
		if (rc < 0)
			return rc;
	}
	if (r < 0)
		return conn_fail_protocol(u, "a malformed field in a line",
		    text);
	return 0;
}

static const char *
put_bytes(char **at, const char *s, size_t len)
{
	char *copy = *at;

	memcpy(copy, s, len);
	copy[len] = '\0';
	*at += len + 1;
	return copy;
}

struct uvnf_data *
data_copy(const struct uvnf_data *d, size_t *bytes)
{
	size_t size = sizeof(*d) + d->count * sizeof(*d->fields), i;
	struct uvnf_data *copy;
	char *at;

	for (i = 0; i < d->count; i++)
		size += strlen(d->fields[i].key) + d->fields[i].len + 2;
	*bytes = size;
	copy = malloc(size);
	if (copy == NULL)
		return NULL;
	copy->fields = (struct uvnf_field *)(copy + 1);
	copy->count = copy->size = d->count;
	at = (char *)(copy->fields + d->count);
	for (i = 0; i < d->count; i++) {
		copy->fields[i] = d->fields[i];
		copy->fields[i].key = put_bytes(&at, d->fields[i].key,
		    strlen(d->fields[i].key));
		copy->fields[i].value = put_bytes(&at, d->fields[i].value,
		    d->fields[i].len);
	}
	return copy;
}

int
rows_add(struct uvnf *u, struct rows *rows)
{
	struct uvnf_data **p, *copy;
	size_t size, bytes;

	if (rows->count == rows->size) {
		size = rows->size == 0 ? 1 : 2 * rows->size;
		p = realloc(rows->data, size * sizeof(struct uvnf_data *));
		if (p == NULL)
			return conn_fail(u, UVNF_E_SYSTEM, "out of memory");
		rows->data = p;
		rows->size = size;
	}
	copy = data_copy(&u->data, &bytes);
	if (copy == NULL)
		return conn_fail(u, UVNF_E_SYSTEM, "out of memory");
	rows->data[rows->count++] = copy;
	rows->bytes += bytes;
	if (rows->bytes > REPLY_MAX)
		return conn_fail(u, UVNF_E_PROTOCOL,
		    "a reply from uvnfd is over %d bytes long", REPLY_MAX);
	return 0;
}

void
rows_clear(struct rows *rows)
{
	size_t i;

	for (i = 0; i < rows->count; i++)
		free(rows->data[i]);
	free(rows->data);
	memset(rows, 0, sizeof(*rows));
}

void
reply_clear(struct uvnf_reply *r)
{
	rows_clear(&r->rows);
	free(r->closing);
	r->closing = NULL;
}

const char *
uvnf_reply_word(const struct uvnf_reply *r)
{
	return r->word;
}

const char *
uvnf_reply_text(const struct uvnf_reply *r)
{
	return r->error.text;
}

int
uvnf_reply_exit_status(const struct uvnf_reply *r)
{
	return uvnf_code_exit_status(r->error.code);
}

size_t
uvnf_reply_count(const struct uvnf_reply *r)
{
	return r->rows.count;
}

const struct uvnf_data *
uvnf_reply_data(const struct uvnf_reply *r, size_t i)
{
	return i < r->rows.count ? r->rows.data[i] : NULL;
}

const struct uvnf_data *
uvnf_reply_closing(const struct uvnf_reply *r)
{
	static const struct uvnf_data nothing;

	return r->closing != NULL ? r->closing : &nothing;
}

size_t
uvnf_data_count(const struct uvnf_data *d)
{
	return d->count;
}

const struct uvnf_field *
uvnf_data_at(const struct uvnf_data *d, size_t i)
{
	return i < d->count ? &d->fields[i] : NULL;
}

const struct uvnf_field *
uvnf_data_find(const struct uvnf_data *d, const char *key)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		if (strcmp(d->fields[i].key, key) == 0)
			return &d->fields[i];
	return NULL;
}

const char *
uvnf_data_get(const struct uvnf_data *d, const char *key)
{
	const struct uvnf_field *f = uvnf_data_find(d, key);

	return f != NULL ? f->value : NULL;
}

/* Whether a number fits was checked when the line was parsed. */
int
uvnf_data_number(const struct uvnf_data *d, const char *key, int64_t *out)
{
	const struct uvnf_field *f = uvnf_data_find(d, key);

	if (f == NULL || f->type != UVNF_NUMBER)
		return -1;
	*out = strtoll(f->value, NULL, 10);
	return 0;
}

int
uvnf_data_bool(const struct uvnf_data *d, const char *key, int *out)
{
	const struct uvnf_field *f = uvnf_data_find(d, key);

	if (f == NULL || f->type != UVNF_BOOL)
		return -1;
	*out = f->value[0] == 't';
	return 0;
}
