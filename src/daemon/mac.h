/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_MAC_H
#define UVNF_MAC_H

#include <stdbool.h>
#include <stdint.h>

/* MAC addresses of vifs: how they are made, and which ones are in use. */

/* Xen's prefix, then the uuid's last three bytes, vif xored into the last. */
void mac_of_uuid(uint8_t mac[6], const uint8_t uuid[16], unsigned vif);

/*
 * Xen's prefix, then the low three bytes of the name's CRC-32 (that of zlib),
 * vif xored into the last: the same whenever and wherever the name is used.
 */
void mac_of_name(uint8_t mac[6], const char *name, unsigned vif);

/* Neither multicast nor all zeros. */
bool mac_is_usable(const uint8_t mac[6]);

/*
 * Those of the domains there are; one may be in use several times.  Each
 * mac_use is ended by one mac_unuse.
 */
void mac_use(const uint8_t mac[6]);
void mac_unuse(const uint8_t mac[6]);
bool mac_used(const uint8_t mac[6]);

#endif
