/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * Has a process die at its N-th call of something, for test/steps/xen: a
 * library for LD_PRELOAD.  ptrace(2) would do it in no program's way, but stops
 * a process at each of its system calls, which takes minutes in emulation, and
 * is told of a stop that should be told to the parent.
 *
 * $STEP_FILE is mapped by all that load it.  Its first line says what is to
 * happen, "PID CALL N SIGNAL": 0 for PID is the first that loads this, and a
 * SIGNAL of 0 none, to count only.  The lines behind it, which this writes,
 * say how often that process made each call, the one it died at included; each
 * line has LINE bytes, padded with blanks.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define LINE 64

enum call {
	WRITE, WRITEV, SEND, SENDTO, SENDMSG, IOCTL, UNLINK, RENAME, CALLS
};

static const char *const names[CALLS] = {
	"write", "writev", "send", "sendto", "sendmsg", "ioctl", "unlink",
	"rename"
};

static char *file;		/* mapped, LINE * (1 + CALLS) bytes, or NULL */
static char seen[LINE];		/* its first line, as counted for */
static unsigned long counts[CALLS], at;
static enum call which;
static int sig;
static pid_t pid;

static void
look_again(void)
{
	char call[16];
	int i;

	memcpy(seen, file, LINE - 1);
	memset(counts, 0, sizeof(counts));
	if (sscanf(seen, "%d %15s %lu %d", &pid, call, &at, &sig) != 4)
		abort();
	which = CALLS;
	for (i = 0; i < CALLS; i++)
		if (strcmp(call, names[i]) == 0)
			which = i;
}

static void
put_line(int line, const char *text)
{
	size_t len = strlen(text);

	memset(file + (size_t)line * LINE, ' ', LINE - 1);
	memcpy(file + (size_t)line * LINE, text, len < LINE ? len : LINE - 1);
}

static void
step(enum call c)
{
	char text[LINE];

	if (file == NULL)
		return;
	if (memcmp(seen, file, LINE - 1) != 0)
		look_again();
	if (pid != getpid())
		return;
	counts[c]++;
	snprintf(text, sizeof(text), "%s %lu", names[c], counts[c]);
	put_line(1 + (int)c, text);
	if (c == which && counts[c] == at && sig != 0)
		kill(pid, sig);
}

static void __attribute__((constructor))
begin(void)
{
	const char *path = getenv("STEP_FILE");
	char text[LINE];
	void *map;
	int fd;

	fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	if (fd < 0)
		return;
	map = mmap(NULL, LINE * (1 + CALLS), PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		abort();
	file = map;
	look_again();
	if (pid != 0)
		return;
	snprintf(text, sizeof(text), "%d %s %lu %d", (int)getpid(),
	    which < CALLS ? names[which] : "none", at, sig);
	put_line(0, text);
}

ssize_t
write(int fd, const void *buf, size_t len)
{
	step(WRITE);
	return syscall(SYS_write, fd, buf, len);
}

ssize_t
writev(int fd, const struct iovec *iov, int n)
{
	step(WRITEV);
	return syscall(SYS_writev, fd, iov, n);
}

ssize_t
send(int fd, const void *buf, size_t len, int flags)
{
	step(SEND);
	return syscall(SYS_sendto, fd, buf, len, flags, NULL, 0);
}

ssize_t
sendto(int fd, const void *buf, size_t len, int flags,
    const struct sockaddr *to, socklen_t to_len)
{
	step(SENDTO);
	return syscall(SYS_sendto, fd, buf, len, flags, to, to_len);
}

ssize_t
sendmsg(int fd, const struct msghdr *msg, int flags)
{
	step(SENDMSG);
	return syscall(SYS_sendmsg, fd, msg, flags);
}

int
ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	step(IOCTL);
	return (int)syscall(SYS_ioctl, fd, request, arg);
}

int
unlink(const char *path)
{
	step(UNLINK);
	return (int)syscall(SYS_unlink, path);
}

int
rename(const char *from, const char *to)
{
	step(RENAME);
	return (int)syscall(SYS_rename, from, to);
}
