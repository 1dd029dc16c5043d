/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The command console. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/console.h"
#include "ctl/loop.h"

struct watch {
	struct console_view view;
	bool follow;
	bool ended;
	int status;
};

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

static bool
is_kind(const struct uvnf_data *d, const char *kind)
{
	const char *value = uvnf_data_get(d, "kind");

	return value != NULL && strcmp(value, kind) == 0;
}

bool
console_is_end(const struct uvnf_data *d)
{
	return is_kind(d, "end");
}

void
console_view_put(struct console_view *v, const struct uvnf_data *d)
{
	const struct uvnf_field *text = uvnf_data_find(d, "text");
	const char *lost = uvnf_data_get(d, "bytes");

	if (v->json) {
		json_line(d, NULL);
	} else if (is_kind(d, "lost")) {
		(void)fflush(stdout);
		fprintf(stderr, "uvnfctl: lost: %ld bytes of the console, for "
		    "this reader was too slow\n",
		    lost != NULL ? atol(lost) : 0);
	} else if (text != NULL) {
		text_stream_put(&v->text, text->value, text->len);
	}
}

static void
on_done(struct uvnf *u, const struct uvnf_reply *r, void *arg)
{
	struct watch *w = arg;
	size_t i;

	(void)u;
	for (i = 0; i < uvnf_reply_count(r); i++)
		console_view_put(&w->view, uvnf_reply_data(r, i));
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
	if (kind == NULL) {
		w->ended = true;
		w->status = ctl_fail(UVNF_E_NO_DAEMON, "uvnfd hung up: it "
		    "went down, or this client read too slowly");
	} else if (strcmp(kind, "EVENT") == 0 && !console_is_end(d)) {
		console_view_put(&w->view, d);
	} else if (strcmp(kind, "EVENT") == 0) {
		if (w->view.json)
			json_line(d, NULL);
		w->ended = true;
		w->status = ctl_report(get(d, "error.code", "system"),
		    get(d, "error.text", "its console is over"), 1);
	}
}

int
cmd_console(struct ctl *c, const struct args *a)
{
	struct watch w = { .follow = a->follow };
	const char *words[3] = { "console" };
	size_t n = 2;

	if (a->argc != 1)
		return ctl_usage(a->cmd, "console needs a name");
	if ((w.status = ctl_check_word("VNF", a->argv[0])) != 0 ||
	    (w.status = console_view_begin(&w.view, c, a)) != 0 ||
	    (w.status = ctl_connect(c)) != 0)
		return w.status;
	words[1] = a->argv[0];
	if (a->follow)
		words[n++] = "follow=true";
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
