/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "lex.h"
#include "lib.h"
#include "text.h"

void
lex_init(struct lexer *l, const char *text, size_t len)
{
	memset(l, 0, sizeof(*l));
	l->at = text;
	l->end = text + len;
	l->line = 1;
}

static int
at(const struct lexer *l, size_t i, char c)
{
	return l->at + i < l->end && l->at[i] == c;
}

/* One byte, or a line's end of one or two. */
static void
advance(struct lexer *l)
{
	if (at(l, 0, '\n') || (at(l, 0, '\r') && !at(l, 1, '\n')))
		l->line++;
	l->at++;
}

static int
skip_comment(struct lexer *l)
{
	if (at(l, 0, '/') && at(l, 1, '/')) {
		while (l->at < l->end && *l->at != '\n' && *l->at != '\r')
			l->at++;
		return 1;
	}
	if (!at(l, 0, '/') || !at(l, 1, '*'))
		return 0;
	l->at += 2;
	while (l->at < l->end && !(at(l, 0, '*') && at(l, 1, '/')))
		advance(l);
	l->at = l->end - l->at >= 2 ? l->at + 2 : l->end;
	return 1;
}

static void
skip_quoted(struct lexer *l)
{
	char quote = *l->at++;

	while (l->at < l->end && *l->at != quote) {
		if (quote == '"' && *l->at == '\\' && l->at + 1 < l->end)
			advance(l);
		advance(l);
	}
	if (l->at < l->end)
		l->at++;
}

static int
is_word(const struct lexer *l, size_t i)
{
	return l->at + i < l->end && text_is_word(l->at[i]);
}

static size_t
word_length(const struct lexer *l)
{
	size_t n = 0;

	while (is_word(l, n) || (n > 0 && at(l, n, '/') && is_word(l, n + 1)))
		n++;
	return n;
}

struct token
lex_next(struct lexer *l)
{
	struct token t = { TOKEN_END, l->end, 0 };

	if (l->is_held) {
		l->is_held = 0;
		return l->held;
	}
	while (l->at < l->end && (text_is_space(*l->at) || skip_comment(l)))
		if (l->at < l->end && text_is_space(*l->at))
			advance(l);
	if (l->at == l->end)
		return t;
	t.s = l->at;
	if ((t.len = word_length(l)) > 0)
		t.kind = TOKEN_WORD;
	else if (at(l, 0, '-') && at(l, 1, '>')) {
		t.kind = TOKEN_ARROW;
		t.len = 2;
	} else if (at(l, 0, ':') && at(l, 1, ':')) {
		t.kind = TOKEN_COLONS;
		t.len = 2;
	} else {
		t.kind = TOKEN_OTHER;
		t.len = (at(l, 0, '=') && at(l, 1, '>')) ||
		    (at(l, 0, '|') && at(l, 1, '|')) ? 2 : 1;
	}
	l->at += t.len;
	return t;
}

void
lex_back(struct lexer *l, struct token t)
{
	l->held = t;
	l->is_held = 1;
}

int
lex_is(struct token t, char c)
{
	return t.kind == TOKEN_OTHER && *t.s == c;
}

int
lex_take(struct lexer *l, char c)
{
	struct token t;
	struct lexer before = *l;

	t = lex_next(l);
	if (lex_is(t, c))
		return 1;
	*l = before;
	return 0;
}

struct token
lex_config(struct lexer *l)
{
	struct token t = { TOKEN_WORD, l->at, 0 };
	int depth = 0;

	while (l->at < l->end && (depth > 0 || *l->at != ')')) {
		if (*l->at == '"' || *l->at == '\'')
			skip_quoted(l);
		else if (!skip_comment(l)) {
			depth += at(l, 0, '(') - at(l, 0, ')');
			advance(l);
		}
	}
	t.len = l->at - t.s;
	return t;
}
