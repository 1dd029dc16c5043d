/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_PLUG_H
#define UVNF_PLUG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "daemon/place.h"
#include "daemon/xen/link.h"

/*
 * What libxl runs for a vif in Open vSwitch: it takes the port out of it, too,
 * when somebody else destroys the domain.
 */
#define PLUG_HELPER HELPERDIR "/uvnf-vif"

/*
 * Plugging vifs into bridges of either kind.  Each call waits for the kernel
 * and for Open vSwitch: never to be called by the daemon itself.  All return
 * 0, or a negative UVNF_E… with e filled.
 */
struct plug_vif {
	char dev[BRIDGE_NAME_MAX + 1];
	uint8_t mac[6];
	uint8_t uuid[16];		/* of its domain */
	unsigned number;		/* among the domain's vifs */
};

/* Whether there is such a place, without touching anything. */
int plug_check(struct links *l, const struct place *to,
    struct uvnf_error *e);

/* For a new device, which is waited for. */
int plug_in(struct links *l, const struct plug_vif *v,
    const struct place *to, struct uvnf_error *e);

/*
 * From one place to another, or to the same with another MAC.  *touched tells
 * after an error whether something may have changed.
 */
int plug_move(struct links *l, const struct plug_vif *v,
    const struct place *from, const struct place *to, bool *touched,
    struct uvnf_error *e);

/* What a device that is about to go does not take with it. */
int plug_out(const char *dev, const struct place *from,
    struct uvnf_error *e);

/*
 * A uuid as controllers want one for each port: the domain's, but with the
 * digit 8 and then the vif's number in front of its third group.  buf has 37
 * bytes and is returned.
 */
char *plug_iface_id(const uint8_t uuid[16], unsigned number, char *buf);

#endif
