/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/util.h"
#include "daemon/mac.h"

static const uint8_t xen_prefix[3] = { 0x00, 0x16, 0x3e };

static void
fill(uint8_t mac[6], const uint8_t tail[3], unsigned vif)
{
	memcpy(mac, xen_prefix, sizeof(xen_prefix));
	memcpy(mac + 3, tail, 3);
	mac[5] = (uint8_t)(mac[5] ^ vif);
}

void
mac_of_uuid(uint8_t mac[6], const uint8_t uuid[16], unsigned vif)
{
	fill(mac, uuid + 13, vif);
}

void
mac_of_name(uint8_t mac[6], const char *name, unsigned vif)
{
	unsigned long crc = crc32(0, (const Bytef *)name,
	    (uInt)strlen(name));
	uint8_t tail[3] = { (uint8_t)(crc >> 16), (uint8_t)(crc >> 8),
	    (uint8_t)crc };

	fill(mac, tail, vif);
}

bool
mac_is_usable(const uint8_t mac[6])
{
	static const uint8_t zeros[6];

	return (mac[0] & 1) == 0 && memcmp(mac, zeros, sizeof(zeros)) != 0;
}

/* --- those in use -------------------------------------------------------- */

struct use {
	uint8_t mac[6];
	unsigned count;
};

static void *uses;			/* a tree of tsearch(3) */

static int
compare(const void *a, const void *b)
{
	const struct use *x = a, *y = b;

	return memcmp(x->mac, y->mac, sizeof(x->mac));
}

static struct use *
find(const uint8_t mac[6])
{
	struct use key, **node;

	memcpy(key.mac, mac, sizeof(key.mac));
	node = tfind(&key, &uses, compare);
	return node != NULL ? *node : NULL;
}

void
mac_use(const uint8_t mac[6])
{
	struct use *u = find(mac);

	if (u == NULL) {
		u = xcalloc(1, sizeof(*u));
		memcpy(u->mac, mac, sizeof(u->mac));
		tsearch(u, &uses, compare);
	}
	u->count++;
}

void
mac_unuse(const uint8_t mac[6])
{
	struct use *u = find(mac);

	if (u == NULL || --u->count > 0)
		return;
	tdelete(u, &uses, compare);
	free(u);
}

bool
mac_used(const uint8_t mac[6])
{
	return find(mac) != NULL;
}
