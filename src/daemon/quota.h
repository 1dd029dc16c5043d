/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_QUOTA_H
#define UVNF_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"

/* What users have, and how much of it they may have: uvnf.yaml(5), quotas. */
enum quota_kind {
	QUOTA_VNFS,
	QUOTA_MEMORY_MB,
	QUOTA_VCPUS,
	QUOTA_BUILDS,			/* of domains, on demand, under way */
	QUOTA_CONNECTIONS,
	QUOTA_BRIDGES,			/* that uvnfd made for them */
	QUOTA_FOLLOWS,			/* of events and consoles */
	QUOTA_COUNT,
	/* Bytes of payloads, of requests under way; the same for all. */
	ACCOUNT_PAYLOADS = QUOTA_COUNT,
	ACCOUNT_COUNT
};

#define PAYLOADS_USER_MAX (32 * 1024 * 1024)

/* The key of uvnf.yaml(5). */
const char *quota_word(enum quota_kind kind);

/* --- how much each may have ---------------------------------------------- */

/* One user must not take all that there are for all. */
#define QUOTA_CONNECTIONS_DEFAULT 256
/* Each is a net device of the host's, and takes its locks. */
#define QUOTA_BRIDGES_DEFAULT 256
/* Two for each connection, as uvnfctl run has: a change of state tells all. */
#define QUOTA_FOLLOWS_DEFAULT 512

struct quota {
	bool given[QUOTA_COUNT];
	unsigned max[QUOTA_COUNT];
};

struct quotas {
	struct quota normal;
	struct user_quota {
		uid_t uid;
		struct quota quota;	/* goes before the normal one */
	} *users;			/* in ascending order */
	size_t n;
};

void quota_give(struct quota *q, enum quota_kind kind, unsigned max);
/* The user's own, made if need be. */
struct quota *quotas_of(struct quotas *q, uid_t uid);
/* false: there is no limit. */
bool quota_max(const struct quotas *q, uid_t uid, enum quota_kind kind,
    unsigned *max);
void quotas_clear(struct quotas *q);

/* --- how much each has --------------------------------------------------- */

struct account {
	uid_t uid;
	uint64_t used[ACCOUNT_COUNT];
};

/*
 * An account for everybody who has anything.  Zeroed it is empty, and it
 * holds no memory when all was taken back.
 */
struct accounts {
	void *by_uid;			/* a tree of tsearch(3) */
};

uint64_t account_used(const struct accounts *a, uid_t uid,
    enum quota_kind kind);
void account_add(struct accounts *a, uid_t uid, enum quota_kind kind,
    uint64_t amount);
/* Some of what was added. */
void account_take(struct accounts *a, uid_t uid, enum quota_kind kind,
    uint64_t amount);

/* All of them, by their numbers. */
void accounts_each(const struct accounts *a,
    void (*visit)(const struct account *, void *), void *arg);

/* May uid have so much more?  0, or -UVNF_E_QUOTA with e filled. */
int quota_check(const struct quotas *q, const struct accounts *a, uid_t uid,
    enum quota_kind kind, uint64_t more, struct uvnf_error *e);

#endif
