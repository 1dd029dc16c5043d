/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "common/util.h"
#include "floor.h"
#include "rest.h"

#define CHUNK 992			/* as uvnfd cuts configurations */
#define SHELL_MAX 256
#define PATH_LEN 128
#define LIMIT_MS 20000

/* The domids of shells that wait. */
static struct shelf {
	const struct launcher *how;
	unsigned count;
	int newest;			/* of all that were here */
	int domids[SHELL_MAX];
} shelves[] = { { .how = &floor_booted }, { .how = &floor_paused },
	{ .how = &floor_known } };

static struct shelf *
shelf_of(const struct launcher *how)
{
	size_t i;

	for (i = 0; i < sizeof(shelves) / sizeof(shelves[0]); i++)
		if (shelves[i].how == how)
			return &shelves[i];
	fatal("no shelf for %s %s", how->tool, how->source);
}

static void
path_of(int domid, const char *node, char path[PATH_LEN])
{
	snprintf(path, PATH_LEN, "/local/domain/%d/%s", domid, node);
}

/* --- shells -------------------------------------------------------------- */

static bool
is_shell(struct xs *xs, int domid, const char *template)
{
	char path[PATH_LEN], want[64];

	path_of(domid, "name", path);
	snprintf(want, sizeof(want), "uvnf-%s-", template);
	xs_put_read(xs, path);
	return xs_settle(xs) == 0 &&
	    strncmp(xs_body(xs, NULL), want, strlen(want)) == 0;
}

static int
newest(const struct shelf *s)
{
	int domid = s->newest;
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (s->domids[i] > domid)
			domid = s->domids[i];
	return domid;
}

/*
 * Those that were here before are gone, and what is built later has a higher
 * domid: so a crowd of older domains is not asked, one by one.
 */
void
floor_collect(struct bench *b, const struct launcher *how, unsigned count)
{
	struct shelf *s = shelf_of(how);
	char list[4096], *at;
	size_t len;
	int domid;

	daemon_fill(b->uvnf, how->template, how->source, count);
	s->count = 0;
	xs_put_list(b->xs, "/local/domain");
	if (xs_settle(b->xs) != 0)
		fatal("xenstored lists no domains");
	memcpy(list, xs_body(b->xs, &len), sizeof(list));
	for (at = list; at < list + len; at += strlen(at) + 1) {
		domid = (int)strtol(at, NULL, 10);
		if (domid > s->newest && s->count < SHELL_MAX &&
		    is_shell(b->xs, domid, how->template))
			s->domids[s->count++] = domid;
	}
	if (s->count < count)
		fatal("%u shells of %s, not %u", s->count, how->template,
		    count);
	s->newest = newest(s);
}

void
floor_return(struct bench *b, const struct launcher *how)
{
	struct rest r;

	shelf_of(how)->count = 0;
	daemon_keep(b->uvnf, how->template, how->source, 0);
	rest_await(b, NULL, &r);
}

/* --- the requests -------------------------------------------------------- */

static void
put_config(struct bench *b, int domid)
{
	char path[PATH_LEN], node[64];
	size_t at, len;
	unsigned i = 0;

	for (at = 0; at < b->config_len; at += len) {
		len = b->config_len - at < CHUNK ? b->config_len - at : CHUNK;
		snprintf(node, sizeof(node), "data/clickos/0/config/%u", i++);
		path_of(domid, node, path);
		xs_put_write(b->xs, path, b->config + at, len);
	}
}

static void
put_status(struct bench *b, int domid, const char *status)
{
	char path[PATH_LEN];

	path_of(domid, "data/clickos/0/status", path);
	xs_put_write(b->xs, path, status, strlen(status));
}

static int
take(const struct launcher *how, struct launch *l)
{
	struct shelf *s = shelf_of(how);

	if (s->count == 0)
		return failed(how, "no shell is left");
	l->domid = s->domids[--s->count];
	return 0;
}

/* Its router, which may begin late, is not to be in the next one's way. */
static int
give_up(struct bench *b, const struct launcher *how, int domid,
    const char *why)
{
	put_status(b, domid, "Halted");
	xs_settle(b->xs);
	fprintf(stderr, "domain %d: %s\n", domid, why);
	return failed(how, "%s", why);
}

static int
start_booted(struct bench *b, const struct launcher *how, struct launch *l)
{
	if (take(how, l) != 0)
		return -1;
	l->begin = now_us();
	if (how != &floor_known)
		put_config(b, l->domid);
	put_status(b, l->domid, "Running");
	if (xs_settle(b->xs) != 0)
		return give_up(b, how, l->domid, "a write is refused");
	l->started = now_us();
	return 0;
}

/* NULL, or what went wrong; announced by path. */
static const char *
boot_and_start(struct bench *b, const char *path, struct launch *l)
{
	if (xs_await_event(b->xs, path, LIMIT_MS) != 0)
		return "no watch is set";
	l->begin = now_us();
	if (dom_unpause(b->dom, l->domid) != 0)
		return "it is not let run";
	put_config(b, l->domid);
	if (xs_await_event(b->xs, path, LIMIT_MS) != 0)
		return "it does not boot";
	put_status(b, l->domid, "Running");
	if (xs_settle(b->xs) != 0)
		return "a write is refused";
	l->started = now_us();
	return NULL;
}

/* uvnfd watches its shells for the guest's announcement, too. */
static int
start_paused(struct bench *b, const struct launcher *how, struct launch *l)
{
	char path[PATH_LEN];
	const char *why;

	if (take(how, l) != 0)
		return -1;
	path_of(l->domid, "data/clickos", path);
	xs_put_watch(b->xs, path);
	why = boot_and_start(b, path, l);
	xs_put_unwatch(b->xs, path);
	xs_settle(b->xs);
	return why == NULL ? 0 : give_up(b, how, l->domid, why);
}

/*
 * The bridge is to forget that what the next one is called, too, is behind
 * this port: by itself it does so up to a second behind the lost carrier.
 */
static int
forget_port(int domid)
{
	char path[PATH_LEN];
	FILE *out;
	int rc;

	snprintf(path, sizeof(path), "/sys/class/net/vif%d.0/brport/flush",
	    domid);
	if ((out = fopen(path, "w")) == NULL)
		return -1;
	rc = fputs("1\n", out);
	return fclose(out) != 0 || rc < 0 ? -1 : 0;
}

/*
 * Its router is to answer no more; the domain goes with the pool.  The vif's
 * backend tells when it has let go, and before, that there was something to let
 * go of: a router that begins late would be in the next one's way.
 */
static int
stop(struct bench *b, const struct launcher *how, const struct launch *l,
    uint64_t *us)
{
	char path[XS_VIF_STATE_LEN];

	*us = 0;
	xs_vif_state(path, l->domid);
	if (xs_await(b->xs, path, "4", LIMIT_MS) != 0)
		return give_up(b, how, l->domid, "its router does not run");
	put_status(b, l->domid, "Halted");
	if (xs_settle(b->xs) != 0 ||
	    xs_await(b->xs, path, "2", LIMIT_MS) != 0)
		fatal("domain %d does not halt", l->domid);
	if (forget_port(l->domid) != 0)
		fatal("the bridge does not forget vif%d.0", l->domid);
	return 0;
}

const struct launcher floor_booted = { "floor", "booted", "fbooted", false,
	start_booted, stop };
const struct launcher floor_paused = { "floor", "paused", "fpaused", false,
	start_paused, stop };
const struct launcher floor_known = { "floor-known", "booted", "fknown", false,
	start_booted, stop };

/* --- is it the same? ----------------------------------------------------- */

struct counts {
	int64_t requests, hypercalls;
};

static struct counts
count(struct bench *b)
{
	struct counts c;

	daemon_must(b->uvnf, "stats");
	c.requests = daemon_number(b->uvnf, "xenstore_requests");
	c.hypercalls = daemon_number(b->uvnf, "hypercalls");
	if (c.requests < 0 || c.hypercalls < 0)
		fatal("uvnfd counts no xenstore requests or hypercalls");
	return c;
}

void
floor_check(struct bench *b, const struct launcher *how,
    const struct launcher *same)
{
	unsigned chunks = how == &floor_known ? 0 :
	    (unsigned)((b->config_len + CHUNK - 1) / CHUNK);
	bool paused = how == &floor_paused;
	struct counts before, after;
	struct launch l = { .keep = 0 };
	struct rest r;
	uint64_t us;

	daemon_fill(b->uvnf, same->template, same->source, 1);
	rest_await(b, same, &r);
	before = count(b);
	if (same->start(b, same, &l) != 0)
		fatal("so this cannot go on");
	after = count(b);
	keep_pool(b, same, &l);
	after.requests -= before.requests;
	after.hypercalls -= before.hypercalls;
	printf("counts\t%s\t%" PRId64 "\t%" PRId64 "\t%u\t%d\n",
	    same->template, after.requests, after.hypercalls, chunks + 1,
	    paused);
	if (after.requests < chunks + 1 || after.hypercalls < paused)
		fatal("uvnfd does less than the floor with a %s shell",
		    same->template);
	same->stop(b, same, &l, &us);
}

/* --- what other tools leave to be done ----------------------------------- */

int
configure(struct bench *b, int domid)
{
	char path[PATH_LEN];

	path_of(domid, "data/clickos", path);
	if (xs_await(b->xs, path, NULL, LIMIT_MS) != 0)
		return -1;
	put_config(b, domid);
	put_status(b, domid, "Running");
	return xs_settle(b->xs);
}

void
put_running(struct bench *b, int domid)
{
	put_status(b, domid, "Running");
	xs_send(b->xs);
}
