/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * Builds on demand beyond what the workers do at once.  The users take turns,
 * a build each, so that another's wait grows with their number alone.
 */

#include <stdlib.h>

#include "common/util.h"
#include "daemon/pool_impl.h"

static struct pool_user *
user_of(struct pools *p, uid_t uid)
{
	struct pool_user *u;

	TAILQ_FOREACH(u, &p->users, entry)
		if (u->uid == uid)
			return u;
	u = xcalloc(1, sizeof(*u));
	u->uid = uid;
	TAILQ_INIT(&u->builds);
	TAILQ_INSERT_TAIL(&p->users, u, entry);
	return u;
}

void
pool_queue_add(struct pools *p, struct pool_build *b)
{
	b->queued = user_of(p, b->uid);
	TAILQ_INSERT_TAIL(&b->queued->builds, b, turn);
}

void
pool_queue_remove(struct pools *p, struct pool_build *b)
{
	struct pool_user *u = b->queued;

	if (u == NULL)
		return;
	TAILQ_REMOVE(&u->builds, b, turn);
	b->queued = NULL;
	if (!TAILQ_EMPTY(&u->builds))
		return;
	TAILQ_REMOVE(&p->users, u, entry);
	free(u);
}

void
pool_queue_run(struct pools *p)
{
	struct pool_build *b;
	struct pool_user *u;

	while (p->demands < p->daemon->config->workers &&
	    (u = TAILQ_FIRST(&p->users)) != NULL) {
		b = TAILQ_FIRST(&u->builds);
		TAILQ_REMOVE(&p->users, u, entry);
		TAILQ_INSERT_TAIL(&p->users, u, entry);
		pool_queue_remove(p, b);
		if (pool_build_begin(b))
			p->demands++;
	}
}
