/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "common/util.h"

#define CHURN "churn"
#define UP_MS 60000

/*
 * One claim after the other, each when the router before it runs, whether a
 * refill runs beside them or not.  Their VNFs stay until the batch has ended:
 * a destroy is no refill.
 */
static void
claim(struct bench *b, unsigned i, const char *when)
{
	const struct launcher *how = launcher_find("uvnfd", "booted");
	char words[128], path[128];
	uint64_t begin;

	snprintf(words, sizeof(words), "create booted refill-%u wait=started "
	    "timeout_ms=60000", i);
	begin = now_us();
	if (daemon_ask(b->uvnf, words, b->config, b->config_len) != 0) {
		failed(how, "not created");
		return;
	}
	sample(how, "started", when, now_us() - begin);
	snprintf(path, sizeof(path), "/local/domain/0/backend/vif/%d/0/state",
	    (int)daemon_number(b->uvnf, "domid"));
	if (xs_await(b->xs, path, "4", UP_MS) != 0)
		failed(how, "its vif is not connected");
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
	unsigned i, idle = 0;

	daemon_fill(b->uvnf, "booted", "booted", count);
	/* Below its minimum a pool is filled without waiting for quiet. */
	if (busy)
		daemon_must(b->uvnf, "pool set " CHURN " paused 200 min=200");
	for (i = 0; i < count; i++) {
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
