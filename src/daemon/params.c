/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/proto.h"
#include "common/util.h"
#include "daemon/click.h"
#include "daemon/domain.h"
#include "daemon/params.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define MAC_TEXT_LEN 17

/* --- names and values ---------------------------------------------------- */

bool
param_name_valid(const char *name)
{
	size_t len = strspn(name, LOWER DIGITS "_");

	return name[0] >= 'a' && name[0] <= 'z' && name[len] == '\0' &&
	    len <= PARAM_NAME_MAX;
}

/* The number behind "mac", 0 where there is none; -1: it is no such name. */
static int
mac_index(const char *name)
{
	if (strncmp(name, "mac", 3) != 0)
		return -1;
	if (name[3] == '\0')
		return 0;
	if (name[3] >= '0' && name[3] < '0' + TEMPLATE_VIFS_MAX &&
	    name[4] == '\0')
		return name[3] - '0';
	return -1;
}

bool
param_built_in(const char *name)
{
	return strcmp(name, "name") == 0 || mac_index(name) >= 0;
}

/*
 * No parenthesis, brace, bracket, quote, semicolon or arrow, none of which a
 * value needs, and by which it could become more of a configuration than the
 * word that it stands for; no comment, also not together with what the text
 * has around it.
 */
int
param_value_check(const char *name, const char *value, struct uvnf_error *e)
{
	size_t len = strlen(value);
	const char *bad;

	if (len == 0)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
		    "the value of '%s' is empty", name);
	if (len > PARAM_VALUE_MAX)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "the value of "
		    "'%s' may have at most %d bytes, this has %zu", name,
		    PARAM_VALUE_MAX, len);
	bad = value + strspn(value, LOWER UPPER DIGITS " .,:/_-+%!&|=@");
	if (*bad > ' ' && *bad <= '~')
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "the value of "
		    "'%s' has the character %c, which no value may have; "
		    "uvnf.yaml(5) lists those it may", name, *bad);
	if (*bad != '\0')
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "the value of "
		    "'%s' has the byte 0x%02x, which is not printable ASCII",
		    name, (unsigned char)*bad);
	if (value[0] == '/' || value[len - 1] == '/' ||
	    strstr(value, "//") != NULL)
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "the value of "
		    "'%s' begins or ends with a slash, or has two in a row, "
		    "which could begin a comment", name);
	return 0;
}

const struct param *
params_get(const struct params *p, const char *name)
{
	unsigned i;

	for (i = 0; i < p->n; i++)
		if (strcmp(p->list[i].name, name) == 0)
			return &p->list[i];
	return NULL;
}

/* The one of that name, a new one if need be; NULL: there are too many. */
static struct param *
param_at(struct params *p, const char *name)
{
	struct param *to;
	unsigned i;

	for (i = 0; i < p->n && strcmp(p->list[i].name, name) != 0; i++)
		;
	if (i < p->n)
		return &p->list[i];
	if (i == PARAMS_MAX)
		return NULL;
	/* Few have any, and most of these one or two. */
	p->list = xrealloc(p->list, (i + 1) * sizeof(*p->list));
	to = &p->list[p->n++];
	memset(to, 0, sizeof(*to));
	snprintf(to->name, sizeof(to->name), "%s", name);
	return to;
}

int
params_set(struct params *p, const char *name, const char *value)
{
	struct param *to = param_at(p, name);

	if (to == NULL)
		return -1;
	free(to->value);
	to->value = value != NULL ? xstrdup(value) : NULL;
	to->range.given = false;
	return 0;
}

int
params_set_range(struct params *p, const char *name, const struct range *r)
{
	if (params_set(p, name, NULL) != 0)
		return -1;
	param_at(p, name)->range = *r;
	return 0;
}

void
params_copy(struct params *to, const struct params *from)
{
	unsigned i;

	for (i = 0; i < from->n; i++)
		params_set(to, from->list[i].name, from->list[i].value);
}

static bool
same_range(const struct range *a, const struct range *b)
{
	return a->given == b->given && (!a->given || (a->ipv4 == b->ipv4 &&
	    a->first == b->first && a->last == b->last));
}

bool
params_equal(const struct params *a, const struct params *b)
{
	unsigned i;

	for (i = 0; i < a->n && i < b->n; i++) {
		const char *x = a->list[i].value, *y = b->list[i].value;

		if (strcmp(a->list[i].name, b->list[i].name) != 0 ||
		    (x == NULL) != (y == NULL) ||
		    (x != NULL && strcmp(x, y) != 0) ||
		    !same_range(&a->list[i].range, &b->list[i].range))
			return false;
	}
	return a->n == b->n;
}

void
params_clear(struct params *p)
{
	unsigned i;

	for (i = 0; i < p->n; i++)
		free(p->list[i].value);
	free(p->list);
	p->list = NULL;
	p->n = 0;
}

void
params_free(struct params *p)
{
	if (p != NULL)
		params_clear(p);
	free(p);
}

char *
params_list(const struct params *p, char buf[PARAMS_LIST_MAX])
{
	size_t len = 0;
	unsigned i;

	strcpy(buf, "none");
	for (i = 0; i < p->n; i++)
		len += (size_t)snprintf(buf + len, PARAMS_LIST_MAX - len,
		    "%s%s", i > 0 ? ", " : "", p->list[i].name);
	return buf;
}

/* No value has a backslash: it stands for a space. */
char *
params_format(const struct params *p, char buf[PARAMS_TEXT_MAX])
{
	size_t len = 0;
	unsigned i;
	char *s;

	buf[0] = '\0';
	for (i = 0; p != NULL && i < p->n; i++) {
		s = buf + len;
		len += (size_t)snprintf(s, PARAMS_TEXT_MAX - len, " %s=%s",
		    p->list[i].name, p->list[i].value);
		while ((s = strchr(s + 1, ' ')) != NULL)
			*s = '\\';
	}
	return buf;
}

int
params_parse(struct params *p, char **words, size_t n)
{
	char *value, *s;
	size_t i;

	params_clear(p);
	for (i = 0; i < n; i++) {
		if ((value = strchr(words[i], '=')) == NULL)
			return -1;
		*value++ = '\0';
		for (s = value; (s = strchr(s, '\\')) != NULL; s++)
			*s = ' ';
		if (!param_name_valid(words[i]) ||
		    strlen(value) > PARAM_VALUE_MAX ||
		    params_set(p, words[i], value) != 0)
			return -1;
	}
	return 0;
}

/* --- filling ------------------------------------------------------------- */

struct filling {
	const struct param_source *from;
	struct proto_buf out;
	size_t size;			/* of the text when all is filled in */
	unsigned kept;			/* references that are left in it */
	unsigned line;
	unsigned uses;
	struct uvnf_error *e;
};

/*
 * The length of a reference "{{ name }}" at s, whose name is copied, or 0.
 * Other braces are Click's: it nests them.
 */
static size_t
reference(const char *s, const char *end, char name[PARAM_NAME_MAX + 2])
{
	const char *at = s + 2;
	size_t len = 0;

	if (end - s < 5 || s[0] != '{' || s[1] != '{')
		return 0;
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	/* A name that is too long stays too long, and so is unknown. */
	for (; at < end && *at != '\0' &&
	    strchr(LOWER UPPER DIGITS "_", *at) != NULL; at++)
		if (len < PARAM_NAME_MAX + 1)
			name[len++] = *at;
	name[len] = '\0';
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	if (len == 0 || end - at < 2 || at[0] != '}' || at[1] != '}')
		return 0;
	return (size_t)(at + 2 - s);
}

static int
unknown_word(struct filling *f, const char *name)
{
	char list[PARAMS_LIST_MAX];

	return uvnf_error_set(f->e, UVNF_E_BAD_CONFIG, "line %u: {{%s}} is no "
	    "parameter; the template's key params has: %s; built in are name, "
	    "mac, mac0 to mac%d", f->line, name,
	    params_list(f->from->declared, list), TEMPLATE_VIFS_MAX - 1);
}

static int
put(struct filling *f, const char *value, size_t len)
{
	f->size += len;
	if (f->size > CLICK_CONFIG_MAX)
		return uvnf_error_set(f->e, UVNF_E_TOO_BIG, "the configuration "
		    "has more than %d bytes when its parameters are filled in",
		    CLICK_CONFIG_MAX);
	proto_buf_add(&f->out, value, len);
	return 0;
}

static int
put_mac(struct filling *f, const char *name, unsigned vif, const char *ref,
    size_t len)
{
	char mac[MAC_TEXT_LEN + 1];

	f->uses |= USES_MAC;
	if (vif >= f->from->nvifs)
		return uvnf_error_set(f->e, UVNF_E_BAD_CONFIG, "line %u: "
		    "{{%s}} is the MAC address of vif %u, but there are %u "
		    "vifs", f->line, name, vif, f->from->nvifs);
	if (f->from->domain != NULL)
		return put(f, mac_format(f->from->domain->vifs[vif].mac, mac),
		    MAC_TEXT_LEN);
	f->size += MAC_TEXT_LEN;
	f->kept++;
	proto_buf_add(&f->out, ref, len);
	return 0;
}

/* What a request set, what was taken before, what is free, in this order. */
static int
value_of(struct filling *f, const struct param *p, const char **value)
{
	const struct param_source *from = f->from;
	const struct param *given = NULL;
	char text[RANGE_TEXT_MAX];

	if (from->set != NULL)
		given = params_get(from->set, p->name);
	if (given == NULL && from->taken != NULL)
		given = params_get(from->taken, p->name);
	*value = given != NULL ? given->value : p->value;
	if (*value != NULL || !p->range.given)
		return 0;
	f->uses |= USES_RANGE;
	if (from->taken == NULL)
		return 0;
	if (range_next(&p->range, p->name, text) != 0)
		return uvnf_error_set(f->e, UVNF_E_RANGE_EXHAUSTED, "every "
		    "value of %s in the range %s is in use; destroy "
		    "something, or set one (uvnfctl: --set %s=VALUE)", p->name,
		    range_format(&p->range, text), p->name);
	params_set(from->taken, p->name, text);
	*value = params_get(from->taken, p->name)->value;
	return 0;
}

static int
put_param(struct filling *f, const char *name)
{
	const struct param_source *from = f->from;
	const struct param *p = params_get(from->declared, name);
	const char *value;
	int rc;

	if (p == NULL)
		return unknown_word(f, name);
	f->uses |= USES_PARAMS;
	if ((rc = value_of(f, p, &value)) != 0)
		return rc;
	if (value == NULL && from->ahead) {
		if (!p->range.given)
			f->uses |= USES_MISSING;
		value = "x";		/* a word, and the number of no vif */
	}
	if (value == NULL)
		return uvnf_error_set(f->e, UVNF_E_BAD_REQUEST, "line %u: "
		    "{{%s}} has no value, and its template no default; set it "
		    "(uvnfctl: --set %s=VALUE)", f->line, name, name);
	return put(f, value, strlen(value));
}

static int
put_reference(struct filling *f, const char *name, const char *ref,
    size_t len)
{
	const char *vnf = f->from->name != NULL ? f->from->name : "x";
	int vif = mac_index(name);

	if (vif >= 0)
		return put_mac(f, name, (unsigned)vif, ref, len);
	if (strcmp(name, "name") != 0)
		return put_param(f, name);
	f->uses |= USES_NAME;
	return put(f, vnf, strlen(vnf));
}

/* The next "{{" at or behind s, or end; counts the lines up to there. */
static const char *
next_braces(struct filling *f, const char *s, const char *end)
{
	for (; s < end; s++) {
		if (*s == '\n')
			f->line++;
		else if (*s == '{' && end - s > 1 && s[1] == '{')
			return s;
	}
	return end;
}

/*
 * A value between braces may become a reference itself ("{{{{a}}}}"), which
 * whoever fills in the rest would take for one of the text.
 */
static int
check_made(struct filling *f)
{
	const char *s = f->out.data, *end = s + f->out.len;
	char name[PARAM_NAME_MAX + 2];
	unsigned macs = 0;
	size_t len;

	f->line = 1;
	while ((s = next_braces(f, s, end)) < end) {
		len = reference(s, end, name);
		s += len > 0 ? len : 1;
		if (len == 0 || (mac_index(name) >= 0 && ++macs <= f->kept))
			continue;
		return uvnf_error_set(f->e, UVNF_E_BAD_CONFIG, "line %u: the "
		    "braces around a reference make its value another one, "
		    "{{%s}}; leave them out", f->line, name);
	}
	return 0;
}

int
params_fill(const struct param_source *from, const char *text, size_t len,
    char **out, size_t *out_len, struct uvnf_error *e)
{
	struct filling f = { .from = from, .line = 1, .e = e };
	const char *s = text, *end = text + len, *braces;
	char name[PARAM_NAME_MAX + 2];
	int r = 0;

	*out = NULL;
	*out_len = 0;
	if (memmem(text, len, "{{", 2) == NULL)
		return 0;
	while (r == 0 && s < end) {
		braces = next_braces(&f, s, end);
		r = put(&f, s, (size_t)(braces - s));
		s = braces;
		if (r != 0 || s == end)
			break;
		len = reference(s, end, name);
		if (len > 0)
			r = put_reference(&f, name, s, len);
		else
			r = put(&f, s, len = 1);
		s += len;
	}
	if (r == 0 && f.uses != 0)
		r = check_made(&f);
	if (r != 0 || f.uses == 0) {
		proto_buf_free(&f.out);
		return r;
	}
	*out = f.out.data;
	*out_len = f.out.len;
	return (int)f.uses;
}
