/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_CMD_VNF_H
#define UVNF_CMD_VNF_H

#include "daemon/command.h"
#include "daemon/vnf_ops.h"

/* What the command files about VNFs share. */

/* A vnf_answer whose arg is the request: the VNF, if one is left, and how it
 * went. */
void cmd_vnf_answer(void *arg, const struct vnf *v,
    const struct uvnf_error *e);

/*
 * The keys wait (or this one without it) and timeout_ms, and the payload,
 * which vr takes over; the answer is cmd_vnf_answer's.
 */
int cmd_vnf_request(struct request *rq, enum vnf_wait wait,
    struct vnf_request *vr, struct uvnf_error *e);

/* The key router, 0 without it. */
int cmd_vnf_router(const struct request *rq, unsigned *router,
    struct uvnf_error *e);

#endif
