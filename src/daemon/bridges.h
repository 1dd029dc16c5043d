/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_BRIDGES_H
#define UVNF_BRIDGES_H

#include "common/err.h"
#include "daemon/backend.h"
#include "daemon/daemon.h"
#include "daemon/vnf.h"

/*
 * The Linux bridges that uvnfd made, as links between VNFs.  The journal has
 * each before it is made, so that none is lost.
 */
struct bridge {
	char name[BRIDGE_NAME_MAX + 1];
	char chain[VNF_NAME_MAX + 1];	/* "": of none */
	uid_t owner;			/* the user who made it */
	struct bridge_task *task;	/* makes or unmakes it, or NULL */
	TAILQ_ENTRY(bridge) entry;
};

/* Takes up those of the journal. */
void bridges_recover(struct daemon *dm);
void bridges_free(struct daemon *dm);

const struct bridge *bridge_find(const struct daemon *dm, const char *name);

/* How many vifs of VNFs and shells of ours are plugged into it, or will be. */
unsigned bridge_vifs(const struct daemon *dm, const char *name);

/*
 * A VNF of another user than owner that is plugged into a bridge of that name,
 * or will be as soon as it has its domain; NULL: there is none.
 */
const struct vnf *bridge_wanted(const struct daemon *dm, const char *name,
    uid_t owner);

/*
 * Each answers once, perhaps before it returns; b is NULL after a failure and
 * for one that is gone.  A bridge that is there for the same chain already is
 * a success, and was not made then; only one without vifs can be deleted.
 */
typedef void (*bridge_done)(void *arg, const struct bridge *b, bool made,
    const struct uvnf_error *e);
void bridge_create(struct daemon *dm, const char *name, const char *chain,
    uid_t owner, bridge_done done, void *arg);
void bridge_delete(struct daemon *dm, const char *name, bridge_done done,
    void *arg);

#endif
