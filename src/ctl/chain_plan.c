/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* From what a chain's file wants and what is there to what is to be done. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "ctl/chain.h"

static bool
is(const struct uvnf_data *d, const char *key, const char *value)
{
	const char *has = uvnf_data_get(d, key);

	return has != NULL && strcmp(has, value) == 0;
}

static const struct uvnf_data *
find(const struct uvnf_reply *r, const char *name)
{
	size_t i;

	for (i = 0; i < uvnf_reply_count(r); i++)
		if (is(uvnf_reply_data(r, i), "name", name))
			return uvnf_reply_data(r, i);
	return NULL;
}

/* The bridge of a vif of a VNF or a template; NULL: there is no such vif. */
static const char *
bridge_of(const struct uvnf_data *d, size_t vif)
{
	char key[32];

	snprintf(key, sizeof(key), "vifs.%zu.bridge", vif);
	if (uvnf_data_get(d, key) != NULL)
		return uvnf_data_get(d, key);
	snprintf(key, sizeof(key), "vifs.%zu.ovs", vif);
	return uvnf_data_get(d, key) != NULL ? "" : NULL;
}

const char *
chain_template_bridge(const struct chain_now *now, const char *template,
    size_t vif)
{
	const struct uvnf_data *t = find(now->templates, template);

	return t != NULL ? bridge_of(t, vif) : NULL;
}

/* --- VNFs ---------------------------------------------------------------- */

static int
check_template(const struct chain_vnf *v, const struct chain_now *now,
    struct uvnf_error *e)
{
	const struct uvnf_data *t = find(now->templates, v->template);
	size_t n = 0;

	if (t == NULL)
		return uvnf_error_set(e, UVNF_E_NO_TEMPLATE, "%s: no template "
		    "is called '%s'; 'templates' shows those there are",
		    v->name, v->template);
	while (bridge_of(t, n) != NULL)
		n++;
	if (n == v->nlinks)
		return 0;
	return uvnf_error_set(e, UVNF_E_BAD_CONFIG, "%s: template '%s' has "
	    "%zu vif%s, but the chain has %zu link%s for it", v->name,
	    v->template, n, n == 1 ? "" : "s", v->nlinks,
	    v->nlinks == 1 ? "" : "s");
}

static bool
same_vifs(const struct chain_vnf *v, const struct uvnf_data *d)
{
	size_t i;

	for (i = 0; i < v->nlinks; i++)
		if (bridge_of(d, i) == NULL ||
		    strcmp(bridge_of(d, i), v->links[i]->bridge) != 0)
			return false;
	return bridge_of(d, i) == NULL;
}

static enum chain_act
act_for(const struct chain_vnf *v, const struct uvnf_data *d)
{
	const char *spec = uvnf_data_get(d, "spec");

	if (is(d, "state", "failed") || is(d, "state", "crashed") ||
	    !is(d, "template", v->template) || !same_vifs(v, d) ||
	    spec == NULL || strlen(spec) != CHAIN_SPEC_LEN ||
	    strcmp(spec + 16, v->spec + 16) != 0)
		return CHAIN_REPLACE;
	if (strcmp(spec, v->spec) != 0)
		return v->config != NULL ? CHAIN_CONFIG : CHAIN_REPLACE;
	return is(d, "state", "claimed") ? CHAIN_START : CHAIN_KEEP;
}

static int
plan_vnf(const struct chain *c, const struct chain_vnf *v,
    const struct chain_now *now, struct chain_step *step,
    struct uvnf_error *e)
{
	const struct uvnf_data *d = find(now->vnfs, v->name);
	int r;

	if ((r = check_template(v, now, e)) != 0)
		return r;
	step->want = v;
	step->name = v->name;
	step->act = CHAIN_CREATE;
	if (d == NULL)
		return 0;
	if (!is(d, "chain", c->name))
		return uvnf_error_set(e, UVNF_E_NAME_TAKEN, "there is a VNF "
		    "'%s' already, which does not belong to the chain '%s'; "
		    "destroy it, or rename one of them", v->name, c->name);
	step->act = act_for(v, d);
	return 0;
}

static bool
is_wanted(const struct chain *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->nvnfs; i++)
		if (strcmp(c->vnfs[i].name, name) == 0)
			return true;
	return false;
}

static void
plan_dropped(const struct chain *c, const struct chain_now *now,
    struct chain_plan *p)
{
	size_t i;

	for (i = 0; i < uvnf_reply_count(now->vnfs); i++) {
		const struct uvnf_data *d = uvnf_reply_data(now->vnfs, i);
		const char *name = uvnf_data_get(d, "name");

		if (!is(d, "chain", c->name) || is_wanted(c, name))
			continue;
		p->steps[p->nsteps].act = CHAIN_DESTROY;
		p->steps[p->nsteps++].name = name;
	}
}

/* --- bridges ------------------------------------------------------------- */

static void
plan_bridges(const struct chain *c, const struct chain_now *now,
    struct chain_plan *p)
{
	size_t i, j;

	for (i = 0; i < c->nlinks; i++) {
		const struct chain_link *l = &c->links[i];
		const struct uvnf_data *d = find(now->bridges, l->bridge);

		/* Somebody else's is left for the daemon to refuse. */
		if (l->made && (d == NULL || !is(d, "chain", c->name)))
			p->make[p->nmake++] = l->bridge;
	}
	for (i = 0; i < uvnf_reply_count(now->bridges); i++) {
		const struct uvnf_data *d = uvnf_reply_data(now->bridges, i);
		const char *name = uvnf_data_get(d, "name");

		for (j = 0; j < c->nlinks; j++)
			if (strcmp(c->links[j].bridge, name) == 0)
				break;
		if (is(d, "chain", c->name) && j == c->nlinks)
			p->unmake[p->nunmake++] = name;
	}
}

/* --- the whole ----------------------------------------------------------- */

struct chain_plan *
chain_plan(const struct chain *c, const struct chain_now *now,
    struct uvnf_error *e)
{
	size_t nvnfs = c->nvnfs + uvnf_reply_count(now->vnfs) + 1;
	struct chain_plan *p = xcalloc(1, sizeof(*p));
	size_t i;

	p->steps = xcalloc(nvnfs, sizeof(*p->steps));
	p->make = xcalloc(c->nlinks + 1, sizeof(*p->make));
	p->made = xcalloc(c->nlinks + 1, sizeof(*p->made));
	p->unmake = xcalloc(uvnf_reply_count(now->bridges) + 1,
	    sizeof(*p->unmake));
	for (i = 0; i < c->nvnfs; i++) {
		if (plan_vnf(c, &c->vnfs[i], now, &p->steps[p->nsteps++],
		    e) != 0) {
			chain_plan_free(p);
			return NULL;
		}
	}
	plan_dropped(c, now, p);
	plan_bridges(c, now, p);
	return p;
}

void
chain_plan_free(struct chain_plan *p)
{
	free(p->steps);
	free(p->make);
	free(p->made);
	free(p->unmake);
	free(p);
}

bool
chain_plan_is_empty(const struct chain_plan *p)
{
	size_t i;

	for (i = 0; i < p->nsteps; i++)
		if (p->steps[i].act != CHAIN_KEEP)
			return false;
	return p->nmake == 0 && p->nunmake == 0;
}
