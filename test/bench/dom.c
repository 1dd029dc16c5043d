/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <string.h>
#include <time.h>

#include <xenctrl.h>

#include "bench.h"
#include "common/util.h"

#define CHUNK 128
#define LOOK_NS 500000

struct dom {
	xc_interface *xc;
	xc_domaininfo_t list[CHUNK];
};

struct dom *
dom_open(void)
{
	struct dom *d = xcalloc(1, sizeof(*d));

	d->xc = xc_interface_open(NULL, NULL, 0);
	if (d->xc == NULL)
		fatal("cannot speak to Xen: %s", strerror(errno));
	return d;
}

int
dom_find(struct dom *d, const uint8_t uuid[16])
{
	uint32_t first = 1;
	int i, got;

	do {
		got = xc_domain_getinfolist(d->xc, first, CHUNK, d->list);
		for (i = 0; i < got; i++)
			if (memcmp(d->list[i].handle, uuid, 16) == 0 &&
			    !(d->list[i].flags & XEN_DOMINF_dying))
				return d->list[i].domain;
		if (got > 0)
			first = d->list[got - 1].domain + 1u;
	} while (got == CHUNK);
	return -1;
}

unsigned
dom_count(struct dom *d)
{
	uint32_t first = 0;
	unsigned count = 0;
	int got;

	do {
		got = xc_domain_getinfolist(d->xc, first, CHUNK, d->list);
		if (got < 0)
			fatal("Xen lists no domains: %s", strerror(errno));
		count += (unsigned)got;
		if (got > 0)
			first = d->list[got - 1].domain + 1u;
	} while (got == CHUNK);
	return count;
}

int
dom_unpause(struct dom *d, int domid)
{
	return xc_domain_unpause(d->xc, (uint32_t)domid) < 0 ? -1 : 0;
}

int
dom_await_gone(struct dom *d, int domid, unsigned limit_ms)
{
	const struct timespec pause = { .tv_nsec = LOOK_NS };
	uint64_t end = now_us() + limit_ms * 1000ull;

	while (xc_domain_getinfolist(d->xc, (uint32_t)domid, 1, d->list) > 0 &&
	    d->list[0].domain == domid) {
		if (now_us() > end)
			return -1;
		nanosleep(&pause, NULL);
	}
	return 0;
}
