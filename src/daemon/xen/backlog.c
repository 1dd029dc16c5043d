/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdlib.h>

#include "common/util.h"
#include "daemon/xen/backlog.h"

/* Those of one guest; it goes when it is empty. */
struct backlog_queue {
	unsigned guest;
	STAILQ_HEAD(, waiting) requests;
	TAILQ_ENTRY(backlog_queue) turn;
	LIST_ENTRY(backlog_queue) entry;
};

void
backlog_init(struct backlog *b)
{
	unsigned i;

	TAILQ_INIT(&b->turns);
	for (i = 0; i < BACKLOG_BUCKETS; i++)
		LIST_INIT(&b->by_guest[i]);
}

static struct backlog_queue *
queue_of(struct backlog *b, unsigned guest)
{
	struct backlog_queue *q;

	LIST_FOREACH(q, &b->by_guest[guest % BACKLOG_BUCKETS], entry)
		if (q->guest == guest)
			return q;
	q = xcalloc(1, sizeof(*q));
	q->guest = guest;
	STAILQ_INIT(&q->requests);
	LIST_INSERT_HEAD(&b->by_guest[guest % BACKLOG_BUCKETS], q, entry);
	TAILQ_INSERT_TAIL(&b->turns, q, turn);
	return q;
}

struct waiting *
backlog_add(struct backlog *b, unsigned guest, size_t len)
{
	struct waiting *w = xcalloc(1, sizeof(*w) + len);

	w->len = len;
	STAILQ_INSERT_TAIL(&queue_of(b, guest)->requests, w, entry);
	return w;
}

const struct waiting *
backlog_first(const struct backlog *b)
{
	const struct backlog_queue *q = TAILQ_FIRST(&b->turns);

	return q != NULL ? STAILQ_FIRST(&q->requests) : NULL;
}

struct waiting *
backlog_take(struct backlog *b)
{
	struct backlog_queue *q = TAILQ_FIRST(&b->turns);
	struct waiting *w;

	if (q == NULL)
		return NULL;
	w = STAILQ_FIRST(&q->requests);
	STAILQ_REMOVE_HEAD(&q->requests, entry);
	TAILQ_REMOVE(&b->turns, q, turn);
	if (!STAILQ_EMPTY(&q->requests)) {
		TAILQ_INSERT_TAIL(&b->turns, q, turn);
		return w;
	}
	LIST_REMOVE(q, entry);
	free(q);
	return w;
}
