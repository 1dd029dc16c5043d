/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "common/log.h"
#include "daemon/detach.h"

static int ready_fd = -1;

void
detach_begin(void)
{
	int fds[2];
	char byte;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0 || (pid = fork()) == -1)
		log_fatal("cannot detach: %s", strerror(errno));
	if (pid != 0) {
		close(fds[1]);
		_exit(read(fds[0], &byte, 1) == 1 ? 0 : 1);
	}
	close(fds[0]);
	ready_fd = fds[1];
	/* It stays in its folder: relative paths keep their meaning. */
	setsid();
}

/* A service manager that waits for it is told; see sd_notify(3). */
static void
notify_manager(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	if (path == NULL || (path[0] != '/' && path[0] != '@') ||
	    strlen(path) >= sizeof(a.sun_path))
		return;
	strcpy(a.sun_path, path);
	if (path[0] == '@')
		a.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1 || sendto(fd, text, strlen(text), MSG_NOSIGNAL,
	    (const struct sockaddr *)&a, (socklen_t)(offsetof(
	    struct sockaddr_un, sun_path) + strlen(path))) < 0)
		log_warn("service manager not notified socket=%s error=%s",
		    path, strerror(errno));
	if (fd != -1)
		close(fd);
}

void
detach_stopping(void)
{
	notify_manager("STOPPING=1");
}

void
detach_ready(void)
{
	int null;

	notify_manager("READY=1");
	if (ready_fd == -1)
		return;
	/* Until here errors went to the terminal; now to syslog. */
	log_flush();
	log_to_syslog(_PATH_LOG);
	if ((null = open("/dev/null", O_RDWR | O_CLOEXEC)) != -1) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		close(null);
	}
	if (write(ready_fd, "1", 1) != 1)
		log_warn("the process that started uvnfd is gone");
	close(ready_fd);
	ready_fd = -1;
}
