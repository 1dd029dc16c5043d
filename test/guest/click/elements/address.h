/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef CLICK_ADDRESS_H
#define CLICK_ADDRESS_H

#include <stdint.h>

/* "10.0.0.1"; 0, or -1 when it is something else.  The first byte is on top. */
int	address_host(const char *s, uint32_t *address);

/*
 * "10.0.0.0/8", "10/8" or "10.0.0.0/255.0.0.0", and with bare also a mere
 * address.  What the mask has not is cleared.
 */
int	address_prefix(const char *s, uint32_t *address, uint32_t *mask,
	    int bare);

#endif
