/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "element.h"
#include "lib.h"
#include "report.h"
#include "text.h"

#define LINE_MAX	1024

void
click_printf(const char *fmt, ...)
{
	char line[LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	click_print(line);
}

void
report_at(struct report *r, unsigned int at, const char *fmt, ...)
{
	char line[LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	r->errors++;
	click_printf("config:%u: %s", at, line);
}

void
report_plain(struct report *r, const char *fmt, ...)
{
	char line[LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	r->errors++;
	click_print(line);
}

void
report_begin(struct report *r, const char *doing, const struct element *e)
{
	r->doing = doing;
	r->element = e;
	r->told = 0;
}

void
report_end(struct report *r)
{
	r->element = NULL;
}

static void
say(struct report *r, const char *kind, const char *line)
{
	const struct element *e = r->element;

	if (e == NULL) {
		click_print(line);
		return;
	}
	if (!r->told)
		click_printf("config:%u: %s '%s :: %s':", e->line, r->doing,
		    e->name, e->class->name);
	r->told = 1;
	click_printf("  %s%s%s", r->prefix != NULL ? r->prefix : "", kind,
	    line);
}

int
report_element(struct report *r, const char *fmt, ...)
{
	char line[LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	r->errors++;
	say(r, "", line);
	return -1;
}

void
report_warning(struct report *r, const char *fmt, ...)
{
	char line[LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	say(r, "warning: ", line);
}
