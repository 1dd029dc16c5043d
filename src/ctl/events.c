/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The command events. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl/watch.h"

static void
put_field(const struct uvnf_data *d, const char *before, const char *key)
{
	const char *value = uvnf_data_get(d, key);

	if (value == NULL)
		return;
	fputs(before, stdout);
	text_put(value, strlen(value), false);
}

/* RFC 3339, in UTC, with milliseconds. */
static void
put_time(const struct uvnf_data *d)
{
	char text[32];
	int64_t us;
	time_t s;
	struct tm tm;

	if (uvnf_data_number(d, "time_us", &us) != 0 || us < 0)
		return;
	s = (time_t)(us / 1000000);
	if (gmtime_r(&s, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		return;
	printf("%s.%03dZ ", text, (int)(us / 1000 % 1000));
}

/* "TIME NAME: FROM -> TO, domid 7, template T, booted: CODE: TEXT" */
static void
put_event(const struct uvnf_data *d)
{
	put_time(d);
	if (watch_is_kind(d, "lost")) {
		put_field(d, "", "count");
		puts(" events lost: this reader was too slow");
		return;
	}
	put_field(d, "", "name");
	if (uvnf_data_get(d, "name") != NULL)
		fputs(": ", stdout);
	if (watch_is_kind(d, "state")) {
		put_field(d, "", "from");
		put_field(d, " -> ", "to");
	} else {
		put_field(d, "", "kind");
		put_field(d, ", ", "to");
	}
	put_field(d, ", domid ", "domid");
	put_field(d, ", template ", "template");
	put_field(d, ", ", "source");
	put_field(d, ": ", "error.code");
	put_field(d, ": ", "error.text");
	putchar('\n');
}

static void
print(void *arg, const struct uvnf_data *d)
{
	const struct ctl *c = arg;

	if (c->json)
		json_line(d, NULL);
	else
		put_event(d);
}

int
cmd_events(struct ctl *c, const struct args *a)
{
	struct watch w = {
		.print = print,
		.arg = c,
		.json = c->json,
		.follow = a->follow,
		.over = "uvnfd tells no more",
	};
	const char *words[3] = { "events" };
	size_t n = 1;
	int status;

	if (a->argc > 1)
		return ctl_usage(a->cmd, "events takes one name");
	if (a->argc == 1) {
		if ((status = ctl_check_word("VNF", a->argv[0])) != 0)
			return status;
		words[n++] = a->argv[0];
	}
	return watch_run(&w, c, words, n);
}
