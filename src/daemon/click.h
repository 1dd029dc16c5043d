/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CLICK_H
#define UVNF_CLICK_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

#define CLICK_CONFIG_MAX (256 * 1024)

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

#endif
