/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_REAP_H
#define UVNF_REAP_H

#include "daemon/daemon.h"
#include "daemon/domain.h"

typedef void (*reap_done)(void *arg);

/*
 * Sees d, which nobody else refers to any more, to its end: destroys it,
 * again and again with growing pauses if Xen refuses, then frees it and
 * calls done (may be NULL) from the event loop.  d->domid is -1 when it was
 * never built.
 */
void reap(struct daemon *dm, struct domain *d, reap_done done, void *arg);

/* The same of one that nobody waits for, and puts on record that it ends. */
void doom(struct daemon *dm, struct domain *d);

#endif
