/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "common/util.h"
#include "rest.h"

#define LIMIT_US 20000000
#define PING_MS 2000
#define AGAIN_US 250000		/* uvnfd's, too */
#define BACKENDS "/local/domain/0/backend/vif"
#define CONNECTED "4"

void
sample(const struct launcher *how, const char *stage, const char *when,
    uint64_t us)
{
	printf("sample\t%s\t%s\t%s\t%s\t%" PRIu64 "\n", how->tool,
	    how->source != NULL ? how->source : "-", stage, when, us);
}

/* --- until it answers ---------------------------------------------------- */

static void
ask_state(struct bench *b, const char *path)
{
	xs_put_read(b->xs, path);
	xs_send(b->xs);
}

/* Of all backends' events one may say that the vif's has another state. */
static void
on_xenstore(struct bench *b, const char *path, struct launch *l)
{
	enum xs_kind kind;

	while ((kind = xs_take(b->xs, false)) != XS_NONE) {
		if (kind == XS_EVENT && strcmp(xs_body(b->xs, NULL),
		    path) == 0) {
			ask_state(b, path);
		} else if (kind == XS_REPLY && l->ready == 0 &&
		    strcmp(xs_body(b->xs, NULL), CONNECTED) == 0) {
			l->ready = now_us();
		}
	}
}

/* Until the next probe is due, or something came. */
static void
await(const struct pollfd *both, uint64_t due, uint64_t now)
{
	struct pollfd pfds[2] = { both[0], both[1] };
	struct timespec left = { 0 };

	left.tv_nsec = due > now ? (long)(due - now) * 1000 : 0;
	ppoll(pfds, 2, &left, NULL);
}

/*
 * The guest announces itself before it watches for its start, which may be
 * lost then: uvnfd repeats it, and so must whoever stands in for xl or is the
 * floor.
 */
static void
start_again(struct bench *b, const struct launcher *how, struct launch *l,
    uint64_t now)
{
	if (how->configures || l->ready != 0 || now < l->again)
		return;
	if (l->again != 0)
		put_running(b, l->domid);
	l->again = now + AGAIN_US;
}

/*
 * A probe every millisecond until one is answered, and beside it events of
 * the vif's backend, which is connected when the router runs: the same two for
 * whoever has launched it.  Of one that was connected before there is no
 * event; it is asked when it has answered, which is not to wait for that.
 */
static int
watch_up(struct bench *b, const struct launcher *how, const char *path,
    struct launch *l)
{
	const struct pollfd both[2] = {
		{ .fd = prober_socket(b->prober), .events = POLLIN },
		{ .fd = xs_socket(b->xs), .events = POLLIN } };
	uint64_t due = now_us(), end = due + LIMIT_US, now;

	while (l->ready == 0 || l->answered == 0) {
		now = now_us();
		if (now > end)
			return -1;
		start_again(b, how, l, now);
		if (now >= due && l->answered == 0)
			prober_send(b->prober);
		/* Where a probe takes long, they must not be all there is. */
		if (now >= due)
			due = now_us() + PROBE_US;
		await(both, due, now);
		if (l->answered == 0 && prober_answered(b->prober)) {
			l->answered = now_us();
			if (l->ready == 0)
				ask_state(b, path);
		}
		on_xenstore(b, path, l);
		/* What uvnfd does for that is not to delay the answer. */
		if (l->answered != 0 || now >= l->begin + KEEP_US)
			keep_pool(b, how, l);
	}
	return 0;
}

static int
until_up(struct bench *b, const struct launcher *how, struct launch *l)
{
	char path[XS_VIF_STATE_LEN];
	int rc;

	xs_vif_state(path, l->domid);
	prober_send(b->prober);
	rc = watch_up(b, how, path, l);
	keep_pool(b, how, l);
	if (rc != 0)
		failed(how, "%s was answered, %s, %u probes were refused",
		    l->answered == 0 ? "no ping" : "a ping", l->ready == 0 ?
		    "its vif is not connected" : "its vif is connected",
		    prober_refused(b->prober));
	return rc;
}

/* uvnfd's own stamps, for those that are curious what the time went into. */
static void
sample_stages(struct bench *b, const struct launcher *how, const char *when)
{
	static const char *const stages[] = { "claimed", "configured",
		"started", "ready" };
	char key[64];
	int64_t us;
	size_t i;

	daemon_must(b->uvnf, "show bench");
	for (i = 0; i < 4; i++) {
		snprintf(key, sizeof(key), "stages_us.%s", stages[i]);
		us = daemon_number(b->uvnf, key);
		snprintf(key, sizeof(key), "own-%s", stages[i]);
		if (us >= 0)
			sample(how, key, when, (uint64_t)us);
	}
}

static void
sample_up(struct bench *b, const struct launcher *how, const char *when,
    const struct launch *l)
{
	uint64_t ping = prober_ping(b->prober, PING_MS);

	sample(how, "started", when, l->started - l->begin);
	/* Whoever answers is running. */
	sample(how, "ready", when, (l->ready < l->answered ? l->ready :
	    l->answered) - l->begin);
	sample(how, "first_ping", when, l->answered - l->begin);
	if (ping != 0)
		sample(how, "ping", when, ping);
	else
		failed(how, "a ping was lost when it was up");
	if (strcmp(how->tool, "uvnfd") == 0)
		sample_stages(b, how, when);
}

/* --- one VNF ------------------------------------------------------------- */

void
keep_pool(struct bench *b, const struct launcher *how, struct launch *l)
{
	if (l->keep >= 0)
		daemon_keep_soon(b->uvnf, how->template, how->source,
		    (unsigned)l->keep);
	l->keep = -1;
}

/* When nothing is being built or destroyed. */
static int
start(struct bench *b, const struct launcher *how, struct launch *l,
    struct rest *before)
{
	rest_await(b, how, before);
	l->keep = -1;
	if (takes_shell(how) && before->own == 0)
		return failed(how, "no shell is left");
	if (takes_shell(how))
		l->keep = before->own - 1;
	prober_begin(b->prober);
	return how->start(b, how, l);
}

/* Ends it; us 0: its end says nothing. */
static int
stop(struct bench *b, const struct launcher *how, const struct launch *l,
    uint64_t *us)
{
	int rc = how->stop(b, how, l, us);

	fflush(stdout);
	return rc;
}

/* Nobody's launch waits for the watch: it is set before, on all backends. */
static int
start_and_watch(struct bench *b, const struct launcher *how, struct launch *l,
    struct rest *before, int *up)
{
	int rc;

	xs_put_watch(b->xs, BACKENDS);
	xs_settle(b->xs);
	rc = start(b, how, l, before);
	if (rc == 0)
		*up = until_up(b, how, l);
	xs_put_unwatch(b->xs, BACKENDS);
	xs_settle(b->xs);
	return rc;
}

int
measure(struct bench *b, const struct launcher *how, const char *when)
{
	struct launch l = { 0 };
	struct rest before;
	uint64_t us = 0;
	int rc;

	if (start_and_watch(b, how, &l, &before, &rc) != 0)
		return -1;
	if (rc == 0 && !rest_kept(b, how, &before, false, when,
	    l.started - l.begin))
		rc = -1;
	if (rc == 0)
		sample_up(b, how, when, &l);
	if (stop(b, how, &l, &us) != 0)
		return -1;
	if (rc == 0 && us != 0 && rest_kept(b, how, &before, true, when,
	    us))
		sample(how, "destroyed", when, us);
	return rc;
}

int
measure_start(struct bench *b, const struct launcher *how, const char *when,
    uint64_t *us)
{
	struct launch l = { 0 };
	struct rest before;
	uint64_t end_us;
	bool kept;

	if (start(b, how, &l, &before) != 0)
		return -1;
	keep_pool(b, how, &l);
	*us = l.started - l.begin;
	kept = rest_kept(b, how, &before, false, when, *us);
	if (kept)
		sample(how, "started", when, *us);
	if (stop(b, how, &l, &end_us) != 0)
		return -1;
	return kept ? 0 : -1;
}
