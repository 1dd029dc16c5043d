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
#define FILL_TRIES 3

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

void
daemon_discard(struct uvnf *u, const char *name)
{
	char words[128];

	snprintf(words, sizeof(words), "destroy %s wait=freed "
	    "timeout_ms=120000", name);
	if (daemon_ask(u, words, NULL, 0) != 0 &&
	    strcmp(uvnf_error_word(u), "no-vnf") != 0)
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
daemon_fill_all(struct uvnf *u, const struct pool *pools, size_t n)
{
	uint64_t begin = now_us();
	size_t i;

	/* Below its minimum a pool is filled without waiting for quiet. */
	for (i = 0; i < n; i++)
		daemon_must(u, "pool set %s %s %u min=%u", pools[i].template,
		    pools[i].kind, pools[i].count, pools[i].count);
	/* A build that failed is said, also on the page, and made again. */
	for (i = 0; daemon_ask(u, "pool fill wait=full " FILL_LIMIT, NULL,
	    0) != 0; i++) {
		if (i == FILL_TRIES)
			fatal("so this cannot go on");
		printf("failed\tuvnfd\t%s\ta fill: %s\n", pools[0].kind,
		    uvnf_error_text(u));
	}
	begin = i == 0 ? now_us() - begin : 0;
	for (i = 0; i < n; i++)
		daemon_keep(u, pools[i].template, pools[i].kind,
		    pools[i].count);
	return begin;
}

uint64_t
daemon_fill(struct uvnf *u, const char *template, const char *kind,
    unsigned count)
{
	const struct pool one = { template, kind, count };

	return daemon_fill_all(u, &one, 1);
}

void
daemon_keep(struct uvnf *u, const char *template, const char *kind,
    unsigned count)
{
	daemon_must(u, "pool set %s %s %u", template, kind, count);
}

static void
on_kept(struct uvnf *u, const struct uvnf_reply *r, void *arg)
{
	(void)u;
	(void)arg;
	if (strcmp(uvnf_reply_word(r), "ok") != 0)
		fatal("pool set: %s", uvnf_reply_text(r));
}

void
daemon_keep_soon(struct uvnf *u, const char *template, const char *kind,
    unsigned count)
{
	const char *argv[] = { "pool", "set", template, kind, NULL };
	char number[16];

	snprintf(number, sizeof(number), "%u", count);
	argv[4] = number;
	if (uvnf_submit(u, argv, 5, NULL, 0, on_kept, NULL, NULL) < 0 ||
	    uvnf_process(u) != 0)
		fatal("%s", uvnf_error_text(u));
}
