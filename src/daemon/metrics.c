/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/metrics.h"

void
metrics_init(struct metrics *m)
{
	memset(m, 0, sizeof(*m));
	TAILQ_INIT(&m->stages);
	m->started_us = m->stages_since_us = now_us();
}

static void
drop_stages(struct metrics *m, struct metrics_stages *s)
{
	TAILQ_REMOVE(&m->stages, s, entry);
	m->nstages--;
	free(s);
}

void
metrics_reset_stages(struct metrics *m)
{
	while (!TAILQ_EMPTY(&m->stages))
		drop_stages(m, TAILQ_FIRST(&m->stages));
	m->stages_since_us = now_us();
}

void
metrics_free(struct metrics *m)
{
	metrics_reset_stages(m);
}

static struct metrics_stages *
find_stages(struct metrics *m, const struct vnf *v)
{
	struct metrics_stages *s;

	TAILQ_FOREACH(s, &m->stages, entry)
		if (s->source == v->source &&
		    strcmp(s->template, v->template->name) == 0)
			return s;
	return NULL;
}

void
metrics_stage(const struct vnf *v, enum vnf_stage stage, void *arg)
{
	struct metrics *m = arg;
	struct metrics_stages *s;

	if (v->stages.act != ACT_CREATE || v->stages_kept)
		return;
	if ((s = find_stages(m, v)) == NULL) {
		if (m->nstages == METRICS_STAGES_MAX)
			drop_stages(m, TAILQ_LAST(&m->stages,
			    metrics_stages_list));
		s = xcalloc(1, sizeof(*s));
		strcpy(s->template, v->template->name);
		s->source = v->source;
		TAILQ_INSERT_HEAD(&m->stages, s, entry);
		m->nstages++;
	} else if (s != TAILQ_FIRST(&m->stages)) {
		TAILQ_REMOVE(&m->stages, s, entry);
		TAILQ_INSERT_HEAD(&m->stages, s, entry);
	}
	hist_add(&s->us[stage], v->stages.us[stage]);
}

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
		m->destroys += from != VNF_NONE && from != VNF_CREATING;
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
