/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef CLICK_TEXT_H
#define CLICK_TEXT_H

#include <stddef.h>

/* Text that grows in a buffer of the caller's; what does not fit is cut. */
struct text {
	char	*buf;
	size_t	 size, len;
};

void	text_init(struct text *t, char *buf, size_t size);
void	text_printf(struct text *t, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* A copy of n bytes, terminated; NULL without memory. */
char	*text_copy(const char *s, size_t n);

int	text_is_space(char c);
int	text_is_digit(char c);
int	text_is_word(char c);

/* The value of a hexadecimal digit, or -1. */
int	text_hex(char c);

#endif
