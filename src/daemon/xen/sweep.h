/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_SWEEP_H
#define UVNF_SWEEP_H

#include <stdint.h>

#include "common/err.h"
#include "daemon/xen/hyper.h"

/*
 * Removes what a domain that Xen no longer has left in xenstore and in
 * /var/lib/xen: a domain destroyed behind libxl's back leaves all of it.
 * Nothing is touched that may be another domain's, which has the domid now.
 * domid is -1 when it was never known.  Blocks; for workers only.
 */
int sweep(struct hyper *h, int domid, const uint8_t uuid[16],
    struct uvnf_error *e);

/*
 * Removes its ports from Open vSwitch, where that runs, however they came to
 * be left: no other domain has this uuid.  A failure is logged.  Blocks.
 */
void sweep_ports(const uint8_t uuid[16]);

#endif
