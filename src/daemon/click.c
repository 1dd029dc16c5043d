/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/util.h"
#include "daemon/click.h"

#define WORD_MAX 64		/* of an argument, as much as is looked at */
#define COMPOUNDS_MAX 8		/* passed over, each with a look at all */

/*
 * Where the scan is.  at moves forward only, and line counts the line feeds
 * that it passed.
 */
struct scan {
	const char *start;
	const char *at;
	const char *end;
	unsigned line;
	unsigned nvifs;
	uint32_t vifs;
	struct uvnf_error *e;
};

/* An argument without comments, quotes and superfluous white space. */
struct argument {
	char text[WORD_MAX];	/* no NUL at its end */
	size_t len;
	bool space;		/* white space came behind what text has */
};

static bool
blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
name_char(char c)
{
	return digit(c) || upper(c) || (c >= 'a' && c <= 'z') || c == '_' ||
	    c == '@';
}

static inline bool
looking_at(const struct scan *s, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(s->end - s->at) >= n && memcmp(s->at, text, n) == 0;
}

static void
step(struct scan *s)
{
	if (*s->at == '\n')
		s->line++;
	s->at++;
}

/* Goes behind the next `text`, or to the end when there is none. */
static void
skip_past(struct scan *s, const char *text)
{
	size_t n = strlen(text);

	while (s->at < s->end && !looking_at(s, text))
		step(s);
	for (; n > 0 && s->at < s->end; n--)
		step(s);
}

/* To the end of the line; for Click, a carriage return is one, too. */
static void
skip_line(struct scan *s)
{
	while (s->at < s->end && *s->at != '\n' && *s->at != '\r')
		s->at++;
}

static bool
skip_comment(struct scan *s)
{
	if (looking_at(s, "//")) {
		skip_line(s);
		return true;
	}
	if (looking_at(s, "/*")) {
		s->at += 2;
		skip_past(s, "*/");
		return true;
	}
	return false;
}

static void
skip_blanks(struct scan *s)
{
	while (s->at < s->end)
		if (blank(*s->at))
			step(s);
		else if (!skip_comment(s))
			return;
}

static void
argument_add(struct argument *a, char c)
{
	if (blank(c)) {
		a->space = a->len > 0;
		return;
	}
	if (a->space && a->len < WORD_MAX)
		a->text[a->len++] = ' ';
	a->space = false;
	if (a->len < WORD_MAX)
		a->text[a->len++] = c;
}

/* A string; only "..." knows the backslash. */
static void
read_string(struct scan *s, struct argument *a)
{
	char quote = *s->at;

	for (step(s); s->at < s->end && *s->at != quote; step(s)) {
		if (quote == '"' && *s->at == '\\' && s->at + 1 < s->end)
			step(s);
		argument_add(a, *s->at);
	}
	if (s->at < s->end)
		step(s);
}

/*
 * Up to the comma or the parenthesis that ends the argument, which stays
 * unread; parentheses inside it are passed over in pairs.
 */
static void
read_argument(struct scan *s, struct argument *a)
{
	unsigned depth = 0;

	memset(a, 0, sizeof(*a));
	while (s->at < s->end) {
		if (skip_comment(s)) {
			argument_add(a, ' ');
			continue;
		}
		if (*s->at == '"' || *s->at == '\'') {
			read_string(s, a);
			continue;
		}
		if (looking_at(s, "\\<")) {	/* \<hexadecimal data> */
			skip_past(s, ">");
			argument_add(a, '\\');
			continue;
		}
		if (depth == 0 && (*s->at == ',' || *s->at == ')'))
			return;
		if (*s->at == '(')
			depth++;
		else if (*s->at == ')')
			depth--;
		argument_add(a, *s->at);
		step(s);
	}
}

/* The value of a digit in a base, or -1. */
static int
digit_value(char c, unsigned base)
{
	int v = -1;

	if (digit(c))
		v = c - '0';
	else if (c >= 'a' && c <= 'f')
		v = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		v = c - 'A' + 10;
	return v < (int)base ? v : -1;
}

/*
 * A number as Click reads it, with 0x and 0 for the bases 16 and 8; one that
 * does not fit becomes UINT32_MAX.  False when it is none.
 */
static bool
parse_number(const char *text, size_t len, uint32_t *out)
{
	unsigned base = 10;
	uint64_t n = 0;
	size_t i = 0;
	int v;

	if (i < len && text[i] == '+')
		i++;
	if (len - i > 2 && text[i] == '0' && (text[i + 1] | 0x20) == 'x') {
		base = 16;
		i += 2;
	} else if (len - i > 1 && text[i] == '0') {
		base = 8;
	}
	if (i == len)
		return false;
	for (; i < len; i++) {
		if ((v = digit_value(text[i], base)) < 0)
			return false;
		n = n * base + (unsigned)v;
		if (n > UINT32_MAX)
			n = UINT32_MAX;
	}
	*out = (uint32_t)n;
	return true;
}

/* The length of the KEYWORD in "KEYWORD value", or 0. */
static size_t
keyword_len(const struct argument *a)
{
	size_t n = 0;

	while (n < a->len && (upper(a->text[n]) || a->text[n] == '_'))
		n++;
	return n < a->len && a->text[n] == ' ' ? n : 0;
}

/*
 * The vif that an argument names.  The device is the first argument or
 * behind DEVID; what else stands there, a name or a $parameter, only the
 * guest can tell: then *known becomes false.
 */
static void
take_argument(const struct argument *a, unsigned place, uint32_t *vif,
    bool *known)
{
	size_t n = keyword_len(a);

	if (n == 5 && memcmp(a->text, "DEVID", 5) == 0)
		*known = parse_number(a->text + 6, a->len - 6, vif);
	else if (n == 0 && place == 0 && a->len > 0)
		*known = parse_number(a->text, a->len, vif);
}

/* Behind the "(" of a device: its vif, and on to behind the ")". */
static bool
read_device(struct scan *s, uint32_t *vif)
{
	struct argument a;
	bool known = true;
	unsigned place;

	step(s);
	for (place = 0; s->at < s->end; place++) {
		read_argument(s, &a);
		take_argument(&a, place, vif, &known);
		if (s->at < s->end && *s->at == ')') {
			step(s);
			break;
		}
		if (s->at < s->end)
			step(s);
	}
	return known;
}

static void
skip_arguments(struct scan *s)
{
	uint32_t vif;

	(void)read_device(s, &vif);
}

static int
vif_missing(struct scan *s, unsigned line, const char *class, uint32_t vif)
{
	char have[40] = "there is none";

	if (s->nvifs == 1)
		snprintf(have, sizeof(have), "there is only vif 0");
	else if (s->nvifs > 1)
		snprintf(have, sizeof(have), "there are only vifs 0 to %u",
		    s->nvifs - 1);
	if (vif == UINT32_MAX)
		return uvnf_error_set(s->e, UVNF_E_BAD_CONFIG,
		    "line %u: the number of the vif in %s is too large; %s",
		    line, class, have);
	return uvnf_error_set(s->e, UVNF_E_BAD_CONFIG,
	    "line %u: %s(%u) names vif %u, but %s", line, class, vif, vif,
	    have);
}

/* Behind a class name that is a device's: "::" would make it a name. */
static int
scan_device(struct scan *s, unsigned line, const char *class)
{
	uint32_t vif = 0;

	skip_blanks(s);
	if (looking_at(s, "::"))
		return 0;
	if (looking_at(s, "(") && !read_device(s, &vif))
		return 0;
	if (vif >= s->nvifs)
		return vif_missing(s, line, class, vif);
	s->vifs |= UINT32_C(1) << vif;
	return 0;
}

/*
 * A name may have slashes inside, but where they begin a comment.  Returns
 * its length; the scan goes behind it.
 */
static size_t
read_name(struct scan *s)
{
	const char *from = s->at;

	while (s->at < s->end && (name_char(*s->at) || *s->at == '/') &&
	    !looking_at(s, "//") && !looking_at(s, "/*"))
		s->at++;
	return (size_t)(s->at - from);
}

static bool
same(const char *name, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(name, word, len) == 0;
}

static int
scan_name(struct scan *s)
{
	const char *name = s->at;
	unsigned line = s->line;
	size_t len = read_name(s);

	if (same(name, len, "FromDevice"))
		return scan_device(s, line, "FromDevice");
	if (same(name, len, "ToDevice"))
		return scan_device(s, line, "ToDevice");
	skip_blanks(s);
	/* "elementclass FromDevice" defines a class instead of using it. */
	if (same(name, len, "elementclass"))
		(void)read_name(s);
	else if (looking_at(s, "("))
		skip_arguments(s);
	return 0;
}

static bool
line_begins(const struct scan *s)
{
	return s->at == s->start || s->at[-1] == '\n' || s->at[-1] == '\r';
}

/* Goes on behind what is no name, be it a single character. */
static void
skip_other(struct scan *s)
{
	if (skip_comment(s))
		return;
	if (*s->at == '#' && line_begins(s)) {	/* # LINE "FILE" */
		skip_line(s);
	} else if (*s->at == '$') {	/* a variable's name is no class */
		s->at++;
		(void)read_name(s);
	} else if (*s->at == '}') {	/* { … }(arguments) */
		s->at++;
		skip_blanks(s);
		if (looking_at(s, "("))
			skip_arguments(s);
	} else {
		step(s);
	}
}

static int
check_text(const char *text, size_t len, struct uvnf_error *e)
{
	unsigned line = 1;
	bool empty = true;
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] == '\0')
			return uvnf_error_set(e, UVNF_E_BAD_CONFIG,
			    "line %u has a NUL byte; a Click configuration "
			    "is plain text", line);
		if (text[i] == '\n')
			line++;
		if (!blank(text[i]))
			empty = false;
	}
	if (empty)
		return uvnf_error_set(e, UVNF_E_BAD_CONFIG,
		    "the Click configuration is empty; give one with at "
		    "least one element");
	return 0;
}

int
click_scan(const char *text, size_t len, unsigned nvifs, uint32_t *vifs,
    struct uvnf_error *e)
{
	struct scan s = { .start = text, .at = text, .line = 1,
	    .nvifs = nvifs < 32 ? nvifs : 32, .e = e };
	int r;

	if ((r = check_text(text, len, e)) < 0)
		return r;
	s.end = text + len;
	while (r == 0 && s.at < s.end)
		if (name_char(*s.at))
			r = scan_name(&s);
		else
			skip_other(&s);
	if (r == 0)
		*vifs = s.vifs;
	return r;
}

/* --- an element by name -------------------------------------------------- */

enum declares { DECLARES_NOTHING, DECLARES_CLASS, DECLARES_ELEMENT };

struct declaration {
	const char *name, *class;
	size_t name_len, class_len;
};

/* At a name; goes behind what is declared, and behind its arguments. */
static enum declares
read_declaration(struct scan *s, struct declaration *d)
{
	enum declares what = DECLARES_NOTHING;

	d->name = s->at;
	d->name_len = read_name(s);
	skip_blanks(s);
	if (same(d->name, d->name_len, "elementclass")) {
		d->name = s->at;
		d->name_len = read_name(s);
		return DECLARES_CLASS;
	}
	if (looking_at(s, "::")) {
		s->at += 2;
		skip_blanks(s);
		d->class = s->at;
		d->class_len = read_name(s);
		skip_blanks(s);
		what = DECLARES_ELEMENT;
	}
	if (looking_at(s, "("))
		skip_arguments(s);
	return what;
}

/* Does the text itself define this class, wherever? */
static bool
defines_class(const char *text, size_t len, const char *class,
    size_t class_len)
{
	struct scan s = { .start = text, .at = text, .end = text + len };
	struct declaration d;

	while (s.at < s.end)
		if (!name_char(*s.at))
			skip_other(&s);
		else if (read_declaration(&s, &d) == DECLARES_CLASS &&
		    d.name_len == class_len &&
		    memcmp(d.name, class, class_len) == 0)
			return true;
	return false;
}

/* ClickOS takes what is in front of the first slash for the element. */
static bool
can_be_asked(const struct declaration *d)
{
	return d->class_len > 0 && d->name_len <= CLICK_ELEMENT_MAX &&
	    memchr(d->name, '/', d->name_len) == NULL;
}

char *
click_find_element(const char *text, size_t len)
{
	struct scan s = { .start = text, .at = text, .end = text + len };
	struct declaration d;
	unsigned depth = 0, compounds = 0;

	while (s.at < s.end && compounds < COMPOUNDS_MAX) {
		if (!name_char(*s.at)) {
			if (*s.at == '{' || *s.at == '(')
				depth++;
			else if ((*s.at == '}' || *s.at == ')') && depth > 0)
				depth--;
			skip_other(&s);
		} else if (read_declaration(&s, &d) == DECLARES_ELEMENT &&
		    depth == 0 && can_be_asked(&d)) {
			if (!defines_class(text, len, d.class, d.class_len))
				return xmemdup0(d.name, d.name_len);
			compounds++;
		}
	}
	return NULL;
}
