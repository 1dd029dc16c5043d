/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_LINK_H
#define UVNF_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"

/*
 * Net devices, by netlink.  Each call waits for the kernel's answer, which
 * may take long while something else holds the RTNL lock: never to be called
 * by the daemon itself.  All return 0, or a negative UVNF_E… with e filled.
 */
struct links;

enum link_kind { LINK_OTHER, LINK_BRIDGE };

struct link {
	unsigned index;			/* 0: there is none of that name */
	unsigned master;		/* index of its bridge, or 0 */
	uint32_t mtu;
	enum link_kind kind;
	bool is_port;			/* of a Linux bridge */
	bool is_closed;			/* that port, by link_gate */
	uint8_t mac[6];
};

/* NULL with e filled. */
struct links *links_open(struct uvnf_error *e);
void links_close(struct links *l);

int link_find(struct links *l, const char *name, struct link *out,
    struct uvnf_error *e);

/* The same, but waits until there is one. */
int link_await(struct links *l, const char *name, struct link *out,
    struct uvnf_error *e);

/* Waits until it has no master, for one that another process lets go of. */
int link_await_free(struct links *l, const char *name, struct uvnf_error *e);

/* A Linux bridge of that name, or an error. */
int link_find_bridge(struct links *l, const char *name, struct link *out,
    struct uvnf_error *e);

/*
 * Makes a Linux bridge and sets it up: without spanning tree, and without an
 * address of any protocol.  Its MAC address says that it is ours: Success, too,
 * where one that is ours is there already; anything else of that name is an
 * error.
 */
int link_make_bridge(struct links *l, const char *name, struct uvnf_error *e);

/*
 * The reverse: an error for a bridge that is not ours, or that has ports;
 * success where there is none.
 */
int link_unmake_bridge(struct links *l, const char *name,
    struct uvnf_error *e);

/* A bridge's port needs no address: without this it sends IPv6 traffic. */
void link_quiet(struct links *l, unsigned index);

/*
 * Makes a vif's device what it is for, by one request: up, without ARP of its
 * own, a port of the bridge with index master (0: of none), with that MTU
 * (0: as it is).
 */
int link_plug(struct links *l, const char *name, unsigned index,
    unsigned master, uint32_t mtu, struct uvnf_error *e);

/*
 * Opens a port of a Linux bridge, or closes it to every frame: its STP state
 * becomes forwarding or disabled.
 */
int link_gate(struct links *l, const char *name, unsigned index, bool open,
    struct uvnf_error *e);

#endif
