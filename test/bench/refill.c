/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "common/util.h"
#include "rest.h"

#define CHURN "churn"
#define UP_MS 60000
#define BEGUN_US 5000000
#define BATCH_MAX 100
/*
 * Due one after the other at this pace, in which a router starts.  What comes
 * late counts from when it was due.
 */
#define PERIOD_US 500000
#define LOOK_US 20000			/* before that: is there a refill? */
#define SPIN_US 2000			/* no sleep ends as exactly */

/* --- claims that are due ------------------------------------------------- */

static void
sleep_until(uint64_t us)
{
	struct timespec t;
	uint64_t now = now_us();

	if (us <= now)
		return;
	t.tv_sec = (time_t)((us - now) / 1000000);
	t.tv_nsec = (long)((us - now) % 1000000) * 1000;
	nanosleep(&t, NULL);
}

/* How many shells are being built now, for that pool or, with "", for all. */
static int64_t
building(struct bench *b, const char *pool)
{
	const struct uvnf_reply *r;
	const struct uvnf_data *d;
	int64_t n, sum = 0;
	size_t i;

	daemon_must(b->uvnf, "pool show %s", pool);
	r = uvnf_last_reply(b->uvnf);
	for (i = 0; (d = uvnf_reply_data(r, i)) != NULL; i++)
		if (uvnf_data_number(d, "building", &n) == 0)
			sum += n;
	return sum;
}

/*
 * One claim; its domid, or -1.  Its VNF stays until the batch has ended: a
 * destroy is no refill.  Without a refill beside it, or with one where none
 * is to be, it says nothing.
 */
static int
claim(struct bench *b, unsigned i, uint64_t due, bool busy)
{
	const struct launcher *how = launcher_find("uvnfd", "booted");
	const char *when = busy ? "refill" : "quiet", *source;
	char name[32], words[128];
	uint64_t us;
	bool beside;
	int rc;

	snprintf(name, sizeof(name), "refill-%u", i);
	snprintf(words, sizeof(words), "create booted %s wait=started "
	    "timeout_ms=60000", name);
	sleep_until(due - LOOK_US);
	beside = building(b, busy ? CHURN : "") > 0;
	sleep_until(due - SPIN_US);
	while (now_us() < due)
		;
	rc = daemon_ask(b->uvnf, words, b->config, b->config_len);
	us = now_us() - due;
	if (rc != 0) {
		failed(how, "not created");
		daemon_discard(b->uvnf, name);
		return -1;
	}
	source = daemon_text(b->uvnf, "source");
	if (source == NULL || strcmp(source, "booted") != 0)
		failed(how, "a paced claim found no shell");
	else if (beside == busy)
		sample(how, "started", when, us);
	else
		rest_dropped(how, when, busy ? "no build was beside it" :
		    "a build fell into it", us);
	return (int)daemon_number(b->uvnf, "domid");
}

/* Its router runs, or has failed; then it goes. */
static void
end(struct bench *b, unsigned i, int domid)
{
	const struct launcher *how = launcher_find("uvnfd", "booted");
	char path[XS_VIF_STATE_LEN];

	if (domid < 0)
		return;
	xs_vif_state(path, domid);
	if (xs_await(b->xs, path, "4", UP_MS) != 0)
		failed(how, "its vif is not connected");
	daemon_must(b->uvnf, "destroy refill-%u wait=freed "
	    "timeout_ms=120000", i);
}

/* Below its minimum a pool is filled without waiting for quiet. */
static void
begin_refill(struct bench *b)
{
	uint64_t limit = now_us() + BEGUN_US;

	daemon_must(b->uvnf, "pool set " CHURN " paused 200 min=200");
	while (building(b, CHURN) == 0 && now_us() < limit)
		sleep_until(now_us() + LOOK_US);
}

static void
batch_of(struct bench *b, unsigned count, bool busy)
{
	int domids[BATCH_MAX];
	struct rest r;
	uint64_t due;
	unsigned i;

	daemon_fill(b->uvnf, "booted", "booted", count);
	rest_await(b, NULL, &r);
	if (busy)
		begin_refill(b);
	due = now_us();
	for (i = 0; i < count; i++) {
		due += PERIOD_US;
		domids[i] = claim(b, i, due, busy);
		daemon_keep(b->uvnf, "booted", "booted", count - i - 1);
	}
	daemon_keep(b->uvnf, CHURN, "paused", 0);
	for (i = 0; i < count; i++)
		end(b, i, domids[i]);
	daemon_keep(b->uvnf, "booted", "booted", 0);
	rest_await(b, NULL, &r);
	fflush(stdout);
}

/* Quiet and beside a refill in turn, and once the other way round. */
void
paced(struct bench *b, unsigned pairs, unsigned count)
{
	unsigned i;

	if (count > BATCH_MAX)
		fatal("at most %u claims in a batch", BATCH_MAX);
	for (i = 0; i < pairs; i++) {
		batch_of(b, count, i % 2 == 1);
		batch_of(b, count, i % 2 == 0);
		fprintf(stderr, "pair %u of %u\n", i + 1, pairs);
	}
}

/* --- how fast it fills --------------------------------------------------- */

void
sample_fill(struct bench *b, const char *kind, unsigned count,
    const char *when)
{
	struct rest r;
	uint64_t us;

	rest_await(b, NULL, &r);
	us = daemon_fill(b->uvnf, kind, kind, count);
	if (us != 0)
		printf("refill\t%s\t%s\t%u\t%" PRIu64 "\n", kind, when,
		    count, us);
	fflush(stdout);
	daemon_keep(b->uvnf, kind, kind, 0);
	rest_await(b, NULL, &r);
}

/* Each kind, and beside it, in the same boot, xl: one create at a time. */
void
fills(struct bench *b, unsigned nrounds, unsigned count)
{
	static const char *const kinds[] = { "paused", "booted", "armed" };
	unsigned i, j, k, peers = (count + 8) / 9;
	uint64_t us;

	for (i = 0; i < nrounds; i++) {
		for (j = 0; j < 3; j++) {
			sample_fill(b, kinds[(i + j) % 3], count, "fill");
			for (k = 0; k < peers; k++)
				measure_start(b, launcher_find("xl", NULL),
				    "serial", &us);
		}
		fprintf(stderr, "fills %u of %u\n", i + 1, nrounds);
	}
}
