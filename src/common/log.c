/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"

#define LINE_MAX_BYTES 2048
#define PIECE 4096		/* PIPE_BUF: what a pipe takes whole */
#define KEPT_MAX (16 * PIECE)

static const struct {
	int priority;			/* syslog's, and systemd's <N> */
	const char *word;
} levels[] = {
	[LOG_LEVEL_ERROR] = { LOG_ERR, "error" },
	[LOG_LEVEL_WARN] = { LOG_WARNING, "warning" },
	[LOG_LEVEL_INFO] = { LOG_INFO, "info" },
	[LOG_LEVEL_DEBUG] = { LOG_DEBUG, "debug" },
};

static const char *log_program = "uvnf";
static enum log_level log_threshold = LOG_LEVEL_WARN;
static const char *log_syslog;		/* a socket's path, or NULL */
static int syslog_fd = -1;
static int log_journal;

/* Lines that wait for log_flush. */
static struct {
	void (*wake)(void *arg);	/* NULL: none wait */
	void *arg;
	char text[KEPT_MAX];
	size_t len;
	unsigned long lost;		/* for which there was no room */
	bool woken;
} kept;

/* systemd names the journal's stream in the environment: "DEVICE:INODE". */
static int
stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream != NULL && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	    fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev &&
	    st.st_ino == ino;
}

void
log_init(const char *program, enum log_level level)
{
	log_program = program;
	log_threshold = level;
	log_journal = stderr_is_journal();
}

void
log_to_syslog(const char *path)
{
	log_syslog = path;
	log_journal = 0;
}

void
log_close(void)
{
	if (syslog_fd != -1)
		close(syslog_fd);
	syslog_fd = -1;
}

/* Copies text with its unprintable bytes escaped; what is too long is cut. */
static size_t
escape(char *out, size_t size, const char *text)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char c;
	size_t n = 0;

	for (; (c = (unsigned char)*text) != '\0' && n + 5 <= size; text++) {
		if (c >= 0x20 && c < 0x7f) {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '\\';
		if (c == '\n' || c == '\r' || c == '\t') {
			out[n++] = c == '\n' ? 'n' : c == '\r' ? 'r' : 't';
			continue;
		}
		out[n++] = 'x';
		out[n++] = hex[c >> 4];
		out[n++] = hex[c & 15];
	}
	out[n] = '\0';
	return n;
}

/* As syslog(3) writes it, which waits for whoever reads. */
static size_t
format_syslog(char *line, size_t size, enum log_level level, const char *text)
{
	time_t now = time(NULL);
	char date[32] = "";
	struct tm tm;

	if (localtime_r(&now, &tm) != NULL)
		strftime(date, sizeof(date), "%b %e %T", &tm);
	return (size_t)snprintf(line, size, "<%d>%s %.60s[%d]: %s\n",
	    LOG_DAEMON | levels[level].priority, date, log_program,
	    (int)getpid(), text);
}

static size_t
format_line(char *line, size_t size, enum log_level level, const char *text)
{
	if (log_syslog != NULL)
		return format_syslog(line, size, level, text);
	return (size_t)(log_journal ?
	    snprintf(line, size, "<%d>%s\n", levels[level].priority, text) :
	    snprintf(line, size, "%.60s: %s: %s\n", log_program,
	    levels[level].word, text));
}

/* A reader of stderr that has stopped reading must not stop this program. */
static bool
stderr_takes_more(void)
{
	struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };

	return poll(&p, 1, 0) != 0;
}

static bool
syslog_open(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", log_syslog);
	syslog_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	if (syslog_fd == -1)
		return false;
	if (connect(syslog_fd, (const struct sockaddr *)&a, sizeof(a)) == 0)
		return true;
	log_close();
	return false;
}

/* Of nobody who listens, or who has begun anew, the line is gone. */
static bool
syslog_takes(const char *line, size_t len)
{
	int tries;

	for (tries = 0; tries < 2; tries++) {
		if (syslog_fd == -1 && !syslog_open())
			return true;
		if (send(syslog_fd, line, len - 1, MSG_NOSIGNAL) >= 0)
			return true;
		if (errno == EAGAIN)
			return false;
		log_close();
	}
	return true;
}

/* One write for each: lines of other processes must not mix into it. */
static bool
stderr_takes(const char *lines, size_t len)
{
	if (!stderr_takes_more())
		return false;
	/* But for EAGAIN nobody is left to tell. */
	return write(STDERR_FILENO, lines, len) >= 0 || errno != EAGAIN;
}

static bool
takes(const char *lines, size_t len)
{
	return log_syslog != NULL ? syslog_takes(lines, len) :
	    stderr_takes(lines, len);
}

/* As many whole lines as fit into a piece; syslog takes one. */
static size_t
piece_of(const char *text, size_t len)
{
	const char *end;

	if (log_syslog != NULL) {
		end = memchr(text, '\n', len);
		return (size_t)(end + 1 - text);
	}
	if (len <= PIECE)
		return len;
	end = memrchr(text, '\n', PIECE);
	return (size_t)(end + 1 - text);
}

static void
keep(enum log_level level, const char *text)
{
	char line[LINE_MAX_BYTES + 128];
	size_t len = format_line(line, sizeof(line), level, text);

	if (kept.len + len > sizeof(kept.text))
		log_flush();
	if (kept.len + len > sizeof(kept.text)) {
		kept.lost++;
		return;
	}
	if (!kept.woken)
		kept.wake(kept.arg);
	kept.woken = true;
	memcpy(kept.text + kept.len, line, len);
	kept.len += len;
}

bool
log_flush(void)
{
	unsigned long lost = kept.lost;
	char text[64];
	size_t n, at = 0;

	kept.woken = false;
	while (at < kept.len) {
		n = piece_of(kept.text + at, kept.len - at);
		if (!takes(kept.text + at, n))
			break;
		at += n;
	}
	memmove(kept.text, kept.text + at, kept.len - at);
	kept.len -= at;
	if (lost > 0 && at > 0) {
		kept.lost = 0;
		snprintf(text, sizeof(text), "log lines lost count=%lu", lost);
		keep(LOG_LEVEL_WARN, text);
	}
	return kept.len == 0;
}

void
log_hold(void (*wake)(void *arg), void *arg)
{
	log_flush();
	kept.wake = wake;
	kept.arg = arg;
}

static void
write_now(enum log_level level, const char *text)
{
	char line[LINE_MAX_BYTES + 128];
	size_t len = format_line(line, sizeof(line), level, text);

	if (log_syslog != NULL)
		(void)syslog_takes(line, len);
	else if (write(STDERR_FILENO, line, len) < 0)
		return;		/* nobody is left to tell */
}

static void __attribute__((format(printf, 2, 0)))
log_line(enum log_level level, const char *fmt, va_list ap)
{
	char text[LINE_MAX_BYTES], escaped[LINE_MAX_BYTES];
	int saved = errno;

	if (level > log_threshold)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	escape(escaped, sizeof(escaped), text);
	if (kept.wake != NULL)
		keep(level, escaped);
	else
		write_now(level, escaped);
	errno = saved;
}

#define LOG_AT(level, fmt) do {						\
	va_list ap;							\
									\
	va_start(ap, fmt);						\
	log_line(level, fmt, ap);					\
	va_end(ap);							\
} while (0)

void
log_error(const char *fmt, ...)
{
	LOG_AT(LOG_LEVEL_ERROR, fmt);
}

void
log_warn(const char *fmt, ...)
{
	LOG_AT(LOG_LEVEL_WARN, fmt);
}

void
log_info(const char *fmt, ...)
{
	LOG_AT(LOG_LEVEL_INFO, fmt);
}

void
log_debug(const char *fmt, ...)
{
	LOG_AT(LOG_LEVEL_DEBUG, fmt);
}

void
log_fatal(const char *fmt, ...)
{
	LOG_AT(LOG_LEVEL_ERROR, fmt);
	log_flush();
	exit(1);
}
