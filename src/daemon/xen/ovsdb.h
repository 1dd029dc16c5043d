/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_OVSDB_H
#define UVNF_OVSDB_H

#include <stdbool.h>

#include "common/err.h"

/*
 * Ports of Open vSwitch, by its database's own protocol (RFC 7047) over its
 * Unix socket.  Each call waits for the answer, for some seconds at most:
 * never to be called by the daemon itself.  All return 0, or a negative
 * UVNF_E… with e filled.
 */
struct ovsdb;

/* A port as an SDN controller sees it; texts are the caller's. */
struct ovs_port {
	const char *bridge;
	const char *dev;		/* its net device, its name, too */
	const char *mac;		/* external_ids: attached-mac */
	const char *iface_id;		/* external_ids: iface-id */
	const char *vm_id;		/* external_ids: vm-id */
};

/* Whether Open vSwitch's socket is there at all. */
bool ovsdb_is_there(void);

/* $OVS_RUNDIR/db.sock, as for Open vSwitch's own tools; NULL with e. */
struct ovsdb *ovsdb_open(struct uvnf_error *e);
void ovsdb_close(struct ovsdb *o);

int ovsdb_find_bridge(struct ovsdb *o, const char *bridge,
    struct uvnf_error *e);

/*
 * Adds the port, in the place of one that its device may have left in any
 * bridge, and waits until ovs-vswitchd has taken it up.
 */
int ovsdb_plug(struct ovsdb *o, const struct ovs_port *p,
    struct uvnf_error *e);

/* Gives a port its external_ids anew. */
int ovsdb_describe(struct ovsdb *o, const struct ovs_port *p,
    struct uvnf_error *e);

/* Removes the device's port, of whatever bridge; it need not be there. */
int ovsdb_unplug(struct ovsdb *o, const char *dev, struct uvnf_error *e);

/* Removes every port that has this vm-id. */
int ovsdb_sweep(struct ovsdb *o, const char *vm_id, struct uvnf_error *e);

#endif
