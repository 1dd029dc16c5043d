/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"
#include "common/util.h"

static void *
must(void *p)
{
	if (p == NULL)
		log_fatal("out of memory");
	return p;
}

/* Of no bytes, malloc may return NULL without an error: ask for one. */
void *
xmalloc(size_t size)
{
	return must(malloc(size > 0 ? size : 1));
}

void *
xcalloc(size_t n, size_t size)
{
	return must(n > 0 && size > 0 ? calloc(n, size) : calloc(1, 1));
}

void *
xrealloc(void *p, size_t size)
{
	return must(realloc(p, size > 0 ? size : 1));
}

char *
xstrdup(const char *s)
{
	return must(strdup(s));
}

char *
xmemdup0(const void *p, size_t len)
{
	char *copy = xmalloc(len + 1);

	if (len > 0)
		memcpy(copy, p, len);
	copy[len] = '\0';
	return copy;
}

char *
xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	s = xmalloc(n < 0 ? 1 : (size_t)n + 1);
	s[0] = '\0';
	va_start(ap, fmt);
	if (n > 0)
		vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

static ssize_t
read_all(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n = 1;

	while (len < size && n != 0) {
		n = read(fd, buf + len, size - len);
		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0)
			len += (size_t)n;
	}
	return (ssize_t)len;
}

ssize_t
load_file(const char *file, char *buf, size_t size)
{
	int fd, saved;
	ssize_t len;

	if (strcmp(file, "-") == 0)
		return read_all(STDIN_FILENO, buf, size);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	len = read_all(fd, buf, size);
	saved = errno;
	close(fd);
	errno = saved;
	return len;
}

uint64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

int
parse_uint(const char *s, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;
	unsigned digit;

	if (*s == '\0')
		return -1;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return -1;
		digit = (unsigned)(*s - '0');
		if (n > (UINT64_MAX - digit) / 10)
			return -1;
		n = n * 10 + digit;
	}
	if (n < min || n > max)
		return -1;
	*out = n;
	return 0;
}

char *
put_uint(char *p, uint64_t n)
{
	char text[UINT_TEXT_LEN + 1], *start = text + UINT_TEXT_LEN;

	*start = '\0';
	do
		*--start = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	return stpcpy(p, start);
}

/* Not isalnum(): what is a name must not hang on the locale. */
static int
alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

int
name_valid(const char *s)
{
	size_t i;

	if (!alnum(s[0]))
		return 0;
	for (i = 1; s[i] != '\0'; i++)
		if (i >= 63 || !(alnum(s[i]) || s[i] == '.' || s[i] == '_' ||
		    s[i] == '-'))
			return 0;
	return 1;
}

int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}
