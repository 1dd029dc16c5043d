/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The vifs of a template. */

#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "yaml/value.h"
#include "daemon/config_vif.h"
#include "daemon/domain.h"
#include "daemon/mac.h"

#define RATE_MAX_MBIT 100000
#define SCRIPT_BYTES_MAX 4095

/* A vif as it is being read. */
struct reading {
	struct template_vif *vif;
	const char *placed;		/* the key that said where, or NULL */
};

static int
take_place(const struct yaml_file *f, const struct node_entry *kv,
    struct reading *r, enum plug plug)
{
	struct place *p = &r->vif->place;
	char shown[NODE_SHOW_MAX];
	char *text = NULL;
	int rc;

	if (r->placed != NULL)
		return node_error(f, kv->key, "a vif is plugged into one "
		    "thing: it has %s already, so leave out %s", r->placed,
		    kv->key->text);
	rc = take_text(f, kv, &text);
	if (rc == 0 && !bridge_name_valid(text))
		rc = node_error(f, kv->value, "%s must be the name of a "
		    "bridge, at most %d characters without '/', ':', '%%' "
		    "and space, not %s", kv->key->text, BRIDGE_NAME_MAX,
		    node_show(kv->value, shown));
	if (rc == 0) {
		r->placed = plug == PLUG_OVS ? "ovs" : "bridge";
		p->plug = plug;
		strcpy(p->name, text);
	}
	free(text);
	return rc;
}

static int
take_bridge(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct reading *r = into;
	int rc = take_place(f, kv, r, PLUG_BRIDGE);

	if (rc == 0 && strcmp(r->vif->place.name, "none") == 0) {
		r->vif->place.plug = PLUG_NONE;
		r->vif->place.name[0] = '\0';
	}
	return rc;
}

static int
take_ovs(const struct yaml_file *f, const struct node_entry *kv, void *into)
{
	return take_place(f, kv, into, PLUG_OVS);
}

static int
take_mac(const struct yaml_file *f, const struct node_entry *kv, void *into)
{
	struct template_vif *vif = ((struct reading *)into)->vif;
	char shown[NODE_SHOW_MAX];
	char *text = NULL;
	int r;

	if ((r = take_text(f, kv, &text)) < 0)
		return r;
	if (strcmp(text, "derived") == 0)
		vif->mac_source = MAC_DERIVED;
	else if (strcmp(text, "name") == 0)
		vif->mac_source = MAC_NAME;
	else if (mac_parse(text, vif->mac) == 0 && mac_is_usable(vif->mac))
		vif->mac_source = MAC_GIVEN;
	else
		r = node_error(f, kv->value, "mac must be derived, name, or "
		    "an address like 00:16:3e:12:34:56 that is not multicast, "
		    "not %s", node_show(kv->value, shown));
	free(text);
	return r;
}

static int
take_mtu(const struct yaml_file *f, const struct node_entry *kv, void *into)
{
	struct reading *r = into;

	return take_uint(f, kv, MTU_MIN, MTU_MAX, &r->vif->place.mtu);
}

static int
take_rate(const struct yaml_file *f, const struct node_entry *kv, void *into)
{
	struct reading *r = into;

	return take_uint(f, kv, 1, RATE_MAX_MBIT, &r->vif->rate_mbit);
}

static int
take_script(const struct yaml_file *f, const struct node_entry *kv,
    void *into)
{
	struct reading *r = into;

	return take_absolute_path(f, kv, SCRIPT_BYTES_MAX, &r->vif->script);
}

static const struct key vif_keys[] = {
	{ "bridge", take_bridge },
	{ "ovs", take_ovs },
	{ "mac", take_mac },
	{ "mtu", take_mtu },
	{ "rate_mbit", take_rate },
	{ "script", take_script },
};

static int
take_vif(const struct yaml_file *f, const struct node *n,
    struct template_vif *vif)
{
	struct reading reading = { .vif = vif };
	int r;

	r = take_map(f, n, "a vif", vif_keys, COUNT(vif_keys), &reading);
	if (r == 0 && reading.placed == NULL)
		r = node_error(f, n, "this vif lacks the key bridge or ovs, "
		    "the bridge to plug it into, or 'bridge: none'");
	return r;
}

/* Each list replaces the one that a template may have had before. */
static void
forget_vifs(struct template *t)
{
	unsigned i;

	for (i = 0; i < TEMPLATE_VIFS_MAX; i++)
		free(t->vifs[i].script);
	memset(t->vifs, 0, sizeof(t->vifs));
	t->nvifs = 0;
}

int
take_vifs(const struct yaml_file *f, const struct node_entry *kv, void *into)
{
	const struct node *n = kv->value;
	struct template *t = into;
	char shown[NODE_SHOW_MAX];
	int r;

	if (n->kind != NODE_LIST)
		return node_error(f, n, "vifs must be a list of maps "
		    "([{bridge: NAME}]), not %s", node_show(n, shown));
	if (n->nentries > TEMPLATE_VIFS_MAX)
		return node_error(f, n->entries[TEMPLATE_VIFS_MAX].value,
		    "a template may have at most %d vifs, this has %zu",
		    TEMPLATE_VIFS_MAX, n->nentries);
	forget_vifs(t);
	for (; t->nvifs < n->nentries; t->nvifs++) {
		r = take_vif(f, n->entries[t->nvifs].value,
		    &t->vifs[t->nvifs]);
		if (r < 0)
			return r;
	}
	return 0;
}

int
check_vifs(const struct yaml_file *f, const struct node *map,
    const struct template *t)
{
	unsigned i, kind, shells = 0;
	char mac[18];

	for (kind = 0; kind < KIND_COUNT; kind++)
		shells += t->pool[kind];
	for (i = 0; i < t->nvifs && shells > 1; i++)
		if (t->vifs[i].mac_source == MAC_GIVEN)
			return node_error(f, map, "template %s: %u shells "
			    "cannot share the mac %s of vif %u; have one "
			    "shell, or take 'mac: derived' or 'mac: name'",
			    t->name, shells, mac_format(t->vifs[i].mac, mac),
			    i);
	return 0;
}
