/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <xen/elfnote.h>

#define ELFNOTE(id, what) \
	.pushsection .note.Xen, "a", @note; \
	.balign 4; \
	.long 2f - 1f, 4f - 3f, XEN_ELFNOTE_##id; \
1:	.asciz "Xen"; \
2:	.balign 4; \
3:	what; \
4:	.balign 4; \
	.popsection

ELFNOTE(GUEST_OS,	.asciz "uvnf-guest")
ELFNOTE(GUEST_VERSION,	.asciz "1")
ELFNOTE(XEN_VERSION,	.asciz "xen-3.0")
ELFNOTE(LOADER,		.asciz "generic")
ELFNOTE(VIRT_BASE,	.quad 0xffffffff80000000)
ELFNOTE(PADDR_OFFSET,	.quad 0)
ELFNOTE(ENTRY,		.quad start)
ELFNOTE(HYPERCALL_PAGE,	.quad hypercall_page)
ELFNOTE(PAE_MODE,	.asciz "yes")

/* Xen enters here with the start_info page in rsi, on a stack of one page. */
	.text
	.globl	start
start:
	cld
	movq	%rsp, %rdx
	movq	%rsi, %rdi
	leaq	stack_top(%rip), %rsp
	xorl	%ebp, %ebp
	movq	%rdx, %rsi
	call	guest_main
1:	ud2
	jmp	1b

/* Filled in by the domain builder: 32 bytes for each hypercall. */
	.balign	4096
	.globl	hypercall_page
hypercall_page:
	.fill	4096, 1, 0xcc

	.bss
	.balign	4096
	.fill	65536, 1, 0
stack_top:

	.section .note.GNU-stack, "", @progbits
