/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_RECOVER_H
#define UVNF_RECOVER_H

#include "common/err.h"
#include "daemon/daemon.h"

/*
 * Compares what the journal announced with what Xen reports, by uuid: VNFs
 * that still have their domain are adopted, one whose domain is gone is
 * dropped with a warning; every shell and every half-built domain of ours is
 * handed to the reaper; a domain that the journal does not know is not ours
 * and is left alone.  Before the event loop runs, after backend->open.
 */
int recover(struct daemon *dm, struct uvnf_error *e);

#endif
