/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef CLICK_REPORT_H
#define CLICK_REPORT_H

struct element;

/* Given by whoever runs the router: where its lines go. */
void	click_print(const char *line);

void	click_printf(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2)));

/*
 * Errors are counted and printed as Click prints them.  While an element is
 * named, its errors are indented below a line that says what was being done.
 */
struct report {
	int			 errors;
	const char		*doing;
	const struct element	*element;
	int			 told;
	const char		*prefix;
};

void	report_at(struct report *r, unsigned int line, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
void	report_plain(struct report *r, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

void	report_begin(struct report *r, const char *doing,
	    const struct element *e);
void	report_end(struct report *r);
int	report_element(struct report *r, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* Printed like an error of an element, but not counted. */
void	report_warning(struct report *r, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
