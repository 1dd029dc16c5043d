/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CLICK_H
#define UVNF_CLICK_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

#define CLICK_CONFIG_MAX (256 * 1024)
#define CLICK_ELEMENT_MAX 64	/* bytes of a name that is found */

/*
 * Looks through a Click configuration for the vifs that its FromDevice and
 * ToDevice elements use; everything else is left to the guest's own parser.
 * Comments and quoted strings are skipped, an argument that is missing means
 * vif 0, and one that is no number (a $parameter) is the guest's to judge.
 * Returns 0 and a bit mask in *vifs, or -UVNF_E_BAD_CONFIG with e
 * filled: empty, a NUL byte, or a vif that a domain with nvifs of them lacks
 * (which would wedge a ClickOS guest without a word).
 */
int click_scan(const char *text, size_t len, unsigned nvifs, uint32_t *vifs,
    struct uvnf_error *e);

/*
 * An element of the router that a configuration makes: the first that the text
 * declares by name (NAME :: CLASS) and whose handlers can be called as
 * NAME.HANDLER, malloc'ed, or NULL.  So it is none inside of a compound
 * element, and no compound element, which is gone once the router runs.  The
 * text may be any bytes; it takes time in proportion to its length.
 */
char *click_find_element(const char *text, size_t len);

#endif
