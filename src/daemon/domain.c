/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <sys/random.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/domain.h"

/* A random uuid: version 4, variant 1 (RFC 4122). */
static void
uuid_fill(uint8_t uuid[16])
{
	ssize_t n;

	do
		n = getrandom(uuid, 16, 0);
	while (n < 0 && errno == EINTR);
	if (n != 16)
		log_fatal("cannot get random bytes: %s",
		    n < 0 ? strerror(errno) : "too few");
	uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x40);
	uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
}

/*
 * Xen's prefix, then the uuid's last three bytes, which are all random, with
 * the vif's number xored in.  So the vifs of one domain differ from each
 * other for sure, and those of two domains with one vif each collide once in
 * 2^24, the best that 24 bits allow.  Other bytes of the uuid make the name:
 * a collision of one is none of the other.
 */
static void
mac_fill(uint8_t mac[6], const uint8_t uuid[16], unsigned vif)
{
	static const uint8_t prefix[3] = { 0x00, 0x16, 0x3e };

	memcpy(mac, prefix, sizeof(prefix));
	memcpy(mac + 3, uuid + 13, 3);
	mac[5] = (uint8_t)(mac[5] ^ vif);
}

struct domain *
domain_new(const struct template *t, enum domain_kind kind)
{
	struct domain *d = xcalloc(1, sizeof(*d));
	unsigned i;

	d->template = template_ref(t);
	d->kind = kind;
	d->domid = -1;
	uuid_fill(d->uuid);
	snprintf(d->name, sizeof(d->name), "uvnf-%.*s-%02x%02x%02x%02x",
	    TEMPLATE_NAME_MAX, t->name, d->uuid[0], d->uuid[1], d->uuid[2],
	    d->uuid[3]);
	d->nvifs = t->nvifs;
	for (i = 0; i < t->nvifs; i++) {
		mac_fill(d->vifs[i].mac, d->uuid, i);
		memcpy(d->vifs[i].bridge, t->vifs[i].bridge,
		    sizeof(d->vifs[i].bridge));
	}
	return d;
}

void
domain_copy_vifs(struct domain *d, const struct domain *from)
{
	unsigned i;

	for (i = 0; i < d->nvifs && i < from->nvifs; i++) {
		memcpy(d->vifs[i].mac, from->vifs[i].mac,
		    sizeof(d->vifs[i].mac));
		strcpy(d->vifs[i].bridge, from->vifs[i].bridge);
	}
}

void
domain_free(struct domain *d)
{
	if (d == NULL)
		return;
	console_free(&d->console);
	template_unref(d->template);
	free(d);
}

/* Hexadecimal with a separator behind the bytes whose bit is in `breaks`. */
static void
hex_format(const uint8_t *bytes, size_t n, unsigned breaks, char sep,
    char *buf)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < n; i++) {
		*buf++ = digits[bytes[i] >> 4];
		*buf++ = digits[bytes[i] & 15];
		if (breaks & (1u << i))
			*buf++ = sep;
	}
	*buf = '\0';
}

/* The reverse, of either case; bytes is written even when it fails. */
static int
hex_parse(const char *s, uint8_t *bytes, size_t n, unsigned breaks, char sep)
{
	int high, low;
	size_t i;

	for (i = 0; i < n; i++) {
		if ((high = hex_digit(*s)) < 0)
			return -1;
		s++;
		if ((low = hex_digit(*s)) < 0)
			return -1;
		s++;
		bytes[i] = (uint8_t)(high << 4 | low);
		if ((breaks & (1u << i)) && *s++ != sep)
			return -1;
	}
	return *s == '\0' ? 0 : -1;
}

#define UUID_BREAKS (1u << 3 | 1u << 5 | 1u << 7 | 1u << 9)
#define MAC_BREAKS 0x1fu

char *
uuid_format(const uint8_t uuid[16], char *buf)
{
	hex_format(uuid, 16, UUID_BREAKS, '-', buf);
	return buf;
}

char *
mac_format(const uint8_t mac[6], char *buf)
{
	hex_format(mac, 6, MAC_BREAKS, ':', buf);
	return buf;
}

int
uuid_parse(const char *text, uint8_t uuid[16])
{
	uint8_t bytes[16];

	if (hex_parse(text, bytes, sizeof(bytes), UUID_BREAKS, '-') < 0)
		return -1;
	memcpy(uuid, bytes, sizeof(bytes));
	return 0;
}

int
mac_parse(const char *text, uint8_t mac[6])
{
	uint8_t bytes[6];

	if (hex_parse(text, bytes, sizeof(bytes), MAC_BREAKS, ':') < 0)
		return -1;
	memcpy(mac, bytes, sizeof(bytes));
	return 0;
}
