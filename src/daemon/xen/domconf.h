/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_DOMCONF_H
#define UVNF_DOMCONF_H

#include <stdbool.h>

#include <libxl.h>

#include "daemon/template.h"
#include "daemon/xen/worker.h"

/*
 * Whether the worker itself plugs such a vif into its place: libxl is given a
 * script that does nothing.
 */
bool domconf_plugs(const struct template_vif *v, const struct place *p);

/*
 * A template's libxl domain configuration, with the name, uuid, MACs and
 * bridges of w.  The caller ends it with libxl_domain_config_dispose.
 */
void domconf_make(libxl_domain_config *out, const struct template *t,
    const struct work *w);

#endif
