/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * The command run: a VNF as a job in the foreground.  What is known of the
 * VNF comes as events; the first thing that ends the job decides its status,
 * then the VNF is destroyed, and the answer to that ends the program.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "ctl/console.h"
#include "ctl/loop.h"

#define RECONNECT_MS 30000	/* unless --reconnect says otherwise */
#define RETRY_MS 100
#define LAST_WORDS_MS 3000	/* a console that does not end ends so */

enum {
	STATUS_GUEST_DEAD = 5,
	STATUS_DESTROYED = 6
};

struct run {
	struct ctl *c;
	const struct args *args;
	const char *name;
	unsigned reconnect_ms;
	struct ctl_request create;
	struct words vifs;
	struct console_view view;

	bool ours;			/* the name is: destroy it at the end */
	bool up;			/* create was answered with OK */
	bool console;			/* it is being followed */
	bool asked;			/* create is not answered yet */
	bool back;			/* after a reconnect: what is it now? */
	char uuid[40];			/* of its domain */

	bool decided;
	int status;			/* of the program, once decided */
	char word[32], *text;		/* the reason, to be told at the end */
	uint64_t destroy_at_us;		/* after its last words */
	bool destroying;
	bool over;			/* nothing is left to do */
};

static void ask_console(struct run *r);
static void ask_state(struct run *r);

static const char *
get(const struct uvnf_data *d, const char *key)
{
	const char *value = uvnf_data_get(d, key);

	return value != NULL ? value : "";
}

static bool
is(const struct uvnf_data *d, const char *key, const char *value)
{
	return strcmp(get(d, key), value) == 0;
}

/* --- the end ------------------------------------------------------------- */

/* The first reason counts. */
static void
decide(struct run *r, int status, const char *word, const char *text)
{
	if (r->decided)
		return;
	r->decided = true;
	r->status = status;
	snprintf(r->word, sizeof(r->word), "%s", word);
	r->text = xstrdup(text);
}

static int
status_of(const char *word, int otherwise)
{
	int code = uvnf_code_from_word(word);

	if (strcmp(word, "guest-dead") == 0)
		return STATUS_GUEST_DEAD;
	if (strcmp(word, "destroyed") == 0)
		return STATUS_DESTROYED;
	return code > 0 ? uvnf_code_exit_status((enum uvnf_code)code) :
	    otherwise;
}

static void
gone(struct run *r)
{
	char *text = xasprintf("another client ended '%s'", r->name);

	decide(r, STATUS_DESTROYED, "destroyed", text);
	free(text);
	r->over = true;
}

static void
on_destroyed(struct uvnf *u, const struct uvnf_reply *reply, void *arg)
{
	struct run *r = arg;
	const char *word = uvnf_reply_word(reply);

	(void)u;
	if (r->over)
		return;
	r->over = strcmp(word, "protocol") != 0;
	if (strcmp(word, "ok") == 0 || strcmp(word, "no-vnf") == 0 || !r->over)
		return;
	if (r->status == 0)
		r->status = 1;
	ctl_fail_reply(reply);
}

/* A connection that is lost calls back, too; then it is sent again. */
static int
destroy(struct run *r)
{
	char wait[32];
	const char *words[] = { "destroy", r->name, r->c->timeout_arg, wait };

	r->destroying = true;
	snprintf(wait, sizeof(wait), "wait=%s",
	    r->args->wait != NULL ? r->args->wait : "name");
	return uvnf_submit(r->c->conn, words, 4, NULL, 0, on_destroyed, r,
	    NULL);
}

/* --- what becomes of the VNF --------------------------------------------- */

/* A state that it reached, as of a VNF's or an event's line. */
static void
on_state(struct run *r, const struct uvnf_data *d, const char *state)
{
	if (get(d, "uuid")[0] != '\0')
		snprintf(r->uuid, sizeof(r->uuid), "%s", get(d, "uuid"));
	if (strcmp(state, "crashed") == 0) {
		if (r->console && !r->decided)
			r->destroy_at_us = now_us() + LAST_WORDS_MS * 1000;
		decide(r, STATUS_GUEST_DEAD, "guest-dead",
		    get(d, "error.text"));
	} else if (strcmp(state, "failed") == 0 && r->up) {
		/* Before, the answer to create says it. */
		decide(r, status_of(get(d, "error.code"), 1),
		    get(d, "error.code"), get(d, "error.text"));
	} else if (strcmp(state, "none") == 0 && r->up && !r->destroying) {
		gone(r);
	}
}

static void
on_event(struct uvnf *u, const char *kind, const struct uvnf_data *d,
    void *arg)
{
	struct run *r = arg;

	(void)u;
	if (kind == NULL || strcmp(kind, "EVENT") != 0)
		return;
	if (is(d, "kind", "lost")) {
		ask_state(r);
		return;
	}
	if (!is(d, "kind", "state"))
		return;
	if (r->view.json)
		json_line(d, NULL);
	/* The name was free, so this is what create makes. */
	if (is(d, "from", "none")) {
		r->ours = true;
		ask_console(r);
	}
	if (r->ours)
		on_state(r, d, get(d, "to"));
}

static void
on_text(struct uvnf *u, const char *kind, const struct uvnf_data *d, void *arg)
{
	struct run *r = arg;

	(void)u;
	if (kind == NULL) {
		r->console = false;
	} else if (strcmp(kind, "EVENT") == 0 && console_is_end(d)) {
		r->console = false;
		r->destroy_at_us = 0;
	} else if (strcmp(kind, "EVENT") == 0) {
		console_view_put(&r->view, d);
	}
}

static void
on_console(struct uvnf *u, const struct uvnf_reply *reply, void *arg)
{
	struct run *r = arg;
	size_t i;

	(void)u;
	for (i = 0; i < uvnf_reply_count(reply); i++)
		console_view_put(&r->view, uvnf_reply_data(reply, i));
	if (strcmp(uvnf_reply_word(reply), "ok") != 0)
		r->console = false;
}

static void
ask_console(struct run *r)
{
	const char *words[] = { "console", r->name, "follow=true" };

	if (r->console)
		return;
	r->console = true;
	(void)uvnf_subscribe(r->c->conn, words, 3, on_console, on_text, r,
	    NULL);
}

static void ask_state(struct run *r);

/* The daemon may be another one, and events may have been missed. */
static void
on_shown(struct uvnf *u, const struct uvnf_reply *reply, void *arg)
{
	struct run *r = arg;
	const struct uvnf_data *d = uvnf_reply_data(reply, 0);

	(void)u;
	if (strcmp(uvnf_reply_word(reply), "protocol") == 0)
		return;			/* lost once more */
	r->back = false;
	if (strcmp(uvnf_reply_word(reply), "no-vnf") == 0) {
		decide(r, STATUS_GUEST_DEAD, "guest-dead",
		    "the VNF did not outlive the daemon's absence");
		r->over = true;
		return;
	}
	if (d == NULL) {
		if (strcmp(uvnf_reply_word(reply), "timeout") == 0)
			ask_state(r);
		else
			decide(r, uvnf_reply_exit_status(reply),
			    uvnf_reply_word(reply), uvnf_reply_text(reply));
		return;
	}
	if (r->uuid[0] != '\0' && !is(d, "uuid", r->uuid)) {
		gone(r);		/* this one is not ours */
		return;
	}
	if (!r->up && !is(d, "state", "started") && !is(d, "state", "ready"))
		decide(r, 1, "system", "uvnfd was restarted before the VNF "
		    "was up");
	r->up = true;
	on_state(r, d, get(d, "state"));
}

static void
ask_state(struct run *r)
{
	const char *words[] = { "show", r->name };

	(void)uvnf_submit(r->c->conn, words, 2, NULL, 0, on_shown, r, NULL);
}

/* --- the beginning ------------------------------------------------------- */

static void
on_created(struct uvnf *u, const struct uvnf_reply *reply, void *arg)
{
	struct run *r = arg;
	const char *word = uvnf_reply_word(reply);

	(void)u;
	r->asked = false;
	if (strcmp(word, "ok") == 0) {
		r->ours = r->up = true;
		return;
	}
	/* What is lost with the connection is looked for on the next. */
	if (r->ours && (strcmp(word, "protocol") == 0 ||
	    (strcmp(word, "stopping") == 0 && uvnf_reply_count(reply) > 0)))
		return;
	decide(r, status_of(word, 1), word, uvnf_reply_text(reply));
	/* Where nothing is described, nothing is left. */
	r->ours = uvnf_reply_count(reply) > 0;
}

static void
on_subscribed(struct uvnf *u, const struct uvnf_reply *reply, void *arg)
{
	struct run *r = arg;
	struct ctl_request *q = &r->create;

	if (strcmp(uvnf_reply_word(reply), "protocol") == 0) {
		return;			/* lost once more */
	} else if (strcmp(uvnf_reply_word(reply), "ok") != 0) {
		r->back = false;
		decide(r, uvnf_reply_exit_status(reply),
		    uvnf_reply_word(reply), uvnf_reply_text(reply));
	} else if (r->back) {
		ask_console(r);
		ask_state(r);
	} else if (uvnf_submit(u, q->words, q->nwords, q->payload, q->len,
	    on_created, r, NULL) < 0) {
		decide(r, uvnf_exit_status(u), uvnf_error_word(u),
		    uvnf_error_text(u));
	} else {
		r->asked = true;
	}
}

static int
subscribe(struct run *r)
{
	const char *words[] = { "events", r->name, "follow=true" };

	return uvnf_subscribe(r->c->conn, words, 3, on_subscribed, on_event,
	    r, NULL);
}

/* --- the loop ------------------------------------------------------------ */

static void
hang_up(struct run *r)
{
	uvnf_close(r->c->conn);
	r->c->conn = NULL;
	r->console = false;
	r->destroying = false;
}

static void
on_loop_event(struct run *r, enum loop_event what)
{
	switch (what) {
	case LOOP_GO_ON:
	case LOOP_LOST:
		break;
	case LOOP_SIGNAL:
		decide(r, 0, "ok", "");
		r->destroy_at_us = 0;
		break;
	case LOOP_OUTPUT:
		decide(r, 1, "system", "nobody reads the output any more");
		break;
	}
}

/* Until there is a daemon again, for so long; then all is asked anew. */
static void
reconnect(struct run *r)
{
	uint64_t end = now_us() + (uint64_t)r->reconnect_ms * 1000;
	char *text;

	hang_up(r);
	r->back = true;
	while (now_us() < end) {
		if (uvnf_open(r->c->socket, RETRY_MS * 10, &r->c->conn) == 0 &&
		    subscribe(r) == 0)
			return;
		uvnf_close(r->c->conn);
		r->c->conn = NULL;
		on_loop_event(r, loop_wait(NULL, RETRY_MS));
	}
	text = xasprintf("uvnfd has not come back within %u ms; '%s' is left "
	    "as it is", r->reconnect_ms, r->name);
	r->decided = false;
	free(r->text);
	decide(r, uvnf_code_exit_status(UVNF_E_NO_DAEMON), "no-daemon", text);
	free(text);
	r->over = true;
}

static void
lost(struct run *r)
{
	if (r->over)
		return;
	if (r->ours) {
		reconnect(r);
		return;
	}
	decide(r, 1, "protocol", "uvnfd hung up; whether the VNF was made is "
	    "unknown");
	r->over = true;
}

/* How long to wait before it may be destroyed; -1: not at all. */
static int
end_job(struct run *r)
{
	uint64_t now = now_us();

	if (!r->decided || r->destroying || r->back)
		return -1;
	if (!r->ours && r->asked)
		return -1;		/* the answer says whose it is */
	if (now < r->destroy_at_us)
		return (int)((r->destroy_at_us - now) / 1000) + 1;
	if (!r->ours || destroy(r) < 0)
		r->over = true;
	return -1;
}

static void
loop(struct run *r)
{
	enum loop_event what;
	int wait_ms;

	while (!r->over) {
		wait_ms = end_job(r);
		if (r->over)
			break;
		what = loop_wait(r->c->conn, wait_ms);
		on_loop_event(r, what);
		on_loop_event(r, loop_flush());
		if (what == LOOP_LOST)
			lost(r);
	}
}

static int
begin(struct run *r)
{
	const struct args *a = r->args;
	long ms;
	int status;

	r->reconnect_ms = RECONNECT_MS;
	if (a->reconnect != NULL) {
		if ((ms = ctl_parse_seconds(a->reconnect, 0)) < 0)
			return ctl_usage(a->cmd, "'%s' is no time from 0 to "
			    "600 seconds", a->reconnect);
		r->reconnect_ms = (unsigned)ms;
	}
	status = ctl_make_create(a, "ready", r->c->timeout_arg, &r->create,
	    &r->vifs);
	if (status == 0)
		status = console_view_begin(&r->view, r->c, a);
	if (status == 0)
		status = ctl_connect(r->c);
	if (status != 0)
		return status;
	r->name = a->argv[1];
	loop_begin(true);
	return subscribe(r) < 0 ? ctl_fail_conn(r->c) : 0;
}

int
cmd_run(struct ctl *c, const struct args *a)
{
	struct run r = { .c = c, .args = a };
	int status = begin(&r);

	if (status == 0) {
		loop(&r);
		status = r.status;
		if (r.decided && strcmp(r.word, "ok") != 0)
			ctl_report(r.word, r.text, status);
		hang_up(&r);
	}
	free(r.text);
	words_free(&r.vifs);
	free(r.create.payload);
	return status;
}
