/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "common/util.h"
#include "floor.h"

void
shuffle(const struct launcher **turn, unsigned n)
{
	static uint32_t seed = 20260101;
	const struct launcher *other;
	unsigned i, j;

	for (i = n; i > 1; i--) {
		seed = seed * 1664525 + 1013904223;
		j = (seed >> 16) % i;
		other = turn[i - 1];
		turn[i - 1] = turn[j];
		turn[j] = other;
	}
}

/* --- the quick ones ------------------------------------------------------ */

static void
fill_all(struct bench *b, unsigned count, const struct launcher *ctl)
{
	struct pool pools[] = { { "armed", "armed", count },
		{ "booted", "booted", count }, { "paused", "paused", count },
		{ "fbooted", "booted", count },
		{ "fpaused", "paused", count } };
	unsigned i;

	for (i = 0; i < 2; i++)
		pools[i].count += ctl != NULL &&
		    strcmp(ctl->template, pools[i].template) == 0;
	daemon_fill_all(b->uvnf, pools, 5);
	floor_collect(b, &floor_booted, count);
	floor_collect(b, &floor_paused, count);
}

/*
 * One of each after the other, each time in another order; a process of
 * uvnfctl, or NULL, takes part once.
 */
static void
batch_of(struct bench *b, unsigned count, const struct launcher *ctl)
{
	const struct launcher *turn[7];
	unsigned i, j, n;

	fill_all(b, count, ctl);
	for (i = 0; i < count; i++) {
		turn[0] = launcher_find("uvnfd", "armed");
		turn[1] = launcher_find("uvnfd", "booted");
		turn[2] = launcher_find("uvnfd", "paused");
		turn[3] = launcher_find("uvnfd", "cold");
		turn[4] = &floor_booted;
		turn[5] = &floor_paused;
		n = 6;
		if (i == 0 && ctl != NULL)
			turn[n++] = ctl;
		shuffle(turn, n);
		for (j = 0; j < n; j++)
			measure(b, turn[j], "main");
	}
	floor_return(b, &floor_booted);
	floor_return(b, &floor_paused);
}

static void
quick_ones(struct bench *b, unsigned batch, unsigned round)
{
	const struct launcher *ctl[] = { launcher_find("uvnfctl", "armed"),
		launcher_find("uvnfctl", "booted") };
	unsigned i, n, left;

	for (i = 0, left = batch; left > 0; left -= n, i++) {
		n = left < SHELVED ? left : SHELVED;
		/* Every other time, one of either and then the other. */
		batch_of(b, n, i % 2 == 0 ? ctl[(i / 2 + round) % 2] : NULL);
	}
}

/* --- the slow ones ------------------------------------------------------- */

static void
slow_ones(struct bench *b)
{
	const struct launcher *turn[] = { launcher_find("xl", NULL),
		launcher_find("virsh", NULL),
		launcher_find("xl-fast", NULL),
		launcher_find("libvirt-fast", NULL) };
	unsigned i, n = sizeof(turn) / sizeof(turn[0]);

	shuffle(turn, n);
	for (i = 0; i < n; i++)
		measure(b, turn[i], "main");
}

void
rounds(struct bench *b, unsigned nrounds, unsigned batch)
{
	uint64_t begin;
	char path[256];
	unsigned i;

	snprintf(path, sizeof(path), "%s/libvirt-fast.xml", b->dir);
	b->libvirt = helper_start("libvirt-fast", path);
	floor_check(b, &floor_booted, launcher_find("uvnfd", "booted"));
	floor_check(b, &floor_paused, launcher_find("uvnfd", "paused"));
	begin = now_us();
	for (i = 0; i < nrounds; i++) {
		/* Neither is always behind the other. */
		if (i % 2 == 1)
			slow_ones(b);
		quick_ones(b, batch, i);
		if (i % 2 == 0)
			slow_ones(b);
		fprintf(stderr, "round %u of %u, %" PRIu64 " s\n", i + 1,
		    nrounds, (now_us() - begin) / 1000000);
	}
}

/* --- a configuration that the template knows ----------------------------- */

static void
known_batch(struct bench *b, unsigned count)
{
	const struct pool pools[] = { { "booted", "booted", count },
		{ "known", "booted", count }, { "fbooted", "booted", count },
		{ "fknown", "booted", count } };
	const struct launcher *turn[4];
	unsigned i, j;
	uint64_t us;

	daemon_fill_all(b->uvnf, pools, 4);
	floor_collect(b, &floor_booted, count);
	floor_collect(b, &floor_known, count);
	for (i = 0; i < count; i++) {
		turn[0] = launcher_find("uvnfd", "booted");
		turn[1] = launcher_find("uvnfd-known", "booted");
		turn[2] = &floor_booted;
		turn[3] = &floor_known;
		shuffle(turn, 4);
		for (j = 0; j < 4; j++)
			measure_start(b, turn[j], "known", &us);
	}
	floor_return(b, &floor_booted);
	floor_return(b, &floor_known);
}

static void
known_peers(struct bench *b)
{
	const struct launcher *turn[] = { launcher_find("xl", NULL),
		launcher_find("xl-fast", NULL) };
	uint64_t us;

	shuffle(turn, 2);
	measure_start(b, turn[0], "known", &us);
	measure_start(b, turn[1], "known", &us);
}

/* Of booted shells, with xl and xl-fast once a round. */
void
known(struct bench *b, unsigned nrounds, unsigned batch)
{
	unsigned i, n, left;

	floor_check(b, &floor_known, launcher_find("uvnfd-known", "booted"));
	for (i = 0; i < nrounds; i++) {
		/* Neither is always behind the other. */
		if (i % 2 == 1)
			known_peers(b);
		for (left = batch; left > 0; left -= n) {
			n = left < SHELVED ? left : SHELVED;
			known_batch(b, n);
		}
		if (i % 2 == 0)
			known_peers(b);
		fprintf(stderr, "round %u of %u\n", i + 1, nrounds);
	}
}

/* --- the demonstration's ------------------------------------------------- */

void
few(struct bench *b, unsigned nrounds)
{
	static const char *const sources[] = { "armed", "booted", "paused" };
	unsigned i, j;

	for (i = 0; i < nrounds; i++) {
		for (j = 0; j < 3; j++) {
			daemon_fill(b->uvnf, sources[j], sources[j], 1);
			measure(b, launcher_find("uvnfd", sources[j]), "main");
		}
		measure(b, launcher_find("uvnfd", "cold"), "main");
		measure(b, launcher_find("xl", NULL), "main");
	}
}
