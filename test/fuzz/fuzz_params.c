/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * Parameters put into a Click configuration.  The input's first lines say
 * which there are, an empty one ends them, the rest is the configuration:
 *
 *	NAME=VALUE	has a default
 *	NAME=FIRST-LAST	as a range
 *	NAME		has none
 *	+NAME=VALUE	is set by a request
 */

#include <stdlib.h>
#include <string.h>

#include "common/proto.h"
#include "common/util.h"
#include "daemon/click.h"
#include "daemon/domain.h"
#include "daemon/params.h"
#include "fuzz.h"

const char fuzz_target[] = "params";

#define NVIFS 3

static struct params declared, set;
static struct domain_vif vifs[NVIFS] = {
	{ .mac = { 0, 0x16, 0x3e, 1, 2, 0xff } },
};
static struct domain domain = { .nvifs = NVIFS, .vifs = vifs };

/* --- what there is ------------------------------------------------------- */

static bool
value_good(const char *name, const char *value)
{
	struct uvnf_error e;
	int rc = param_value_check(name, value, &e);

	if (rc == 0)
		return true;
	fuzz_require_error(rc, &e);
	return false;
}

static void
declare(char *text, bool by_request)
{
	char *value = strchr(text, '=');
	struct range r;

	if (value != NULL)
		*value++ = '\0';
	if (!param_name_valid(text) || param_built_in(text))
		return;
	if (by_request) {
		if (value != NULL && value_good(text, value))
			params_set(&set, text, value);
	} else if (value != NULL && range_parse(value, &r) == 0) {
		params_set_range(&declared, text, &r);
	} else if (value == NULL || value_good(text, value)) {
		params_set(&declared, text, value);
	}
}

/* As a request may: only what there is. */
static void
drop_undeclared(void)
{
	struct params known = { .n = 0 };
	unsigned i;

	for (i = 0; i < set.n; i++)
		if (params_get(&declared, set.list[i].name) != NULL)
			params_set(&known, set.list[i].name,
			    set.list[i].value);
	params_clear(&set);
	set = known;
}

static void
take_head(struct fuzz_input *in)
{
	struct fuzz_line line;
	char *text;

	while (fuzz_next_line(in, &line) && line.len > 0) {
		text = xmemdup0(line.text, line.len);
		declare(text[0] == '+' ? text + 1 : text, text[0] == '+');
		free(text);
	}
	drop_undeclared();
}

/* --- the same as words --------------------------------------------------- */

static void
require_words(const struct params *p)
{
	char text[PARAMS_TEXT_MAX], *words[PARAMS_MAX + 1], *w, *save = NULL;
	struct params again = { .n = 0 };
	size_t n = 0;

	params_format(p, text);
	for (w = strtok_r(text, " ", &save); w != NULL;
	    w = strtok_r(NULL, " ", &save)) {
		REQUIRE(n < PARAMS_MAX);
		words[n++] = w;
	}
	REQUIRE(params_parse(&again, words, n) == 0);
	REQUIRE(params_equal(p, &again));
	params_clear(&again);
}

/* --- filling ------------------------------------------------------------- */

struct text {
	char *data;
	size_t len;
};

/* What params_fill said; the text is a copy where it changed nothing. */
static int
fill(const struct param_source *from, const char *s, size_t len,
    struct text *out)
{
	struct uvnf_error e = { 0 };
	int uses = params_fill(from, s, len, &out->data, &out->len, &e);

	REQUIRE(uses >= 0 || out->data == NULL);
	REQUIRE((uses > 0) == (out->data != NULL));
	REQUIRE(out->len <= CLICK_CONFIG_MAX);
	if (uses < 0)
		fuzz_require_error(uses, &e);
	if (uses == 0) {
		out->data = xmemdup0(s, len);
		out->len = len;
	}
	return uses;
}

/*
 * The signs by which one element or word is told from the next, outside
 * strings and comments; what a value brings with it changes none of them.
 */
static void
structure(const struct text *t, struct proto_buf *b)
{
	const char *s = t->data, *end = t->data + t->len, *stop;
	char quote;

	for (; s < end; s++) {
		if (*s == '/' && s + 1 < end && (s[1] == '/' || s[1] == '*')) {
			stop = s[1] == '/' ?
			    memchr(s, '\n', (size_t)(end - s)) :
			    memmem(s + 2, (size_t)(end - s - 2), "*/", 2);
			proto_buf_add(b, "#", 1);
			if (stop == NULL)
				return;
			s = stop + (*stop == '*');
		} else if (*s == '"' || *s == '\'') {
			quote = *s;
			proto_buf_add(b, &quote, 1);
			for (s++; s < end && *s != quote; s++)
				if (quote == '"' && *s == '\\')
					s++;
			proto_buf_add(b, &quote, 1);
		} else if (strchr("(){}[];<>$\\*\n", *s) != NULL) {
			proto_buf_add(b, s, 1);
		}
	}
}

static void
require_structure(const struct text *a, const struct text *b)
{
	struct proto_buf x = { 0 }, y = { 0 };

	structure(a, &x);
	structure(b, &y);
	REQUIRE(fuzz_same(x.data, y.data));
	proto_buf_free(&x);
	proto_buf_free(&y);
}

/* All parameters have the one value. */
static void
fill_plain(const char *s, size_t len, const struct text *other)
{
	struct params plain = { .n = 0 };
	struct param_source from = { .declared = &declared, .set = &plain,
	    .domain = &domain, .nvifs = NVIFS };
	struct text t;
	unsigned i;

	for (i = 0; i < declared.n; i++)
		params_set(&plain, declared.list[i].name, "x");
	if (fill(&from, s, len, &t) >= 0)
		require_structure(&t, other);
	free(t.data);
	params_clear(&plain);
}

/* When its domain is not known yet, the MAC addresses come later. */
static void
fill_in_turn(const struct param_source *at_once, const char *s, size_t len,
    int uses, const struct text *whole)
{
	static const struct params none;
	const struct param_source macs = { .declared = &none,
	    .domain = &domain, .nvifs = NVIFS };
	struct param_source before = *at_once;
	struct text first, second;
	int rc;

	before.domain = NULL;
	/* What a range gave is known by now. */
	rc = fill(&before, s, len, &first);
	REQUIRE(rc == uses || (uses > 0 && rc == (uses & ~USES_RANGE)));
	if (uses >= 0) {
		REQUIRE(fill(&macs, first.data, first.len, &second) ==
		    (uses & USES_MAC));
		REQUIRE(second.len == whole->len);
		REQUIRE(memcmp(second.data, whole->data, whole->len) == 0);
		free(second.data);
	}
	free(first.data);
}

static void
fill_all_ways(const char *s, size_t len)
{
	struct params taken = { .n = 0 };
	struct param_source from = { .declared = &declared, .set = &set,
	    .taken = &taken, .name = "web-1.a", .domain = &domain,
	    .nvifs = NVIFS };
	struct text whole, ahead;
	int uses = fill(&from, s, len, &whole), rc;

	fill_in_turn(&from, s, len, uses, &whole);
	if (uses >= 0)
		fill_plain(s, len, &whole);
	from.taken = NULL;
	from.name = NULL;
	from.ahead = true;
	rc = fill(&from, s, len, &ahead);
	/* A template that stands beforehand does so for a request, too. */
	if (rc >= 0 && (rc & USES_MISSING) == 0)
		REQUIRE(uses >= 0 || uses == -UVNF_E_TOO_BIG);
	free(whole.data);
	free(ahead.data);
	params_clear(&taken);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { (const char *)data,
	    (const char *)data + size };

	take_head(&in);
	require_words(&set);
	fill_all_ways(in.at, (size_t)(in.end - in.at));
	params_clear(&declared);
	params_clear(&set);
	return 0;
}
