/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef GUEST_HYPERCALL_H
#define GUEST_HYPERCALL_H

#include <stdint.h>
#include <xen/xen.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xen/sched.h>

/* Barriers: the other end of every ring runs on another processor. */
#define mb()	__asm__ volatile("mfence" ::: "memory")
#define rmb()	__asm__ volatile("" ::: "memory")
#define wmb()	__asm__ volatile("" ::: "memory")
#define xen_mb()	mb()
#define xen_rmb()	rmb()
#define xen_wmb()	wmb()

extern char hypercall_page[];

static inline long
hypercall4(unsigned int op, uintptr_t a1, uintptr_t a2, uintptr_t a3,
    uintptr_t a4)
{
	register uintptr_t r10 __asm__("r10") = a4;
	uintptr_t entry = (uintptr_t)hypercall_page + op * 32;
	long ret;

	__asm__ volatile("call *%[entry]"
	    : "=a" (ret), "+D" (a1), "+S" (a2), "+d" (a3), "+r" (r10)
	    : [entry] "r" (entry)
	    : "rcx", "r8", "r9", "r11", "memory");
	return ret;
}

static inline long
hypercall_sched(int cmd, void *arg)
{
	return hypercall4(__HYPERVISOR_sched_op, cmd, (uintptr_t)arg, 0, 0);
}

static inline long
hypercall_event(int cmd, void *arg)
{
	return hypercall4(__HYPERVISOR_event_channel_op, cmd, (uintptr_t)arg,
	    0, 0);
}

static inline long
hypercall_grant(int cmd, void *arg, unsigned int count)
{
	return hypercall4(__HYPERVISOR_grant_table_op, cmd, (uintptr_t)arg,
	    count, 0);
}

static inline long
hypercall_map(uintptr_t va, uint64_t pte)
{
	return hypercall4(__HYPERVISOR_update_va_mapping, va, pte,
	    UVMF_INVLPG, 0);
}

#endif
