/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_SPEC_H
#define UVNF_SPEC_H

#include <stddef.h>

#include "daemon/template.h"

/*
 * A template on its way to a worker, which so builds what the daemon meant
 * when it asked, whatever the configuration has become since.  Both are one
 * program, one having been forked from the other: a struct is sent as it is.
 */
#define SPEC_MAX (64 * 1024)

/* Fills buf, of SPEC_MAX bytes; returns how many it took. */
size_t spec_pack(const struct template *t, char *buf);

/*
 * Fills *t, whose strings point into buf.  Only what a build needs is there:
 * no configuration, no parameters.  0, or -1 when it is malformed.
 */
int spec_unpack(struct template *t, char *buf, size_t len);

#endif
