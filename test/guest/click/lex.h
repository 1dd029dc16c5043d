/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef CLICK_LEX_H
#define CLICK_LEX_H

#include <stddef.h>

enum token_kind {
	TOKEN_END, TOKEN_WORD, TOKEN_ARROW, TOKEN_COLONS, TOKEN_OTHER
};

/* A piece of the configuration; of TOKEN_OTHER, the first byte tells. */
struct token {
	enum token_kind	 kind;
	const char	*s;
	size_t		 len;
};

struct lexer {
	const char	*at, *end;
	unsigned int	 line;
	struct token	 held;
	int		 is_held;
};

void		lex_init(struct lexer *l, const char *text, size_t len);
struct token	lex_next(struct lexer *l);
void		lex_back(struct lexer *l, struct token t);
int		lex_is(struct token t, char c);

/* The next token, if it is this character, is taken. */
int		lex_take(struct lexer *l, char c);

/*
 * After a parenthesis: the text up to the one that closes it, which stays.
 * No token may be held.
 */
struct token	lex_config(struct lexer *l);

#endif
