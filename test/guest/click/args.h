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

enum arg_kind { ARG_INT, ARG_UNSIGNED, ARG_BOOL, ARG_STRING };

/*
 * Positional arguments come in the order of the specifications, of which only
 * the first can be mandatory.
 */
struct arg_spec {
	const char	*name;
	enum arg_kind	 kind;
	int		 positional, mandatory;
	void		*to;		/* int *, unsigned *, int *, char ** */
};

/* 0, or -1: too many arguments, or no memory. */
int	args_split(struct args *a, const char *config);
void	args_free(struct args *a);

/* Reads all arguments; errors are reported as Click words them. */
int	args_read(struct args *a, const struct arg_spec *specs,
	    struct report *r);

int	args_bool(const char *s, int *value);

#endif
