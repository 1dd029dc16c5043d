/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "common/util.h"
#include "crowd.h"
#include "floor.h"
#include "rest.h"

#define SIZES_MAX 16
#define UP_COUNT (2 * SHELVED)		/* watched until they answer */
#define COLD_COUNT 8
#define PEER_COUNT 6			/* launches with xl at each size */
#define FILL 10				/* shells of a refill */
#define FILL_COUNT 2

/* --- claims beside the crowd --------------------------------------------- */

/*
 * One of each, in any order.  A claim and the floor's that was made beside
 * it are a pair: what uvnfd adds is the median of what they differ by.
 */
static void
claim_each(struct bench *b, const char *when)
{
	const struct launcher *booted = launcher_find("uvnfd", "booted");
	const struct launcher *turn[] = { launcher_find("uvnfd", "armed"),
		booted, &floor_booted };
	uint64_t us, claim = 0, floor = 0;
	unsigned i;

	shuffle(turn, 3);
	for (i = 0; i < 3; i++) {
		if (measure_start(b, turn[i], when, &us) != 0)
			continue;
		if (turn[i] == booted)
			claim = us;
		else if (turn[i] == &floor_booted)
			floor = us;
	}
	if (claim != 0 && floor != 0)
		printf("pair\t%s\t%" PRIu64 "\t%" PRIu64 "\n", when, claim,
		    floor);
}

static void
claims(struct bench *b, unsigned count, const char *when)
{
	const struct pool pools[] = { { "armed", "armed", count },
		{ "booted", "booted", count }, { "fbooted", "booted", count } };
	unsigned i;

	daemon_fill_all(b->uvnf, pools, 3);
	floor_collect(b, &floor_booted, count);
	for (i = 0; i < count; i++)
		claim_each(b, when);
	floor_return(b, &floor_booted);
}

/* The whole way of some, of which the network has its share. */
static void
whole_way(struct bench *b, unsigned count, const char *when)
{
	const struct pool pools[] = { { "armed", "armed", count },
		{ "booted", "booted", count } };
	const struct launcher *turn[2];
	unsigned i;

	daemon_fill_all(b->uvnf, pools, 2);
	for (i = 0; i < count; i++) {
		turn[0] = launcher_find("uvnfd", "armed");
		turn[1] = launcher_find("uvnfd", "booted");
		shuffle(turn, 2);
		measure(b, turn[0], when);
		measure(b, turn[1], when);
	}
}

/* --- what takes longer --------------------------------------------------- */

static void
slow_ones(struct bench *b, const char *when)
{
	const struct launcher *peers[] = { launcher_find("xl", NULL),
		launcher_find("xl-fast", NULL) };
	uint64_t us;
	unsigned i;

	for (i = 0; i < COLD_COUNT; i++)
		measure(b, launcher_find("uvnfd", "cold"), when);
	for (i = 0; i < PEER_COUNT; i++) {
		shuffle(peers, 2);
		measure_start(b, peers[0], when, &us);
		measure_start(b, peers[1], when, &us);
	}
	for (i = 0; i < FILL_COUNT; i++)
		sample_fill(b, "booted", FILL, when);
}

static void
at_size(struct bench *b, unsigned count, const char *when)
{
	unsigned left, n;

	for (left = count; left > 0; left -= n) {
		n = left < SHELVED ? left : SHELVED;
		claims(b, n, when);
	}
	for (left = count < UP_COUNT ? count : UP_COUNT; left > 0; left -= n) {
		n = left < SHELVED ? left : SHELVED;
		whole_way(b, n, when);
	}
	slow_ones(b, when);
}

/* Of the first n sizes, how many are this one? */
static unsigned
times(const uint64_t *size, unsigned n, uint64_t one)
{
	unsigned i, found = 0;

	for (i = 0; i < n; i++)
		found += size[i] == one;
	return found;
}

static unsigned
read_sizes(const char *const *words, uint64_t *size)
{
	unsigned n;

	for (n = 0; words[n] != NULL; n++) {
		if (n == SIZES_MAX ||
		    parse_uint(words[n], 1, CROWD_MAX, &size[n]) != 0)
			fatal("no number of VNFs, or one too many: '%s'",
			    words[n]);
		if (times(size, n, size[n]) == 2)
			fatal("%s VNFs a third time", words[n]);
	}
	return n;
}

/*
 * The sizes in the order given: where the crowd shrinks again, time and size
 * do not rise together.  One that comes a second time shows the drift.
 */
void
curve(struct bench *b, unsigned count, const char *const *sizes)
{
	struct crowd *c = crowd_new();
	uint64_t size[SIZES_MAX];
	unsigned i, n = read_sizes(sizes, size);
	char when[32];

	crowd_say_memory(b, c);
	for (i = 0; i < n; i++) {
		crowd_resize(b, c, (unsigned)size[i]);
		crowd_say_memory(b, c);
		snprintf(when, sizeof(when), "n=%u%s", (unsigned)size[i],
		    times(size, i, size[i]) > 0 ? " again" : "");
		at_size(b, count, when);
		fprintf(stderr, "%u VNFs ran\n", (unsigned)size[i]);
	}
	crowd_free(c);
}
