/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CMD_EVENTS_H
#define UVNF_CMD_EVENTS_H

#include "daemon/daemon.h"
#include "daemon/events.h"

/* An events_sink; arg is the struct daemon.  Tells those who follow. */
void event_follows_tell(const struct notice *n, void *arg);

#endif
