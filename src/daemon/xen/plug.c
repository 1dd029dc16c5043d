/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <string.h>

#include "daemon/domain.h"
#include "daemon/xen/ovsdb.h"
#include "daemon/xen/plug.h"

/*
 * A random uuid has version 4, this one is of version 8, that of private use
 * (RFC 9562): the two never meet.
 */
char *
plug_iface_id(const uint8_t uuid[16], unsigned number, char *buf)
{
	uint8_t id[16];

	memcpy(id, uuid, sizeof(id));
	id[6] = (uint8_t)(0x80 | (number & 15));
	return uuid_format(id, buf);
}

/* What is done to a port of Open vSwitch. */
enum ovs_act { OVS_PLUG, OVS_DESCRIBE, OVS_UNPLUG };

static int
ovs_port(const struct plug_vif *v, const char *bridge, enum ovs_act act,
    struct uvnf_error *e)
{
	char mac[18], vm[UUID_TEXT_LEN + 1], iface[UUID_TEXT_LEN + 1];
	struct ovs_port p = {
		.bridge = bridge,
		.dev = v->dev,
		.mac = mac_format(v->mac, mac),
		.iface_id = plug_iface_id(v->uuid, v->number, iface),
		.vm_id = uuid_format(v->uuid, vm),
	};
	struct ovsdb *o = ovsdb_open(e);
	int rc = 0;

	if (o == NULL)
		return -e->code;
	switch (act) {
	case OVS_PLUG:
		rc = ovsdb_plug(o, &p, e);
		break;
	case OVS_DESCRIBE:
		rc = ovsdb_describe(o, &p, e);
		break;
	case OVS_UNPLUG:
		rc = ovsdb_unplug(o, p.dev, e);
		break;
	}
	ovsdb_close(o);
	return rc;
}

static int
check_ovs(const char *bridge, struct uvnf_error *e)
{
	struct ovsdb *o = ovsdb_open(e);
	int rc;

	if (o == NULL)
		return -e->code;
	rc = ovsdb_find_bridge(o, bridge, e);
	ovsdb_close(o);
	return rc;
}

int
plug_check(struct links *l, const struct place *to, struct uvnf_error *e)
{
	struct link bridge;

	switch (to->plug) {
	case PLUG_BRIDGE:
		return link_find_bridge(l, to->name, &bridge, e);
	case PLUG_OVS:
		return check_ovs(to->name, e);
	case PLUG_NONE:
		break;
	}
	return 0;
}

/* Once nothing else holds the device. */
static int
attach(struct links *l, const struct plug_vif *v, const struct link *dev,
    const struct place *to, struct uvnf_error *e)
{
	struct link bridge = { 0 };
	uint32_t mtu = to->mtu;
	int rc = 0;

	if (to->plug == PLUG_BRIDGE) {
		rc = link_find_bridge(l, to->name, &bridge, e);
		/* A port with a smaller one would make the bridge's smaller. */
		if (mtu == 0)
			mtu = bridge.mtu;
	}
	if (rc == 0)
		rc = link_plug(l, v->dev, dev->index, bridge.index,
		    mtu != dev->mtu ? mtu : 0, e);
	if (rc == 0 && to->plug == PLUG_OVS)
		rc = ovs_port(v, to->name, OVS_PLUG, e);
	return rc;
}

int
plug_in(struct links *l, const struct plug_vif *v, const struct place *to,
    struct uvnf_error *e)
{
	struct link dev;
	int rc = link_await(l, v->dev, &dev, e);

	if (rc < 0)
		return rc;
	link_quiet(l, dev.index);
	return attach(l, v, &dev, to, e);
}

static int
move(struct links *l, const struct plug_vif *v, const struct link *dev,
    const struct place *from, const struct place *to, struct uvnf_error *e)
{
	int rc;

	if (from->plug == PLUG_OVS && to->plug == PLUG_OVS)
		return ovs_port(v, to->name, strcmp(from->name, to->name) ==
		    0 ? OVS_DESCRIBE : OVS_PLUG, e);
	if (from->plug == PLUG_OVS) {
		rc = ovs_port(v, from->name, OVS_UNPLUG, e);
		if (rc == 0)
			rc = link_await_free(l, v->dev, e);
		if (rc < 0)
			return rc;
	}
	return attach(l, v, dev, to, e);
}

int
plug_move(struct links *l, const struct plug_vif *v, const struct place *from,
    const struct place *to, bool *touched, struct uvnf_error *e)
{
	struct link dev;
	int rc;

	*touched = false;
	rc = plug_check(l, to, e);
	if (rc == 0)
		rc = link_find(l, v->dev, &dev, e);
	if (rc == 0 && dev.index == 0)
		rc = uvnf_error_set(e, UVNF_E_SYSTEM,
		    "net device '%s' is not there", v->dev);
	if (rc < 0)
		return rc;
	*touched = true;
	return move(l, v, &dev, from, to, e);
}

int
plug_out(const char *dev, const struct place *from, struct uvnf_error *e)
{
	struct ovsdb *o;
	int rc;

	if (from->plug != PLUG_OVS)
		return 0;
	o = ovsdb_open(e);
	if (o == NULL)
		return -e->code;
	rc = ovsdb_unplug(o, dev, e);
	ovsdb_close(o);
	return rc;
}
