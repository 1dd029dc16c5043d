/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_RELOAD_H
#define UVNF_RELOAD_H

#include "common/err.h"
#include "daemon/daemon.h"

struct reload_result {
	unsigned templates, added, removed;
	unsigned changed;		/* their shells cannot be used */
	unsigned shells;		/* that were given up */
};

/*
 * Reads the configuration anew, all or nothing: 0, or an error with e filled
 * and everything as it was.  VNFs go on with the template that they are of;
 * shells follow their template.
 */
int reload(struct daemon *dm, struct reload_result *r, struct uvnf_error *e);

#endif
