/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_GUEST_H
#define UVNF_GUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "daemon/backend.h"
#include "daemon/xen/xen.h"

struct clickos_call;
struct event;
struct pty;

struct guest_vif {
	struct guest *guest;
	struct xenstore_watch *watch;	/* of the backend's state */
	uint32_t link;			/* its net device; 0: not known */
};

/*
 * What the backend keeps of a domain (d->backend).  Requests under way hold
 * references, so that it outlives the struct domain that it is of.
 */
struct guest {
	struct xen *xen;
	struct domain *d;		/* NULL once the owner let go of it */
	unsigned refs;
	int domid;			/* -1 until it is built */
	bool generic;			/* no tree of ClickOS's */
	enum template_layout layout;
	unsigned seen;			/* in which look at Xen's list */
	bool dead;			/* and told, or about to be */
	bool untold;			/* why was not told yet */
	bool marked;			/* our mark was seen in its tree */
	enum backend_death why;
	struct xenstore_watch *announce;
	struct guest_vif vifs[TEMPLATE_VIFS_MAX];
	struct pty *console;
	char tty[32];			/* that pty's path */
	struct xenstore_watch *tty_watch;	/* when it has hung up */
	bool tty_read;			/* since then */

	unsigned writes;		/* operations that write its tree */
	struct xen_op *parked;		/* a destroy that waits for them */
	TAILQ_HEAD(, clickos_call) calls;	/* the first is under way */
	char *asked, *written;		/* what the last of them left */
	TAILQ_ENTRY(guest) entry;
};

/* For d, whose d->backend it becomes; not yet in xen->guests. */
struct guest *guest_new(struct xen *x, struct domain *d);

struct guest *guest_ref(struct guest *g);
void guest_unref(struct guest *g);

/*
 * Follows the domain from now on: its domid, watches and console.  With
 * adopted, counts the chunks of its configuration too, and looks whether its
 * router was ordered to start.
 */
void guest_attach(struct guest *g, int domid, bool adopted,
    backend_done done, void *arg);

/*
 * The owner no longer wants to hear of it; handler calls end with why, or
 * silently if that is NULL.  g is the callee's afterwards.
 */
void guest_let_go(struct guest *g, const struct uvnf_error *why);
/* The same without a look at d, which may be gone: the backend closes. */
void guest_close(struct guest *g, const struct uvnf_error *why);

/* Around an operation that writes the control tree; end drops a ref. */
void guest_write_begin(struct guest *g);
void guest_write_end(struct guest *g);

#endif
