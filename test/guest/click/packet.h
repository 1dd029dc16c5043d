/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef CLICK_PACKET_H
#define CLICK_PACKET_H

#include <stddef.h>
#include <stdint.h>

#define PACKET_MAX	2048
#define PACKET_HEADROOM	64

struct packet {
	struct packet	*next;		/* for whoever holds it */
	uint8_t		*data;
	size_t		 len;
	uint8_t		*ip;		/* the IP header, once it is known */
	uint8_t		 buf[PACKET_HEADROOM + PACKET_MAX];
};

/* NULL without memory or when len is over PACKET_MAX. */
struct packet	*packet_make(const void *data, size_t len);
struct packet	*packet_clone(const struct packet *p);
void		 packet_kill(struct packet *p);

/* So many bytes more at the front; false when there is no room for them. */
int		 packet_extend(struct packet *p, size_t n);

/* Gives back the memory of packets that were killed. */
void		 packet_purge(void);

/* Big-endian numbers, and the checksum of the Internet (0 when it is good). */
unsigned int	 packet_get16(const uint8_t *at);
void		 packet_put16(uint8_t *at, unsigned int value);
unsigned int	 packet_checksum(const uint8_t *data, size_t len);

#endif
