/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/xen/domconf.h"

/* Every pointer in these structures is malloc's: _dispose frees it. */

static const char *
vif_script(void)
{
	const char *path = getenv("UVNF_VIF");

	return path != NULL ? path : HELPERDIR "/uvnf-vif";
}

static void
make_nic(libxl_device_nic *nic, const struct template *t, unsigned i)
{
	libxl_device_nic_init(nic);
	nic->devid = i;
	nic->bridge = xstrdup(t->vifs[i].bridge);
	nic->script = xstrdup(vif_script());
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

/* For people who look through xenstore: which template a domain is of. */
static libxl_key_value_list
mark(const struct template *t)
{
	char **list = xcalloc(3, sizeof(*list));

	list[0] = xstrdup("uvnf/template");
	list[1] = xstrdup(t->name);
	return list;
}

static void
make(libxl_domain_config *out, const struct template *t)
{
	unsigned i;

	libxl_domain_config_init(out);
	out->c_info.type = t->type == TYPE_PVH ? LIBXL_DOMAIN_TYPE_PVH :
	    LIBXL_DOMAIN_TYPE_PV;
	out->c_info.xsdata = mark(t);
	libxl_domain_build_info_init_type(&out->b_info, out->c_info.type);
	set_vcpus(&out->b_info, t->vcpus);
	out->b_info.max_memkb = t->memory_mb * 1024ULL;
	out->b_info.target_memkb = out->b_info.max_memkb;
	out->b_info.kernel = xstrdup(t->kernel);
	out->num_nics = t->nvifs;
	out->nics = xcalloc(t->nvifs + 1, sizeof(*out->nics));
	for (i = 0; i < t->nvifs; i++)
		make_nic(&out->nics[i], t, i);
}

void
domconf_make(libxl_domain_config *out, const struct template *t,
    const struct work *w)
{
	unsigned i;

	make(out, t);
	out->c_info.name = xstrdup(w->name);
	memcpy(libxl_uuid_bytearray(&out->c_info.uuid), w->uuid,
	    sizeof(w->uuid));
	for (i = 0; i < w->nvifs && i < (unsigned)out->num_nics; i++) {
		memcpy(out->nics[i].mac, w->vifs[i].mac,
		    sizeof(w->vifs[i].mac));
		free(out->nics[i].bridge);
		out->nics[i].bridge = xstrdup(w->vifs[i].bridge);
	}
}
