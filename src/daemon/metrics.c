/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "daemon/metrics.h"

void
metrics_observe(const struct vnf *v, enum vnf_state from, void *arg)
{
	struct metrics *m = arg;

	switch (v->state) {
	case VNF_CLAIMED:
		if (from == VNF_NONE || from == VNF_CREATING)
			m->creates[v->source]++;
		break;
	case VNF_FAILED:
		if (v->error != NULL && v->error->code == UVNF_E_ROUTER_FAILED)
			m->routers_failed++;
		break;
	case VNF_CRASHED:
		m->crashes++;
		break;
	case VNF_STOPPING:
		m->destroys++;
		break;
	case VNF_NONE:
	case VNF_CREATING:
	case VNF_STARTED:
	case VNF_READY:
	case VNF_PAUSED:
	case VNF_STATE_COUNT:
		break;
	}
}
