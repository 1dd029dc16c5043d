/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* A console read through a pty of this process's own. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "common/util.h"
#include "daemon/xen/pty.h"

static struct event_base *base;
static struct pty *console;
static struct event *answer;
static int guest;			/* the other end of the pty */
static int tty;				/* and this one, to wait for it */
static char order[16];			/* what happened, a letter each */

static void
happened(char what)
{
	size_t n = strlen(order);

	assert_true(n + 1 < sizeof(order));
	order[n] = what;
	order[n + 1] = '\0';
}

static void
on_text(void *arg, const char *text, size_t len)
{
	(void)arg;
	(void)text;
	assert_true(len > 0);
	happened('t');
}

static void
on_text_close(void *arg, const char *text, size_t len)
{
	on_text(arg, text, len);
	pty_close(console);
	console = NULL;
}

static void
on_hung_up(void *arg)
{
	(void)arg;
	happened('h');
	pty_close(console);
	console = NULL;
}

static void
on_answer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	happened('a');
}

/* As a reply of xenstored's, which makes an answer due. */
static void
on_reply(evutil_socket_t fd, short what, void *arg)
{
	char c;

	(void)what;
	(void)arg;
	assert_int_equal(read(fd, &c, 1), 1);
	happened('r');
	event_active(answer, EV_TIMEOUT, 0);
}

static void
open_console(pty_text text)
{
	const char *path;

	guest = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(guest >= 0);
	assert_int_equal(grantpt(guest), 0);
	assert_int_equal(unlockpt(guest), 0);
	path = ptsname(guest);
	assert_non_null(path);
	tty = open(path, O_RDONLY | O_NOCTTY);
	assert_true(tty >= 0);
	console = pty_open(base, path, text, on_hung_up, NULL);
	assert_non_null(console);
	order[0] = '\0';
}

static void
guest_says(const char *text)
{
	struct pollfd p = { .fd = tty, .events = POLLIN };

	assert_int_equal(write(guest, text, strlen(text)), strlen(text));
	assert_int_equal(poll(&p, 1, 10000), 1);
}

static void
guest_goes(void)
{
	close(tty);
	close(guest);
}

static int
set_up(void **state)
{
	(void)state;
	base = event_base_new();
	answer = event_new(base, -1, 0, on_answer, NULL);
	return base == NULL || answer == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	event_free(answer);
	event_base_free(base);
	return 0;
}

/* Both are there when the loop looks, whichever it comes upon first. */
static void
answer_first(bool text_first)
{
	struct event *reply;
	int fds[2];

	open_console(on_text);
	assert_int_equal(pipe(fds), 0);
	reply = event_new(base, fds[0], EV_READ, on_reply, NULL);
	event_add(reply, NULL);
	if (text_first)
		guest_says("text\n");
	assert_int_equal(write(fds[1], "r", 1), 1);
	if (!text_first)
		guest_says("text\n");
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_string_equal(order, "rat");
	event_free(reply);
	close(fds[0]);
	close(fds[1]);
	pty_close(console);
	guest_goes();
}

static void
test_reply_then_text(void **state)
{
	(void)state;
	answer_first(false);
}

static void
test_text_then_reply(void **state)
{
	(void)state;
	answer_first(true);
}

static void
test_ends(void **state)
{
	(void)state;
	open_console(on_text_close);
	guest_says("text\n");
	guest_says("more\n");
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_string_equal(order, "t");
	assert_null(console);
	guest_goes();

	open_console(on_text);
	guest_goes();
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_string_equal(order, "h");
	assert_null(console);
}

static void
test_no_console(void **state)
{
	(void)state;
	assert_null(pty_open(base, "/dev/pts/../null", on_text, on_hung_up,
	    NULL));
	assert_int_equal(errno, EINVAL);
	assert_null(pty_open(base, "/dev/pts/999999", on_text, on_hung_up,
	    NULL));
	assert_int_equal(errno, ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reply_then_text),
		cmocka_unit_test(test_text_then_reply),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_no_console),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
