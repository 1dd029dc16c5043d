/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/backend.h"
#include "daemon/process.h"

/* Of /proc/PID/stat, from 1 on. */
#define GROUP_FIELD 5
#define START_FIELD 22
#define FIELDS 22

#define BY_ITSELF_MS 2000
#define KILLED_MS 10000

struct status {
	char state;		/* Z: has ended, nobody asked how */
	pid_t group;
	uint64_t start;
};

/* false when there is no such process. */
static bool
read_status(pid_t pid, struct status *s)
{
	char path[32], line[1024], *field[FIELDS + 1] = { NULL }, *save = NULL;
	size_t len;
	FILE *f;
	int i;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if ((f = fopen(path, "re")) == NULL)
		return false;
	len = fread(line, 1, sizeof(line) - 1, f);
	fclose(f);
	line[len] = '\0';
	/* The second field is a name in brackets, of any bytes. */
	if ((field[2] = strrchr(line, ')')) == NULL)
		return false;
	field[3] = strtok_r(field[2] + 1, " ", &save);
	for (i = 3; field[i] != NULL && i < FIELDS; i++)
		field[i + 1] = strtok_r(NULL, " ", &save);
	if (field[FIELDS] == NULL)
		return false;
	s->state = *field[3];
	s->group = (pid_t)strtol(field[GROUP_FIELD], NULL, 10);
	s->start = strtoull(field[START_FIELD], NULL, 10);
	return true;
}

uint64_t
process_start(pid_t pid)
{
	struct status s;

	return read_status(pid, &s) ? s.start : 0;
}

static bool
ends_within(int fd, uint64_t end_us)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t now = now_us();
	int r;

	while ((r = poll(&p, 1, now < end_us ?
	    (int)((end_us - now) / 1000 + 1) : 0)) < 0 && errno == EINTR)
		now = now_us();
	return r > 0;
}

/* false when it is still there, although it was killed. */
static bool
end_process(int fd, pid_t pid, uint64_t patience_us)
{
	if (ends_within(fd, patience_us))
		return true;
	log_warn("process of an earlier uvnfd killed pid=%d", (int)pid);
	if (getpgid(pid) == pid)
		kill(-pid, SIGKILL);
	else
		kill(pid, SIGKILL);
	return ends_within(fd, now_us() + KILLED_MS * 1000);
}

/* A string of /proc/PID/FILE begins with prefix, or is it, if whole. */
static bool
has_line(const char *file, pid_t pid, int delimiter, const char *prefix,
    bool whole)
{
	char path[32], *line = NULL;
	size_t size = 0, len = strlen(prefix);
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	if ((f = fopen(path, "re")) == NULL)
		return false;
	while (!found && getdelim(&line, &size, delimiter, f) > 0)
		found = whole ? strcmp(line, prefix) == 0 :
		    strncmp(line, prefix, len) == 0;
	free(line);
	fclose(f);
	return found;
}

/*
 * Whether it comes from the process that led this group: what that one forked
 * has its name, what that one ran has its mark.  Others could be in a group of
 * the same number, should theirs have been made after all of ours had ended.
 */
static bool
is_descendant(pid_t pid, pid_t group)
{
	char mark[64];
	struct status s;

	if (!read_status(pid, &s) || s.group != group || s.state == 'Z')
		return false;
	snprintf(mark, sizeof(mark), BACKEND_PROCESS_MARK "=%d", (int)group);
	return has_line("comm", pid, '\n', BACKEND_PROCESS_NAME, false) ||
	    has_line("environ", pid, '\0', mark, true);
}

/* Ends those of a group that there are now: how many, or -1. */
static int
end_members(pid_t group, uint64_t patience_us)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int fd, n = 0;
	pid_t pid;

	while (dir != NULL && n >= 0 && (entry = readdir(dir)) != NULL) {
		pid = atoi(entry->d_name);
		if (pid <= 0 || getpgid(pid) != group)
			continue;
		fd = (int)syscall(SYS_pidfd_open, pid, 0);
		if (fd >= 0 && is_descendant(pid, group))
			n = end_process(fd, pid, patience_us) ? n + 1 : -1;
		if (fd >= 0)
			close(fd);
	}
	if (dir != NULL)
		closedir(dir);
	return n;
}

/* They may have children until the last of them is gone. */
static bool
end_group(pid_t group)
{
	uint64_t patience = now_us() + BY_ITSELF_MS * 1000;
	int n = 0;

	while (kill(-group, 0) == 0 &&
	    (n = end_members(group, patience)) > 0)
		;
	return n >= 0;
}

static bool
end_one(const struct journal_process *p)
{
	/* From here on its pid cannot come to mean another one unseen. */
	int fd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	uint64_t start = fd < 0 ? 0 : process_start(p->pid);
	bool gone = true;

	if (start != 0 && start == p->start)
		gone = end_process(fd, p->pid,
		    now_us() + BY_ITSELF_MS * 1000);
	if (fd >= 0)
		close(fd);
	/* As long as there is its group, nobody is given its number. */
	if (gone && (start == 0 || start == p->start))
		gone = end_group(p->pid);
	return gone;
}

int
processes_end(struct journal *j, struct uvnf_error *e)
{
	struct journal_process *p;

	TAILQ_FOREACH(p, journal_processes(j), entry) {
		if (!end_one(p))
			return uvnf_error_set(e, UVNF_E_SYSTEM, "process %d "
			    "of an earlier uvnfd, or what it ran, is still "
			    "there, although it was killed: it may be at work "
			    "on a domain; start uvnfd again when it is gone",
			    (int)p->pid);
		journal_process_ended(j, p->pid);
	}
	return 0;
}
