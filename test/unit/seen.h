/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_TEST_SEEN_H
#define UVNF_TEST_SEEN_H

#include "peer.h"

/* Requests submitted to a peer, and how they end. */

/* What a callback saw of one request. */
struct seen {
	int calls;
	char word[32];
	char text[256];
	int status;
	size_t rows;
	char name[32];			/* of the last row */
	int64_t count;			/* of the closing line */
	int order;			/* the how many-th to end */
};

extern int ended;			/* requests, since start_peer */

void on_done(struct uvnf *conn, const struct uvnf_reply *r, void *arg);
uint64_t submit(struct seen *s, const char *a, const char *b, const char *c);

/* Plays the script, and starts to connect u to it. */
int start_peer(void (*script)(int));

/* Until n requests have ended, or the connection. */
int wait_for(int n);

void assert_seen(const struct seen *s, const char *word, const char *part);

/* In the peer. */
void say_bytewise(int fd, const char *text);
void peer_only_greets(int fd);

#endif
