/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_WORKER_H
#define UVNF_WORKER_H

#include <stdint.h>

#include "common/err.h"
#include "daemon/domain.h"
#include "daemon/template.h"

/*
 * A worker is a process that runs libxl: one piece of work at a time comes
 * as one packet, a build's with its template behind it (spec.h); one packet
 * with its result goes back.
 */
enum work_kind { WORK_BUILD, WORK_DESTROY };

struct work {
	uint32_t kind;
	int32_t domid;			/* destroy: or -1, if not known */
	uint8_t uuid[16];
	char name[DOMAIN_NAME_MAX + 1];
	uint32_t nvifs;
	struct {
		uint8_t mac[6];
		char bridge[BRIDGE_NAME_MAX + 1];
	} vifs[TEMPLATE_VIFS_MAX];
};

struct work_result {
	int32_t code;			/* enum uvnf_code */
	int32_t domid;			/* of what was built */
	char text[UVNF_ERROR_TEXT_MAX];
};

/*
 * The life of a worker: closes every descriptor but fd and stdio, puts
 * signals back, works until fd's other end is closed.
 */
void worker_run(int fd) __attribute__((noreturn));

#endif
