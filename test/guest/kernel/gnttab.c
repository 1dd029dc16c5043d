/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stddef.h>

#include "gnttab.h"
#include "hypercall.h"
#include "memory.h"

#define FRAMES		4
#define REFS		(FRAMES * PAGE_SIZE / sizeof(grant_entry_v1_t))
#define FIRST_REF	GNTTAB_NR_RESERVED_ENTRIES

static char table_pages[FRAMES][PAGE_SIZE] __attribute__((aligned(4096)));
static volatile grant_entry_v1_t *const table = (void *)table_pages;
static uint16_t free_refs[REFS];
static unsigned int nfree;

int
gnttab_init(void)
{
	xen_pfn_t frames[FRAMES];
	struct gnttab_setup_table op = {
		.dom = DOMID_SELF, .nr_frames = FRAMES
	};
	unsigned int i;

	set_xen_guest_handle(op.frame_list, frames);
	if (hypercall_grant(GNTTABOP_setup_table, &op, 1) != 0 ||
	    op.status != GNTST_okay)
		return -1;
	for (i = 0; i < FRAMES; i++)
		if (memory_map(table_pages[i], frames[i]) != 0)
			return -1;
	for (i = REFS; i-- > FIRST_REF;)
		free_refs[nfree++] = i;
	return 0;
}

uint32_t
gnttab_grant(unsigned int domid, const void *page, int readonly)
{
	uint32_t ref;

	if (nfree == 0)
		return GNTTAB_NONE;
	ref = free_refs[--nfree];
	table[ref].frame = memory_mfn(page);
	table[ref].domid = domid;
	wmb();
	table[ref].flags = GTF_permit_access | (readonly ? GTF_readonly : 0);
	return ref;
}

int
gnttab_end(uint32_t ref)
{
	uint16_t flags = table[ref].flags;

	do {
		if (flags & (GTF_reading | GTF_writing))
			return -1;
	} while (!__atomic_compare_exchange_n(&table[ref].flags, &flags, 0, 0,
	    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
	free_refs[nfree++] = ref;
	return 0;
}
