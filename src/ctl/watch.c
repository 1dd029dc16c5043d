/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* What the commands console and events share: lines that go on coming. */

#include <string.h>

#include "ctl/loop.h"
#include "ctl/watch.h"

bool
watch_is_kind(const struct uvnf_data *d, const char *kind)
{
	const char *value = uvnf_data_get(d, "kind");

	return value != NULL && strcmp(value, kind) == 0;
}

static void
on_done(struct uvnf *u, const struct uvnf_reply *r, void *arg)
{
	struct watch *w = arg;
	size_t i;

	(void)u;
	for (i = 0; i < uvnf_reply_count(r); i++)
		w->print(w->arg, uvnf_reply_data(r, i));
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
	} else if (strcmp(kind, "EVENT") == 0 && !watch_is_kind(d, "end")) {
		w->print(w->arg, d);
	} else if (strcmp(kind, "EVENT") == 0) {
		if (w->json)
			json_line(d, NULL);
		w->ended = true;
		w->status = ctl_report(get(d, "error.code", "system"),
		    get(d, "error.text", w->over), 1);
	}
}

int
watch_run(struct watch *w, struct ctl *c, const char **words, size_t n)
{
	int r;

	if (w->follow)
		words[n++] = "follow=true";
	if ((w->status = ctl_connect(c)) != 0)
		return w->status;
	if (w->follow)
		r = uvnf_subscribe(c->conn, words, n, on_done, on_event, w,
		    NULL);
	else
		r = uvnf_submit(c->conn, words, n, NULL, 0, on_done, w, NULL);
	if (r < 0)
		return ctl_fail_conn(c);
	loop_begin(false);
	while (!w->ended)
		if (loop_wait(c->conn, -1) == LOOP_OUTPUT ||
		    loop_flush() == LOOP_OUTPUT)
			break;
	return loop_end(c, &w->ended, w->status);
}
