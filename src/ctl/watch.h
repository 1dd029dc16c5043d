/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CTL_WATCH_H
#define UVNF_CTL_WATCH_H

#include "ctl/ctl.h"

/* A request whose data lines are shown, and, with follow, what comes later. */
struct watch {
	void (*print)(void *arg, const struct uvnf_data *d);
	void *arg;
	bool json;
	bool follow;
	const char *over;	/* said of an end that gives no reason */
	bool ended;		/* these two are its own */
	int status;
};

/* Is its field "kind" that? */
bool watch_is_kind(const struct uvnf_data *d, const char *kind);

/*
 * Sends the n words (with follow, follow=true is added: there is room for one
 * more), prints what comes, and ends c->conn.  Returns the exit status.
 */
int watch_run(struct watch *w, struct ctl *c, const char **words, size_t n);

#endif
