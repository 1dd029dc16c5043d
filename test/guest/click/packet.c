/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "lib.h"
#include "packet.h"

static struct packet *killed;

struct packet *
packet_make(const void *data, size_t len)
{
	struct packet *p = killed;

	if (len > PACKET_MAX)
		return NULL;
	if (p != NULL)
		killed = p->next;
	else if ((p = malloc(sizeof(*p))) == NULL)
		return NULL;
	p->next = NULL;
	p->data = p->buf + PACKET_HEADROOM;
	p->len = len;
	p->ip = NULL;
	memcpy(p->data, data, len);
	return p;
}

struct packet *
packet_clone(const struct packet *p)
{
	struct packet *copy = packet_make(p->buf, 0);

	if (copy == NULL)
		return NULL;
	memcpy(copy->buf, p->buf, sizeof(p->buf));
	copy->data = copy->buf + (p->data - p->buf);
	copy->len = p->len;
	if (p->ip != NULL)
		copy->ip = copy->buf + (p->ip - p->buf);
	return copy;
}

int
packet_extend(struct packet *p, size_t n)
{
	if (n > (size_t)(p->data - p->buf))
		return 0;
	p->data -= n;
	p->len += n;
	return 1;
}

void
packet_kill(struct packet *p)
{
	if (p == NULL)
		return;
	p->next = killed;
	killed = p;
}

void
packet_purge(void)
{
	struct packet *p;

	while ((p = killed) != NULL) {
		killed = p->next;
		free(p);
	}
}

unsigned int
packet_get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

void
packet_put16(uint8_t *at, unsigned int value)
{
	at[0] = value >> 8;
	at[1] = value;
}

unsigned int
packet_checksum(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;

	for (; len > 1; len -= 2, data += 2)
		sum += packet_get16(data);
	if (len > 0)
		sum += data[0] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}
