/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_LISTENER_H
#define UVNF_LISTENER_H

#include "common/err.h"
#include "daemon/daemon.h"

#define LISTENER_CLIENTS_MAX 4096
#define LISTENER_ROOT_MAX 64	/* more, for root and the daemon's user */

/*
 * Listens on the Unix socket path.  Its mode and group are set before anyone
 * can connect; a socket file that nobody serves any more is replaced.  NULL
 * with e filled when that cannot be, or when somebody serves it.
 */
struct listener *listener_new(struct daemon *dm, const char *path,
    const char *group, mode_t mode, struct uvnf_error *e);

/*
 * Accepts no more, removes the socket, hangs up on every client; each request
 * that is still under way ends with e.
 */
void listener_free(struct listener *l, const struct uvnf_error *e);

#endif
