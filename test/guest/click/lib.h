/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef GUEST_LIB_H
#define GUEST_LIB_H

/*
 * The little of the C library that the guest uses.  In the guest it is
 * string.c, printf.c and heap.c; natively the host's library has the same.
 */

#include <stdarg.h>
#include <stddef.h>

void	*memcpy(void *, const void *, size_t);
void	*memmove(void *, const void *, size_t);
void	*memset(void *, int, size_t);
int	 memcmp(const void *, const void *, size_t);
size_t	 strlen(const char *);
int	 strcmp(const char *, const char *);
int	 strncmp(const char *, const char *, size_t);
char	*strchr(const char *, int);

void	*malloc(size_t);
void	*calloc(size_t, size_t);
void	 free(void *);

int	 snprintf(char *, size_t, const char *, ...)
	    __attribute__((format(printf, 3, 4)));
int	 vsnprintf(char *, size_t, const char *, va_list)
	    __attribute__((format(printf, 3, 0)));

#endif
