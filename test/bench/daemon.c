/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "common/util.h"

#define WORDS_MAX 16
#define FILL_LIMIT "timeout_ms=600000"

struct uvnf *
daemon_open(void)
{
	struct uvnf *u;

	if (uvnf_open(NULL, 60000, &u) < 0)
		fatal("no uvnfd: %s", uvnf_error_text(u));
	return u;
}

int
daemon_ask(struct uvnf *u, const char *words, const char *payload, size_t len)
{
	const char *argv[WORDS_MAX];
	char buf[512], *save = NULL, *word;
	size_t argc = 0;

	snprintf(buf, sizeof(buf), "%s", words);
	for (word = strtok_r(buf, " ", &save); word != NULL &&
	    argc < WORDS_MAX; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	if (uvnf_request(u, argv, argc, payload, len, NULL, NULL) == 0)
		return 0;
	fprintf(stderr, "uvnfd: %s: %s: %s\n", words, uvnf_error_word(u),
	    uvnf_error_text(u));
	return -1;
}

void
daemon_must(struct uvnf *u, const char *fmt, ...)
{
	char words[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	if (daemon_ask(u, words, NULL, 0) != 0)
		fatal("so this cannot go on");
}

const char *
daemon_text(struct uvnf *u, const char *key)
{
	const struct uvnf_data *d = uvnf_reply_data(uvnf_last_reply(u), 0);

	return d != NULL ? uvnf_data_get(d, key) : NULL;
}

int64_t
daemon_number(struct uvnf *u, const char *key)
{
	const struct uvnf_data *d = uvnf_reply_data(uvnf_last_reply(u), 0);
	int64_t n;

	return d != NULL && uvnf_data_number(d, key, &n) == 0 ? n : -1;
}

uint64_t
daemon_fill(struct uvnf *u, const char *template, const char *kind,
    unsigned count)
{
	uint64_t begin = now_us();

	daemon_must(u, "pool set %s %s %u min=%u", template, kind, count,
	    count);
	daemon_must(u, "pool fill %s wait=full " FILL_LIMIT, template);
	begin = now_us() - begin;
	daemon_keep(u, template, kind, count);
	return begin;
}

void
daemon_keep(struct uvnf *u, const char *template, const char *kind,
    unsigned count)
{
	daemon_must(u, "pool set %s %s %u", template, kind, count);
}
