/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_PRIVILEGES_H
#define UVNF_PRIVILEGES_H

#include "common/err.h"

/*
 * Gives up, for good, what the process that clients reach does not need once
 * it has all its descriptors: every capability but that to read files of
 * whoever owns them (kernels and configurations, at a reload), the right to
 * gain any anew, and the system calls that start programs, trace others, or
 * change the system.  The spawner and its workers, which no client reaches,
 * were forked before and keep theirs.
 */
int privileges_drop(struct uvnf_error *e);

#endif
