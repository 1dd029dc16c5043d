/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_LOOP_H
#define UVNF_LOOP_H

#include <stdbool.h>

#include "ctl/ctl.h"

/* What ends a wait, or comes in the middle of one. */
enum loop_event {
	LOOP_GO_ON,
	LOOP_LOST,		/* the connection is */
	LOOP_OUTPUT,		/* nobody reads standard output; told once */
	LOOP_SIGNAL		/* came; told once */
};

/*
 * From here on, standard output that is not read does no harm.  With signals,
 * SIGTERM, and SIGINT and SIGHUP where they are not ignored (as under nohup),
 * are caught: the first ends waits, a second one the program.
 */
void loop_begin(bool signals);

/*
 * Waits once, for the connection (may be NULL) and all else, for at most
 * limit_ms (-1: as long as it takes), and lets the library call back.
 */
enum loop_event loop_wait(struct uvnf *u, int limit_ms);

/* Writes what is buffered for standard output; a signal drops it. */
enum loop_event loop_flush(void);

/*
 * The exit status of a command whose loop is over: status, unless it was not
 * ended, which is for want of a reader.  Sets ended and closes c->conn.
 */
int loop_end(struct ctl *c, bool *ended, int status);

#endif
