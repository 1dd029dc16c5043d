/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_VNF_ROUTERS_H
#define UVNF_VNF_ROUTERS_H

#include "common/err.h"
#include "daemon/vnf.h"

/*
 * Routers beside router 0.  ClickOS runs several, but cannot stop one of them:
 * `Halted` for one ends the traffic of all, and nothing reaches the guest any
 * more.  So what would need that is refused: 0, or a negative code with e
 * filled.
 */

/* A (new) configuration for that router. */
int routers_check_config(const struct vnf *v, unsigned router,
    struct uvnf_error *e);
int routers_check_stop(const struct vnf *v, unsigned router,
    struct uvnf_error *e);
/* Another domain would have router 0 alone. */
int routers_check_reboot(const struct vnf *v, struct uvnf_error *e);

#endif
