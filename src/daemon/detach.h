/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_DETACH_H
#define UVNF_DETACH_H

/*
 * Becomes a daemon: the process that was started waits until detach_ready is
 * called (then it exits with 0) or until its child dies (then with 1), so
 * that a script which runs `uvnfd -d` can go on at once and connect.
 */
void detach_begin(void);

/*
 * To be called when clients can connect, and when the daemon begins to stop: a
 * service manager that waits for it ($NOTIFY_SOCKET) is told, too.
 */
void detach_ready(void);
void detach_stopping(void);

#endif
