/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_SESSION_IMPL_H
#define UVNF_SESSION_IMPL_H

/* What the files of a session share; nobody else includes this. */

#include <event2/event_struct.h>

#include "daemon/follow.h"
#include "daemon/session.h"

/* What the next bytes of the input are. */
enum input_mode {
	INPUT_LINE,
	INPUT_SKIP_LINE,	/* the rest of a line that is too long */
	INPUT_PAYLOAD,
	INPUT_SKIP_PAYLOAD	/* of a payload that is too big */
};

struct session {
	struct daemon *daemon;
	int fd;
	struct peer peer;
	session_left left;
	void *left_arg;
	struct event readable;
	struct event writable;
	struct event flush;		/* made active by a reply */

	char in[PROTO_LINE_MAX];
	size_t in_len;
	bool read_waits;		/* it waits for its turn */
	bool turn_paid;			/* by the read, for a request in it */
	enum input_mode mode;
	struct request *next;		/* read, in part or waiting its turn */
	bool next_complete;
	size_t payload_got;
	uint64_t payload_skip;
	bool skipped_payload;		/* a line that is too long has one */

	LIST_HEAD(, request) running;
	STAILQ_HEAD(, request) answered;	/* still to be logged */
	unsigned nrunning;
	unsigned nstreams;		/* of these: replies in pieces */
	bool untagged_runs;		/* then it runs alone */
	bool eof;
	bool closing;			/* reads no more requests */
	bool cut_off;			/* with what waits for it */
	struct evbuffer *out;
	struct follows follows;
	struct turn turn;
};

/*
 * session_input.c: takes what it can from the input, perhaps a request, into
 * s->next; false when more must be read.
 */
bool session_input(struct session *s);

/* session.c */
void session_request_free(struct request *rq);

#endif
