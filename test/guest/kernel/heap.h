/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef GUEST_HEAP_H
#define GUEST_HEAP_H

#include <stddef.h>

/* malloc and free work on this one area, given once. */
void	heap_init(void *area, size_t size);

#endif
