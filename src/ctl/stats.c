/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The command stats: the counts, and the table of stages behind them. */

#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"

static const char *const counts_words[] = { "stats" };
static const char *const stages_words[] = { "stats", "stages" };
static const char *const reset_words[] = { "stats", "reset" };

static int
stats_json(struct ctl *c)
{
	struct json_joined *j = json_joined_new("stages");
	int rc;

	rc = uvnf_request(c->conn, counts_words, 1, NULL, 0,
	    json_joined_first, j);
	if (rc == 0)
		rc = uvnf_request(c->conn, stages_words, 2, NULL, 0,
		    json_joined_item, j);
	if (rc == 0)
		json_joined_print(j);
	else
		json_joined_free(j);
	return rc;
}

static int
stats_text(struct ctl *c)
{
	struct text_table *t = text_table_stages();
	int rc;

	rc = uvnf_request(c->conn, counts_words, 1, NULL, 0, text_fields,
	    NULL);
	if (rc == 0)
		rc = uvnf_request(c->conn, stages_words, 2, NULL, 0,
		    text_table_row, t);
	if (rc == 0 && text_table_rows(t) > 0) {
		(void)putchar('\n');
		text_table_print(t);
	}
	text_table_free(t);
	return rc;
}

static int
stats_reset(struct ctl *c)
{
	int rc = uvnf_request(c->conn, reset_words, 2, NULL, 0, NULL, NULL);

	if (rc == 0 && c->json)
		json_line_reset();
	return rc;
}

int
cmd_stats(struct ctl *c, const struct args *a)
{
	bool reset = a->argc == 1 && strcmp(a->argv[0], "reset") == 0;
	int rc, status;

	if (a->argc > 1)
		return ctl_usage(a->cmd, "stats takes one argument");
	if (a->argc == 1 && !reset)
		return ctl_usage(a->cmd, "stats knows reset, not '%s'",
		    a->argv[0]);
	if ((status = ctl_connect(c)) != 0)
		return status;
	rc = reset ? stats_reset(c) : c->json ? stats_json(c) : stats_text(c);
	return rc < 0 ? ctl_fail_conn(c) : 0;
}
