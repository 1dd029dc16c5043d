/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_LOG_H
#define UVNF_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG };

/*
 * Where lines go: stderr, with systemd's <N> in front when stderr is the
 * journal's, or syslog once the daemon has no terminal.  Until log_init is
 * called, warnings and errors go to stderr.
 */
void log_init(const char *program, enum log_level level);

/*
 * From now on to syslog's socket of that path (_PATH_LOG), which stays the
 * caller's: the daemon has left its terminal.
 */
void log_to_syslog(const char *path);
/* Closes what log keeps open, until the next line. */
void log_close(void);

/*
 * From now on lines are kept until log_flush, which writes many at once; wake
 * is called as the first of them is kept.  While nobody reads the pipe that
 * stderr is, or syslog's socket, 64 KB are kept and what comes then is counted
 * and lost, which a line tells later.  NULL: as they come again.
 */
void log_hold(void (*wake)(void *arg), void *arg);

/* False: nobody takes what is left, so that it has to be tried again. */
bool log_flush(void);

/*
 * One line an event: a few fixed words, then key=value for the facts
 * ("vnf started name=web1 domid=7").  Bytes that are not printable ASCII are
 * escaped, so that what a guest or a client wrote can be passed with %s.
 */
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* log_error, then exit(1): out of memory and a failed start only. */
void log_fatal(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), noreturn));

#endif
