/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "daemon/sim/guest.h"

/* Those of a stock ClickOS image that examples and tests use. */
static const char *const classes[] = {
	"ARPQuerier", "ARPResponder", "CheckIPHeader", "Classifier",
	"Counter", "Discard", "EtherEncap", "EtherMirror", "FromDevice",
	"ICMPPingResponder", "Idle", "IPClassifier", "IPFilter",
	"MarkIPHeader", "Print", "Queue", "RatedSplitter", "Shaper", "Strip",
	"Tee", "ToDevice", "Unqueue",
};

struct place {
	const char *at;
	const char *end;
	unsigned line;
};

static void
step(struct place *p)
{
	if (*p->at == '\n')
		p->line++;
	p->at++;
}

static bool
begins(const struct place *p, const char *s)
{
	size_t n = strlen(s);

	return (size_t)(p->end - p->at) >= n && memcmp(p->at, s, n) == 0;
}

static void
skip_past(struct place *p, const char *end)
{
	while (p->at < p->end && !begins(p, end))
		step(p);
	if (p->at < p->end)
		p->at += strlen(end) - 1;
}

static bool
known_class(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (strlen(classes[i]) == len &&
		    memcmp(classes[i], name, len) == 0)
			return true;
	}
	return false;
}

static size_t
word_at(const struct place *p)
{
	size_t n = 0;

	while (p->at + n < p->end && (isalnum((unsigned char)p->at[n]) ||
	    p->at[n] == '_' || p->at[n] == '@'))
		n++;
	return n;
}

/* Behind a "::" stands a class. */
static const char *
check_class(struct place *p)
{
	static char said[128];
	size_t n;

	p->at += 2;
	while (p->at < p->end && isspace((unsigned char)*p->at))
		step(p);
	n = word_at(p);
	if (n > 0 && known_class(p->at, n))
		return NULL;
	snprintf(said, sizeof(said), "config:%u: unknown element class "
	    "'%.*s'\n", p->line, (int)(n > 60 ? 60 : n), p->at);
	return said;
}

/* As a guest does, it says the odd byte as it is. */
static const char *
check_byte(const struct place *p)
{
	static char said[64];
	unsigned char c = (unsigned char)*p->at;

	if ((c >= ' ' && c < 0x7f) || isspace(c))
		return NULL;
	snprintf(said, sizeof(said), "config:%u: syntax error near '%c'\n",
	    p->line, c);
	return said;
}

static const char *
check_step(struct place *p, int *depth)
{
	const char *said = NULL;

	if (begins(p, "//"))
		skip_past(p, "\n");
	else if (begins(p, "/*"))
		skip_past(p, "*/");
	else if (begins(p, "::"))
		said = check_class(p);
	else if (*p->at == '(')
		++*depth;
	else if (*p->at == ')')
		--*depth;
	else if (*depth == 0)
		said = check_byte(p);
	if (said == NULL && p->at < p->end)
		step(p);
	return said;
}

const char *
sim_guest_check(const char *text, size_t len)
{
	static char said[64];
	struct place p = { text, text + len, 1 };
	const char *complaint = NULL;
	int depth = 0;

	while (p.at < p.end && complaint == NULL && depth >= 0)
		complaint = check_step(&p, &depth);
	if (complaint == NULL && depth != 0) {
		snprintf(said, sizeof(said), "config:%u: expected '%c'\n",
		    p.line, depth > 0 ? ')' : ';');
		complaint = said;
	}
	return complaint;
}

/* What stands between the parentheses behind the class. */
static char *
read_config(struct place *p)
{
	const char *close;

	p->at += word_at(p);
	if (p->at == p->end || *p->at != '(')
		return NULL;
	p->at++;
	close = memchr(p->at, ')', (size_t)(p->end - p->at));
	return close != NULL && close > p->at ?
	    xmemdup0(p->at, (size_t)(close - p->at)) : NULL;
}

char *
sim_guest_read(const char *text, size_t len, const char *element,
    const char *handler)
{
	char *declared = xasprintf("%s :: ", element);
	const char *at = memmem(text, len, declared, strlen(declared));
	struct place p = { text, text + len, 1 };
	char *reply = NULL;

	if (at != NULL) {
		p.at = at + strlen(declared);
		if (strcmp(handler, "class") == 0)
			reply = xmemdup0(p.at, word_at(&p));
		else if (strcmp(handler, "name") == 0)
			reply = xstrdup(element);
		else if (strcmp(handler, "count") == 0 &&
		    begins(&p, "Counter"))
			reply = xstrdup("0");
		else if (strcmp(handler, "config") == 0)
			reply = read_config(&p);
	}
	free(declared);
	return reply;
}

char *
sim_guest_write(const char *text, size_t len, const char *element,
    const char *handler, const char *value)
{
	char *class = sim_guest_read(text, len, element, "class");
	char *said = NULL;

	if (class != NULL && strcmp(class, "ARPResponder") == 0 &&
	    strcmp(handler, "add") == 0 && strchr(value, ' ') == NULL)
		said = xasprintf("%s: expected IP/MASK ETH\n", element);
	free(class);
	return said;
}
