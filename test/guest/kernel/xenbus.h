/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef GUEST_XENBUS_H
#define GUEST_XENBUS_H

#include <stddef.h>

#define XENBUS_VALUE_MAX	4096
#define XENBUS_PATH_MAX		512

/* What ClickOS's ring holds, a message's header counted. */
#define XENBUS_RING		1024
#define XENBUS_HEADER		16

/*
 * Called for each watch event as it arrives, which can be in the midst of a
 * request: it must make no request itself.
 */
typedef void xenbus_event_fn(const char *path, const char *token);

void	xenbus_init(xenbus_event_fn *fn);

/* The value's length, or -1; buf is terminated, what does not fit is cut. */
int	xenbus_read(const char *path, char *buf, size_t size);
long	xenbus_read_number(const char *path, long otherwise);
int	xenbus_write(const char *path, const char *value, size_t len);
int	xenbus_printf(const char *path, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
int	xenbus_remove(const char *path);
int	xenbus_watch(const char *path, const char *token);
int	xenbus_unwatch(const char *path, const char *token);

/* Takes what has arrived; true if there was anything. */
int	xenbus_poll(void);

/* Never again looks at the ring: later requests wait for ever. */
void	xenbus_hang(void);
int	xenbus_is_hung(void);

#endif
