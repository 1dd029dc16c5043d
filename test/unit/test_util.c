/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"
#include "common/util.h"

static void
test_parse_uint(void **state)
{
	static const char *const bad[] = { "", " ", "-1", "+1", " 1", "1 ",
	    "0x10", "1.0", "1e3", "18446744073709551616",
	    "99999999999999999999999", "a", "1\n" };
	uint64_t n;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		n = 77;
		assert_int_equal(parse_uint(bad[i], 0, UINT64_MAX, &n), -1);
		assert_int_equal(n, 77);
	}
	assert_int_equal(parse_uint("18446744073709551615", 0, UINT64_MAX, &n),
	    0);
	assert_true(n == UINT64_MAX);
	assert_int_equal(parse_uint("0", 0, 5, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(parse_uint("007", 0, 7, &n), 0);
	assert_int_equal(n, 7);
}

static void
test_parse_uint_bounds(void **state)
{
	uint64_t n;

	(void)state;
	assert_int_equal(parse_uint("1", 1, 600, &n), 0);
	assert_int_equal(parse_uint("600", 1, 600, &n), 0);
	assert_int_equal(parse_uint("0", 1, 600, &n), -1);
	assert_int_equal(parse_uint("601", 1, 600, &n), -1);
}

static void
test_put_uint(void **state)
{
	char text[UINT_TEXT_LEN + 1];

	(void)state;
	assert_ptr_equal(put_uint(text, 0), text + 1);
	assert_string_equal(text, "0");
	assert_ptr_equal(put_uint(text, 1000), text + 4);
	assert_string_equal(text, "1000");
	assert_ptr_equal(put_uint(text, UINT64_MAX), text + UINT_TEXT_LEN);
	assert_string_equal(text, "18446744073709551615");
}

static void
test_name_valid(void **state)
{
	char name[65];

	(void)state;
	assert_true(name_valid("a"));
	assert_true(name_valid("0"));
	assert_true(name_valid("Web-1.edge_2"));
	assert_false(name_valid(""));
	assert_false(name_valid("."));
	assert_false(name_valid("-x"));
	assert_false(name_valid("_x"));
	assert_false(name_valid("a/b"));
	assert_false(name_valid("a b"));
	assert_false(name_valid("a\n"));
	assert_false(name_valid("\xc3\xa9"));
	assert_false(name_valid("a\xe9"));
	memset(name, 'x', sizeof(name));
	name[63] = '\0';
	assert_true(name_valid(name));
	name[63] = 'x';
	name[64] = '\0';
	assert_false(name_valid(name));
}

static void
test_allocation(void **state)
{
	char *s;

	(void)state;
	s = xmemdup0("a\0b", 3);
	assert_memory_equal(s, "a\0b", 4);
	free(s);
	s = xmemdup0(NULL, 0);
	assert_string_equal(s, "");
	free(s);
	s = xasprintf("%s-%d", "web", 1);
	assert_string_equal(s, "web-1");
	s = xrealloc(s, 100);
	assert_string_equal(s, "web-1");
	free(s);
	s = xcalloc(0, 8);
	assert_non_null(s);
	free(s);
	s = xmalloc(0);
	assert_non_null(s);
	free(s);
	s = xstrdup("x");
	assert_string_equal(s, "x");
	free(s);
}

static void
test_now(void **state)
{
	uint64_t before = now_us();

	(void)state;
	assert_true(before > 0);
	usleep(2000);
	assert_true(now_us() >= before + 2000);
}

/* Runs f in a process of its own; what it wrote to stderr is in out. */
static int
stderr_of(void (*f)(void), char *out, size_t size)
{
	ssize_t n;
	size_t len = 0;
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fds[1], STDERR_FILENO);
		f();
		_exit(0);
	}
	close(fds[1]);
	while (len < size - 1 &&
	    (n = read(fds[0], out + len, size - 1 - len)) > 0)
		len += (size_t)n;
	out[len] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
log_some(void)
{
	log_init("prog", LOG_LEVEL_INFO);
	errno = ENOENT;
	log_warn("guest says=%s", "a\x1b[2J\n\tb\xff \"q\" \\");
	if (errno != ENOENT)
		_exit(9);
	log_info("vnf started name=%s domid=%d", "web1", 7);
	log_debug("not seen");
	log_error("bad");
}

static void
test_log_escapes(void **state)
{
	char out[4096];

	(void)state;
	unsetenv("JOURNAL_STREAM");
	assert_int_equal(stderr_of(log_some, out, sizeof(out)), 0);
	assert_string_equal(out,
	    "prog: warning: guest says=a\\x1b[2J\\n\\tb\\xff \"q\" \\\n"
	    "prog: info: vnf started name=web1 domid=7\n"
	    "prog: error: bad\n");
}

static void
count_wakes(void *wakes)
{
	++*(int *)wakes;
}

/* Nobody reads at first: a pipe takes 64 KB, as much is kept, the rest lost. */
static void
log_unread(void)
{
	char big[1001], got[4096];
	int wakes = 0, fds[2], out = dup(STDERR_FILENO), i, n = 0;
	size_t lines = 0;

	log_init("prog", LOG_LEVEL_INFO);
	if (pipe(fds) != 0 || dup2(fds[1], STDERR_FILENO) == -1)
		_exit(9);
	log_hold(count_wakes, &wakes);
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	log_info("first");
	log_info("second");
	if (wakes != 1)
		_exit(8);
	for (i = 0; i < 200; i++) {
		log_info("%s", big);
		if (i % 10 == 9)
			log_flush();
	}
	if (log_flush())
		_exit(7);
	/* Now somebody does: what was kept comes, and how many were lost. */
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	for (i = 0; i < 100; i++, log_flush())
		while ((n = (int)read(fds[0], got, sizeof(got))) > 0) {
			const char *p = got;

			while ((p = memchr(p, '\n',
			    (size_t)(got + n - p))) != NULL) {
				lines++;
				p++;
			}
		}
	dup2(out, STDERR_FILENO);
	log_hold(NULL, NULL);
	fprintf(stderr, "%zu lines\n", lines);
}

static void
test_log_unread(void **state)
{
	char out[4096];
	size_t lines = 0;

	(void)state;
	unsetenv("JOURNAL_STREAM");
	assert_int_equal(stderr_of(log_unread, out, sizeof(out)), 0);
	assert_int_equal(sscanf(out, "%zu lines", &lines), 1);
	assert_in_range(lines, 2 + 100, 2 + 140);
}

/* --- syslog -------------------------------------------------------------- */

static char syslog_path[64];

static int
listen_as_syslog(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	unlink(syslog_path);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", syslog_path);
	if (fd == -1 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		_exit(9);
	return fd;
}

/* Reads what there is; the lines' count, the last one in line. */
static int
hear(int fd, char *line, size_t size)
{
	ssize_t n;
	int lines = 0;

	for (; (n = recv(fd, line, size - 1, 0)) >= 0; lines++)
		line[n] = '\0';
	return lines;
}

/* Nobody reads at first, then somebody does, then another one. */
static void
log_to_socket(void)
{
	char big[901], line[2048], begin[128];
	int wakes = 0, fd = listen_as_syslog(), i, n, lines = 0, lost = 0;

	log_init("prog", LOG_LEVEL_INFO);
	log_to_syslog(syslog_path);
	log_hold(count_wakes, &wakes);
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	alarm(60);
	for (i = 0; i < 1000; i++) {
		log_info("%s", big);
		log_flush();
	}
	if (log_flush())
		_exit(9);
	for (i = 0; i < 100; i++, log_flush()) {
		if ((n = hear(fd, line, sizeof(line))) > 0)
			lines += n;
	}
	if (sscanf(strstr(line, "]: ") + 3, "log lines lost count=%d",
	    &lost) != 1)
		_exit(8);
	fprintf(stderr, "%d lines, %d lost\n", lines - 1, lost);
	if (!log_flush())
		_exit(5);
	close(fd);
	fd = listen_as_syslog();
	log_warn("anew a\nb");
	log_flush();
	if (hear(fd, line, sizeof(line)) != 1)
		_exit(7);
	snprintf(begin, sizeof(begin), " prog[%d]: anew a\\nb", (int)getpid());
	if (strncmp(line, "<28>", 4) != 0 || strlen(line) < 20 ||
	    strcmp(line + 19, begin) != 0)
		_exit(6);
	close(fd);
	log_warn("nobody listens");
	log_flush();
	log_hold(NULL, NULL);
}

static void
test_log_syslog(void **state)
{
	char dir[] = "/tmp/uvnf-syslog-XXXXXX", out[4096];
	int lines, lost;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(syslog_path, sizeof(syslog_path), "%s/log", dir);
	assert_int_equal(stderr_of(log_to_socket, out, sizeof(out)), 0);
	assert_int_equal(sscanf(out, "%d lines, %d lost", &lines, &lost), 2);
	assert_int_equal(lines + lost, 1000);
	assert_true(lines > 60 && lost > 0);
	unlink(syslog_path);
	rmdir(dir);
}

static void
log_long_and_die(void)
{
	char big[10000];

	log_init("prog", LOG_LEVEL_ERROR);
	memset(big, '\1', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	log_warn("not seen");
	log_fatal("%s", big);
}

static void
test_log_fatal(void **state)
{
	char out[16384];
	size_t len;

	(void)state;
	assert_int_equal(stderr_of(log_long_and_die, out, sizeof(out)), 1);
	len = strlen(out);
	assert_true(len > 1000 && len < 4096);
	assert_int_equal(out[len - 1], '\n');
	assert_memory_equal(out, "prog: error: \\x01\\x01", 21);
	assert_ptr_equal(strchr(out, '\n'), out + len - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_uint),
		cmocka_unit_test(test_parse_uint_bounds),
		cmocka_unit_test(test_put_uint),
		cmocka_unit_test(test_name_valid),
		cmocka_unit_test(test_allocation),
		cmocka_unit_test(test_now),
		cmocka_unit_test(test_log_escapes),
		cmocka_unit_test(test_log_unread),
		cmocka_unit_test(test_log_syslog),
		cmocka_unit_test(test_log_fatal),
	};

	return cmocka_run_group_tests_name("util", tests, NULL, NULL);
}
