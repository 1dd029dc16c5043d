/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <sys/socket.h>
#include <sys/un.h>

#include "peer.h"

char dir[] = "/tmp/uvnf-test-XXXXXX";
char path[64];
int listener;
pid_t peer;
struct uvnf *u;

int
peer_setup(void **state)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	(void)state;
	snprintf(path, sizeof(path), "%s/s", dir);
	memcpy(sun.sun_path, path, strlen(path));
	unlink(path);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	peer = 0;
	u = NULL;
	return bind(listener, (struct sockaddr *)&sun, sizeof(sun)) < 0 ||
	    listen(listener, 1) < 0;
}

int
peer_teardown(void **state)
{
	int status = 0;

	(void)state;
	uvnf_close(u);
	close(listener);
	unlink(path);
	if (peer > 0)
		waitpid(peer, &status, 0);
	return status;
}

void
play(void (*script)(int))
{
	int fd;

	peer = fork();
	assert_true(peer >= 0);
	if (peer > 0)
		return;
	alarm(20);
	fd = accept(listener, NULL, NULL);
	script(fd);
	_exit(0);
}

void
say(int fd, const char *text)
{
	size_t len = strlen(text);

	if (send(fd, text, len, MSG_NOSIGNAL) != (ssize_t)len)
		_exit(3);
}

void
hear(int fd, const char *expected)
{
	char buf[8192];
	size_t len = strlen(expected), n = 0;
	ssize_t r;

	while (n < len && (r = read(fd, buf + n, len - n)) > 0)
		n += (size_t)r;
	if (n != len || memcmp(buf, expected, len) != 0) {
		fprintf(stderr, "peer heard '%.*s', not '%s'\n", (int)n, buf,
		    expected);
		_exit(4);
	}
}

void
wait_for_eof(int fd)
{
	char c;

	while (read(fd, &c, 1) > 0)
		;
}

int
open_peer(void (*script)(int))
{
	play(script);
	return uvnf_open(path, 2000, &u);
}

int
request(const char *a, const char *b, const char *c)
{
	const char *argv[] = { a, b, c };

	return uvnf_request(u, argv, c != NULL ? 3 : b != NULL ? 2 : 1, NULL,
	    0, NULL, NULL);
}

void
assert_error(int rc, enum uvnf_code code, const char *part)
{
	assert_int_equal(rc, -(int)code);
	assert_string_equal(uvnf_error_word(u), uvnf_code_word(code));
	assert_int_equal(uvnf_exit_status(u), uvnf_code_exit_status(code));
	if (strstr(uvnf_error_text(u), part) == NULL)
		print_error("'%s' lacks '%s'\n", uvnf_error_text(u), part);
	assert_non_null(strstr(uvnf_error_text(u), part));
}
