/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The keys of a template's pool. */

#include "daemon/config_pool.h"
#include "yaml/value.h"
#include "daemon/template.h"

#define IDLE_MAX_S 86400
#define AGE_MAX_S (365 * 86400)

/* Of one kind of shells; what is missing is UNSET. */
#define UNSET (POOL_MAX + 1)

struct numbers {
	unsigned target, min, max;
};

static int
take_target(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct numbers *n = into;

	return take_uint(f, kv, 0, POOL_MAX, &n->target);
}

static int
take_min(const struct yaml_file *f, const struct node_entry *kv, void *into)
{
	struct numbers *n = into;

	return take_uint(f, kv, 0, POOL_MAX, &n->min);
}

static int
take_max(const struct yaml_file *f, const struct node_entry *kv, void *into)
{
	struct numbers *n = into;

	return take_uint(f, kv, 0, POOL_MAX, &n->max);
}

static const struct key number_keys[] = {
	{ "target", take_target },
	{ "min", take_min },
	{ "max", take_max },
};

/* N, or {target: N, min: N, max: N}. */
static int
take_kind(const struct yaml_file *f, const struct node_entry *kv,
    struct template *t, enum domain_kind kind)
{
	struct numbers n = { UNSET, 0, UNSET };
	int r;

	if (kv->value->kind == NODE_MAP)
		r = take_map(f, kv->value, kv->key->text, number_keys,
		    COUNT(number_keys), &n);
	else
		r = take_uint(f, kv, 0, POOL_MAX, &n.target);
	if (r < 0)
		return r;
	if (n.target == UNSET)
		return node_error(f, kv->value, "%s lacks the key target, "
		    "how many shells there are to be", kv->key->text);
	if (n.max == UNSET)
		n.max = n.target;
	if (n.min > n.target || n.target > n.max)
		return node_error(f, kv->value, "of %s, min %u, target %u and "
		    "max %u must not become smaller", kv->key->text, n.min,
		    n.target, n.max);
	t->pool[kind] = n.target;
	t->pool_min[kind] = n.min;
	t->pool_max[kind] = n.max;
	return 0;
}

static int
take_paused(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	return take_kind(f, kv, into, KIND_PAUSED);
}

static int
take_booted(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	return take_kind(f, kv, into, KIND_BOOTED);
}

static int
take_armed(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	return take_kind(f, kv, into, KIND_ARMED);
}

static int
take_idle(const struct yaml_file *f, const struct node_entry *kv, void *into)
{
	struct template *t = into;

	return take_uint(f, kv, 1, IDLE_MAX_S, &t->pool_idle_s);
}

static int
take_max_age(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct template *t = into;

	return take_uint(f, kv, 0, AGE_MAX_S, &t->pool_max_age_s);
}

static const struct key pool_keys[] = {
	{ "paused", take_paused },
	{ "booted", take_booted },
	{ "armed", take_armed },
	{ "idle_s", take_idle },
	{ "max_age_s", take_max_age },
};

int
take_pool(const struct yaml_file *f, const struct node_entry *kv, void *into)
{
	return take_map(f, kv->value, "pool", pool_keys, COUNT(pool_keys),
	    into);
}

int
pool_finish(const struct yaml_file *f, const struct node *n,
    const struct template *t)
{
	struct uvnf_error why;

	if (t->pool_max[KIND_ARMED] == 0 || template_can_arm(t, &why) == 0)
		return 0;
	return node_error(f, n, "%s", why.text);
}
