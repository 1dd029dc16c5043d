/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_VNF_LATER_H
#define UVNF_VNF_LATER_H

#include "daemon/daemon.h"
#include "daemon/vnf.h"

typedef void (*vnf_later_act)(struct daemon *dm, struct vnf *v);

/*
 * Calls act from the event loop in so many milliseconds, unless the VNF was
 * destroyed or got another domain meanwhile.
 */
void vnf_later(struct daemon *dm, const struct vnf *v, unsigned ms,
    vnf_later_act act);

/* Forgets all that is still to come. */
void vnf_later_drop_all(struct daemon *dm);

#endif
