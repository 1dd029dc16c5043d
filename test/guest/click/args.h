/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef CLICK_ARGS_H
#define CLICK_ARGS_H

#include "report.h"

#define ARGS_MAX	256

/* A configuration string, split at its commas and cleared of comments. */
struct args {
	char	*text;
	char	*arg[ARGS_MAX];
	int	 n;
};

/* Seconds are kept in milliseconds, and written with or without a unit. */
enum arg_kind { ARG_INT, ARG_UNSIGNED, ARG_BOOL, ARG_STRING, ARG_SECONDS };

/*
 * Positional arguments come in the order of the specifications, of which only
 * the first can be mandatory.
 */
struct arg_spec {
	const char	*name;
	enum arg_kind	 kind;
	int		 positional, mandatory;
	void		*to;		/* (unsigned) int *, or char ** */
};

/* 0, or -1: too many arguments, or no memory. */
int	args_split(struct args *a, const char *config);
void	args_free(struct args *a);

/* Reads all arguments; errors are reported as Click words them. */
int	args_read(struct args *a, const struct arg_spec *specs,
	    struct report *r);

int	args_bool(const char *s, int *value);
int	args_int(const char *s, int *value);

/* Takes the text out of its quotes, in place. */
void	args_unquote(char *s);

#endif
