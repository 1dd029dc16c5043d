/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_WORKER_H
#define UVNF_WORKER_H

#include <stdint.h>

#include "common/err.h"
#include "daemon/domain.h"
#include "daemon/template.h"
#include "daemon/xen/plug.h"

/*
 * A worker is a process that does what may take long: one piece of work at a
 * time comes as one packet, a build's with its template behind it (spec.h);
 * one packet with its result goes back.
 *
 * Builders run libxl.  A mover changes where vifs are plugged in, one for
 * Linux bridges, and one for what Open vSwitch has to do with, which may keep
 * its client waiting.
 */
enum worker_role { ROLE_BUILDER, ROLE_BRIDGES, ROLE_OVS, ROLE_COUNT };

enum work_kind {
	WORK_BUILD,
	WORK_DESTROY,
	WORK_MOVE,			/* the vifs in mask */
	WORK_OPEN,			/* lets frames through their ports */
	WORK_CLOSE,			/* lets none through */
	WORK_MAKE_BRIDGE,		/* called name */
	WORK_UNMAKE_BRIDGE
};

struct work {
	uint32_t kind;
	int32_t domid;			/* destroy: or -1, if not known */
	uint8_t uuid[16];
	char name[DOMAIN_NAME_MAX + 1];
	uint32_t nvifs;
	uint32_t mask;			/* which of them are meant */
	struct {
		uint8_t mac[6];
		uint32_t link;		/* its net device; 0: not known */
		struct place from;	/* of WORK_MOVE */
		struct place place;
	} vifs[TEMPLATE_VIFS_MAX];
};

struct work_result {
	int32_t code;			/* enum uvnf_code */
	int32_t domid;			/* of what was built */
	uint32_t spoiled;		/* failed half way */
	uint32_t links[TEMPLATE_VIFS_MAX];	/* of WORK_CLOSE */
	char text[UVNF_ERROR_TEXT_MAX];
};

/* The i-th vif of that domain, as the kernel and plug.h know it. */
void worker_vif(const struct work *w, int domid, unsigned i,
    struct plug_vif *v);

/* The life of a builder: works until fd's other end is closed. */
void worker_run(int fd) __attribute__((noreturn));

/* That of a mover. */
void mover_run(int fd) __attribute__((noreturn));

#endif
