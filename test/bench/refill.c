/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "common/util.h"

#define APART_NS 50000000		/* between claims */
#define CHURN "churn"

/*
 * Claims that come at the same distance whether a refill runs beside them or
 * not.  Their VNFs stay until the batch has ended: a destroy is no refill.
 */
static void
claim(struct bench *b, unsigned i, const char *when)
{
	const struct launcher *how = launcher_find("uvnfd", "booted");
	char words[128];
	uint64_t begin;

	snprintf(words, sizeof(words), "create booted refill-%u wait=started",
	    i);
	begin = now_us();
	if (daemon_ask(b->uvnf, words, b->config, b->config_len) == 0)
		sample(how, "started", when, now_us() - begin);
	else
		failed(how, "not created");
}

/* How many shells are being built now. */
static int64_t
building(struct bench *b)
{
	const struct uvnf_reply *r;
	const struct uvnf_data *d;
	int64_t n, sum = 0;
	size_t i;

	daemon_must(b->uvnf, "pool show " CHURN);
	r = uvnf_last_reply(b->uvnf);
	for (i = 0; (d = uvnf_reply_data(r, i)) != NULL; i++)
		if (uvnf_data_number(d, "building", &n) == 0)
			sum += n;
	return sum;
}

static void
batch_of(struct bench *b, unsigned count, bool busy)
{
	const struct timespec apart = { .tv_nsec = APART_NS };
	unsigned i, idle = 0;

	daemon_fill(b->uvnf, "booted", "booted", count);
	/* Below its minimum a pool is filled without waiting for quiet. */
	if (busy)
		daemon_must(b->uvnf, "pool set " CHURN " paused 200 min=200");
	for (i = 0; i < count; i++) {
		nanosleep(&apart, NULL);
		claim(b, i, busy ? "refill" : "quiet");
		daemon_keep(b->uvnf, "booted", "booted", count - i - 1);
		if (busy && building(b) == 0)
			idle++;
	}
	if (idle > 0)
		fatal("%u of %u claims had no refill beside them", idle,
		    count);
	daemon_must(b->uvnf, "pool set " CHURN " paused 0");
	for (i = 0; i < count; i++)
		daemon_must(b->uvnf, "destroy refill-%u wait=freed "
		    "timeout_ms=120000", i);
}

void
refill(struct bench *b, unsigned batches, unsigned batch)
{
	unsigned i;

	for (i = 0; i < 2 * batches; i++) {
		batch_of(b, batch, i % 2 == 1);
		fprintf(stderr, "batch %u of %u\n", i + 1, 2 * batches);
	}
}
