/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "daemon/xen/xtl.h"

static void
keep(struct xtl *x, const char *line)
{
	size_t room = sizeof(x->kept) - x->len;
	int n;

	if (x->len > 0 && strstr(x->kept, line) != NULL)
		return;
	n = snprintf(x->kept + x->len, room, "%s%s", x->len > 0 ? "; " : "",
	    line);
	/* A line that does not fit is dropped whole, unless it is alone. */
	if ((size_t)n < room)
		x->len += n;
	else if (x->len == 0)
		x->len = room - 1;
	else
		x->kept[x->len] = '\0';
}

/* "libxl_exec.c:117:libxl_report_child_exitstatus: " means nothing to users. */
static const char *
without_place(const char *line)
{
	const char *s = strstr(line, ".c:"), *word = strchr(line, ' ');

	if (s == NULL || (word != NULL && word < s))
		return line;
	s += strlen(".c:");
	s += strspn(s, "0123456789");
	if (*s != ':')
		return line;
	s++;
	s += strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");
	return s[0] == ':' && s[1] == ' ' ? s + 2 : s + strspn(s, " ");
}

static void __attribute__((format(printf, 5, 0)))
on_message(xentoollog_logger *logger, xentoollog_level level, int errnoval,
    const char *context, const char *format, va_list al)
{
	struct xtl *x = (struct xtl *)logger;
	char line[512];
	size_t len;

	if (level < XTL_WARN)
		return;
	vsnprintf(line, sizeof(line), format, al);
	len = strcspn(line, "\n");
	line[len] = '\0';
	if (errnoval > 0 && len < sizeof(line))
		snprintf(line + len, sizeof(line) - len, ": %s",
		    strerror(errnoval));
	log_debug("xen says context=%s level=%s text=\"%s\"",
	    context != NULL ? context : "-", xtl_level_to_string(level), line);
	if (level >= XTL_ERROR)
		keep(x, without_place(line));
}

static void
on_progress(xentoollog_logger *logger, const char *context,
    const char *doing_what, int percent, unsigned long done,
    unsigned long total)
{
	(void)logger;
	(void)context;
	(void)doing_what;
	(void)percent;
	(void)done;
	(void)total;
}

static void
on_destroy(xentoollog_logger *logger)
{
	(void)logger;
}

void
xtl_init(struct xtl *x)
{
	memset(x, 0, sizeof(*x));
	x->logger.vmessage = on_message;
	x->logger.progress = on_progress;
	x->logger.destroy = on_destroy;
}

void
xtl_reset(struct xtl *x)
{
	x->kept[0] = '\0';
	x->len = 0;
}

const char *
xtl_kept(const struct xtl *x)
{
	return x->len > 0 ? x->kept : "no reason given";
}
