/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/xen/domconf.h"

/* Every pointer in these structures is malloc's: _dispose frees it. */

/* libxl runs one for each vif, so that there is one which does nothing. */
static const char *
vif_script(const struct template_vif *v, const struct place *p)
{
	const char *path = getenv("UVNF_VIF");

	if (v->script != NULL)
		return v->script;
	if (path != NULL)
		return path;
	return p->plug == PLUG_OVS ? PLUG_HELPER : TRUE_PROGRAM;
}

bool
domconf_plugs(const struct template_vif *v, const struct place *p)
{
	return v->script == NULL && getenv("UVNF_VIF") == NULL &&
	    p->plug != PLUG_OVS;
}

#define RATE_INTERVAL_US 50000	/* libxl's default */

static void
make_nic(libxl_device_nic *nic, const struct template_vif *v,
    const struct place *p, unsigned i)
{
	libxl_device_nic_init(nic);
	nic->devid = (int)i;
	nic->script = xstrdup(vif_script(v, p));
	/* For the user's script and the guest; whoever plugs has the place. */
	if (v->place.mtu != 0)
		nic->mtu = (int)v->place.mtu;
	if (v->rate_mbit == 0)
		return;
	nic->rate_bytes_per_interval = v->rate_mbit * UINT64_C(1000000) / 8 *
	    RATE_INTERVAL_US / 1000000;
	nic->rate_interval_usecs = RATE_INTERVAL_US;
}

/* Without a ctx, which libxl's own allocator of bitmaps wants. */
static void
set_vcpus(libxl_domain_build_info *b, unsigned vcpus)
{
	unsigned i;

	b->max_vcpus = vcpus;
	b->avail_vcpus.size = (vcpus + 7) / 8;
	b->avail_vcpus.map = xcalloc(b->avail_vcpus.size, 1);
	for (i = 0; i < vcpus; i++)
		b->avail_vcpus.map[i / 8] |= 1 << i % 8;
}

/* Each vcpu may run on the same CPUs. */
static void
set_cpus(libxl_domain_build_info *b, const struct template *t)
{
	libxl_bitmap *map;
	unsigned i;

	if (t->cpus.weight != 0)
		b->sched_params.weight = (int)t->cpus.weight;
	if (t->cpus.cap != 0)
		b->sched_params.cap = (int)t->cpus.cap;
	if (t->affinity == NULL)
		return;
	b->num_vcpu_hard_affinity = (int)t->vcpus;
	b->vcpu_hard_affinity = xcalloc(t->vcpus, sizeof(*map));
	for (i = 0; i < t->vcpus; i++) {
		map = &b->vcpu_hard_affinity[i];
		map->size = sizeof(t->cpus.affinity);
		map->map = xmalloc(map->size);
		memcpy(map->map, t->cpus.affinity, map->size);
	}
}

/* Of somebody else's. */
static bool
runs_scripts(const struct template *t)
{
	unsigned i;

	for (i = 0; i < t->nvifs; i++)
		if (t->vifs[i].script != NULL)
			return true;
	return false;
}

/*
 * What is to be in the domain's folder of xenstore: its name, see domconf_make;
 * for people who look through it, which template the domain is of, and, for
 * uvnf-vif, too, where each vif is plugged in.
 */
static libxl_key_value_list
notes(const struct template *t, const struct work *w)
{
	char **list = xcalloc(2 * (2 + w->nvifs) + 1, sizeof(*list));
	char place[PLACE_TEXT_MAX];
	unsigned i, n = 0;

	list[n++] = xstrdup("name");
	list[n++] = xstrdup(w->name);
	list[n++] = xstrdup("uvnf/template");
	list[n++] = xstrdup(t->name);
	for (i = 0; i < w->nvifs; i++) {
		if (t->vifs[i].script != NULL)
			continue;
		list[n++] = xasprintf("uvnf/vif/%u", i);
		list[n++] = xstrdup(place_format(&w->vifs[i].place, place));
	}
	return list;
}

static void
make(libxl_domain_config *out, const struct template *t,
    const struct work *w)
{
	unsigned i;

	libxl_domain_config_init(out);
	out->c_info.type = t->type == TYPE_PVH ? LIBXL_DOMAIN_TYPE_PVH :
	    LIBXL_DOMAIN_TYPE_PV;
	libxl_domain_build_info_init_type(&out->b_info, out->c_info.type);
	set_vcpus(&out->b_info, t->vcpus);
	set_cpus(&out->b_info, t);
	out->b_info.max_memkb = t->memory_mb * 1024ULL;
	out->b_info.target_memkb = out->b_info.max_memkb;
	out->b_info.kernel = xstrdup(t->kernel);
	if (t->ramdisk != NULL)
		out->b_info.ramdisk = xstrdup(t->ramdisk);
	if (t->cmdline != NULL)
		out->b_info.cmdline = xstrdup(t->cmdline);
	out->num_nics = t->nvifs;
	out->nics = xcalloc(t->nvifs + 1, sizeof(*out->nics));
	for (i = 0; i < t->nvifs; i++)
		make_nic(&out->nics[i], &t->vifs[i], &w->vifs[i].place, i);
}

void
domconf_make(libxl_domain_config *out, const struct template *t,
    const struct work *w)
{
	unsigned i;

	make(out, t, w);
	/*
	 * To see that nobody else has it libxl would read the names of all
	 * domains, in a transaction that others' changes undo; an empty one
	 * it does not look for.  The notes, in the same transaction, give the
	 * domain the name that it shall have.  Scripts of others read it
	 * elsewhere, in /vm, which libxl alone writes in time for them.
	 */
	out->c_info.name = xstrdup(runs_scripts(t) ? w->name : "");
	memcpy(libxl_uuid_bytearray(&out->c_info.uuid), w->uuid,
	    sizeof(w->uuid));
	out->c_info.xsdata = notes(t, w);
	for (i = 0; i < w->nvifs && i < (unsigned)out->num_nics; i++) {
		memcpy(out->nics[i].mac, w->vifs[i].mac,
		    sizeof(w->vifs[i].mac));
		out->nics[i].bridge = xstrdup(w->vifs[i].place.name);
	}
}
