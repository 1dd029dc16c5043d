/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_PROCESS_H
#define UVNF_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"
#include "daemon/journal.h"

/*
 * When it began, in clock ticks since the system's boot: with its pid, this
 * names a process for good.  0 when there is none.  proc(5), /proc/PID/stat.
 */
uint64_t process_start(pid_t pid);

/*
 * Sees to it that the processes of an earlier daemon, which may be at work on
 * domains, are gone before anybody looks at Xen: they end by themselves within
 * a moment, or are killed, each with its process group; and so does what one of
 * them forked or ran into its group, also where that one is gone already.
 * Waits for that.
 */
int processes_end(struct journal *j, struct uvnf_error *e);

#endif
