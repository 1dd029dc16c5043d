/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_FOLLOW_H
#define UVNF_FOLLOW_H

#include <event2/event_struct.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "daemon/command.h"

struct evbuffer;
struct follows;

/*
 * A subscription: a connection gets lines by itself, behind the OK of the
 * request that asked for them.  Its owner embeds this and fills the first
 * part.  A connection that is too slow loses lines, is told how much when it
 * has caught up, and is cut off when it does not.
 */
struct follow {
	const char *lost_key;		/* what is counted: "count", "bytes" */
	void (*gone)(struct follow *f);	/* the client is: free it */

	struct daemon *daemon;
	uid_t uid;			/* whose account has it */
	struct follows *of;
	char tag[PROTO_TAG_MAX + 3];	/* "@TAG ", or "" */
	uint64_t lost;
	LIST_ENTRY(follow) entry;
};

/* The key follow=true|false of a request: 0, or -UVNF_E_BAD_REQUEST. */
int follow_wanted(const struct request *rq, bool *wanted,
    struct uvnf_error *e);

/*
 * Begins it; to be called just before request_ok.  0, or -UVNF_E_TOO_BIG when
 * this client follows too much already, -UVNF_E_QUOTA when its user does.
 */
int follow_begin(struct follow *f, struct request *rq, struct uvnf_error *e);

/* Ends it from this side; gone is not called. */
void follow_end(struct follow *f);

/* The same behind a last line, of the kind "end", that says why. */
void follow_end_because(struct follow *f, const struct uvnf_error *e);

/*
 * Sends "EVENT" and fields (each with a space in front), or counts amount as
 * lost.  Never ends the session before it returns.
 */
void follow_line(struct follow *f, const struct proto_buf *fields,
    uint64_t amount);

/*
 * All that one connection follows; the session's own.  Lines go to out, and
 * flush is made active; cut is called when the client stayed behind.
 */
struct follows {
	LIST_HEAD(, follow) list;
	unsigned count;
	size_t waiting;			/* bytes since all was read last */
	struct evbuffer *out;
	struct evbuffer *held;		/* NULL: nothing holds lines up */
	struct event *flush;
	struct turn *turn;		/* which counts what is unread */
	struct event behind;		/* armed when the first line is lost */
	void (*cut)(void *arg);
	void *arg;
};

void follows_init(struct follows *fs, struct event_base *base,
    struct evbuffer *out, struct event *flush, struct turn *turn,
    void (*cut)(void *arg), void *arg);

/* How much of what waits for the client is held up, not in out. */
size_t follows_held(const struct follows *fs);

/* Its lines wait behind a reply that goes out in pieces; or no longer. */
void follows_hold(struct follows *fs, bool hold);

/* The client has read all: says what was lost.  Whether there was any. */
bool follows_caught_up(struct follows *fs);

/* The client is gone. */
void follows_free(struct follows *fs);

#endif
