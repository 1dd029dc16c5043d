/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/queue.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"
#include "common/util.h"
#include "daemon/xen/spawner.h"
#include "daemon/xen/worker.h"

#define GONE_LIMIT_MS 2000	/* for what is killed to be gone */
/*
 * Until a look at what workers run, and between two: it takes a system call
 * or three for each process of the host, and most jobs have ended before.
 */
#define LOOK_MS 2000

/* It leads a process group, with what libxl forks and runs in it. */
struct child {
	uint32_t id;
	pid_t pid;
	int stopped;		/* its status when it was stopped, or 0 */
	uint64_t look_us;	/* when what it runs is looked at, or 0 */
	LIST_ENTRY(child) entry;
};

struct spawner {
	int fd;				/* the daemon's socket */
	int signals;			/* signalfd of SIGCHLD */
	LIST_HEAD(, child) children;
};

static void
tell(struct spawner *s, enum spawn_news_kind kind, uint32_t id, pid_t pid,
    int status, int passed)
{
	struct spawn_news news = { kind, id, pid, status };
	struct iovec iov = { &news, sizeof(news) };
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (passed >= 0) {
		memset(&control, 0, sizeof(control));
		msg.msg_control = control.buf;
		msg.msg_controllen = sizeof(control.buf);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &passed, sizeof(int));
	}
	/* A failure means that the daemon is gone: poll sees that next. */
	while (sendmsg(s->fd, &msg, MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
}

/* Ends with whoever forked us, even if that was before we could ask. */
static void
die_with_parent(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

static void __attribute__((noreturn))
run(enum worker_role role, int fd)
{
	if (role == ROLE_BUILDER)
		worker_run(fd);
	mover_run(fd);
}

static void
start(struct spawner *s, uint32_t id, enum worker_role role)
{
	struct child *c;
	pid_t pid, self = getpid();
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    pair) < 0) {
		tell(s, SPAWN_FAILED, id, -1, errno, -1);
		return;
	}
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		die_with_parent(self);
		run(role, pair[1]);
	}
	if (pid < 0) {
		tell(s, SPAWN_FAILED, id, -1, errno, -1);
	} else {
		setpgid(pid, pid);	/* whoever comes first */
		c = xcalloc(1, sizeof(*c));
		c->id = id;
		c->pid = pid;
		LIST_INSERT_HEAD(&s->children, c, entry);
		tell(s, SPAWN_STARTED, id, pid, 0, pair[0]);
	}
	close(pair[0]);
	close(pair[1]);
}

static struct child *
child_of(struct spawner *s, uint32_t id)
{
	struct child *c;

	LIST_FOREACH(c, &s->children, entry)
		if (c->id == id)
			break;
	return c;			/* NULL: it has died */
}

static void
kill_child(struct spawner *s, uint32_t id)
{
	struct child *c = child_of(s, id);

	if (c != NULL)
		kill(-c->pid, SIGKILL);
}

static void
watch(struct child *c, bool on)
{
	if (c != NULL)
		c->look_us = on ? now_us() + LOOK_MS * 1000 : 0;
}

/* What libxl forked goes with its worker, which knew what it was at. */
static void
end_group(pid_t group)
{
	const struct timespec ms = { 0, 1000 * 1000 };
	int i;

	kill(-group, SIGKILL);
	for (i = 0; i < GONE_LIMIT_MS && kill(-group, 0) == 0; i++) {
		while (waitpid(-group, NULL, WNOHANG) > 0)
			;
		nanosleep(&ms, NULL);
	}
}

/* The daemon is gone, or wants us gone. */
static void
end(struct spawner *s)
{
	struct child *c;

	LIST_FOREACH(c, &s->children, entry)
		kill(-c->pid, SIGKILL);
	LIST_FOREACH(c, &s->children, entry)
		end_group(c->pid);
	_exit(0);
}

static void
died(struct spawner *s, struct child *c, int status)
{
	end_group(c->pid);
	LIST_REMOVE(c, entry);
	tell(s, SPAWN_DIED, c->id, c->pid, c->stopped != 0 ? c->stopped :
	    status, -1);
	free(c);
}

/* It may hold xenstored up, with half a request. */
static void
end_stopped(struct child *c, int status)
{
	c->stopped = status;
	kill(-c->pid, SIGKILL);
}

static void
reap(struct spawner *s)
{
	struct signalfd_siginfo info;
	struct child *c;
	int status;
	pid_t pid;

	while (read(s->signals, &info, sizeof(info)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		LIST_FOREACH(c, &s->children, entry)
			if (c->pid == pid)
				break;
		if (c == NULL)
			continue;	/* an orphan of libxl's */
		if (WIFSTOPPED(status))
			end_stopped(c, status);
		else
			died(s, c, status);
	}
}

/* That it is traced is no reason: whoever does that lets it go on. */
static bool
is_stopped(const char *pid, int *group)
{
	char path[32], line[512], state = '\0', *rest;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.16s/stat", pid);
	if ((f = fopen(path, "re")) == NULL)
		return false;
	line[fread(line, 1, sizeof(line) - 1, f)] = '\0';
	fclose(f);
	/* The second field is a name in brackets, of any bytes. */
	rest = strrchr(line, ')');
	return rest != NULL &&
	    sscanf(rest + 1, " %c %*d %d", &state, group) == 2 && state == 'T';
}

/*
 * Of what libxl forked and ran in a worker, only the worker hears that it was
 * stopped, and libxl would wait for it for most of a minute.
 */
static void
look(struct spawner *s)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	struct child *c;
	int group;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
		    !is_stopped(entry->d_name, &group))
			continue;
		LIST_FOREACH(c, &s->children, entry)
			if (c->look_us != 0 && c->pid == group &&
			    c->stopped == 0)
				end_stopped(c, W_STOPCODE(SIGSTOP));
	}
	if (dir != NULL)
		closedir(dir);
	LIST_FOREACH(c, &s->children, entry)
		watch(c, c->look_us != 0);
}

static void
obey(struct spawner *s)
{
	struct spawn_order order;
	ssize_t n;

	n = recv(s->fd, &order, sizeof(order), 0);
	if (n < 0 && errno == EINTR)
		return;
	if (n != sizeof(order))
		end(s);
	switch ((enum spawn_order_kind)order.kind) {
	case SPAWN_START:
		start(s, order.id, order.role);
		break;
	case SPAWN_KILL:
		kill_child(s, order.id);
		break;
	case SPAWN_WATCH:
	case SPAWN_UNWATCH:
		watch(child_of(s, order.id), order.kind == SPAWN_WATCH);
		break;
	}
}

/* What is watched is looked at, however much else there is to do. */
static int
time_to_look_ms(const struct spawner *s)
{
	uint64_t now = now_us(), first = UINT64_MAX;
	const struct child *c;

	LIST_FOREACH(c, &s->children, entry)
		if (c->look_us != 0 && c->look_us < first)
			first = c->look_us;
	if (first == UINT64_MAX)
		return -1;
	return now >= first ? 0 : (int)((first - now) / 1000 + 1);
}

static void
set_signals(struct spawner *s)
{
	sigset_t mask;

	/* A signal for the whole group is for the daemon to act upon. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	s->signals = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
	if (s->signals < 0)
		log_fatal("signalfd: %s", strerror(errno));
}

static void __attribute__((noreturn))
spawner_run(int fd)
{
	struct spawner s = { .fd = fd };
	struct pollfd fds[2];

	prctl(PR_SET_NAME, "uvnfd: spawner");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	LIST_INIT(&s.children);
	set_signals(&s);
	fds[0] = (struct pollfd){ .fd = s.fd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = s.signals, .events = POLLIN };
	for (;;) {
		if (poll(fds, 2, time_to_look_ms(&s)) < 0)
			continue;
		if (fds[1].revents != 0)
			reap(&s);
		if (fds[0].revents != 0)
			obey(&s);
		if (time_to_look_ms(&s) == 0)
			look(&s);
	}
}

int
spawner_fork(pid_t *pid, struct uvnf_error *e)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return uvnf_error_set(e, UVNF_E_SYSTEM, "socketpair: %s",
		    strerror(errno));
	*pid = fork();
	if (*pid == 0) {
		close(pair[0]);		/* or it would never see its end */
		spawner_run(pair[1]);
	}
	close(pair[1]);
	if (*pid < 0) {
		close(pair[0]);
		return uvnf_error_set(e, UVNF_E_SYSTEM, "fork: %s",
		    strerror(errno));
	}
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	return pair[0];
}

int
spawner_order(int fd, enum spawn_order_kind kind, uint32_t id,
    enum worker_role role)
{
	struct spawn_order order = { kind, id, role };

	return send(fd, &order, sizeof(order), MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int
spawner_news(int fd, struct spawn_news *news, int *worker)
{
	struct iovec iov = { news, sizeof(*news) };
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = control.buf, .msg_controllen = sizeof(control) };
	struct cmsghdr *c;
	ssize_t n;

	*worker = -1;
	n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n != sizeof(*news))
		return -EPIPE;
	c = CMSG_FIRSTHDR(&msg);
	if (c != NULL && c->cmsg_type == SCM_RIGHTS)
		memcpy(worker, CMSG_DATA(c), sizeof(*worker));
	return 1;
}
