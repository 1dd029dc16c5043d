/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_PARAMS_H
#define UVNF_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "daemon/range.h"

/*
 * Parameters of Click configurations: {{ip}} in a text is replaced by the
 * value of ip.  A template declares them, with a default or without; a
 * request sets them; {{name}}, {{mac}} and {{mac0}} to {{mac7}} are built in.
 */
#define PARAM_NAME_MAX 31
#define PARAM_VALUE_MAX 256
#define PARAMS_MAX 16

struct domain;

struct param {
	char name[PARAM_NAME_MAX + 1];
	char *value;			/* NULL: declared, but has none */
	struct range range;		/* then perhaps this */
};

/* Zeroed memory is an empty one. */
struct params {
	struct param *list;		/* at most PARAMS_MAX */
	unsigned n;
};

/* A letter in lower case, then such letters, digits and '_'. */
bool param_name_valid(const char *name);
bool param_built_in(const char *name);

/*
 * A value must not be able to end what it is put into: -UVNF_E_BAD_REQUEST
 * with e filled for anything but letters, digits, space and a few signs that
 * addresses and filter expressions need.
 */
int param_value_check(const char *name, const char *value,
    struct uvnf_error *e);

const struct param *params_get(const struct params *p, const char *name);

/* Adds or replaces, value may be NULL; -1 when there are too many. */
int params_set(struct params *p, const char *name, const char *value);

/* The same for a range, which takes a value's place, and a value its. */
int params_set_range(struct params *p, const char *name,
    const struct range *r);

void params_copy(struct params *to, const struct params *from);
bool params_equal(const struct params *a, const struct params *b);
/* Empties it; the other frees one that was malloc'ed, too, or NULL. */
void params_clear(struct params *p);
void params_free(struct params *p);

/* "ip, gw", or "none"; buf is returned. */
#define PARAMS_LIST_MAX (PARAMS_MAX * (PARAM_NAME_MAX + 2) + 1)
char *params_list(const struct params *p, char buf[PARAMS_LIST_MAX]);

/*
 * " NAME=VALUE" for each (p may be NULL), without a space in a value; and the
 * other way round, from the words of such a text, which are changed: 0, or -1.
 */
#define PARAMS_TEXT_MAX \
	(PARAMS_MAX * (PARAM_NAME_MAX + PARAM_VALUE_MAX + 2) + 1)
char *params_format(const struct params *p, char buf[PARAMS_TEXT_MAX]);
int params_parse(struct params *p, char **words, size_t n);

/* What a text is filled from. */
struct param_source {
	const struct params *declared;	/* with their defaults */
	const struct params *set;	/* by requests, or NULL */
	struct params *taken;		/* out of ranges: added here; or NULL */
	const char *name;		/* the VNF's; NULL: not known yet */
	const struct domain *domain;	/* NULL: {{mac}} stays as it is */
	unsigned nvifs;
	bool ahead;			/* a value that is missing will come */
};

/* What a text's references are to. */
enum {
	USES_PARAMS = 1,
	USES_NAME = 2,
	USES_MAC = 4,
	USES_MISSING = 8,		/* of fill.ahead */
	USES_RANGE = 16			/* a value that a range is to give */
};

/*
 * Puts the values in.  *out is the new text (*out_len bytes, malloc'ed), or
 * NULL when there is nothing to replace and the text can be used as it is.
 * Returns what it uses, or -UVNF_E_BAD_CONFIG (an unknown word, or a value
 * that braces around it make a reference), -UVNF_E_BAD_REQUEST (a value is
 * missing), -UVNF_E_RANGE_EXHAUSTED or -UVNF_E_TOO_BIG with e filled.
 */
int params_fill(const struct param_source *f, const char *text, size_t len,
    char **out, size_t *out_len, struct uvnf_error *e);

#endif
