/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_SESSION_H
#define UVNF_SESSION_H

#include "daemon/command.h"
#include "daemon/daemon.h"

typedef void (*session_left)(void *arg);

/*
 * Serves one client on fd (non-blocking, taken over, as are the groups of
 * peer) until it hangs up, then calls left.  The daemon's listener keeps them
 * in a list.
 */
struct session *session_new(struct daemon *dm, int fd, const struct peer *peer,
    session_left left, void *arg);

/* Hangs up at once; left is called. */
void session_free(struct session *s);

/*
 * The same at the daemon's end: what its client still waits for is answered
 * with e, and what has been said goes out, as far as the client takes it.
 */
void session_end(struct session *s, const struct uvnf_error *e);

/* Hangs up when all that it has to say has been said. */
void session_close_soon(struct session *s);

/* Sends what rq->out has, as rq's whole reply, and frees rq. */
void session_reply(struct request *rq);

/* Sends what it has of a reply whose rest rq->stream puts. */
void session_stream(struct request *rq);

/* Who the client is; valid as long as the session. */
const struct peer *session_peer(const struct session *s);

/* What it follows, see follow.h. */
struct follows *session_follows(struct session *s);

#endif
