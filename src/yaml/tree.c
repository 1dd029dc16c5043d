/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

#include "common/log.h"
#include "common/util.h"
#include "yaml/tree.h"

/* One reading: the bytes, libyaml's parser and its last event. */
struct reading {
	const struct yaml_file *file;
	const char *text;
	size_t len;
	yaml_parser_t parser;
	yaml_event_t event;
	bool have_event;
	unsigned depth;
};

static struct node *node_read(struct reading *);

/*
 * No open or read in here waits for a writer of a FIFO that does not come;
 * one that has a writer (a shell's <(…)) is read to its end.
 */
static int
file_open(const char *path, bool regular, char *why)
{
	struct stat st;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0 || fcntl(fd, F_SETFL, 0) < 0) {
		snprintf(why, FILE_WHY_MAX, "%s", strerror(errno));
	} else if (!S_ISREG(st.st_mode) &&
	    (regular || !S_ISFIFO(st.st_mode))) {
		snprintf(why, FILE_WHY_MAX, "it is %s",
		    S_ISDIR(st.st_mode) ? "a directory" : "no regular file");
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

/* The bytes read, more than max if there are more, or -1 with errno set. */
static ssize_t
file_read_fd(int fd, char *buf, size_t max)
{
	size_t len = 0;
	ssize_t n;

	while (len <= max) {
		n = read(fd, buf + len, max + 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

char *
file_read(const struct yaml_file *f, const char *path, size_t max,
    size_t *len, char *why)
{
	ssize_t n;
	char *buf;
	int fd;

	if ((fd = file_open(path, f->regular, why)) < 0)
		return NULL;
	buf = xmalloc(max + 1);
	n = file_read_fd(fd, buf, max);
	if (n < 0)
		snprintf(why, FILE_WHY_MAX, "%s", strerror(errno));
	else if ((size_t)n > max)
		snprintf(why, FILE_WHY_MAX, "it has more than %zu bytes, the "
		    "most that are allowed", max);
	close(fd);
	if (n < 0 || (size_t)n > max) {
		free(buf);
		return NULL;
	}
	*len = (size_t)n;
	return xrealloc(buf, *len);	/* it may be kept for long */
}

static int __attribute__((format(printf, 4, 0)))
verror_at(const struct yaml_file *f, size_t line, size_t column,
    const char *fmt, va_list ap)
{
	char text[UVNF_ERROR_TEXT_MAX];

	vsnprintf(text, sizeof(text), fmt, ap);
	return uvnf_error_set(f->e, UVNF_E_BAD_CONFIG, "%s:%zu:%zu: %s",
	    f->path, line, column, text);
}

static int __attribute__((format(printf, 4, 5)))
error_at(const struct yaml_file *f, size_t line, size_t column,
    const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = verror_at(f, line, column, fmt, ap);
	va_end(ap);
	return r;
}

int
node_error(const struct yaml_file *f, const struct node *n, const char *fmt,
    ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = verror_at(f, n != NULL ? n->line : 1, n != NULL ? n->column : 1,
	    fmt, ap);
	va_end(ap);
	return r;
}

char *
node_show(const struct node *n, char *buf)
{
	static const size_t room = NODE_SHOW_MAX - sizeof("\\x00...'");
	const char *s;
	size_t len = 1;

	if (n->kind != NODE_SCALAR || node_is_null(n)) {
		snprintf(buf, NODE_SHOW_MAX, "%s",
		    n->kind == NODE_LIST ? "a list" :
		    n->kind == NODE_MAP ? "a map" : "nothing");
		return buf;
	}
	buf[0] = '\'';
	for (s = n->text; *s != '\0' && len < room; s++)
		if (*s >= ' ' && *s <= '~')
			buf[len++] = *s;
		else
			len += (size_t)sprintf(buf + len, "\\x%02x",
			    (unsigned char)*s);
	sprintf(buf + len, "%s'", *s != '\0' ? "..." : "");
	return buf;
}

bool
node_is_null(const struct node *n)
{
	static const char *const words[] = { "", "~", "null", "Null", "NULL" };
	size_t i;

	if (n->kind != NODE_SCALAR || n->quoted)
		return false;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(n->text, words[i]) == 0)
			return true;
	return false;
}

struct node *
node_get(const struct node *map, const char *key)
{
	size_t i;

	for (i = 0; i < map->nentries; i++)
		if (strcmp(map->entries[i].key->text, key) == 0)
			return map->entries[i].value;
	return NULL;
}

void
node_free(struct node *n)
{
	size_t i;

	if (n == NULL)
		return;
	for (i = 0; i < n->nentries; i++) {
		node_free(n->entries[i].key);
		node_free(n->entries[i].value);
	}
	free(n->entries);
	free(n->text);
	free(n);
}

static int
error_here(const struct reading *r, const char *text)
{
	return error_at(r->file, r->event.start_mark.line + 1,
	    r->event.start_mark.column + 1, "%s", text);
}

/* libyaml knows a byte's offset only, where it is no character at all. */
static int
error_bytes(const struct reading *r)
{
	size_t i, line = 1, column = 1, offset = r->parser.problem_offset;

	for (i = 0; i < offset && i < r->len; i++) {
		if (r->text[i] == '\n') {
			line++;
			column = 1;
		} else if ((r->text[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	return error_at(r->file, line, column, "this is no text in UTF-8 (%s)",
	    r->parser.problem);
}

/* The usual reason for which libyaml understands nothing of a line. */
static bool
tab_indents(const struct reading *r, size_t line)
{
	const char *s = r->text, *end = r->text + r->len;

	for (; line > 0 && s < end; line--) {
		s = memchr(s, '\n', (size_t)(end - s));
		if (s == NULL)
			return false;
		s++;
	}
	while (s < end && *s == ' ')
		s++;
	return s < end && *s == '\t';
}

static int
error_yaml(const struct reading *r)
{
	const yaml_parser_t *p = &r->parser;
	const char *context = p->context != NULL ? p->context : "";

	if (p->error == YAML_MEMORY_ERROR)
		log_fatal("out of memory");
	if (p->error == YAML_READER_ERROR)
		return error_bytes(r);
	if (tab_indents(r, p->problem_mark.line))
		return error_at(r->file, p->problem_mark.line + 1,
		    p->problem_mark.column + 1, "a tab begins this line; "
		    "YAML is indented with spaces only");
	return error_at(r->file, p->problem_mark.line + 1,
	    p->problem_mark.column + 1, "not valid YAML: %s%s%s%s",
	    p->problem, *context != '\0' ? " (" : "", context,
	    *context != '\0' ? ")" : "");
}

static int
next_event(struct reading *r)
{
	if (r->have_event)
		yaml_event_delete(&r->event);
	r->have_event = yaml_parser_parse(&r->parser, &r->event);
	return r->have_event ? 0 : error_yaml(r);
}

static struct node *
node_new(const struct reading *r, enum node_kind kind)
{
	struct node *n = xcalloc(1, sizeof(*n));

	n->kind = kind;
	n->line = (unsigned)r->event.start_mark.line + 1;
	n->column = (unsigned)r->event.start_mark.column + 1;
	return n;
}

static struct node *
scalar_read(struct reading *r)
{
	const char *value = (const char *)r->event.data.scalar.value;
	size_t len = r->event.data.scalar.length;
	struct node *n;

	if (memchr(value, '\0', len) != NULL) {
		error_here(r, "this text has a NUL in it");
		return NULL;
	}
	n = node_new(r, NODE_SCALAR);
	n->text = xmemdup0(value, len);
	n->quoted = r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return n;
}

static struct node_entry *
entry_new(struct node *n)
{
	if ((n->nentries & (n->nentries - 1)) == 0)
		n->entries = xrealloc(n->entries, sizeof(*n->entries) *
		    (n->nentries > 0 ? n->nentries * 2 : 1));
	memset(&n->entries[n->nentries], 0, sizeof(*n->entries));
	return &n->entries[n->nentries++];
}

static int
check_key(const struct reading *r, const struct node *map,
    const struct node *key)
{
	char shown[NODE_SHOW_MAX];
	size_t i;

	if (key->kind != NODE_SCALAR || node_is_null(key))
		return node_error(r->file, key, "a key must be a word, not %s",
		    node_show(key, shown));
	for (i = 0; i + 1 < map->nentries; i++)
		if (strcmp(map->entries[i].key->text, key->text) == 0)
			return node_error(r->file, key, "%s is here for the "
			    "second time; the first is in line %u",
			    node_show(key, shown),
			    map->entries[i].key->line);
	return 0;
}

/* The event is the first of the entry. */
static int
entry_read(struct reading *r, struct node *n)
{
	struct node_entry *entry;

	if (n->nentries == YAML_ENTRIES_MAX)
		return error_at(r->file, r->event.start_mark.line + 1,
		    r->event.start_mark.column + 1, "there are more than %d "
		    "entries in one list or map", YAML_ENTRIES_MAX);
	entry = entry_new(n);
	if (n->kind == NODE_MAP) {
		if ((entry->key = node_read(r)) == NULL ||
		    check_key(r, n, entry->key) < 0 || next_event(r) < 0)
			return -1;
	}
	entry->value = node_read(r);
	return entry->value != NULL ? 0 : -1;
}

static struct node *
collection_read(struct reading *r, enum node_kind kind, yaml_event_type_t end)
{
	struct node *n = node_new(r, kind);

	if (++r->depth > YAML_DEPTH_MAX) {
		error_here(r, "lists and maps are nested too deeply");
		goto fail;
	}
	for (;;) {
		if (next_event(r) < 0)
			goto fail;
		if (r->event.type == end)
			break;
		if (entry_read(r, n) < 0)
			goto fail;
	}
	r->depth--;
	return n;
fail:
	node_free(n);
	return NULL;
}

/* True when the event has an anchor or a tag, or is an alias. */
static bool
refuse_extras(const struct reading *r)
{
	const yaml_event_t *e = &r->event;
	const yaml_char_t *anchor = NULL, *tag = NULL;

	if (e->type == YAML_SCALAR_EVENT) {
		anchor = e->data.scalar.anchor;
		tag = e->data.scalar.tag;
	} else if (e->type == YAML_SEQUENCE_START_EVENT) {
		anchor = e->data.sequence_start.anchor;
		tag = e->data.sequence_start.tag;
	} else if (e->type == YAML_MAPPING_START_EVENT) {
		anchor = e->data.mapping_start.anchor;
		tag = e->data.mapping_start.tag;
	}
	if (anchor != NULL || e->type == YAML_ALIAS_EVENT)
		error_here(r, "anchors (&NAME) and aliases (*NAME) are not "
		    "supported; write it out, or in quotes if it is a text");
	else if (tag != NULL)
		error_here(r, "tags (!NAME) are not supported; leave it out, "
		    "or put it in quotes if it is a text");
	else
		return false;
	return true;
}

/* The event is the node's first; afterwards it is its last. */
static struct node *
node_read(struct reading *r)
{
	if (refuse_extras(r))
		return NULL;
	if (r->event.type == YAML_SCALAR_EVENT)
		return scalar_read(r);
	if (r->event.type == YAML_SEQUENCE_START_EVENT)
		return collection_read(r, NODE_LIST, YAML_SEQUENCE_END_EVENT);
	return collection_read(r, NODE_MAP, YAML_MAPPING_END_EVENT);
}

/* Stream start, document start, a node, document end, stream end. */
static struct node *
document_read(struct reading *r)
{
	struct node *n;

	if (next_event(r) < 0 || next_event(r) < 0)
		return NULL;
	if (r->event.type == YAML_STREAM_END_EVENT) {
		error_at(r->file, 1, 1, "the file is empty; it needs at least "
		    "the key templates");
		return NULL;
	}
	if (next_event(r) < 0 || (n = node_read(r)) == NULL)
		return NULL;
	if (next_event(r) < 0 || next_event(r) < 0)
		goto fail;
	if (r->event.type != YAML_STREAM_END_EVENT) {
		error_here(r, "a second document begins here; the file must "
		    "have one only");
		goto fail;
	}
	return n;
fail:
	node_free(n);
	return NULL;
}

struct node *
yaml_read(const struct yaml_file *f)
{
	struct reading r = { .file = f };
	char why[FILE_WHY_MAX];
	struct node *n;
	char *text;

	text = file_read(f, f->path, YAML_FILE_MAX, &r.len, why);
	if (text == NULL) {
		error_at(f, 1, 1, "the file cannot be read: %s", why);
		return NULL;
	}
	r.text = text;
	if (!yaml_parser_initialize(&r.parser))
		log_fatal("out of memory");
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser,
	    (const unsigned char *)r.text, r.len);
	n = document_read(&r);
	if (r.have_event)
		yaml_event_delete(&r.event);
	yaml_parser_delete(&r.parser);
	free(text);
	return n;
}
