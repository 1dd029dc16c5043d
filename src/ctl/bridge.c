/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The command bridge. */

#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"

static void
show_nothing(const struct uvnf_data *d, void *arg)
{
	(void)d;
	(void)arg;
}

int
cmd_bridge(struct ctl *c, const struct args *a)
{
	const char *what = a->argc > 0 ? a->argv[0] : "";
	bool create = strcmp(what, "create") == 0;
	struct ctl_request r = { .words = { "bridge", what }, .nwords = 2 };
	int status;

	if (a->argc == 0)
		return ctl_table_command(c, a, text_table_bridges(),
		    json_line);
	if (!create && strcmp(what, "delete") != 0)
		return ctl_usage(a->cmd, "bridge knows create and delete, not "
		    "'%s'", what);
	if (a->argc != 2)
		return ctl_usage(a->cmd, "bridge %s needs a name", what);
	if ((status = ctl_check_word("bridge", a->argv[1])) != 0)
		return status;
	ctl_add_word(&r, a->argv[1]);
	status = ctl_ask(c, &r, show_nothing, show_nothing, NULL);
	if (status == 0 && c->json)
		json_line_bridge(a->argv[1], create);
	else if (status == 0)
		printf("bridge %s %s\n", a->argv[1],
		    create ? "made" : "deleted");
	return status;
}
