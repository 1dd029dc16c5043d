/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* A request: its words checked, escaped, and put into one piece. */

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "lib/conn.h"

#define GRACE_MS 2000			/* for the daemon's own time limit */

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

/* The words fit into u->line even if all is escaped: it never grows. */
static int
check_words(struct uvnf *u, const char *const *argv, size_t argc, size_t len)
{
	size_t i, total = 0;

	if (argc == 0 || argv[0][0] == '\0')
		return conn_fail(u, UVNF_E_USAGE, "a request needs a verb");
	if (argc >= PROTO_WORDS_MAX)
		return conn_fail(u, UVNF_E_TOO_BIG,
		    "a request has at most %d words", PROTO_WORDS_MAX);
	for (i = 0; i < argc; i++) {
		if (strncmp(argv[i], "config=", 7) == 0)
			return conn_fail(u, UVNF_E_USAGE, "config= is not for "
			    "the caller: it announces the payload");
		total += strnlen(argv[i], PROTO_LINE_MAX);
		if (total >= PROTO_LINE_MAX)
			return conn_fail(u, UVNF_E_TOO_BIG, "a request line "
			    "has at most %d bytes", PROTO_LINE_MAX);
	}
	if (len > PROTO_PAYLOAD_SKIP_MAX)
		return conn_fail(u, UVNF_E_TOO_BIG,
		    "a configuration has at most %d bytes", PROTO_CONFIG_MAX);
	return 0;
}

struct chunk *
request_build(struct uvnf *u, uint64_t id, const char *const *argv,
    size_t argc, const void *payload, size_t len)
{
	struct proto_buf b = { .data = u->line, .size = sizeof(u->line) };
	struct chunk *c;
	size_t i;

	if (payload == NULL)
		len = 0;
	if (check_words(u, argv, argc, len) < 0)
		return NULL;
	proto_buf_printf(&b, "@%" PRIu64, id);
	for (i = 0; i < argc; i++)
		add_word(&b, argv[i]);
	if (payload != NULL)
		proto_buf_printf(&b, " config=%zu", len);
	proto_buf_add(&b, "\n", 1);
	if (b.len > PROTO_LINE_MAX) {
		conn_fail(u, UVNF_E_TOO_BIG,
		    "a request line has at most %d bytes", PROTO_LINE_MAX);
		return NULL;
	}
	c = malloc(sizeof(*c) + b.len + len);
	if (c == NULL) {
		conn_fail(u, UVNF_E_SYSTEM, "out of memory");
		return NULL;
	}
	memset(c, 0, sizeof(*c));
	c->len = b.len + len;
	memcpy(c->bytes, b.data, b.len);
	if (len > 0)
		memcpy(c->bytes + b.len, payload, len);
	return c;
}

unsigned
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
