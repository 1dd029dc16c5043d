/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_SIM_GUEST_H
#define UVNF_SIM_GUEST_H

#include <stddef.h>

/*
 * What a simulated guest makes of a Click configuration: just enough that a
 * good one starts and the common mistakes are refused as ClickOS does it.  It
 * is no Click parser.
 */

/*
 * Returns the console text of Click's complaint ("config:1: …\n", static
 * storage), or NULL when the configuration starts.
 */
const char *sim_guest_check(const char *text, size_t len);

/*
 * The reply of a read handler of the configuration's element, malloc'ed, or
 * NULL where ClickOS would not answer.
 */
char *sim_guest_read(const char *text, size_t len, const char *element,
    const char *handler);

/*
 * What the console says when a handler of the configuration's element is
 * written, malloc'ed, or NULL.
 */
char *sim_guest_write(const char *text, size_t len, const char *element,
    const char *handler, const char *value);

#endif
