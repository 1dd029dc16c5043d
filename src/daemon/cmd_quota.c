/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdio.h>

#include "daemon/command.h"

struct listing {
	struct request *rq;
	uint64_t count;
};

static void
add_account(const struct account *acc, void *arg)
{
	struct listing *l = arg;
	const struct config *c = l->rq->daemon->config;
	struct proto_buf *b = request_data(l->rq);
	unsigned max;
	char key[32];
	int i;

	proto_add_number(b, "uid", (int64_t)acc->uid);
	for (i = 0; i < QUOTA_COUNT; i++) {
		snprintf(key, sizeof(key), "%s.used", quota_word(i));
		proto_add_number(b, key, (int64_t)acc->used[i]);
		snprintf(key, sizeof(key), "%s.max", quota_word(i));
		if (quota_max(&c->quotas, acc->uid, i, &max))
			proto_add_number(b, key, max);
	}
	request_data_end(l->rq);
	l->count++;
}

static void
run_quota(struct request *rq)
{
	struct listing l = { rq, 0 };

	accounts_each(&rq->daemon->vnfs.accounts, add_account, &l);
	request_ok_count(rq, l.count);
}

const struct command quota_commands[] = {
	{ "quota", ACCESS_OBSERVER, 0, 0, 0, { NULL }, "quota", run_quota },
	{ .verb = NULL },
};
