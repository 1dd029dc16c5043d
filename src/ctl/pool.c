/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The command pool. */

#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "ctl/ctl.h"

static int
pool_fill(struct ctl *c, const struct args *a)
{
	struct ctl_request r = { .words = { "pool", "fill" }, .nwords = 2 };
	struct text_table *t;
	int status;

	if (a->argc > 1) {
		status = ctl_check_word("template", a->argv[1]);
		if (status != 0)
			return status;
		ctl_add_word(&r, a->argv[1]);
	}
	ctl_add_wait(&r, a->wait != NULL ? "full" : NULL);
	ctl_add_word(&r, c->timeout_arg);
	t = text_table_pool();
	status = ctl_ask_table(c, &r, json_line, t);
	text_table_free(t);
	return status;
}

/* "pool show", "set" and "drain": the daemon judges their words. */
static int
pool_change(struct ctl *c, const struct args *a)
{
	struct ctl_request r = { .words = { "pool" }, .nwords = 1 };
	struct text_table *t;
	char *min = NULL, *max = NULL;
	int i, status = 0;

	for (i = 0; i < a->argc && status == 0; i++) {
		status = ctl_check_word("word", a->argv[i]);
		ctl_add_word(&r, a->argv[i]);
	}
	if (a->min != NULL)
		ctl_add_word(&r, min = xasprintf("min=%s", a->min));
	if (a->max != NULL)
		ctl_add_word(&r, max = xasprintf("max=%s", a->max));
	t = text_table_pool();
	if (status == 0)
		status = ctl_ask_table(c, &r, json_line, t);
	text_table_free(t);
	free(min);
	free(max);
	return status;
}

int
cmd_pool(struct ctl *c, const struct args *a)
{
	const char *what = a->argc > 0 ? a->argv[0] : "";
	bool fill = strcmp(what, "fill") == 0, set = strcmp(what, "set") == 0;
	bool drain = strcmp(what, "drain") == 0;
	bool show = strcmp(what, "show") == 0;

	if (a->wait != NULL && !fill)
		return ctl_usage(a->cmd, "--wait is for 'pool fill'");
	if ((a->min != NULL || a->max != NULL) && !set)
		return ctl_usage(a->cmd, "--min and --max are for 'pool set'");
	if (a->argc == 0)
		return ctl_table_command(c, a, text_table_pool(), json_line);
	if (fill && a->argc <= 2)
		return pool_fill(c, a);
	if (set && a->argc == 4)
		return pool_change(c, a);
	if ((drain || show) && a->argc <= 2)
		return pool_change(c, a);
	if (fill || drain || show)
		return ctl_usage(a->cmd, "pool %s takes one template", what);
	if (set)
		return ctl_usage(a->cmd, "pool set needs a template, a kind "
		    "and a target");
	return ctl_usage(a->cmd, "pool knows show, fill, set and drain, not "
	    "'%s'", what);
}
