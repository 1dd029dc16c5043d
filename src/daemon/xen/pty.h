/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_PTY_H
#define UVNF_PTY_H

#include <stddef.h>

/* A guest's console: the pty that xenconsoled keeps for it. */
struct event_base;
struct pty;

typedef void (*pty_text)(void *arg, const char *text, size_t len);

/* Its other end went away: the guest is gone, or xenconsoled is. */
typedef void (*pty_hung_up)(void *arg);

/*
 * Begins to read path.  NULL with errno set when that is no pty or cannot be
 * opened.
 */
struct pty *pty_open(struct event_base *base, const char *path, pty_text text,
    pty_hung_up hung_up, void *arg);

/* NULL is allowed.  May be called from text and from hung_up. */
void pty_close(struct pty *p);

#endif
