/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdint.h>

#include "../click/lib.h"
#include "heap.h"

/*
 * First fit over a list of free blocks in address order; neighbours are
 * joined when one is freed.  A block's size counts its header.
 */
struct block {
	size_t		 size;
	struct block	*next;
};

#define UNIT	sizeof(struct block)

static struct block *free_list;

void
heap_init(void *area, size_t size)
{
	free_list = area;
	free_list->size = size & ~(UNIT - 1);
	free_list->next = NULL;
}

void *
malloc(size_t size)
{
	struct block **link, *b, *rest;

	if (size > SIZE_MAX - 2 * UNIT)
		return NULL;
	size = ((size + UNIT - 1) & ~(UNIT - 1)) + UNIT;
	for (link = &free_list; (b = *link) != NULL; link = &b->next) {
		if (b->size < size)
			continue;
		if (b->size >= size + 2 * UNIT) {
			rest = (struct block *)((char *)b + size);
			rest->size = b->size - size;
			rest->next = b->next;
			b->size = size;
			*link = rest;
		} else
			*link = b->next;
		return b + 1;
	}
	return NULL;
}

void *
calloc(size_t n, size_t size)
{
	void *p;

	if (size != 0 && n > SIZE_MAX / size)
		return NULL;
	if ((p = malloc(n * size)) != NULL)
		memset(p, 0, n * size);
	return p;
}

static void
join(struct block *b)
{
	struct block *next = b->next;

	if (next != NULL && (char *)b + b->size == (char *)next) {
		b->size += next->size;
		b->next = next->next;
	}
}

void
free(void *p)
{
	struct block *b = (struct block *)p - 1, *prev = NULL, *at;

	if (p == NULL)
		return;
	for (at = free_list; at != NULL && at < b; at = at->next)
		prev = at;
	b->next = at;
	join(b);
	if (prev == NULL)
		free_list = b;
	else {
		prev->next = b;
		join(prev);
	}
}
