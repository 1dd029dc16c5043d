/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/range.h"

/* --- text ---------------------------------------------------------------- */

/* Digits alone: strtoul takes signs and spaces, too. */
static int
parse_number(const char *text, uint32_t *value)
{
	unsigned long long n;
	size_t len = strspn(text, "0123456789");

	if (len == 0 || len > 10 || text[len] != '\0')
		return -1;
	n = strtoull(text, NULL, 10);
	if (n > UINT32_MAX)
		return -1;
	*value = (uint32_t)n;
	return 0;
}

static int
parse_end(const char *text, bool *ipv4, uint32_t *value)
{
	struct in_addr a;

	*ipv4 = inet_pton(AF_INET, text, &a) == 1;
	if (!*ipv4)
		return parse_number(text, value);
	*value = ntohl(a.s_addr);
	return 0;
}

int
range_parse(const char *text, struct range *r)
{
	char first[RANGE_TEXT_MAX];
	const char *dash = strchr(text, '-');
	bool ipv4;

	if (dash == NULL || (size_t)(dash - text) >= sizeof(first))
		return -1;
	memcpy(first, text, (size_t)(dash - text));
	first[dash - text] = '\0';
	if (parse_end(first, &r->ipv4, &r->first) != 0 ||
	    parse_end(dash + 1, &ipv4, &r->last) != 0 || ipv4 != r->ipv4 ||
	    r->last < r->first || r->last - r->first >= RANGE_VALUES_MAX)
		return -1;
	r->given = true;
	return 0;
}

static char *
format_value(const struct range *r, uint32_t value, char buf[RANGE_TEXT_MAX])
{
	struct in_addr a = { htonl(value) };

	if (r->ipv4)
		inet_ntop(AF_INET, &a, buf, RANGE_TEXT_MAX);
	else
		snprintf(buf, RANGE_TEXT_MAX, "%" PRIu32, value);
	return buf;
}

char *
range_format(const struct range *r, char buf[RANGE_TEXT_MAX])
{
	size_t len = strlen(format_value(r, r->first, buf));
	char last[RANGE_TEXT_MAX];

	snprintf(buf + len, RANGE_TEXT_MAX - len, "-%s",
	    format_value(r, r->last, last));
	return buf;
}

/* --- those in use -------------------------------------------------------- */

struct use {
	unsigned count;
	char key[];			/* "PARAM=VALUE" */
};

/* Where the next value of a parameter is looked for first. */
struct turn {
	uint32_t next;
	char key[];			/* "PARAM" */
};

static void *uses, *turns;		/* trees of tsearch(3) */

static int
compare_uses(const void *a, const void *b)
{
	const struct use *x = a, *y = b;

	return strcmp(x->key, y->key);
}

static int
compare_turns(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;

	return strcmp(x->key, y->key);
}

static struct use *
use_new(const char *param, const char *value)
{
	size_t len = strlen(param) + 1 + strlen(value) + 1;
	struct use *u = xcalloc(1, sizeof(*u) + len);

	snprintf(u->key, len, "%s=%s", param, value);
	return u;
}

static struct use *
find(const char *param, const char *value)
{
	struct use *key = use_new(param, value), **node;

	node = tfind(key, &uses, compare_uses);
	free(key);
	return node != NULL ? *node : NULL;
}

void
value_use(const char *param, const char *value)
{
	struct use *u = find(param, value);

	if (u == NULL) {
		u = use_new(param, value);
		tsearch(u, &uses, compare_uses);
	}
	u->count++;
}

void
value_unuse(const char *param, const char *value)
{
	struct use *u = find(param, value);

	if (u == NULL || --u->count > 0)
		return;
	tdelete(u, &uses, compare_uses);
	free(u);
}

bool
value_used(const char *param, const char *value)
{
	return find(param, value) != NULL;
}

/* There are as many as parameters have names. */
static struct turn *
turn_of(const char *param)
{
	size_t len = strlen(param) + 1;
	struct turn *t = xcalloc(1, sizeof(*t) + len), **node;

	memcpy(t->key, param, len);
	node = tsearch(t, &turns, compare_turns);
	if (*node != t)
		free(t);
	return *node;
}

int
range_next(const struct range *r, const char *param, char buf[RANGE_TEXT_MAX])
{
	struct turn *turn = turn_of(param);
	uint32_t i, n = r->last - r->first + 1, value = turn->next;

	if (value < r->first || value > r->last)
		value = r->first;
	for (i = 0; i < n; i++) {
		bool used = value_used(param, format_value(r, value, buf));
		uint32_t next = value == r->last ? r->first : value + 1;

		if (!used) {
			turn->next = next;
			return 0;
		}
		value = next;
	}
	return -1;
}
