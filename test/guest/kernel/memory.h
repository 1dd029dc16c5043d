/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef GUEST_MEMORY_H
#define GUEST_MEMORY_H

#include <stdint.h>
#include <xen/xen.h>

#define PAGE_SIZE	4096u
#define GUEST_BASE	0xffffffff80000000ul

extern start_info_t	*start_info;
extern shared_info_t	*shared_info;

/* stack: where Xen's own boot stack ended; what lies above it is free. */
void	 memory_init(start_info_t *si, uintptr_t stack);

/* One zeroed page, or NULL. */
void	*page_alloc(void);
void	 page_free(void *page);

/* The machine frame behind an address of ours, and the way back. */
uint64_t memory_mfn(const void *va);
void	*memory_va(uint64_t mfn);

/* Puts another machine frame behind a page of ours; 0, or Xen's error. */
int	 memory_map(void *page, uint64_t mfn);

#endif
