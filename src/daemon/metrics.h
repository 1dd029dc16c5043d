/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_METRICS_H
#define UVNF_METRICS_H

#include <stdint.h>
#include <sys/queue.h>

#include "common/hist.h"
#include "daemon/vnf.h"

#define METRICS_STAGES_MAX 256

/* How long creates from one source of one template took to each stage. */
struct metrics_stages {
	char template[TEMPLATE_NAME_MAX + 1];
	enum domain_kind source;
	struct hist us[STAGE_COUNT];
	TAILQ_ENTRY(metrics_stages) entry;
};

TAILQ_HEAD(metrics_stages_list, metrics_stages);

/* Counts since the daemon began, see the verb stats in uvnf-protocol(7). */
struct metrics {
	uint64_t started_us;
	uint64_t clients;		/* connected now */
	uint64_t requests;
	uint64_t refused;
	uint64_t creates[KIND_COUNT];
	uint64_t destroys;
	uint64_t crashes;
	uint64_t routers_failed;
	uint64_t builds;
	uint64_t builds_failed;
	uint64_t adopted;
	/* The last used first; beyond METRICS_STAGES_MAX the last one goes. */
	struct metrics_stages_list stages;
	unsigned nstages;
	uint64_t stages_since_us;
};

void metrics_init(struct metrics *m);
void metrics_free(struct metrics *m);

/* A vnf_observer; arg is the struct metrics. */
void metrics_observe(const struct vnf *v, enum vnf_state from, void *arg);

/* A vnf_stage_observer; arg as well.  Of creates alone. */
void metrics_stage(const struct vnf *v, enum vnf_stage stage, void *arg);

/* Forgets all stages; the counts stay. */
void metrics_reset_stages(struct metrics *m);

#endif
