/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "floor.h"

/*
 * How many shells of each kind wait at the same time.  Few: C xenstored walks
 * all connections and watches for each write, and each shell has some, so that
 * a large pool makes everything slower, and everybody.
 */
#define SHELVED 3

/* One of uvnfd's pools, or of the floor's, for a batch of launches. */
struct kind {
	const struct launcher *how;
	unsigned have;
};

static void
fill(struct bench *b, struct kind *k, unsigned count, const char *when)
{
	uint64_t us;

	us = daemon_fill(b->uvnf, k->how->template, k->how->source, count);
	k->have = count;
	printf("refill\t%s\t%s\t%u\t%" PRIu64 "\n", k->how->source, when,
	    count, us);
	fflush(stdout);
}

/*
 * One of it, and no refill behind it: that waits for 100 ms without a claim,
 * and hears before that nothing is missing.
 */
static void
one(struct bench *b, struct kind *k, const struct launcher *how,
    const char *when)
{
	if (k->have == 0)
		return;
	measure(b, how, when);
	k->have--;
	daemon_keep(b->uvnf, k->how->template, k->how->source, k->have);
}

/* The quick ones, one of each after the other; uvnfctl beside the first. */
static void
batch_of(struct bench *b, struct kind *kinds, unsigned batch, unsigned round)
{
	const struct launcher *ctl[2] = { launcher_find("uvnfctl", "armed"),
		launcher_find("uvnfctl", "booted") };
	unsigned i, j;

	for (j = 0; j < 3; j++)
		fill(b, &kinds[j], batch + (j < 2), "main");
	floor_collect(b, &floor_booted, batch);
	floor_collect(b, &floor_paused, batch);
	for (j = 0; j < 2; j++)
		one(b, &kinds[j], ctl[j], "main");
	for (i = 0; i < batch; i++) {
		for (j = 0; j < 3; j++)
			one(b, &kinds[(i + j + round) % 3],
			    kinds[(i + j + round) % 3].how, "main");
		measure(b, &floor_booted, "main");
		measure(b, &floor_paused, "main");
	}
	floor_return(b, &floor_booted);
	floor_return(b, &floor_paused);
}

/* The slow ones, each round in another order. */
static void
slow_ones(struct bench *b, unsigned round)
{
	const struct launcher *slow[] = { launcher_find("xl", NULL),
		launcher_find("uvnfd", "cold"),
		launcher_find("virsh", NULL),
		launcher_find("xl-fast", NULL),
		launcher_find("libvirt-fast", NULL) };
	unsigned i, n = sizeof(slow) / sizeof(slow[0]);

	for (i = 0; i < n; i++)
		measure(b, slow[(i + round) % n], "main");
}

void
rounds(struct bench *b, unsigned nrounds, unsigned batch)
{
	struct kind kinds[3] = {
		{ .how = launcher_find("uvnfd", "armed") },
		{ .how = launcher_find("uvnfd", "booted") },
		{ .how = launcher_find("uvnfd", "paused") } };
	unsigned i, left, n;
	char path[256];

	snprintf(path, sizeof(path), "%s/libvirt-fast.xml", b->dir);
	b->libvirt = helper_start("libvirt-fast", path);
	floor_check(b, &floor_booted);
	floor_check(b, &floor_paused);
	for (i = 0; i < nrounds; i++) {
		for (left = batch; left > 0; left -= n) {
			n = left < SHELVED ? left : SHELVED;
			batch_of(b, kinds, n, i + left);
		}
		slow_ones(b, i);
		fprintf(stderr, "round %u of %u\n", i + 1, nrounds);
	}
}

void
few(struct bench *b, unsigned nrounds)
{
	struct kind kinds[3] = {
		{ .how = launcher_find("uvnfd", "armed") },
		{ .how = launcher_find("uvnfd", "booted") },
		{ .how = launcher_find("uvnfd", "paused") } };
	unsigned i, j;

	for (i = 0; i < nrounds; i++) {
		for (j = 0; j < 3; j++) {
			fill(b, &kinds[j], 1, "few");
			one(b, &kinds[j], kinds[j].how, "main");
		}
		measure(b, launcher_find("uvnfd", "cold"), "main");
		measure(b, launcher_find("xl", NULL), "main");
	}
}
