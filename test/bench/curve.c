/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "common/util.h"
#include "floor.h"

#define BATCH 17			/* claims of each kind from one fill */
#define AT_ONCE 4			/* VNFs of the crowd that are built */
#define PEER_COUNT 3			/* launches with xl at each size */

/* --- the crowd: VNFs that run, on a bridge of their own ------------------ */

struct crowd {
	unsigned wanted, asked, up, lost;
};

static void ask_next(struct crowd *c, struct uvnf *u);

static void
on_up(struct uvnf *u, const struct uvnf_reply *r, void *arg)
{
	struct crowd *c = arg;

	if (strcmp(uvnf_reply_word(r), "ok") == 0) {
		c->up++;
	} else {
		fprintf(stderr, "crowd: %s: %s\n", uvnf_reply_word(r),
		    uvnf_reply_text(r));
		c->lost++;
	}
	ask_next(c, u);
}

static void
ask_next(struct crowd *c, struct uvnf *u)
{
	const char *argv[] = { "create", "crowd", NULL, "wait=ready",
		"timeout_ms=600000" };
	char name[32];

	if (c->asked >= c->wanted)
		return;
	snprintf(name, sizeof(name), "crowd-%u", ++c->asked);
	argv[2] = name;
	if (uvnf_submit(u, argv, 5, NULL, 0, on_up, c, NULL) < 0)
		fatal("%s", uvnf_error_text(u));
}

static void
crowd_grow(struct bench *b, struct crowd *c, unsigned size)
{
	unsigned i;

	c->wanted = size;
	for (i = 0; i < AT_ONCE; i++)
		ask_next(c, b->uvnf);
	while (uvnf_pending(b->uvnf) > 0)
		if (uvnf_wait(b->uvnf, -1) < 0)
			fatal("%s", uvnf_error_text(b->uvnf));
	if (c->up + 8 < size)
		fatal("only %u of %u VNFs run", c->up, size);
}

/* --- what uvnfd holds ---------------------------------------------------- */

static bool
is_uvnfd(const char *pid)
{
	char path[300], name[32] = "";
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	in = fopen(path, "r");
	if (in != NULL && fgets(name, sizeof(name), in) == NULL)
		name[0] = '\0';
	if (in != NULL)
		fclose(in);
	return strcmp(name, "uvnfd\n") == 0;
}

static unsigned
resident_kib(const char *pid)
{
	char path[300], line[256];
	unsigned kib = 0;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%s/smaps_rollup", pid);
	in = fopen(path, "r");
	if (in == NULL)
		return 0;
	while (fgets(line, sizeof(line), in) != NULL)
		if (sscanf(line, "Rss: %u", &kib) == 1)
			break;
	fclose(in);
	return kib;
}

/* What guests have said, which it keeps for each of them. */
static int64_t
console_bytes(struct bench *b, const struct crowd *c)
{
	const struct uvnf_data *d;
	int64_t n, total = 0;
	char words[64];
	unsigned i;

	for (i = 1; i <= c->asked; i++) {
		snprintf(words, sizeof(words), "console crowd-%u", i);
		if (daemon_ask(b->uvnf, words, NULL, 0) != 0)
			continue;
		d = uvnf_reply_closing(uvnf_last_reply(b->uvnf));
		if (uvnf_data_number(d, "count", &n) == 0)
			total += n;
	}
	return total;
}

static void
say_memory(struct bench *b, const struct crowd *c)
{
	DIR *proc = opendir("/proc");
	struct dirent *e;
	unsigned kib = 0;

	while (proc != NULL && kib == 0 && (e = readdir(proc)) != NULL)
		if (isdigit((unsigned char)e->d_name[0]) &&
		    is_uvnfd(e->d_name))
			kib = resident_kib(e->d_name);
	if (proc != NULL)
		closedir(proc);
	if (kib == 0)
		fatal("no uvnfd in /proc");
	printf("memory\t%u\t%u\t%" PRId64 "\n", c->up, kib,
	    console_bytes(b, c));
	fflush(stdout);
}

/* --- claims beside it ---------------------------------------------------- */

static void
claims(struct bench *b, unsigned batch, const char *when)
{
	const struct launcher *armed = launcher_find("uvnfd", "armed"),
	    *booted = launcher_find("uvnfd", "booted");
	unsigned i;

	daemon_fill(b->uvnf, "armed", "armed", batch);
	daemon_fill(b->uvnf, "booted", "booted", batch);
	floor_collect(b, &floor_booted, batch);
	for (i = batch; i-- > 0;) {
		measure_start(b, armed, when);
		daemon_keep(b->uvnf, "armed", "armed", i);
		measure_start(b, &floor_booted, when);
		measure_start(b, booted, when);
		daemon_keep(b->uvnf, "booted", "booted", i);
	}
	floor_return(b, &floor_booted);
}

void
curve(struct bench *b, unsigned count, char *const *sizes)
{
	const struct launcher *peers[] = { launcher_find("xl", NULL),
		launcher_find("xl-fast", NULL) };
	struct crowd c = { 0 };
	unsigned i, left;
	uint64_t size;
	char when[32];

	say_memory(b, &c);
	for (; *sizes != NULL; sizes++) {
		if (parse_uint(*sizes, 1, 2000, &size) != 0)
			fatal("no number of VNFs: '%s'", *sizes);
		crowd_grow(b, &c, (unsigned)size);
		say_memory(b, &c);
		snprintf(when, sizeof(when), "n=%u", (unsigned)size);
		for (left = count; left > 0; left -= i) {
			i = left < BATCH ? left : BATCH;
			claims(b, i, when);
		}
		for (i = 0; i < PEER_COUNT * 2; i++)
			measure_start(b, peers[i % 2], when);
		fprintf(stderr, "%u VNFs ran\n", c.up);
	}
}
