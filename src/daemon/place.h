/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_PLACE_H
#define UVNF_PLACE_H

#include <stdbool.h>

#define BRIDGE_NAME_MAX 15	/* IFNAMSIZ less its NUL */
#define MTU_MIN 68
#define MTU_MAX 65517		/* netback's: 64 KiB less a VLAN's header */

/* What a vif is plugged into. */
enum plug { PLUG_BRIDGE, PLUG_OVS, PLUG_NONE };

struct place {
	enum plug plug;
	char name[BRIDGE_NAME_MAX + 1];	/* the bridge's; "" for PLUG_NONE */
	unsigned mtu;			/* 0: the bridge's own */
};

/* Whether the kernel takes it as the name of a net device; no odd bytes. */
bool bridge_name_valid(const char *s);

bool place_equal(const struct place *a, const struct place *b);

/*
 * One word, without spaces: "xenbr0", "ovs:br0", "none:", each perhaps with
 * the MTU behind a slash.  The journal has it, and xenstore, for uvnf-vif.
 * buf has PLACE_TEXT_MAX bytes and is returned.
 */
#define PLACE_TEXT_MAX (5 + BRIDGE_NAME_MAX + 6 + 1)
char *place_format(const struct place *p, char *buf);

/* 0, or -1 when text is none. */
int place_parse(const char *text, struct place *p);

#endif
