/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "common/log.h"
#include "ctl/loop.h"

static volatile sig_atomic_t caught;
static bool reported;
static int wake[2] = { -1, -1 };	/* a pipe that a signal fills */
static bool unread;			/* nobody reads standard output */
static bool unread_told;

static void
on_signal(int sig)
{
	int saved = errno;

	if (caught != 0) {
		signal(sig, SIG_DFL);
		raise(sig);
	}
	caught = sig;
	(void)!write(wake[1], "", 1);
	errno = saved;
}

static void
catch_signals(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	struct sigaction sa, old;
	size_t i;

	if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0)
		log_fatal("pipe: %s", strerror(errno));
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;	/* interrupts a write, too */
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sigaction(signals[i], NULL, &old);
		if (signals[i] == SIGTERM || old.sa_handler != SIG_IGN)
			sigaction(signals[i], &sa, NULL);
	}
}

/*
 * Standard output, whose other end may stand still for ever: what is not
 * written when a signal comes, or when nobody reads it, is dropped.
 */
static ssize_t
put_out(void *cookie, const char *buf, size_t size)
{
	size_t done = 0, part;
	ssize_t n;

	(void)cookie;
	while (done < size && caught == 0 && !unread) {
		struct pollfd p[2] = {
			{ .fd = STDOUT_FILENO, .events = POLLOUT },
			{ .fd = wake[0], .events = POLLIN },
		};

		if (poll(p, 2, -1) < 0 || p[0].revents == 0)
			continue;
		part = size - done < PIPE_BUF ? size - done : PIPE_BUF;
		n = write(STDOUT_FILENO, buf + done, part);
		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno != EINTR && errno != EAGAIN)
			unread = true;
	}
	return (ssize_t)size;
}

void
loop_begin(bool signals)
{
	cookie_io_functions_t io = { .write = put_out };

	if (signals)
		catch_signals();
	(void)fflush(stdout);
	if ((stdout = fopencookie(NULL, "w", io)) == NULL)
		log_fatal("out of memory");
}

static bool
take_signal(void)
{
	if (caught == 0 || reported)
		return false;
	reported = true;
	return true;
}

/* The shorter of two times to wait, -1 being none. */
static int
shorter(int a, int b)
{
	if (a < 0 || b < 0)
		return a > b ? a : b;
	return a < b ? a : b;
}

enum loop_event
loop_wait(struct uvnf *u, int limit_ms)
{
	struct pollfd p[3] = {
		{ .fd = u != NULL ? uvnf_fd(u) : -1 },
		/* for POLLERR and POLLHUP */
		{ .fd = unread ? -1 : STDOUT_FILENO },
		{ .fd = reported ? -1 : wake[0], .events = POLLIN },
	};

	if (u != NULL) {
		p[0].events = uvnf_events(u);
		limit_ms = shorter(limit_ms, uvnf_timeout_ms(u));
	}
	if (poll(p, 3, limit_ms) < 0 && errno != EINTR)
		log_fatal("poll: %s", strerror(errno));
	if (take_signal())
		return LOOP_SIGNAL;
	if ((p[1].revents & (POLLERR | POLLHUP)) != 0) {
		unread = unread_told = true;
		return LOOP_OUTPUT;
	}
	if (u != NULL && uvnf_process(u) != 0)
		return LOOP_LOST;
	return LOOP_GO_ON;
}

enum loop_event
loop_flush(void)
{
	(void)fflush(stdout);
	if (!unread || unread_told)
		return LOOP_GO_ON;
	unread_told = true;
	return LOOP_OUTPUT;
}

int
loop_end(struct ctl *c, bool *ended, int status)
{
	if (!*ended)
		status = ctl_fail(UVNF_E_SYSTEM,
		    "nobody reads the output any more");
	*ended = true;
	uvnf_close(c->conn);
	c->conn = NULL;
	return status;
}
