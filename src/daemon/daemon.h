/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_DAEMON_H
#define UVNF_DAEMON_H

#include <stdbool.h>
#include <sys/queue.h>

#include "common/err.h"
#include "daemon/backend.h"
#include "daemon/config.h"
#include "daemon/journal.h"
#include "daemon/metrics.h"
#include "daemon/turn.h"
#include "daemon/vnf.h"

struct event_base;
struct console_follow;
struct event_follow;
struct events;
struct pools;
struct listener;

/* All that the daemon is, wired together; one thread owns it. */
struct daemon {
	struct event_base *base;
	struct config *config;		/* replaced by reload.h */
	const char *config_path;
	struct backend *backend;
	struct journal *journal;
	struct vnf_table vnfs;
	LIST_HEAD(, vnf_task) tasks;	/* also those that wait for their end */
	LIST_HEAD(, bringup) bringups;	/* the same */
	struct vnf_calls calls;		/* of handlers, begun */
	LIST_HEAD(, vnf_later) later;	/* what is to be done with some */
	TAILQ_HEAD(bridge_list, bridge) bridges;	/* bridges.h */
	struct metrics metrics;
	struct events *events;
	LIST_HEAD(, event_follow) event_follows;
	LIST_HEAD(, console_follow) console_follows;
	struct pools *pools;
	struct listener *listener;
	struct turns turns;
	unsigned adopting;		/* domains, at the start */
	unsigned doomed;		/* domains on their way out, reap.h */
	unsigned starting;		/* routers ordered to start, not up */
	bool stopping;
};

struct daemon_options {
	const char *config_path;
	const char *socket_path;	/* or NULL: the configuration's */
	const char *state_dir;
	const char *backend;		/* "xen", "sim" or NULL: xen if built */
	bool check_only;		/* -n */
	bool detach;			/* -d */
	int verbose;
};

/* Runs the daemon until it was told to stop; returns its exit status. */
int daemon_run(const struct daemon_options *o);

/* Ends the daemon in order, as SIGTERM does; harmless a second time. */
void daemon_stop(struct daemon *dm);

/* To be called whenever something ended that daemon_stop may wait for. */
void daemon_stop_progress(struct daemon *dm);

#endif
