/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "common/util.h"
#include "rest.h"

#define LOOK_MS 10
#define LIMIT_MS 60000
#define IDLE_MS 60
#define IDLE_SHARE 70		/* per cent of that time */
#define IDLE_LIMIT_MS 5000
#define IDLE_FIELD 3		/* in /proc/stat, see proc(5) */
#define SETTLE_LOOK_MS 100
#define SETTLE_LOOKS 10

static void
pause_ms(unsigned ms)
{
	const struct timespec t = { .tv_nsec = ms * 1000000l };

	nanosleep(&t, NULL);
}

/* --- looking ------------------------------------------------------------- */

bool
takes_shell(const struct launcher *how)
{
	return strncmp(how->tool, "uvnf", 4) == 0 &&
	    strcmp(how->source, "cold") != 0;
}

static bool
is_of(const struct uvnf_data *d, const struct launcher *how)
{
	return how != NULL && takes_shell(how) &&
	    strcmp(uvnf_data_get(d, "template"), how->template) == 0 &&
	    strcmp(uvnf_data_get(d, "kind"), how->source) == 0;
}

static void
look_pools(struct bench *b, const struct launcher *how, struct rest *r)
{
	const struct uvnf_data *d;
	int64_t have, building;
	size_t i;

	daemon_must(b->uvnf, "pool");
	for (i = 0; (d = uvnf_reply_data(uvnf_last_reply(b->uvnf), i)) !=
	    NULL; i++) {
		if (uvnf_data_number(d, "have", &have) != 0 ||
		    uvnf_data_number(d, "building", &building) != 0)
			fatal("uvnfd's pools have no numbers");
		r->shells += have;
		r->building += building;
		if (is_of(d, how))
			r->own = have;
	}
}

static void
look(struct bench *b, const struct launcher *how, struct rest *r)
{
	memset(r, 0, sizeof(*r));
	look_pools(b, how, r);
	daemon_must(b->uvnf, "stats");
	r->vnfs = daemon_number(b->uvnf, "vnfs");
	r->builds = daemon_number(b->uvnf, "builds") +
	    daemon_number(b->uvnf, "builds_failed");
	r->destroys = daemon_number(b->uvnf, "destroys");
	r->domains = dom_count(b->dom);
}

/* --- waiting ------------------------------------------------------------- */

/* Ticks of dom0's CPUs since boot, of all kinds and in which they idled. */
static void
read_ticks(uint64_t *all, uint64_t *idle)
{
	FILE *in = fopen("/proc/stat", "r");
	uint64_t n;
	unsigned i;

	*all = *idle = 0;
	if (in == NULL || fscanf(in, "cpu") != 0)
		fatal("/proc/stat cannot be read");
	for (i = 0; fscanf(in, "%" SCNu64, &n) == 1; i++) {
		*all += n;
		if (i == IDLE_FIELD)
			*idle = n;
	}
	fclose(in);
}

/*
 * What others do behind a destroy (xenconsoled looks at every domain then) is
 * not the next launch's.  False: they went on for too long.
 */
static bool
await_idle(void)
{
	uint64_t end = now_us() + IDLE_LIMIT_MS * 1000ull;
	uint64_t all, idle, all_then, idle_then;

	do {
		if (now_us() > end) {
			fprintf(stderr, "launch: dom0 is busy for %d ms\n",
			    IDLE_LIMIT_MS);
			return false;
		}
		read_ticks(&all_then, &idle_then);
		pause_ms(IDLE_MS);
		read_ticks(&all, &idle);
	} while (idle - idle_then < (all - all_then) * IDLE_SHARE / 100);
	return true;
}

void
rest_settle(struct bench *b)
{
	uint64_t end = now_us() + LIMIT_MS * 1000ull;
	struct rest before, now;
	unsigned same = 0;

	look(b, NULL, &before);
	while (same < SETTLE_LOOKS) {
		if (now_us() > end)
			fatal("domains come and go");
		pause_ms(SETTLE_LOOK_MS);
		look(b, NULL, &now);
		same = now.building == 0 &&
		    memcmp(&now, &before, sizeof(now)) == 0 ? same + 1 : 0;
		before = now;
	}
	/* Dom0, and what uvnfd no longer counts or does not know. */
	b->strangers = now.domains - now.shells - now.vnfs;
}

void
rest_await(struct bench *b, const struct launcher *how, struct rest *r)
{
	uint64_t end = now_us() + LIMIT_MS * 1000ull;

	look(b, how, r);
	while (r->building > 0 ||
	    r->domains != r->shells + r->vnfs + b->strangers) {
		if (now_us() > end) {
			fprintf(stderr, "launch: no rest after %d s\n",
			    LIMIT_MS / 1000);
			rest_settle(b);
		}
		pause_ms(LOOK_MS);
		look(b, how, r);
	}
	r->busy = !await_idle();
}

/* --- was it kept? -------------------------------------------------------- */

void
rest_dropped(const struct launcher *how, const char *when, const char *why,
    uint64_t us)
{
	printf("dropped\t%s\t%s\t%s\t%s\t%" PRIu64 "\n", how->tool,
	    how->source != NULL ? how->source : "-", when, why, us);
}

/* What must be true when nothing happened but one launch (and its end). */
static struct rest
expected(const struct launcher *how, const struct rest *before, bool ended)
{
	bool floor = strncmp(how->tool, "floor", 5) == 0;
	bool uvnf = strncmp(how->tool, "uvnf", 4) == 0;
	bool shell = takes_shell(how);
	struct rest r = *before;

	r.shells -= shell;
	r.builds += uvnf && !shell;
	r.vnfs += uvnf && !ended;
	r.destroys += uvnf && ended;
	if (ended)
		r.domains -= shell;
	else
		r.domains += !shell && !floor;
	return r;
}

bool
rest_kept(struct bench *b, const struct launcher *how,
    const struct rest *before, bool ended, const char *when, uint64_t us)
{
	struct rest want = expected(how, before, ended), now;

	look(b, how, &now);
	if (before->busy)
		rest_dropped(how, when, "dom0 was not idle before it", us);
	else if (now.building > 0 || now.builds != want.builds)
		rest_dropped(how, when, "a build fell into it", us);
	else if (now.shells != want.shells || now.domains != want.domains ||
	    now.vnfs != want.vnfs || now.destroys != want.destroys)
		rest_dropped(how, when, "a destroy fell into it", us);
	else
		return true;
	return false;
}
