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
#include "daemon/mac.h"

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
 * The uuid's last three bytes, which are all random, make the MACs; others
 * make the name.  The vifs of one domain differ from each other for sure.
 */
static bool
macs_are_free(const struct template *t, const uint8_t uuid[16])
{
	uint8_t mac[6];
	unsigned i;

	for (i = 0; i < t->nvifs; i++) {
		mac_of_uuid(mac, uuid, i);
		if (t->vifs[i].mac_source != MAC_GIVEN && mac_used(mac))
			return false;
	}
	return true;
}

static void
vifs_fill(struct domain *d, const struct template *t)
{
	struct domain_vif *v;
	unsigned i;

	d->nvifs = t->nvifs;
	d->vifs = xcalloc(d->nvifs, sizeof(*d->vifs));
	for (i = 0; i < t->nvifs; i++) {
		v = &d->vifs[i];
		if (t->vifs[i].mac_source == MAC_GIVEN)
			memcpy(v->mac, t->vifs[i].mac, sizeof(v->mac));
		else
			mac_of_uuid(v->mac, d->uuid, i);
		mac_use(v->mac);
		v->place = t->vifs[i].place;
	}
}

struct domain *
domain_new(const struct template *t, enum domain_kind kind)
{
	struct domain *d = xcalloc(1, sizeof(*d));

	d->template = template_ref(t);
	d->console.await = t->ready_text;
	d->kind = kind;
	d->domid = -1;
	do
		uuid_fill(d->uuid);
	while (!macs_are_free(t, d->uuid));
	d->name = xasprintf("uvnf-%.*s-%02x%02x%02x%02x", TEMPLATE_NAME_MAX,
	    t->name, d->uuid[0], d->uuid[1], d->uuid[2], d->uuid[3]);
	vifs_fill(d, t);
	return d;
}

void
domain_owe(struct domain *d, uid_t uid, unsigned mb)
{
	d->payer = uid;
	d->owed_mb = mb;
}

void
domain_retemplate(struct domain *d, const struct template *t)
{
	template_unref(d->template);
	d->template = template_ref(t);
	if (d->console.await != NULL)
		d->console.await = t->ready_text;
}

static void
drop_vifs(struct domain *d)
{
	unsigned i;

	for (i = 0; i < d->nvifs; i++)
		mac_unuse(d->vifs[i].mac);
	free(d->vifs);
}

void
domain_take_vifs(struct domain *d, const struct domain_vif *vifs, unsigned n)
{
	unsigned i;

	drop_vifs(d);
	d->nvifs = n;
	d->vifs = xcalloc(n, sizeof(*d->vifs));
	for (i = 0; i < n; i++) {
		d->vifs[i] = vifs[i];
		mac_use(vifs[i].mac);
	}
}

void
domain_copy_vifs(struct domain *d, const struct domain *from)
{
	unsigned i;

	for (i = 0; i < d->nvifs && i < from->nvifs; i++) {
		domain_set_mac(d, i, from->vifs[i].mac);
		d->vifs[i].place = from->vifs[i].place;
	}
}

void
domain_free(struct domain *d)
{
	if (d == NULL)
		return;
	drop_vifs(d);
	domain_set_values(d, NULL);
	console_free(&d->console);
	template_unref(d->template);
	free(d->name);
	free(d);
}

/* Those that a range of t's is for, or NULL. */
static struct params *
values_of_ranges(const struct template *t, const struct params *from)
{
	struct params *values = NULL;
	unsigned i;

	for (i = 0; from != NULL && i < from->n; i++) {
		const struct param *p = &from->list[i];
		const struct param *declared = params_get(&t->params, p->name);

		if (declared == NULL || !declared->range.given)
			continue;
		if (values == NULL)
			values = xcalloc(1, sizeof(*values));
		params_set(values, p->name, p->value);
		value_use(p->name, p->value);
	}
	return values;
}

void
domain_set_values(struct domain *d, const struct params *values)
{
	struct params *old = d->values;
	unsigned i;

	/* In this order a value that stays is in use all the time. */
	d->values = values_of_ranges(d->template, values);
	for (i = 0; old != NULL && i < old->n; i++)
		value_unuse(old->list[i].name, old->list[i].value);
	params_free(old);
}

bool
domain_vifs_all_in(const struct domain *d, uint32_t mask, int state)
{
	unsigned i;

	for (i = 0; i < d->nvifs; i++)
		if ((mask & 1u << i) && d->vifs[i].state != state)
			return false;
	return true;
}

void
domain_set_mac(struct domain *d, unsigned vif, const uint8_t mac[6])
{
	mac_use(mac);
	mac_unuse(d->vifs[vif].mac);
	memcpy(d->vifs[vif].mac, mac, sizeof(d->vifs[vif].mac));
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
