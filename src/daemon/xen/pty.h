/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_PTY_H
#define UVNF_PTY_H

#include <stddef.h>

/* A guest's console: the pty that xenconsoled keeps for it. */
struct event_base;
struct pty;

typedef void (*pty_text)(void *arg, const char *text, size_t len);

/*
 * Begins to read path.  NULL with errno set when that is no pty or cannot be
 * opened.  When its other end goes away (the guest is gone, xenconsoled was
 * restarted) it falls silent.
 */
struct pty *pty_open(struct event_base *base, const char *path, pty_text text,
    void *arg);

/* NULL is allowed.  May be called from text. */
void pty_close(struct pty *p);

#endif
