/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "memory.h"
#include "../click/lib.h"
#include "heap.h"
#include "hypercall.h"

#define PAGES_MAX	2048
#define MAPPED_ALIGN	(4ul << 20)	/* the builder maps whole 4 MB */
#define PTE_PRESENT_RW	0x63ul		/* present, writable, accessed, dirty */

start_info_t *start_info;
shared_info_t *shared_info;

static char shared_page[PAGE_SIZE] __attribute__((aligned(4096)));
static void *free_pages[PAGES_MAX];
static unsigned int nfree;

uint64_t
memory_mfn(const void *va)
{
	const uint64_t *p2m = (const uint64_t *)start_info->mfn_list;

	return p2m[((uintptr_t)va - GUEST_BASE) / PAGE_SIZE];
}

void *
memory_va(uint64_t mfn)
{
	const uint64_t *m2p = (const uint64_t *)MACH2PHYS_VIRT_START;

	return (void *)(GUEST_BASE + m2p[mfn] * PAGE_SIZE);
}

int
memory_map(void *page, uint64_t mfn)
{
	return hypercall_map((uintptr_t)page, mfn * PAGE_SIZE |
	    PTE_PRESENT_RW);
}

void *
page_alloc(void)
{
	void *page;

	if (nfree == 0)
		return NULL;
	page = free_pages[--nfree];
	memset(page, 0, PAGE_SIZE);
	return page;
}

void
page_free(void *page)
{
	if (page != NULL && nfree < PAGES_MAX)
		free_pages[nfree++] = page;
}

void
memory_init(start_info_t *si, uintptr_t stack)
{
	uintptr_t from = (stack + PAGE_SIZE - 1) & ~(uintptr_t)(PAGE_SIZE - 1);
	uintptr_t to = GUEST_BASE + si->nr_pages * PAGE_SIZE;
	uintptr_t mapped = (from + (512 << 10) + MAPPED_ALIGN - 1) &
	    ~(MAPPED_ALIGN - 1);
	uintptr_t middle;

	start_info = si;
	shared_info = (shared_info_t *)shared_page;
	memory_map(shared_page, si->shared_info / PAGE_SIZE);
	if (to > mapped)
		to = mapped;
	middle = from + (to - from) * 2 / 5;
	heap_init((void *)from, middle - from);
	middle = (middle + PAGE_SIZE - 1) & ~(uintptr_t)(PAGE_SIZE - 1);
	while (to - PAGE_SIZE >= middle && nfree < PAGES_MAX) {
		to -= PAGE_SIZE;
		page_free((void *)to);
	}
}
