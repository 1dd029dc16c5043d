/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_XENSTORE_H
#define UVNF_XENSTORE_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

/*
 * A xenstore client inside the event loop: requests are queued, leave in one
 * write for each pass of the loop, and are answered by callbacks.  Nothing
 * here ever waits for xenstored.  Requests whose paths are about one domain
 * leave in their order; where there are many, the domains take turns.
 */
struct event_base;
struct xenstore;
struct xenstore_watch;

#define XENSTORE_PATH_MAX 1024

/*
 * The end of a request, exactly once, from the loop: err is 0 or an errno,
 * data its answer with a NUL behind it.  ECANCELED comes from xenstore_close
 * alone and means: free what is yours, call nobody.
 */
typedef void (*xenstore_reply)(void *arg, int err, const char *data,
    size_t len);

/*
 * For whoever waits for several replies: *kept, 0 at first, is the first of
 * their errors, but ECANCELED once that came.
 */
void xenstore_keep_error(int *kept, int err);

/*
 * Something at or below the watched path may have changed ("look again": it
 * is no count); comes once soon after the watch was set as well.
 */
typedef void (*xenstore_event)(void *arg, const char *path);

/* The connection is of no use any more; from the loop, once. */
typedef void (*xenstore_lost)(void *arg, const struct uvnf_error *e);

/* For who may wait: a blocking socket, close-on-exec, or -UVNF_E_SYSTEM. */
int xenstore_connect(struct uvnf_error *e);
/* Replies carry errors by name; EIO for one that is not known. */
int xenstore_errno(const char *name);

/* NULL with e filled when xenstored's socket cannot be reached. */
struct xenstore *xenstore_open(struct event_base *base, xenstore_lost lost,
    void *arg, struct uvnf_error *e);
/* The same on a connected stream socket, which it owns from now on. */
struct xenstore *xenstore_new(struct event_base *base, int fd,
    xenstore_lost lost, void *arg);
void xenstore_close(struct xenstore *x);

/* reply may be NULL for all of them; path and data are not kept. */
void xenstore_read(struct xenstore *x, const char *path, xenstore_reply reply,
    void *arg);
void xenstore_list(struct xenstore *x, const char *path, xenstore_reply reply,
    void *arg);
void xenstore_write(struct xenstore *x, const char *path, const void *data,
    size_t len, xenstore_reply reply, void *arg);
void xenstore_remove(struct xenstore *x, const char *path,
    xenstore_reply reply, void *arg);

/* An empty node; nothing changes when it is there. */
void xenstore_mkdir(struct xenstore *x, const char *path,
    xenstore_reply reply, void *arg);
/* dom0's own, and domid may read and write it; so what comes below it. */
void xenstore_share(struct xenstore *x, const char *path, int domid,
    xenstore_reply reply, void *arg);

/* Watches until xenstore_unwatch, after which event is not called again. */
struct xenstore_watch *xenstore_watch(struct xenstore *x, const char *path,
    xenstore_event event, void *arg);
void xenstore_unwatch(struct xenstore_watch *w);

/* Sends what is queued now instead of at the end of this pass. */
void xenstore_flush(struct xenstore *x);

uint64_t xenstore_requests(const struct xenstore *x);
uint64_t xenstore_events(const struct xenstore *x);
/* Writes to the socket: requests / writes is how well bursts work. */
uint64_t xenstore_writes(const struct xenstore *x);

#endif
