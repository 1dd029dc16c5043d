/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_HANDLER_H
#define UVNF_HANDLER_H

#include "common/err.h"

/*
 * Cuts text, ELEMENT.HANDLER, at its last dot, in place.  Only what can stand
 * in a xenstore path is let through, and no global handler: ClickOS crashes
 * at one.  0, or -UVNF_E_BAD_REQUEST or -UVNF_E_TOO_BIG with e filled.
 */
int handler_split(char *text, char **element, char **handler,
    struct uvnf_error *e);

#endif
