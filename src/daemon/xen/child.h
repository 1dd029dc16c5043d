/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CHILD_H
#define UVNF_CHILD_H

/*
 * What each process that the spawner forks does first: takes its name and the
 * mark that backend.h asks for, puts signals back, closes every descriptor but
 * keep and stdio.
 */
void child_begin(const char *name, int keep);

#endif
