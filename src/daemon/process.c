/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/log.h"
#include "daemon/process.h"

#define START_FIELD 22		/* of /proc/PID/stat, from 1 on */
#define BY_ITSELF_MS 2000
#define KILLED_MS 10000

uint64_t
process_start(pid_t pid)
{
	char path[32], line[1024], *field, *save = NULL;
	uint64_t start = 0;
	size_t len;
	FILE *f;
	int i;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if ((f = fopen(path, "re")) == NULL)
		return 0;
	len = fread(line, 1, sizeof(line) - 1, f);
	fclose(f);
	line[len] = '\0';
	/* The second field is a name in brackets, of any bytes. */
	if ((field = strrchr(line, ')')) == NULL)
		return 0;
	field = strtok_r(field + 1, " ", &save);
	for (i = 3; field != NULL && i < START_FIELD; i++)
		field = strtok_r(NULL, " ", &save);
	if (field != NULL)
		start = strtoull(field, NULL, 10);
	return start;
}

static bool
ends_within(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int r;

	while ((r = poll(&p, 1, ms)) < 0 && errno == EINTR)
		;
	return r > 0;
}

static void
kill_with_group(pid_t pid)
{
	if (getpgid(pid) == pid)
		kill(-pid, SIGKILL);
	else
		kill(pid, SIGKILL);
}

static bool
end_one(const struct journal_process *p)
{
	/* From here on its pid cannot come to mean another one unseen. */
	int fd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	bool gone = fd < 0 || process_start(p->pid) != p->start ||
	    ends_within(fd, BY_ITSELF_MS);

	if (!gone) {
		log_warn("process of an earlier uvnfd killed pid=%d",
		    (int)p->pid);
		kill_with_group(p->pid);
		gone = ends_within(fd, KILLED_MS);
	}
	if (fd >= 0)
		close(fd);
	return gone;
}

int
processes_end(struct journal *j, struct uvnf_error *e)
{
	struct journal_process *p;

	TAILQ_FOREACH(p, journal_processes(j), entry) {
		if (!end_one(p))
			return uvnf_error_set(e, UVNF_E_SYSTEM, "process %d "
			    "of an earlier uvnfd is still there, although it "
			    "was killed: it may be at work on a domain; start "
			    "uvnfd again when it is gone", (int)p->pid);
		journal_process_ended(j, p->pid);
	}
	return 0;
}
