/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_METRICS_H
#define UVNF_METRICS_H

#include <stdint.h>

#include "daemon/vnf.h"

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
};

/* A vnf_observer; arg is the struct metrics. */
void metrics_observe(const struct vnf *v, enum vnf_state from, void *arg);

#endif
