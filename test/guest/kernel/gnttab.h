/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef GUEST_GNTTAB_H
#define GUEST_GNTTAB_H

#include <stdint.h>

#define GNTTAB_NONE	0u

int	 gnttab_init(void);

/* Lets a domain into a page of ours; the reference, or GNTTAB_NONE. */
uint32_t gnttab_grant(unsigned int domid, const void *page, int readonly);

/* 0, or -1 when the other end still has the page mapped. */
int	 gnttab_end(uint32_t ref);

#endif
