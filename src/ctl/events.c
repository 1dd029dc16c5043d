/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The command events. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl/ctl.h"
#include "ctl/loop.h"

struct watch {
	bool json;
	bool follow;
	bool ended;
	int status;
};

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

static bool
is_kind(const struct uvnf_data *d, const char *kind)
{
	const char *value = uvnf_data_get(d, "kind");

	return value != NULL && strcmp(value, kind) == 0;
}

/* "TIME NAME: FROM -> TO, domid 7, template T, booted: CODE: TEXT" */
static void
put_event(const struct uvnf_data *d)
{
	put_time(d);
	if (is_kind(d, "lost")) {
		put_field(d, "", "count");
		puts(" events lost: this reader was too slow");
		return;
	}
	put_field(d, "", "name");
	if (uvnf_data_get(d, "name") != NULL)
		fputs(": ", stdout);
	if (is_kind(d, "state")) {
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
print(const struct watch *w, const struct uvnf_data *d)
{
	if (w->json)
		json_line(d, NULL);
	else
		put_event(d);
}

static void
on_done(struct uvnf *u, const struct uvnf_reply *r, void *arg)
{
	struct watch *w = arg;
	size_t i;

	(void)u;
	for (i = 0; i < uvnf_reply_count(r); i++)
		print(w, uvnf_reply_data(r, i));
	if (strcmp(uvnf_reply_word(r), "ok") != 0)
		w->status = ctl_fail_reply(r);
	w->ended = w->status != 0 || !w->follow;
}

static const char *
get(const struct uvnf_data *d, const char *key, const char *otherwise)
{
	const char *value = uvnf_data_get(d, key);

	return value != NULL ? value : otherwise;
}

static void
on_event(struct uvnf *u, const char *kind, const struct uvnf_data *d,
    void *arg)
{
	struct watch *w = arg;

	(void)u;
	if (w->ended)
		return;
	if (kind != NULL && strcmp(kind, "EVENT") == 0 && is_kind(d, "end")) {
		if (w->json)
			json_line(d, NULL);
		w->ended = true;
		w->status = ctl_report(get(d, "error.code", "system"),
		    get(d, "error.text", "uvnfd tells no more"), 1);
	} else if (kind != NULL && strcmp(kind, "EVENT") == 0) {
		print(w, d);
	} else if (kind == NULL) {
		w->ended = true;
		w->status = ctl_fail(UVNF_E_NO_DAEMON, "uvnfd hung up: it "
		    "went down, or this client read too slowly");
	}
}

int
cmd_events(struct ctl *c, const struct args *a)
{
	struct watch w = { .json = c->json, .follow = a->follow };
	const char *words[3] = { "events" };
	size_t n = 1;

	if (a->argc > 1)
		return ctl_usage(a->cmd, "events takes one name");
	if (a->argc == 1) {
		if ((w.status = ctl_check_word("VNF", a->argv[0])) != 0)
			return w.status;
		words[n++] = a->argv[0];
	}
	if (a->follow)
		words[n++] = "follow=true";
	if ((w.status = ctl_connect(c)) != 0)
		return w.status;
	if ((a->follow ? uvnf_subscribe(c->conn, words, n, on_done, on_event,
	    &w, NULL) : uvnf_submit(c->conn, words, n, NULL, 0, on_done, &w,
	    NULL)) < 0)
		return ctl_fail_conn(c);
	loop_begin(false);
	while (!w.ended)
		if (loop_wait(c->conn, -1) == LOOP_OUTPUT ||
		    loop_flush() == LOOP_OUTPUT)
			break;
	return loop_end(c, &w.ended, w.status);
}
