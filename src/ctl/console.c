/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The command console. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/console.h"
#include "ctl/watch.h"

int
console_view_begin(struct console_view *v, const struct ctl *c,
    const struct args *a)
{
	memset(v, 0, sizeof(*v));
	v->json = c->json;
	v->text.raw = a->raw;
	v->text.line_feed = true;
	if (a->raw && c->json)
		return ctl_usage(a->cmd, "--raw and --json exclude each other");
	if (a->raw && isatty(STDOUT_FILENO))
		return ctl_usage(a->cmd, "--raw is not for terminals: what a "
		    "guest says could steer this one");
	return 0;
}

bool
console_is_end(const struct uvnf_data *d)
{
	return watch_is_kind(d, "end");
}

void
console_view_put(struct console_view *v, const struct uvnf_data *d)
{
	const struct uvnf_field *text = uvnf_data_find(d, "text");
	const char *lost = uvnf_data_get(d, "bytes");

	if (v->json) {
		json_line(d, NULL);
	} else if (watch_is_kind(d, "lost")) {
		(void)fflush(stdout);
		fprintf(stderr, "uvnfctl: lost: %ld bytes of the console, for "
		    "this reader was too slow\n",
		    lost != NULL ? atol(lost) : 0);
	} else if (text != NULL) {
		text_stream_put(&v->text, text->value, text->len);
	}
}

static void
print(void *view, const struct uvnf_data *d)
{
	console_view_put(view, d);
}

int
cmd_console(struct ctl *c, const struct args *a)
{
	struct console_view view;
	struct watch w = {
		.print = print,
		.arg = &view,
		.json = c->json,
		.follow = a->follow,
		.over = "its console is over",
	};
	const char *words[3] = { "console" };
	int status;

	if (a->argc != 1)
		return ctl_usage(a->cmd, "console needs a name");
	if ((status = ctl_check_word("VNF", a->argv[0])) != 0 ||
	    (status = console_view_begin(&view, c, a)) != 0)
		return status;
	words[1] = a->argv[0];
	return watch_run(&w, c, words, 2);
}
