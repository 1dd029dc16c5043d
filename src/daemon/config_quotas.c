/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The key quotas. */

#include "daemon/config.h"
#include "daemon/config_access.h"
#include "daemon/config_quotas.h"
#include "yaml/value.h"

#define AMOUNT_MAX 1000000000

static int
take_amount(const struct yaml_file *f, const struct node_entry *kv,
    struct quota *q, enum quota_kind kind)
{
	q->given[kind] = true;
	return take_uint(f, kv, 0, AMOUNT_MAX, &q->max[kind]);
}

static int
take_vnfs(const struct yaml_file *f, const struct node_entry *kv, void *into)
{
	return take_amount(f, kv, into, QUOTA_VNFS);
}

static int
take_memory(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	return take_amount(f, kv, into, QUOTA_MEMORY_MB);
}

static int
take_vcpus(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	return take_amount(f, kv, into, QUOTA_VCPUS);
}

static int
take_builds(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	return take_amount(f, kv, into, QUOTA_BUILDS);
}

static int
take_connections(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	return take_amount(f, kv, into, QUOTA_CONNECTIONS);
}

static int
take_bridges(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	return take_amount(f, kv, into, QUOTA_BRIDGES);
}

static int
take_follows(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	return take_amount(f, kv, into, QUOTA_FOLLOWS);
}

static const struct key quota_keys[] = {
	{ "vnfs", take_vnfs },
	{ "memory_mb", take_memory },
	{ "vcpus", take_vcpus },
	{ "builds", take_builds },
	{ "connections", take_connections },
	{ "bridges", take_bridges },
	{ "follows", take_follows },
};

static int
take_default(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct quotas *q = into;

	return take_map(f, kv->value, "default", quota_keys,
	    COUNT(quota_keys), &q->normal);
}

/* Of one that is unknown the rest is looked at, and lost. */
static int
take_user(const struct yaml_file *f, const struct node_entry *kv,
    struct quotas *q)
{
	struct quota lost = { .given = { false } };
	unsigned uid;
	int r;

	if ((r = user_find(f, kv->key, &uid)) < 0)
		return r;
	return take_map(f, kv->value, kv->key->text, quota_keys,
	    COUNT(quota_keys), r > 0 ? quotas_of(q, uid) : &lost);
}

static int
take_users(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	const struct node *n = kv->value;
	char shown[NODE_SHOW_MAX];
	size_t i;
	int r = 0;

	if (n->kind != NODE_MAP)
		return node_error(f, n, "users must be a map of quotas by "
		    "user, not %s", node_show(n, shown));
	for (i = 0; i < n->nentries && r == 0; i++)
		r = take_user(f, &n->entries[i], into);
	return r;
}

static const struct key quotas_keys[] = {
	{ "default", take_default },
	{ "users", take_users },
};

int
take_quotas(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct config *c = into;

	return take_map(f, kv->value, "quotas", quotas_keys,
	    COUNT(quotas_keys), &c->quotas);
}
