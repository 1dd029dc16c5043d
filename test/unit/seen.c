/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <sys/socket.h>

#include "seen.h"

int ended;

void
on_done(struct uvnf *conn, const struct uvnf_reply *r, void *arg)
{
	const struct uvnf_data *d;
	struct seen *s = arg;
	const char *name;
	size_t i;

	assert_ptr_equal(conn, u);
	s->calls++;
	s->order = ++ended;
	s->status = uvnf_reply_exit_status(r);
	snprintf(s->word, sizeof(s->word), "%s", uvnf_reply_word(r));
	snprintf(s->text, sizeof(s->text), "%s", uvnf_reply_text(r));
	s->rows = uvnf_reply_count(r);
	for (i = 0; (d = uvnf_reply_data(r, i)) != NULL; i++) {
		name = uvnf_data_get(d, "name");
		snprintf(s->name, sizeof(s->name), "%s",
		    name != NULL ? name : "");
	}
	assert_int_equal(i, s->rows);
	s->count = -1;
	uvnf_data_number(uvnf_reply_closing(r), "count", &s->count);
}

uint64_t
submit(struct seen *s, const char *a, const char *b, const char *c)
{
	const char *argv[] = { a, b, c };
	uint64_t id = 0;

	assert_int_equal(uvnf_submit(u, argv, c != NULL ? 3 : b != NULL ? 2 :
	    1, NULL, 0, on_done, s, &id), 0);
	assert_true(id > 0);
	return id;
}

int
start_peer(void (*script)(int))
{
	ended = 0;
	play(script);
	return uvnf_start(path, 2000, &u);
}

int
wait_for(int n)
{
	int rc = 0;

	while (rc == 0 && ended < n)
		rc = uvnf_wait(u, -1);
	return rc;
}

void
assert_seen(const struct seen *s, const char *word, const char *part)
{
	assert_int_equal(s->calls, 1);
	assert_string_equal(s->word, word);
	if (strstr(s->text, part) == NULL)
		print_error("'%s' lacks '%s'\n", s->text, part);
	assert_non_null(strstr(s->text, part));
}

void
say_bytewise(int fd, const char *text)
{
	for (; *text != '\0'; text++)
		if (send(fd, text, 1, MSG_NOSIGNAL) != 1)
			_exit(5);
}

void
peer_only_greets(int fd)
{
	say(fd, HELLO);
	wait_for_eof(fd);
}
