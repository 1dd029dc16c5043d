/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/command.h"

static int64_t
seconds_since(uint64_t us)
{
	return (int64_t)((now_us() - us) / 1000000);
}

static void
add_counts(struct proto_buf *b, const struct metrics *m)
{
	char key[32];
	int i;

	proto_add_number(b, "clients", (int64_t)m->clients);
	proto_add_number(b, "requests", (int64_t)m->requests);
	proto_add_number(b, "refused", (int64_t)m->refused);
	for (i = 0; i < KIND_COUNT; i++) {
		snprintf(key, sizeof(key), "creates.%s", domain_kind_word(i));
		proto_add_number(b, key, (int64_t)m->creates[i]);
	}
	proto_add_number(b, "destroys", (int64_t)m->destroys);
	proto_add_number(b, "crashes", (int64_t)m->crashes);
	proto_add_number(b, "routers_failed", (int64_t)m->routers_failed);
	proto_add_number(b, "builds", (int64_t)m->builds);
	proto_add_number(b, "builds_failed", (int64_t)m->builds_failed);
	proto_add_number(b, "adopted", (int64_t)m->adopted);
}

static void
run_stats(struct request *rq)
{
	const struct daemon *dm = rq->daemon;
	struct proto_buf *b = request_data(rq);
	struct backend_stats s = { 0 };

	dm->backend->stats(dm->backend, &s);
	proto_add_number(b, "uptime_s", seconds_since(dm->metrics.started_us));
	proto_add_number(b, "vnfs", (int64_t)dm->vnfs.count);
	add_counts(b, &dm->metrics);
	proto_add_number(b, "xenstore_requests",
	    (int64_t)s.xenstore_requests);
	proto_add_number(b, "xenstore_events", (int64_t)s.xenstore_events);
	proto_add_number(b, "hypercalls", (int64_t)s.hypercalls);
	proto_add_number(b, "workers_started", (int64_t)s.workers_started);
	proto_add_number(b, "workers_lost", (int64_t)s.workers_lost);
	proto_add_number(b, "stages_s",
	    seconds_since(dm->metrics.stages_since_us));
	request_data_end(rq);
	request_ok(rq);
}

/* --- stages -------------------------------------------------------------- */

static void
add_stage(struct request *rq, const struct metrics_stages *s,
    enum vnf_stage stage)
{
	const struct hist *h = &s->us[stage];
	struct proto_buf *b = request_data(rq);

	proto_add_string(b, "template", s->template);
	proto_add_string(b, "source", domain_kind_word(s->source));
	proto_add_string(b, "stage", vnf_stage_word(stage));
	proto_add_number(b, "count", (int64_t)h->count);
	proto_add_number(b, "p50_us", (int64_t)hist_quantile(h, 500));
	proto_add_number(b, "p90_us", (int64_t)hist_quantile(h, 900));
	proto_add_number(b, "p99_us", (int64_t)hist_quantile(h, 990));
	proto_add_number(b, "max_us", (int64_t)h->max);
	request_data_end(rq);
}

static int
compare(const void *a, const void *b)
{
	const struct metrics_stages *const *x = a, *const *y = b;
	int by_name = strcmp((*x)->template, (*y)->template);

	return by_name != 0 ? by_name :
	    (int)(*x)->source - (int)(*y)->source;
}

/* They are kept in another order, which changes. */
static void
run_stats_stages(struct request *rq)
{
	const struct metrics *m = &rq->daemon->metrics;
	const struct metrics_stages *sorted[METRICS_STAGES_MAX], *s;
	unsigned n = 0, lines = 0, i;
	int stage;

	TAILQ_FOREACH(s, &m->stages, entry)
		sorted[n++] = s;
	qsort(sorted, n, sizeof(sorted[0]), compare);
	for (i = 0; i < n; i++) {
		for (stage = 0; stage < STAGE_COUNT; stage++) {
			if (sorted[i]->us[stage].count == 0)
				continue;
			add_stage(rq, sorted[i], stage);
			lines++;
		}
	}
	request_ok_count(rq, lines);
}

static void
run_stats_reset(struct request *rq)
{
	metrics_reset_stages(&rq->daemon->metrics);
	request_ok(rq);
}

const struct command stats_commands[] = {
	{ "stats", ACCESS_OBSERVER, 0, 0, 0, { NULL },
	    "stats [stages | reset]", run_stats },
	{ "stats stages", ACCESS_OBSERVER, 0, 1, 1, { NULL }, "stats stages",
	    run_stats_stages },
	{ "stats reset", ACCESS_ADMIN, COMMAND_CHANGES, 1, 1, { NULL },
	    "stats reset", run_stats_reset },
	{ .verb = NULL },
};
