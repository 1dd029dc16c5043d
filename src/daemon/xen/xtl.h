/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_XTL_H
#define UVNF_XTL_H

#include <stddef.h>

#include <xentoollog.h>

#define XTL_KEPT_MAX 640

/*
 * A logger for Xen's libraries that keeps what they complain of, so that it
 * can become part of an error's sentence.  The first complaints are kept:
 * they name the cause, later ones its consequences.
 */
struct xtl {
	xentoollog_logger logger;	/* first: what the libraries see */
	char kept[XTL_KEPT_MAX];
	size_t len;
};

void xtl_init(struct xtl *x);

/* Forgets what was kept. */
void xtl_reset(struct xtl *x);

/* The complaints since then, "; " between them, or "no reason given". */
const char *xtl_kept(const struct xtl *x);

#endif
