/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_BACKEND_H
#define UVNF_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"
#include "daemon/config.h"
#include "daemon/domain.h"

struct event_base;
struct backend;

/*
 * How an operation ends: exactly once, from the event loop, never before the
 * call that began it has returned.  e is NULL on success and otherwise lives
 * only during the call.
 */
typedef void (*backend_done)(void *arg, const struct uvnf_error *e);

/* The same for a handler's reply: text (len bytes, NUL after them) or e. */
typedef void (*backend_text)(void *arg, const char *text, size_t len,
    const struct uvnf_error *e);

#define BACKEND_PROCESS_NAME "uvnfd: "
#define BACKEND_PROCESS_MARK "UVNF_PROCESS"

/* Why a domain no longer runs. */
enum backend_death {
	DEATH_SHUTDOWN,		/* it shut itself down; the domain is there */
	DEATH_CRASH,		/* it crashed; the domain is there */
	DEATH_GONE		/* nothing of it is left */
};

/*
 * What a backend tells by itself, from the event loop, never inside a call
 * into it, and never about a domain after backend->forget or a completed
 * destroy.
 */
struct backend_events {
	/* The guest booted and says so (ClickOS: D/data/clickos is there). */
	void (*announced)(struct domain *d, void *arg);
	/* The backend node of vif i is in xenbus state `state` (0: unknown);
	 * d->vifs[i].state has it already. */
	void (*vif_state)(struct domain *d, unsigned i, void *arg);
	/* Raw console text, as it comes. */
	void (*console)(struct domain *d, const char *text, size_t len,
	    void *arg);
	/* At most once a domain. */
	void (*dead)(struct domain *d, enum backend_death why, void *arg);
	/* A process that works on domains began, or has ended; also told
	 * inside open.  It leads a process group, has a name that begins with
	 * BACKEND_PROCESS_NAME, and BACKEND_PROCESS_MARK=PID, with its own
	 * pid, in the environment of what it runs. */
	void (*process)(pid_t pid, bool began, void *arg);
	/* The backend cannot go on (xenstored is gone): the daemon ends. */
	void (*lost)(const struct uvnf_error *e, void *arg);
	void *arg;
};

/* A domain that Xen reports, for recovery. */
struct backend_found {
	int domid;
	uint8_t uuid[16];
};

/* Figures for the verb stats. */
struct backend_stats {
	uint64_t xenstore_requests;
	uint64_t xenstore_events;
	uint64_t hypercalls;
	uint64_t workers_started;
	uint64_t workers_lost;	/* crashed, or killed at their time limit */
};

/*
 * A way to make domains.  prepare runs first, before any socket, Xen handle
 * or thread exists, and may fork (the configuration must outlive the
 * backend); open then binds it to the event loop.  All else is asynchronous
 * as said above, except where it says so.
 */
struct backend {
	const char *name;

	int (*prepare)(struct backend *b, const struct config *c,
	    struct uvnf_error *e);
	int (*open)(struct backend *b, struct event_base *base,
	    const struct backend_events *events, struct uvnf_error *e);
	/* Ends workers and closes all; operations under way are dropped
	 * without their completion. */
	void (*close)(struct backend *b);

	/*
	 * Builds d (see domain_new), paused, vifs plugged in.  On success
	 * d->domid and the vifs' dev are filled, its console is read and its
	 * watches are set.  On failure nothing of it is left in Xen, unless
	 * d->spoiled: then it is to be destroyed, whatever its domid.
	 */
	void (*build)(struct backend *b, struct domain *d, backend_done done,
	    void *arg);
	/* Takes up a domain found by list whose facts the journal kept:
	 * console and watches as after a build, d->chunks counted anew,
	 * d->ordered; announced and vif_state are told as events. */
	void (*adopt)(struct backend *b, struct domain *d, backend_done done,
	    void *arg);
	/*
	 * Destroys it; completes when its memory is free and all of its nodes
	 * are gone.  Success also when it was gone already.  Events about d
	 * stop with the call; other operations on d that are under way
	 * complete, with an error, before the destroy does.  Given the uuid,
	 * never another domain that got the domid since.
	 */
	void (*destroy)(struct backend *b, struct domain *d,
	    backend_done done, void *arg);
	/* Lets go of d without touching the domain (synchronous). */
	void (*forget)(struct backend *b, struct domain *d);

	/*
	 * Gives those vifs of d that are in mask (a bit each) the MAC and the
	 * place that vifs, an array of all of them, has; before its guest has
	 * connected them.  On success d->vifs has them, too.  After a failure
	 * d is as it was, unless d->spoiled: then it is to be destroyed.
	 */
	void (*set_vifs)(struct backend *b, struct domain *d,
	    const struct domain_vif *vifs, uint32_t mask, backend_done done,
	    void *arg);
	/*
	 * Opens the ports of d's vifs in Linux bridges, or closes them to
	 * every frame of either direction, for a guest that is not to be
	 * reached.  Other vifs have no such switch.
	 */
	void (*gate)(struct backend *b, struct domain *d, bool open,
	    backend_done done, void *arg);

	/*
	 * Makes a Linux bridge for links between VNFs, or unmakes it.  Success
	 * also where it is there, or not, already; an error for a net device of
	 * that name that uvnfd has not made, and for unmaking a bridge that has
	 * ports.
	 */
	void (*bridge)(struct backend *b, const char *name, bool make,
	    backend_done done, void *arg);

	/*
	 * Synchronous, one hypercall each.  Pauses nest, whoever makes them:
	 * after an unpause, another one may still hold the domain.  Unpause
	 * fails with UVNF_E_BAD_STATE when nothing paused it.
	 */
	int (*unpause)(struct backend *b, struct domain *d,
	    struct uvnf_error *e);
	int (*pause)(struct backend *b, struct domain *d,
	    struct uvnf_error *e);
	/* 1, 0, or a negative code with e filled. */
	int (*is_paused)(struct backend *b, struct domain *d,
	    struct uvnf_error *e);

	/*
	 * Asks the guest to power itself off; that it did is told as its
	 * death.  Completes when the request is acknowledged by xenstored.
	 */
	void (*shutdown)(struct backend *b, struct domain *d,
	    backend_done done, void *arg);

	/*
	 * Puts a configuration's chunks into a router's tree, removes stale
	 * ones (d->chunks is router 0's count before and after), and, with
	 * start, writes `Running` last, all in one burst.  text is not needed
	 * after the call.  Completes when every write is acknowledged.
	 */
	void (*configure)(struct backend *b, struct domain *d,
	    unsigned router, const char *text, size_t len, bool start,
	    backend_done done, void *arg);
	/* Reads router 0's back; an empty text when it has none. */
	void (*fetch)(struct backend *b, struct domain *d, backend_text done,
	    void *arg);
	/* Writes a router's `Running` (true) or `Halted` alone. */
	void (*set_status)(struct backend *b, struct domain *d,
	    unsigned router, bool running, backend_done done, void *arg);
	/*
	 * Reads router 0's element.handler, or with a value writes it and
	 * tells, with an empty text, that the guest has taken it.  The calls
	 * of one domain queue behind each other.  The time limit counts from
	 * the call; one that was given up leaves nothing behind that a later
	 * one could take for its reply.
	 */
	void (*handler)(struct backend *b, struct domain *d,
	    const char *element, const char *handler, const char *value,
	    unsigned timeout_ms, backend_text done, void *arg);

	/* Every domain there is but dom0 (synchronous; off the hot path).
	 * *found is freed by the caller. */
	int (*list)(struct backend *b, struct backend_found **found,
	    size_t *n, struct uvnf_error *e);
	/* Free memory of the host in MiB (synchronous). */
	int (*free_memory_mb)(struct backend *b, uint64_t *mb,
	    struct uvnf_error *e);
	void (*stats)(struct backend *b, struct backend_stats *s);
};

/* Each returns a backend that the caller ends with close (which frees it). */
struct backend *backend_sim_new(void);
struct backend *backend_xen_new(void);

#endif
