/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef GUEST_CONSOLE_H
#define GUEST_CONSOLE_H

void	console_init(void);

/* Waits a little for room in a full ring, then drops what does not fit. */
void	console_write(const char *s);
void	console_printf(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2)));

/* Throws away what was typed. */
void	console_poll(void);

#endif
