/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/probes.h"
#include "daemon/vnf.h"

static const char *const state_words[VNF_STATE_COUNT] = {
	[VNF_NONE] = "none",
	[VNF_CREATING] = "creating",
	[VNF_CLAIMED] = "claimed",
	[VNF_STARTED] = "started",
	[VNF_READY] = "ready",
	[VNF_PAUSED] = "paused",
	[VNF_FAILED] = "failed",
	[VNF_CRASHED] = "crashed",
	[VNF_STOPPING] = "stopping",
};

static const char *const stage_words[STAGE_COUNT] = {
	[STAGE_CLAIMED] = "claimed",
	[STAGE_CONFIGURED] = "configured",
	[STAGE_STARTED] = "started",
	[STAGE_READY] = "ready",
};

static const char *const act_words[ACT_COUNT] = {
	[ACT_UNKNOWN] = "unknown",
	[ACT_CREATE] = "create",
	[ACT_CONFIG] = "config",
	[ACT_START] = "start",
	[ACT_STOP] = "stop",
	[ACT_REBOOT] = "reboot",
};

#define TO(state) (1u << VNF_##state)

/* Which states may follow which. */
static const unsigned transitions[VNF_STATE_COUNT] = {
	[VNF_NONE] = TO(CREATING) | TO(CLAIMED),
	[VNF_CREATING] = TO(CLAIMED) | TO(STOPPING),
	[VNF_CLAIMED] = TO(STARTED) | TO(PAUSED) | TO(FAILED) | TO(CRASHED) |
	    TO(STOPPING),
	[VNF_STARTED] = TO(READY) | TO(CLAIMED) | TO(PAUSED) | TO(FAILED) |
	    TO(CRASHED) | TO(STOPPING),
	[VNF_READY] = TO(CLAIMED) | TO(PAUSED) | TO(FAILED) | TO(CRASHED) |
	    TO(STOPPING),
	[VNF_PAUSED] = TO(CLAIMED) | TO(STARTED) | TO(READY) | TO(FAILED) |
	    TO(CRASHED) | TO(STOPPING),
	[VNF_FAILED] = TO(CLAIMED) | TO(STARTED) | TO(READY) | TO(PAUSED) |
	    TO(CRASHED) | TO(STOPPING),
	[VNF_CRASHED] = TO(CLAIMED) | TO(STOPPING),	/* a restart */
	[VNF_STOPPING] = TO(NONE),
};

static int
compare_names(const void *a, const void *b)
{
	const struct vnf *x = a, *y = b;

	return strcmp(x->name, y->name);
}

void
vnf_table_init(struct vnf_table *t)
{
	memset(t, 0, sizeof(*t));
	TAILQ_INIT(&t->list);
	LIST_INIT(&t->cursors);
}

void
vnf_observe(struct vnf_table *t, vnf_observer call, void *arg)
{
	assert(t->nobservers < VNF_OBSERVERS_MAX);
	t->observers[t->nobservers].call = call;
	t->observers[t->nobservers].arg = arg;
	t->nobservers++;
}

void
vnf_observe_stages(struct vnf_table *t, vnf_stage_observer call, void *arg)
{
	assert(t->stage_observer == NULL);
	t->stage_observer = call;
	t->stage_arg = arg;
}

struct vnf *
vnf_find(const struct vnf_table *t, const char *name)
{
	const struct vnf key = { .name = name };
	struct vnf **node;

	node = tfind(&key, &t->by_name, compare_names);
	return node != NULL ? *node : NULL;
}

static void
charge(struct accounts *a, const struct vnf *v)
{
	account_add(a, v->owner, QUOTA_VNFS, 1);
	account_add(a, v->owner, QUOTA_MEMORY_MB, v->memory_mb);
	account_add(a, v->owner, QUOTA_VCPUS, v->vcpus);
}

static void
discharge(struct accounts *a, const struct vnf *v)
{
	account_take(a, v->owner, QUOTA_MEMORY_MB, v->memory_mb);
	account_take(a, v->owner, QUOTA_VCPUS, v->vcpus);
	account_take(a, v->owner, QUOTA_VNFS, 1);
}

struct vnf *
vnf_new(struct vnf_table *t, const char *name, const struct template *template)
{
	struct vnf *v = xcalloc(1, sizeof(*v) + strlen(name) + 1);
	struct vnf **node;

	assert(strlen(name) <= VNF_NAME_MAX);
	v->name = strcpy((char *)(v + 1), name);
	v->template = template_ref(template);
	TAILQ_INIT(&v->calls);
	node = tsearch(v, &t->by_name, compare_names);
	assert(node != NULL && *node == v);
	TAILQ_INSERT_TAIL(&t->list, v, entry);
	t->count++;
	charge(&t->accounts, v);
	return v;
}

void
vnf_own(struct vnf_table *t, struct vnf *v, uid_t owner, unsigned memory_mb,
    unsigned vcpus)
{
	struct vnf before = { .owner = v->owner, .memory_mb = v->memory_mb,
	    .vcpus = v->vcpus };

	if (v->owner == owner && v->memory_mb == memory_mb &&
	    v->vcpus == vcpus)
		return;
	v->owner = owner;
	v->memory_mb = memory_mb;
	v->vcpus = vcpus;
	charge(&t->accounts, v);
	discharge(&t->accounts, &before);
}

void
vnf_cursor_begin(struct vnf_table *t, struct vnf_cursor *c)
{
	c->next = TAILQ_FIRST(&t->list);
	LIST_INSERT_HEAD(&t->cursors, c, entry);
}

void
vnf_cursor_end(struct vnf_cursor *c)
{
	LIST_REMOVE(c, entry);
}

void
vnf_release(struct vnf_table *t, struct vnf *v)
{
	struct vnf_cursor *c;

	LIST_FOREACH(c, &t->cursors, entry)
		if (c->next == v)
			c->next = TAILQ_NEXT(v, entry);
	discharge(&t->accounts, v);
	tdelete(v, &t->by_name, compare_names);
	TAILQ_REMOVE(&t->list, v, entry);
	t->count--;
	/* A daemon that ends lets go of VNFs that go on. */
	if (v->state != VNF_STOPPING)
		return;
	PROBE(destroyed, v->name, v->domain != NULL ? v->domain->domid : -1);
	vnf_set_state(t, v, VNF_NONE);
}

void
vnf_label_keep(struct vnf_label **kept, const struct vnf_label *label)
{
	struct vnf_label *copy = NULL;

	if (label->chain[0] != '\0' || label->spec[0] != '\0') {
		copy = xmalloc(sizeof(*copy));
		*copy = *label;
	}
	free(*kept);
	*kept = copy;
}

const struct vnf_label *
vnf_label(const struct vnf_label *kept)
{
	static const struct vnf_label none;

	return kept != NULL ? kept : &none;
}

void
vnf_free(struct vnf *v)
{
	free(v->label);
	params_free(v->set);
	template_unref(v->template);
	free(v->error);
	free(v);
}

void
vnf_set_state(struct vnf_table *t, struct vnf *v, enum vnf_state to)
{
	enum vnf_state from = v->state;
	unsigned i;

	assert(transitions[from] & (1u << to));
	v->state = to;
	if (to != VNF_CLAIMED)
		v->to_start = false;
	if (to == VNF_PAUSED)
		v->paused_from = from;
	if (to != VNF_FAILED && to != VNF_CRASHED && to != VNF_STOPPING &&
	    to != VNF_PAUSED) {
		free(v->error);
		v->error = NULL;
	}
	for (i = 0; i < t->nobservers; i++)
		t->observers[i].call(v, from, t->observers[i].arg);
}

void
vnf_set_error(struct vnf *v, const struct uvnf_error *e)
{
	if (v->error == NULL)
		v->error = xmalloc(sizeof(*v->error));
	*v->error = *e;
}

void
vnf_begin(struct vnf *v, enum vnf_act act, uint64_t read_us)
{
	memset(&v->stages, 0, sizeof(v->stages));
	v->stages.act = act;
	v->stages.since_us = read_us;
	v->stages_kept = false;
}

static void
probe_stage(const struct vnf *v, enum vnf_stage stage)
{
	switch (stage) {
	case STAGE_CLAIMED:
		PROBE(claim, v->name, v->domain->domid, v->stages.us[stage],
		    (int)v->source);
		break;
	case STAGE_CONFIGURED:
		PROBE(configured, v->name, v->domain->domid,
		    v->stages.us[stage]);
		break;
	case STAGE_STARTED:
		PROBE(started, v->name, v->domain->domid, v->stages.us[stage]);
		break;
	case STAGE_READY:
		PROBE(ready, v->name, v->domain->domid, v->stages.us[stage]);
		break;
	case STAGE_COUNT:
		break;
	}
}

void
vnf_stamp(struct vnf_table *t, struct vnf *v, enum vnf_stage stage,
    uint64_t now)
{
	struct vnf_stages *s = &v->stages;

	if (s->act == ACT_UNKNOWN || s->us[stage] != 0)
		return;
	s->us[stage] = now > s->since_us ? now - s->since_us : 1;
	probe_stage(v, stage);
	if (t->stage_observer != NULL)
		t->stage_observer(v, stage, t->stage_arg);
}

bool
vnf_can_pause(enum vnf_state from)
{
	return (transitions[from] & TO(PAUSED)) != 0;
}

const char *
vnf_state_word(enum vnf_state state)
{
	return state_words[state];
}

enum vnf_state
vnf_state_from_word(const char *word)
{
	int i;

	for (i = 0; i < VNF_STATE_COUNT; i++) {
		if (strcmp(state_words[i], word) == 0)
			return i;
	}
	return VNF_NONE;
}

const char *
vnf_act_word(enum vnf_act act)
{
	return act_words[act];
}

enum vnf_act
vnf_act_from_word(const char *word)
{
	int i;

	for (i = 0; i < ACT_COUNT; i++) {
		if (strcmp(act_words[i], word) == 0)
			return i;
	}
	return ACT_UNKNOWN;
}

const char *
vnf_stage_word(enum vnf_stage stage)
{
	return stage_words[stage];
}
