/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_TEST_STORE_H
#define UVNF_TEST_STORE_H

#include <stdbool.h>

/*
 * A xenstored that a thread plays, at XENSTORED_PATH, for tests of clients that
 * wait for it.
 */

#define STORE_LOG_MAX 128

/* Of one test; the thread's alone until it has answered. */
struct played {
	unsigned hold;			/* changes that come before an answer */
	bool conflict;			/* ends of transactions are refused */
	unsigned last;			/* requests, then it closes; 0: none */
	unsigned nlog;
	char log[STORE_LOG_MAX][300];	/* "TYPE TX BODY", | for each NUL */
};

extern struct played played;

/* For each test; store_end after the client's connection has been closed. */
int store_begin(void);
void store_end(void);

#endif
