/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef GUEST_CONTROL_H
#define GUEST_CONTROL_H

#include "quirks.h"

/*
 * ClickOS's control protocol: routers come and go, and their handlers are
 * called, as nodes below data/clickos are written.
 */

/* The options must stay. */
void	control_init(const struct options *o);

/* Announces the guest, and then sets its watches. */
void	control_announce(void);

/* Deals with one thing that was asked for; false if there was none. */
int	control_step(void);

/* As a page fault does; it does not return. */
void	control_crash(const char *why);

#endif
