/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <string.h>

#include "daemon/mac.h"
#include "daemon/net.h"

/* --- a request's wish ---------------------------------------------------- */

static int
parse_place(struct net_wish *w, unsigned i, enum plug plug,
    const char *value, struct uvnf_error *e)
{
	struct place *p = &w->vifs[i].place;

	if (w->vifs[i].placed)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "vif %u is to "
		    "have a bridge= and an ovs=; it is plugged into one "
		    "thing", i);
	w->vifs[i].placed = true;
	if (plug == PLUG_BRIDGE && strcmp(value, "none") == 0) {
		p->plug = PLUG_NONE;
		return 0;
	}
	if (!bridge_name_valid(value))
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "'%.40s' is no "
		    "name of a bridge for vif %u: at most %d characters, "
		    "without '/', ':', '%%' and space", value, i,
		    BRIDGE_NAME_MAX);
	p->plug = plug;
	strcpy(p->name, value);
	return 0;
}

static int
parse_mac(struct net_wish *w, unsigned i, const char *value,
    struct uvnf_error *e)
{
	if (mac_parse(value, w->vifs[i].mac) != 0 ||
	    !mac_is_usable(w->vifs[i].mac))
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "'%.40s' is no "
		    "MAC address for vif %u: one like 00:16:3e:12:34:56 that "
		    "is not multicast", value, i);
	w->vifs[i].has_mac = true;
	return 0;
}

int
net_wish_parse(struct net_wish *w, const char *key, const char *value,
    struct uvnf_error *e)
{
	const char *what = key + strlen("vifs.0.");
	unsigned i;

	if (strncmp(key, "vifs.", 5) != 0 || key[5] < '0' ||
	    key[5] >= '0' + TEMPLATE_VIFS_MAX || key[6] != '.')
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
		    "'%.40s=' is no key: a vif is vifs.0 to vifs.%d", key,
		    TEMPLATE_VIFS_MAX - 1);
	i = (unsigned)(key[5] - '0');
	if (w->nvifs <= i)
		w->nvifs = i + 1;
	if (strcmp(what, "bridge") == 0)
		return parse_place(w, i, PLUG_BRIDGE, value, e);
	if (strcmp(what, "ovs") == 0)
		return parse_place(w, i, PLUG_OVS, value, e);
	if (strcmp(what, "mac") == 0)
		return parse_mac(w, i, value, e);
	return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "'%.40s=' is no key: a "
	    "request can say bridge, ovs and mac of a vif", key);
}

int
net_wish_check(const struct net_wish *w, const struct template *t,
    struct uvnf_error *e)
{
	unsigned i;
	int rc;

	if ((rc = template_allows(t, OVERRIDE_VIFS, e)) != 0)
		return rc;
	if (w->nvifs > t->nvifs)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
		    "template '%s' has %u vifs, so there is no vif %u",
		    t->name, t->nvifs, w->nvifs - 1);
	for (i = 0; i < w->nvifs; i++)
		if (w->vifs[i].placed && t->vifs[i].script != NULL)
			return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
			    "vif %u of template '%s' is plugged in by %s, "
			    "which a request cannot change", i, t->name,
			    t->vifs[i].script);
	return 0;
}

/* --- what a domain is to have -------------------------------------------- */

bool
net_is_plain(const struct template *t, const struct net_wish *w)
{
	unsigned i;

	for (i = 0; i < t->nvifs; i++)
		if (t->vifs[i].mac_source == MAC_NAME)
			return false;
	return w == NULL;
}

static void
want(const struct domain *d, unsigned i, const char *name,
    const struct net_wish *w, struct domain_vif *v)
{
	if (d->template->vifs[i].mac_source == MAC_NAME)
		mac_of_name(v->mac, name, i);
	if (w == NULL)
		return;
	if (w->vifs[i].has_mac)
		memcpy(v->mac, w->vifs[i].mac, sizeof(v->mac));
	if (w->vifs[i].placed) {
		v->place = w->vifs[i].place;
		v->place.mtu = d->template->vifs[i].place.mtu;
	}
}

uint32_t
net_wanted(const struct domain *d, const char *name,
    const struct net_wish *w, struct domain_vif *vifs)
{
	uint32_t mask = 0;
	unsigned i;

	for (i = 0; i < d->nvifs; i++) {
		vifs[i] = d->vifs[i];
		want(d, i, name, w, &vifs[i]);
		if (memcmp(vifs[i].mac, d->vifs[i].mac, 6) != 0 ||
		    !place_equal(&vifs[i].place, &d->vifs[i].place))
			mask |= 1u << i;
	}
	return mask;
}

void
net_apply(struct domain *d, const char *name, const struct net_wish *w)
{
	struct domain_vif vifs[TEMPLATE_VIFS_MAX];
	unsigned i;

	net_wanted(d, name, w, vifs);
	for (i = 0; i < d->nvifs; i++) {
		domain_set_mac(d, i, vifs[i].mac);
		d->vifs[i].place = vifs[i].place;
	}
}
