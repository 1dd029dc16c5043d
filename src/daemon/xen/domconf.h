/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_DOMCONF_H
#define UVNF_DOMCONF_H

#include <libxl.h>

#include "daemon/config.h"
#include "daemon/xen/worker.h"

/*
 * Each template's libxl domain configuration, made once, before the workers
 * are forked, and copied for each build.
 */
struct domconf {
	const struct config *config;
	libxl_domain_config *made;	/* by the template's index */
};

/* c must outlive it. */
void domconf_init(struct domconf *dc, const struct config *c);

/*
 * A copy of w's template with the name, uuid, MACs and bridges of w.  The
 * caller ends it with libxl_domain_config_dispose.
 */
void domconf_copy(libxl_ctx *ctx, const struct domconf *dc,
    const struct work *w, libxl_domain_config *out);

#endif
