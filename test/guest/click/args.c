/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <limits.h>
#include <stdint.h>

#include "args.h"
#include "lib.h"
#include "text.h"

static const char *
skip_comment(const char *s)
{
	if (s[1] == '/') {
		while (*s != '\0' && *s != '\n')
			s++;
		return s;
	}
	for (s += 2; *s != '\0'; s++)
		if (s[0] == '*' && s[1] == '/')
			return s + 2;
	return s;
}

static const char *
copy_quoted(const char *s, char **to)
{
	char end = *s;

	do {
		if (*s == '\\' && end == '"' && s[1] != '\0')
			*(*to)++ = *s++;
		*(*to)++ = *s++;
	} while (*s != '\0' && *s != end);
	if (*s != '\0')
		*(*to)++ = *s++;
	return s;
}

static char *
trim(char *from, char *to)
{
	while (from < to && text_is_space(*from))
		from++;
	while (to > from && text_is_space(to[-1]))
		to--;
	*to = '\0';
	return from;
}

static int
add(struct args *a, char *from, char *to)
{
	if (a->n == ARGS_MAX)
		return -1;
	a->arg[a->n++] = trim(from, to);
	return 0;
}

int
args_split(struct args *a, const char *s)
{
	char *to, *from;

	a->n = 0;
	if ((a->text = malloc(strlen(s) + 2)) == NULL)
		return -1;
	to = from = a->text;
	while (*s != '\0') {
		if (*s == ',') {
			if (add(a, from, to++) < 0)
				return -1;
			from = to;
			s++;
		} else if (*s == '/' && (s[1] == '/' || s[1] == '*')) {
			s = skip_comment(s);
			*to++ = ' ';
		} else if (*s == '"' || *s == '\'')
			s = copy_quoted(s, &to);
		else
			*to++ = *s++;
	}
	/* An empty argument at the end is none. */
	if (*trim(from, to) != '\0')
		return add(a, from, to);
	return 0;
}

void
args_free(struct args *a)
{
	free(a->text);
	a->text = NULL;
}

static int
in_keyword(char c)
{
	return (text_is_word(c) && c != '@') || c == ':' || c == '.' ||
	    c == '?' || c == '!';
}

/* The length of the keyword that starts an argument, or 0. */
static size_t
keyword(const char *arg)
{
	size_t n = 0;

	if (text_is_digit(*arg) || (!text_is_word(*arg) || *arg == '@'))
		return 0;
	while (in_keyword(arg[n]))
		n++;
	return text_is_space(arg[n]) ? n : 0;
}

/* A string is one word; in quotes it can have anything. */
static int
is_string(const char *s)
{
	char quote = '\0';

	if (*s == '\0')
		return 0;
	for (; *s != '\0'; s++) {
		if (quote == '\0' && text_is_space(*s))
			return 0;
		if (quote == '"' && *s == '\\' && s[1] != '\0')
			s++;
		else if (quote == '\0' && (*s == '"' || *s == '\''))
			quote = *s;
		else if (*s == quote)
			quote = '\0';
	}
	return 1;
}

void
args_unquote(char *s)
{
	char *to = s, quote = '\0';

	for (; *s != '\0'; s++) {
		if (quote == '\0' && (*s == '"' || *s == '\''))
			quote = *s;
		else if (quote != '\0' && *s == quote)
			quote = '\0';
		else if (quote == '"' && *s == '\\' && s[1] != '\0')
			*to++ = *++s;
		else
			*to++ = *s;
	}
	*to = '\0';
}

/* 0, or -1 when it is no number; one too great is cut at UINT_MAX + 1. */
static int
scan_int(const char *s, long *value)
{
	long v = 0;
	int negative = *s == '-', base = 10, digit;

	s += *s == '-' || *s == '+';
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	} else if (s[0] == '0' && text_is_digit(s[1]))
		base = 8;
	if (*s == '\0')
		return -1;
	for (; *s != '\0'; s++) {
		if ((digit = text_hex(*s)) < 0 || digit >= base)
			return -1;
		if ((v = v * base + digit) > UINT_MAX)
			v = (long)UINT_MAX + 1;
	}
	*value = negative ? -v : v;
	return 0;
}

static int
parse_int(const char *s, long low, long high, long *value,
    struct report *r, const char *name)
{
	long v;

	if (scan_int(s, &v) < 0)
		return report_element(r, "%s: invalid number", name);
	if (v < low || v > high)
		return report_element(r, "%s: out of range, bound %ld", name,
		    v < low ? low : high);
	*value = v;
	return 0;
}

int
args_int(const char *s, int *value)
{
	long v;

	if (scan_int(s, &v) < 0 || v < INT_MIN || v > INT_MAX)
		return -1;
	*value = v;
	return 0;
}

int
args_bool(const char *s, int *value)
{
	static const char *const words[] = {
		"false", "no", "0", "true", "yes", "1"
	};
	unsigned int i;

	for (i = 0; i < 6; i++)
		if (strcmp(s, words[i]) == 0) {
			*value = i >= 3;
			return 0;
		}
	return -1;
}

/* Digits and perhaps a fraction, in millionths; what follows, or NULL. */
static const char *
parse_decimal(const char *s, uint64_t *millionths)
{
	uint64_t whole = 0, part = 0, weight = 1000000;

	if (!text_is_digit(*s) && !(*s == '.' && text_is_digit(s[1])))
		return NULL;
	for (; text_is_digit(*s); s++)
		if (whole <= UINT_MAX)
			whole = whole * 10 + *s - '0';
	if (*s == '.')
		for (s++; text_is_digit(*s); s++)
			part += (weight /= 10) * (*s - '0');
	*millionths = whole * 1000000 + part;
	return s;
}

static int
parse_seconds(const char *s, unsigned int *ms, struct report *r,
    const char *name)
{
	static const struct {
		const char	*name;
		unsigned int	 us;
	} units[] = {
		{ "", 1000000 }, { "s", 1000000 }, { "sec", 1000000 },
		{ "ms", 1000 }, { "msec", 1000 }, { "us", 1 }, { "usec", 1 },
		{ "m", 60000000 }, { "min", 60000000 },
	};
	uint64_t millionths;
	unsigned int i;

	if ((s = parse_decimal(s, &millionths)) == NULL)
		return report_element(r, "%s: parse error", name);
	while (text_is_space(*s))
		s++;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(s, units[i].name) != 0)
			continue;
		millionths = (millionths / 1000 * units[i].us + 500000) /
		    1000000;
		if (millionths > UINT_MAX)
			return report_element(r, "%s: out of range", name);
		*ms = millionths;
		return 0;
	}
	return report_element(r, "%s: parse error", name);
}

static int
store(const struct arg_spec *spec, char *value, struct report *r)
{
	long v = 0;

	switch (spec->kind) {
	case ARG_INT:
		if (parse_int(value, INT_MIN, INT_MAX, &v, r, spec->name) < 0)
			return -1;
		*(int *)spec->to = v;
		break;
	case ARG_UNSIGNED:
		if (*value == '-')
			return report_element(r, "%s: invalid number",
			    spec->name);
		if (parse_int(value, 0, UINT_MAX, &v, r, spec->name) < 0)
			return -1;
		*(unsigned int *)spec->to = v;
		break;
	case ARG_BOOL:
		if (args_bool(value, spec->to) < 0)
			return report_element(r, "%s: parse error",
			    spec->name);
		break;
	case ARG_STRING:
		if (!is_string(value))
			return report_element(r, "%s: parse error",
			    spec->name);
		args_unquote(value);
		*(char **)spec->to = value;
		break;
	case ARG_SECONDS:
		return parse_seconds(value, spec->to, r, spec->name);
	}
	return 0;
}

static const struct arg_spec *
find_keyword(const struct arg_spec *spec, const char *arg, size_t len)
{
	for (; spec->name != NULL; spec++)
		if (strlen(spec->name) == len &&
		    strncmp(spec->name, arg, len) == 0)
			return spec;
	return NULL;
}

static int
read_keyword(char *arg, size_t len, const struct arg_spec *spec,
    struct report *r)
{
	if (spec == NULL)
		return report_element(r, "%.*s: unknown argument", (int)len,
		    arg);
	while (text_is_space(arg[len]))
		len++;
	return store(spec, arg + len, r);
}

/* Positional arguments come first, each in its place, then keywords. */
int
args_read(struct args *a, const struct arg_spec *specs, struct report *r)
{
	const struct arg_spec *position = specs, *spec, *missing = NULL;
	int i, rc = 0, keywords = 0;
	size_t len;

	if (specs->name != NULL && specs->mandatory)
		missing = specs;
	for (i = 0; i < a->n && rc == 0; i++) {
		len = keyword(a->arg[i]);
		if (len == 0 && (keywords || position->name == NULL ||
		    !position->positional))
			return report_element(r, "too many arguments");
		spec = len > 0 ? find_keyword(specs, a->arg[i], len) :
		    position++;
		if (spec == missing)
			missing = NULL;
		keywords |= len > 0;
		rc = len > 0 ? read_keyword(a->arg[i], len, spec, r) :
		    store(spec, a->arg[i], r);
	}
	if (rc == 0 && missing != NULL)
		return report_element(r, "%s: required argument missing",
		    missing->name);
	return rc;
}
