/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xenctrl.h>

#include "common/util.h"
#include "daemon/xen/hyper.h"
#include "daemon/xen/xtl.h"

#define CHUNK 128			/* domains asked for in one call */

struct hyper {
	xc_interface *xc;
	struct xtl log;
	uint64_t calls;
	struct hyper_domain *list;
	size_t size;
	xc_domaininfo_t chunk[CHUNK];
};

int
hyper_probe(struct uvnf_error *e)
{
	int err, fd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		fd = open("/proc/xen/privcmd", O_RDWR | O_CLOEXEC);
	if (fd >= 0) {
		close(fd);
		return 0;
	}
	err = errno;
	if (err == EACCES || err == EPERM)
		return uvnf_error_set(e, UVNF_E_SYSTEM,
		    "cannot open /dev/xen/privcmd: %s; only root may control "
		    "Xen", strerror(err));
	return uvnf_error_set(e, UVNF_E_SYSTEM,
	    "no Xen here: cannot open /dev/xen/privcmd nor /proc/xen/privcmd:"
	    " %s; run it in a dom0, or use -b sim to try the protocol",
	    strerror(err));
}

struct hyper *
hyper_open(struct uvnf_error *e)
{
	struct hyper *h;

	if (hyper_probe(e) < 0)
		return NULL;
	h = xcalloc(1, sizeof(*h));
	xtl_init(&h->log);
	h->xc = xc_interface_open(&h->log.logger, &h->log.logger, 0);
	if (h->xc == NULL) {
		uvnf_error_set(e, UVNF_E_SYSTEM, "cannot speak to Xen: %s",
		    xtl_kept(&h->log));
		free(h);
		return NULL;
	}
	return h;
}

void
hyper_close(struct hyper *h)
{
	if (h == NULL)
		return;
	xc_interface_close(h->xc);
	free(h->list);
	free(h);
}

int
hyper_unpause(struct hyper *h, int domid)
{
	h->calls++;
	return xc_domain_unpause(h->xc, domid) < 0 ? -errno : 0;
}

int
hyper_pause(struct hyper *h, int domid)
{
	h->calls++;
	return xc_domain_pause(h->xc, domid) < 0 ? -errno : 0;
}

static void
translate(const xc_domaininfo_t *in, struct hyper_domain *out)
{
	unsigned reason;

	reason = in->flags >> XEN_DOMINF_shutdownshift &
	    XEN_DOMINF_shutdownmask;
	out->domid = in->domain;
	memcpy(out->uuid, in->handle, sizeof(out->uuid));
	out->paused = (in->flags & XEN_DOMINF_paused) != 0;
	if (in->flags & XEN_DOMINF_dying)
		out->state = HYPER_DYING;
	else if (!(in->flags & XEN_DOMINF_shutdown))
		out->state = HYPER_RUNNING;
	else if (reason == SHUTDOWN_crash || reason == SHUTDOWN_watchdog)
		out->state = HYPER_CRASHED;
	else
		out->state = HYPER_SHUTDOWN;
}

int
hyper_list(struct hyper *h, const struct hyper_domain **list, size_t *n,
    struct uvnf_error *e)
{
	uint32_t first = 1;
	int i, got;

	*n = 0;
	do {
		h->calls++;
		got = xc_domain_getinfolist(h->xc, first, CHUNK, h->chunk);
		if (got < 0)
			return uvnf_error_set(e, UVNF_E_SYSTEM,
			    "cannot list Xen's domains: %s", strerror(errno));
		if (*n + got > h->size) {
			h->size = (*n + got) * 2;
			h->list = xrealloc(h->list,
			    h->size * sizeof(*h->list));
		}
		for (i = 0; i < got; i++)
			translate(&h->chunk[i], &h->list[(*n)++]);
		if (got > 0)
			first = h->chunk[got - 1].domain + 1;
	} while (got == CHUNK);
	*list = h->list;
	return 0;
}

int
hyper_get(struct hyper *h, int domid, struct hyper_domain *out)
{
	int got;

	h->calls++;
	got = xc_domain_getinfolist(h->xc, domid, 1, h->chunk);
	if (got < 0)
		return -errno;
	if (got == 0 || h->chunk[0].domain != domid)
		return 0;
	translate(&h->chunk[0], out);
	return 1;
}

int
hyper_find(struct hyper *h, const uint8_t uuid[16], struct hyper_domain *out,
    struct uvnf_error *e)
{
	const struct hyper_domain *list;
	size_t i, n;
	int rc = hyper_list(h, &list, &n, e);

	if (rc < 0)
		return rc;
	for (i = 0; i < n; i++)
		if (memcmp(list[i].uuid, uuid, 16) == 0) {
			*out = list[i];
			return 1;
		}
	return 0;
}

int
hyper_free_memory_mb(struct hyper *h, uint64_t *mb, struct uvnf_error *e)
{
	xc_physinfo_t info;
	uint64_t pages;

	memset(&info, 0, sizeof(info));
	h->calls++;
	if (xc_physinfo(h->xc, &info) < 0)
		return uvnf_error_set(e, UVNF_E_SYSTEM,
		    "cannot ask Xen for its free memory: %s",
		    strerror(errno));
	/* Promised to domains whose build is under way. */
	pages = info.free_pages + info.scrub_pages;
	pages -= info.outstanding_pages < pages ? info.outstanding_pages :
	    pages;
	*mb = pages * 4096 / (1024 * 1024);
	return 0;
}

int
hyper_last_cpu(struct hyper *h)
{
	xc_physinfo_t info;

	memset(&info, 0, sizeof(info));
	h->calls++;
	return xc_physinfo(h->xc, &info) < 0 ? -1 : (int)info.max_cpu_id;
}

uint64_t
hyper_calls(const struct hyper *h)
{
	return h->calls;
}
