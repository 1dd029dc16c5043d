/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_BACKLOG_H
#define UVNF_BACKLOG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "daemon/xen/xenstore.h"

/*
 * Requests to xenstored for which there is no room yet.  Those about one guest
 * stay in their order; the guests take turns, a request each, so that a long
 * configuration of one keeps nobody else's short one waiting.
 */
struct waiting {
	xenstore_reply reply;
	void *arg;
	uint32_t type;
	STAILQ_ENTRY(waiting) entry;
	size_t len;
	char body[];
};

#define BACKLOG_BUCKETS 256

struct backlog_queue;

struct backlog {
	TAILQ_HEAD(, backlog_queue) turns;	/* the next one's first */
	LIST_HEAD(, backlog_queue) by_guest[BACKLOG_BUCKETS];
};

void backlog_init(struct backlog *b);

/* Adds one, all but whose entry and len the caller fills. */
struct waiting *backlog_add(struct backlog *b, unsigned guest, size_t len);

/* Whose turn it is, or NULL; and takes that one out, for the caller to free. */
const struct waiting *backlog_first(const struct backlog *b);
struct waiting *backlog_take(struct backlog *b);

#endif
