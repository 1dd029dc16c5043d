/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CMD_CONSOLE_H
#define UVNF_CMD_CONSOLE_H

#include "daemon/daemon.h"
#include "daemon/vnf.h"

/* Text of v's guest, for those who follow, before its console has it. */
void console_follows_tell(struct daemon *dm, const struct vnf *v,
    const char *text, size_t len);

/* A vnf_observer; arg is the struct daemon.  Their end, at that of v. */
void console_follows_observe(const struct vnf *v, enum vnf_state from,
    void *arg);

#endif
