/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_BURST_H
#define UVNF_BURST_H

/*
 * libxl's requests to xenstored, in bursts: whoever links this has functions of
 * libxenstore's in its place, see burst.c.
 */

/*
 * What xenstored refused in a transaction since burst_reset, "PATH: why", or
 * "a transaction: why" of one that came to nothing; or NULL.  libxl does not
 * always look at what has become of a transaction.
 */
const char *burst_refused(void);
void burst_reset(void);

#endif
