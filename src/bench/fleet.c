/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <sys/random.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/fleet.h"
#include "common/log.h"
#include "common/util.h"

/* Not from the run's seed: the same one twice at once must not meet. */
void
fleet_begin(struct fleet *f, const char *prefix)
{
	uint32_t x;

	memset(f, 0, sizeof(*f));
	if (getrandom(&x, sizeof(x), 0) != sizeof(x))
		log_fatal("getrandom: %s", strerror(errno));
	snprintf(f->stem, sizeof(f->stem), "%.24s%08" PRIx32 "-", prefix, x);
}

void
fleet_end(struct fleet *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		free(f->vnfs[i]);
	free(f->vnfs);
	free(f->idle);
	free(f->free);
	memset(f, 0, sizeof(*f));
}

static struct vnf *
add(struct fleet *f)
{
	struct vnf *v = xcalloc(1, sizeof(*v));

	if (f->n == f->size) {
		f->size = f->size > 0 ? 2 * f->size : 64;
		f->vnfs = xrealloc(f->vnfs, f->size * sizeof(*f->vnfs));
		f->idle = xrealloc(f->idle, f->size * sizeof(*f->idle));
		f->free = xrealloc(f->free, f->size * sizeof(*f->free));
	}
	v->slot = f->n;
	f->vnfs[f->n++] = v;
	return v;
}

struct vnf *
fleet_take(struct fleet *f)
{
	struct vnf *v;

	v = f->nfree > 0 ? f->vnfs[f->free[--f->nfree]] : add(f);
	v->use = VNF_BUSY;
	v->task = NULL;
	snprintf(v->name, sizeof(v->name), "%s%zu.%" PRIu64, f->stem, v->slot,
	    ++f->made);
	return v;
}

static void
leave_idle(struct fleet *f, struct vnf *v)
{
	struct vnf *last = f->idle[--f->nidle];

	f->idle[v->idle_at] = last;
	last->idle_at = v->idle_at;
}

struct vnf *
fleet_pick(struct fleet *f, struct rng *rng)
{
	struct vnf *v;

	if (f->nidle == 0)
		return NULL;
	v = f->idle[rng_below(rng, f->nidle)];
	leave_idle(f, v);
	v->use = VNF_BUSY;
	return v;
}

void
fleet_idle(struct fleet *f, struct vnf *v)
{
	v->use = VNF_IDLE;
	v->task = NULL;
	v->idle_at = f->nidle;
	f->idle[f->nidle++] = v;
}

void
fleet_release(struct fleet *f, struct vnf *v)
{
	if (v->use == VNF_IDLE)
		leave_idle(f, v);
	v->use = VNF_FREE;
	v->task = NULL;
	f->free[f->nfree++] = v->slot;
}

struct vnf *
fleet_find(const struct fleet *f, const char *name)
{
	size_t len = strlen(f->stem), slot;

	if (strncmp(name, f->stem, len) != 0)
		return NULL;
	slot = strtoul(name + len, NULL, 10);
	if (slot >= f->n || f->vnfs[slot]->use == VNF_FREE ||
	    strcmp(f->vnfs[slot]->name, name) != 0)
		return NULL;
	return f->vnfs[slot];
}

size_t
fleet_count(const struct fleet *f)
{
	return f->n - f->nfree;
}
