/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_UTIL_H
#define UVNF_UTIL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Allocation that ends the program when there is no memory (log_fatal). */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xmemdup0(const void *p, size_t len);	/* a NUL is put behind it */
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * The first bytes of a file, or of stdin where it is called "-", size of them
 * at most: how many, or -1 with errno.
 */
ssize_t load_file(const char *file, char *buf, size_t size);

/* CLOCK_MONOTONIC in microseconds. */
uint64_t now_us(void);

/*
 * A whole number in base 10 between min and max and nothing else, no sign,
 * no space: 0 and *out, or -1.
 */
int parse_uint(const char *s, uint64_t min, uint64_t max, uint64_t *out);

/*
 * n in base 10 at p, with a NUL behind it, whose place is returned, as stpcpy
 * does; of UINT_TEXT_LEN characters at most.
 */
#define UINT_TEXT_LEN 20
char *put_uint(char *p, uint64_t n);

/* The value of a hexadecimal digit of either case, or -1. */
int hex_digit(char c);

/* 1 when s is [A-Za-z0-9][A-Za-z0-9._-]{0,62}: a name of a VNF, template. */
int name_valid(const char *s);

#endif
