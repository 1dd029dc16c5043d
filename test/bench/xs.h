/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef BENCH_XS_H
#define BENCH_XS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The barest client of xenstored: requests are put together in a buffer,
 * leave in one send, and their replies are counted.  What breaks the
 * connection ends the program.
 */
struct xs;

struct xs *xs_connect(void);
int xs_socket(const struct xs *xs);

/* Put a request into the buffer. */
void xs_put_write(struct xs *xs, const char *path, const void *data,
    size_t len);
void xs_put_read(struct xs *xs, const char *path);
void xs_put_list(struct xs *xs, const char *path);
void xs_put_watch(struct xs *xs, const char *path);
void xs_put_unwatch(struct xs *xs, const char *path);

/* Sends what was put. */
void xs_send(struct xs *xs);

/*
 * The next message, waiting for it if so wanted; events of watches come
 * between replies.  XS_NONE without wait: there is none yet.
 */
enum xs_kind { XS_NONE, XS_REPLY, XS_REFUSED, XS_EVENT };
enum xs_kind xs_take(struct xs *xs, bool wait);
/* Its body, with a NUL behind it, until the next one is taken. */
const char *xs_body(const struct xs *xs, size_t *len);

/*
 * Sends, and waits for all replies: 0, or -1 when one since the last time was
 * an error.  Events that come meanwhile are dropped.
 */
int xs_settle(struct xs *xs);

/* Sends, and waits for an event about this very node: 0, or -1. */
int xs_await_event(struct xs *xs, const char *path, unsigned limit_ms);

/* Where the state of a domain's first vif is, of its backend: path. */
#define XS_VIF_STATE_LEN 64
void xs_vif_state(char path[XS_VIF_STATE_LEN], int domid);

/* Returns once the node has the value; NULL: once it exists. */
int xs_await(struct xs *xs, const char *path, const char *value,
    unsigned limit_ms);

#endif
