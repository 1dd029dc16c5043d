/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <assert.h>
#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/quota.h"

const char *
quota_word(enum quota_kind kind)
{
	static const char *const words[QUOTA_COUNT] = {
		[QUOTA_VNFS] = "vnfs",
		[QUOTA_MEMORY_MB] = "memory_mb",
		[QUOTA_VCPUS] = "vcpus",
		[QUOTA_BUILDS] = "builds",
		[QUOTA_CONNECTIONS] = "connections",
		[QUOTA_BRIDGES] = "bridges",
		[QUOTA_FOLLOWS] = "follows",
	};

	return words[kind];
}

/* --- how much each may have ---------------------------------------------- */

void
quota_give(struct quota *q, enum quota_kind kind, unsigned max)
{
	q->given[kind] = true;
	q->max[kind] = max;
}

static int
compare_users(const void *a, const void *b)
{
	const struct user_quota *x = a, *y = b;

	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

static struct user_quota *
user_find(const struct quotas *q, uid_t uid)
{
	struct user_quota key = { .uid = uid };

	return q->n == 0 ? NULL : bsearch(&key, q->users, q->n,
	    sizeof(*q->users), compare_users);
}

struct quota *
quotas_of(struct quotas *q, uid_t uid)
{
	struct user_quota *u = user_find(q, uid);

	if (u != NULL)
		return &u->quota;
	q->users = xrealloc(q->users, (q->n + 1) * sizeof(*q->users));
	u = &q->users[q->n++];
	memset(u, 0, sizeof(*u));
	u->uid = uid;
	qsort(q->users, q->n, sizeof(*q->users), compare_users);
	return &user_find(q, uid)->quota;
}

bool
quota_max(const struct quotas *q, uid_t uid, enum quota_kind kind,
    unsigned *max)
{
	const struct user_quota *u = user_find(q, uid);
	const struct quota *quota = u != NULL && u->quota.given[kind] ?
	    &u->quota : &q->normal;

	*max = quota->max[kind];
	return quota->given[kind];
}

void
quotas_clear(struct quotas *q)
{
	free(q->users);
	memset(q, 0, sizeof(*q));
}

/* --- how much each has --------------------------------------------------- */

static int
compare_accounts(const void *a, const void *b)
{
	const struct account *x = a, *y = b;

	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

static struct account *
account_find(const struct accounts *a, uid_t uid)
{
	struct account key = { .uid = uid };
	struct account **node = tfind(&key, &a->by_uid, compare_accounts);

	return node != NULL ? *node : NULL;
}

uint64_t
account_used(const struct accounts *a, uid_t uid, enum quota_kind kind)
{
	const struct account *acc = account_find(a, uid);

	return acc != NULL ? acc->used[kind] : 0;
}

void
account_add(struct accounts *a, uid_t uid, enum quota_kind kind,
    uint64_t amount)
{
	struct account *acc = account_find(a, uid);

	if (acc == NULL) {
		acc = xcalloc(1, sizeof(*acc));
		acc->uid = uid;
		tsearch(acc, &a->by_uid, compare_accounts);
	}
	acc->used[kind] += amount;
}

void
account_take(struct accounts *a, uid_t uid, enum quota_kind kind,
    uint64_t amount)
{
	static const uint64_t nothing[ACCOUNT_COUNT];
	struct account *acc = account_find(a, uid);

	if (amount == 0 && acc == NULL)
		return;
	assert(acc != NULL && acc->used[kind] >= amount);
	acc->used[kind] -= amount;
	if (memcmp(acc->used, nothing, sizeof(nothing)) != 0)
		return;
	tdelete(acc, &a->by_uid, compare_accounts);
	free(acc);
}

struct visit {
	void (*visit)(const struct account *, void *);
	void *arg;
};

static void
visit_node(const void *node, VISIT which, void *closure)
{
	const struct visit *v = closure;

	if (which == postorder || which == leaf)
		v->visit(*(struct account *const *)node, v->arg);
}

void
accounts_each(const struct accounts *a,
    void (*visit)(const struct account *, void *), void *arg)
{
	struct visit v = { visit, arg };

	twalk_r(a->by_uid, visit_node, &v);
}

int
quota_check(const struct quotas *q, const struct accounts *a, uid_t uid,
    enum quota_kind kind, uint64_t more, struct uvnf_error *e)
{
	uint64_t used = account_used(a, uid, kind);
	unsigned max;

	if (!quota_max(q, uid, kind, &max) || used + more <= max)
		return 0;
	return uvnf_error_set(e, UVNF_E_QUOTA, "user %u may have %s: %u, has "
	    "%" PRIu64 " and would need %" PRIu64 " more; see quotas in "
	    "uvnf.yaml(5)", (unsigned)uid, quota_word(kind), max, used, more);
}
