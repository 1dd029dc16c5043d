/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef BENCH_DOM_H
#define BENCH_DOM_H

#include <stdbool.h>
#include <stdint.h>

/* Xen's own view of domains. */
struct dom;

struct dom *dom_open(void);

/* The domain with this uuid, or -1. */
int dom_find(struct dom *d, const uint8_t uuid[16]);
/* How many there are, dom0 and those that are dying among them. */
unsigned dom_count(struct dom *d);
/* Lets a shell run: 0 or -1. */
int dom_unpause(struct dom *d, int domid);
/*
 * Returns when the domain is off Xen's list, which is when its last page is
 * free; -1: not within the limit.  No event tells of it.
 */
int dom_await_gone(struct dom *d, int domid, unsigned limit_ms);

#endif
