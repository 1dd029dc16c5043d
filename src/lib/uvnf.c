/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "lib/wire.h"

#define GRACE_MS 2000			/* for the daemon's own time limit */

/* The lines of a reply. */

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
			return wire_fail(u, UVNF_E_SYSTEM, "out of memory");
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

static int
parse_fields(struct uvnf *u, char *text)
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
		return wire_fail_protocol(u, "a malformed field in a reply",
		    text);
	return 0;
}

/* Cuts off the word at *p; what follows its one space is left there. */
static char *
cut_word(char **p)
{
	char *word = *p, *end = word + strcspn(word, " \t");

	*p = *end == '\0' ? end : end + 1;
	*end = '\0';
	return word;
}

static int
parse_error(struct uvnf *u, struct exchange *x, char *rest)
{
	char *word = cut_word(&rest);
	int code = uvnf_code_from_word(word);

	if (word[0] == '\0' || strlen(word) >= sizeof(u->word) ||
	    word[strspn(word, "abcdefghijklmnopqrstuvwxyz-")] != '\0' ||
	    code == UVNF_OK || proto_unescape(rest, NULL) < 0)
		return wire_fail_protocol(u, "a malformed error line", word);
	/* A newer daemon may know more codes: its word stays as it is. */
	if (code < 0)
		code = UVNF_E_SYSTEM;
	x->result = wire_fail(u, (enum uvnf_code)code, "%s", rest);
	snprintf(u->word, sizeof(u->word), "%s", word);
	x->done = true;
	return 0;
}

enum whose { OURS, STALE, STRANGE };

static enum whose
tag_whose(const struct uvnf *u, const char *tag)
{
	unsigned long n;
	char *end;

	if (tag[0] < '1' || tag[0] > '9')
		return STRANGE;
	errno = 0;
	n = strtoul(tag, &end, 10);
	if (*end != '\0' || errno != 0 || n > u->serial)
		return STRANGE;
	return n == u->serial ? OURS : STALE;
}

/*
 * An error without a tag is ours, too: the daemon could not read the line
 * that had it.
 */
static int
on_reply(struct uvnf *u, struct exchange *x, char *line)
{
	char *word = cut_word(&line);
	bool tagged = word[0] == '@';
	int rc;

	if (tagged) {
		switch (tag_whose(u, word + 1)) {
		case OURS:
			break;
		case STALE:
			return 0;
		case STRANGE:
			return wire_fail_protocol(u, "a reply to nothing",
			    word);
		}
		word = cut_word(&line);
	}
	if (strcmp(word, "ERR") == 0)
		return parse_error(u, x, line);
	if (!tagged ||
	    (strcmp(word, "DATA") != 0 && strcmp(word, "OK") != 0))
		return wire_fail_protocol(u, "this is no reply", word);
	rc = parse_fields(u, line);
	if (rc < 0)
		return rc;
	if (word[0] == 'O')
		x->done = true;
	else if (x->cb != NULL)
		x->cb(&u->data, x->arg);
	return 0;
}

static int
on_greeting(struct uvnf *u, struct exchange *x, char *line)
{
	const char *word = cut_word(&line), *value;
	uint64_t n;
	int rc;

	if (strcmp(word, "HELLO") != 0)
		return wire_fail_protocol(u, "this is no greeting", word);
	rc = parse_fields(u, line);
	if (rc < 0)
		return rc;
	value = uvnf_data_get(&u->data, "protocol");
	if (value == NULL || parse_uint(value, 0, UINT64_MAX, &n) < 0)
		return wire_fail_protocol(u,
		    "a greeting without a protocol number", word);
	if (n != PROTO_VERSION)
		return wire_fail(u, UVNF_E_PROTOCOL, "uvnfd speaks version "
		    "%llu of the protocol, this client version %d",
		    (unsigned long long)n, PROTO_VERSION);
	value = uvnf_data_get(&u->data, "version");
	snprintf(u->version, sizeof(u->version), "%s", value ? value : "?");
	value = uvnf_data_get(&u->data, "backend");
	snprintf(u->backend, sizeof(u->backend), "%s", value ? value : "?");
	x->done = true;
	return 0;
}

int
uvnf_open(const char *path, unsigned timeout_ms, struct uvnf **out)
{
	struct exchange x = { .on_line = on_greeting };
	uint64_t end;
	unsigned left_ms;
	struct uvnf *u;
	int rc;

	*out = u = calloc(1, sizeof(*u));
	if (u == NULL)
		return -UVNF_E_SYSTEM;
	u->fd = -1;
	u->timeout_ms = timeout_ms > 0 ? timeout_ms : 1;
	end = now_us() + (uint64_t)u->timeout_ms * 1000;
	if (path == NULL)
		path = getenv("UVNF_SOCKET");
	if (path == NULL || path[0] == '\0')
		path = PROTO_SOCKET_DEFAULT;
	rc = wire_connect(u, path, end);
	if (rc == 0) {
		left_ms = end > now_us() ?
		    (unsigned)((end - now_us()) / 1000) : 0;
		rc = wire_exchange(u, &x, left_ms + 1);
	}
	if (rc < 0)
		wire_hang_up(u);
	return rc;
}

void
uvnf_close(struct uvnf *u)
{
	if (u == NULL)
		return;
	wire_hang_up(u);
	free(u->in);
	free(u->data.fields);
	free(u);
}

const char *
uvnf_daemon_version(const struct uvnf *u)
{
	return u->version;
}

const char *
uvnf_daemon_backend(const struct uvnf *u)
{
	return u->backend;
}

/* Requests. */

static size_t
key_length(const char *word)
{
	size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_.-");

	return word[0] >= 'a' && word[0] <= 'z' && word[len] == '=' ? len : 0;
}

static void
add_word(struct proto_buf *b, const char *word)
{
	size_t len = key_length(word), plain;

	proto_buf_add(b, " ", 1);
	if (len > 0) {
		proto_buf_add(b, word, len + 1);
		word += len + 1;
	}
	plain = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789_@/.:,+-");
	if (plain > 0 && word[plain] == '\0') {
		proto_buf_add(b, word, plain);
		return;
	}
	proto_buf_add(b, "\"", 1);
	proto_buf_escape(b, word, strlen(word));
	proto_buf_add(b, "\"", 1);
}

/* The words fit into u->out even if all is escaped: it never grows. */
static int
check_words(struct uvnf *u, const char *const *argv, size_t argc, size_t len)
{
	size_t i, total = 0;

	if (argc == 0 || argv[0][0] == '\0')
		return wire_fail(u, UVNF_E_USAGE, "a request needs a verb");
	if (argc >= PROTO_WORDS_MAX)
		return wire_fail(u, UVNF_E_TOO_BIG,
		    "a request has at most %d words", PROTO_WORDS_MAX);
	for (i = 0; i < argc; i++) {
		if (strncmp(argv[i], "config=", 7) == 0)
			return wire_fail(u, UVNF_E_USAGE, "config= is not for "
			    "the caller: it announces the payload");
		total += strnlen(argv[i], PROTO_LINE_MAX);
		if (total >= PROTO_LINE_MAX)
			return wire_fail(u, UVNF_E_TOO_BIG, "a request line "
			    "has at most %d bytes", PROTO_LINE_MAX);
	}
	if (len > PROTO_PAYLOAD_SKIP_MAX)
		return wire_fail(u, UVNF_E_TOO_BIG,
		    "a configuration has at most %d bytes", PROTO_CONFIG_MAX);
	return 0;
}

static int
build_line(struct uvnf *u, const char *const *argv, size_t argc,
    const size_t *len, struct proto_buf *b)
{
	size_t i;

	b->data = u->out;
	b->size = sizeof(u->out);
	b->len = 0;
	proto_buf_printf(b, "@%lu", u->serial);
	for (i = 0; i < argc; i++)
		add_word(b, argv[i]);
	if (len != NULL)
		proto_buf_printf(b, " config=%zu", *len);
	proto_buf_add(b, "\n", 1);
	if (b->len > PROTO_LINE_MAX)
		return wire_fail(u, UVNF_E_TOO_BIG,
		    "a request line has at most %d bytes", PROTO_LINE_MAX);
	return 0;
}

static unsigned
request_limit(const struct uvnf *u, const char *const *argv, size_t argc)
{
	uint64_t ms = u->timeout_ms;
	size_t i;

	for (i = 1; i < argc; i++)
		if (strncmp(argv[i], "timeout_ms=", 11) == 0)
			(void)parse_uint(argv[i] + 11, 1, PROTO_TIMEOUT_MS_MAX,
			    &ms);
	ms += GRACE_MS;
	return ms < UINT_MAX ? (unsigned)ms : UINT_MAX;
}

int
uvnf_request(struct uvnf *u, const char *const *argv, size_t argc,
    const char *payload, size_t len, uvnf_data_cb cb, void *arg)
{
	struct exchange x = { .on_line = on_reply, .cb = cb, .arg = arg };
	struct proto_buf b;
	int rc;

	if (payload == NULL)
		len = 0;
	rc = check_words(u, argv, argc, len);
	if (rc < 0)
		return rc;
	if (u->fd < 0)
		return wire_fail(u, UVNF_E_NO_DAEMON,
		    "the connection to uvnfd is lost");
	u->serial++;
	rc = build_line(u, argv, argc, payload != NULL ? &len : NULL, &b);
	if (rc < 0)
		return rc;
	u->error.code = UVNF_OK;
	u->error.text[0] = '\0';
	snprintf(u->word, sizeof(u->word), "ok");
	x.out[0].iov_base = b.data;
	x.out[0].iov_len = b.len;
	/* sendmsg only reads it, but its type cannot say so */
	memcpy(&x.out[1].iov_base, &payload, sizeof(payload));
	x.out[1].iov_len = len;
	return wire_exchange(u, &x, request_limit(u, argv, argc));
}

const char *
uvnf_error_word(const struct uvnf *u)
{
	return u == NULL ? uvnf_code_word(UVNF_E_SYSTEM) : u->word;
}

const char *
uvnf_error_text(const struct uvnf *u)
{
	return u == NULL ? "out of memory" : u->error.text;
}

int
uvnf_exit_status(const struct uvnf *u)
{
	return uvnf_code_exit_status(u == NULL ? UVNF_E_SYSTEM :
	    u->error.code);
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

const char *
uvnf_data_get(const struct uvnf_data *d, const char *key)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		if (strcmp(d->fields[i].key, key) == 0)
			return d->fields[i].value;
	return NULL;
}
