/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "memory.h"
#include "../click/lib.h"
#include "heap.h"
#include "hypercall.h"

#define PAGES_MAX	2048
#define MAPPED_ALIGN	(4ul << 20)	/* the builder maps whole 4 MB */
#define PTE_PRESENT_RW	0x63ul		/* present, writable, accessed, dirty */
#define PTE_PRESENT_RO	0x61ul
#define PTE_TABLE	0x67ul		/* and for user mode: Xen's 64 bits */
#define PTE_MFN(pte)	(((pte) & 0x000ffffffffff000ul) / PAGE_SIZE)
#define TABLE_ENTRIES	512
#define TABLE_SPAN	(TABLE_ENTRIES * (uintptr_t)PAGE_SIZE)

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

/* The page table of the last but one level that has that address. */
static uint64_t *
find_directory(uintptr_t va)
{
	uint64_t *table = (uint64_t *)start_info->pt_base;

	table = memory_va(PTE_MFN(table[va >> 39 & 511]));
	return memory_va(PTE_MFN(table[va >> 30 & 511]));
}

/* Makes a page the table of the 2 MB from va on; 0, or Xen's error. */
static int
map_span(uintptr_t va, uintptr_t end, uint64_t *table)
{
	uint64_t *entry = &find_directory(va)[va >> 21 & 511];
	uint64_t directory = memory_mfn(entry);
	mmu_update_t update;
	unsigned int i;

	for (i = 0; i < TABLE_ENTRIES; i++, va += PAGE_SIZE)
		table[i] = va < end ? memory_mfn((void *)va) * PAGE_SIZE |
		    PTE_PRESENT_RW : 0;
	/* Xen takes no page for a table that can be written to. */
	if (hypercall_map((uintptr_t)table, memory_mfn(table) * PAGE_SIZE |
	    PTE_PRESENT_RO) != 0)
		return -1;
	update.ptr = directory * PAGE_SIZE + (uintptr_t)entry % PAGE_SIZE;
	update.val = memory_mfn(table) * PAGE_SIZE | PTE_TABLE;
	return hypercall4(__HYPERVISOR_mmu_update, (uintptr_t)&update, 1, 0,
	    DOMID_SELF);
}

/* Maps the rest of the memory with pages from *from on; where it ends. */
static uintptr_t
map_rest(uintptr_t *from, uintptr_t mapped, uintptr_t end)
{
	for (; mapped < end; mapped += TABLE_SPAN) {
		if (map_span(mapped, end, (uint64_t *)*from) != 0)
			return mapped;
		*from += PAGE_SIZE;
	}
	return end;
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
	to = map_rest(&from, mapped, to);
	middle = from + (to - from) / 2;
	heap_init((void *)from, middle - from);
	middle = (middle + PAGE_SIZE - 1) & ~(uintptr_t)(PAGE_SIZE - 1);
	while (to - PAGE_SIZE >= middle && nfree < PAGES_MAX) {
		to -= PAGE_SIZE;
		page_free((void *)to);
	}
}
