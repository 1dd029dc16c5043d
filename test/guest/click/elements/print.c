/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../args.h"
#include "../lib.h"
#include "classes.h"

#define SHOWN_MAX	256

struct state {
	char	*label;
	int	 bytes, active, contents;	/* 0 none, 1 hex, 2 ascii */
};

static int
choose_contents(struct state *st, char *word, struct report *r)
{
	static const char *const words[] = { "NONE", "HEX", "ASCII" };
	char *s;
	int i;

	if (args_bool(word, &st->contents) == 0)
		return 0;
	for (s = word; *s != '\0'; s++)
		if (*s >= 'a' && *s <= 'z')
			*s -= 'a' - 'A';
	for (i = 0; i < 3; i++)
		if (strcmp(word, words[i]) == 0) {
			st->contents = i;
			return 0;
		}
	return report_element(r, "bad contents value '%s'; should be "
	    "'NONE', 'HEX', or 'ASCII'", word);
}

static int
configure(struct element *e, struct args *a, struct report *r)
{
	struct state *st = e->state;
	char none[] = "", hex[] = "HEX", *label = none, *contents = hex;
	const struct arg_spec specs[] = {
		{ "LABEL", ARG_STRING, 1, 0, &label },
		{ "MAXLENGTH", ARG_INT, 1, 0, &st->bytes },
		{ "CONTENTS", ARG_STRING, 0, 0, &contents },
		{ "ACTIVE", ARG_BOOL, 0, 0, &st->active },
		{ .name = NULL }
	};

	st->bytes = 24;
	st->active = 1;
	if (args_read(a, specs, r) < 0 || choose_contents(st, contents, r) < 0)
		return -1;
	st->label = text_copy(label, strlen(label));
	return st->label != NULL ? 0 : report_element(r, "out of memory");
}

/* The label goes when the router does, started or not. */
static void
cleanup(struct element *e)
{
	struct state *st = e->state;

	free(st->label);
	st->label = NULL;
}

static void
show(struct text *t, const struct state *st, const uint8_t *data, int n)
{
	int i;

	text_printf(t, " | ");
	for (i = 0; i < n; i++)
		if (st->contents == 1)
			text_printf(t, "%s%02x", i > 0 && i % 4 == 0 ?
			    " " : "", data[i]);
		else
			text_printf(t, "%s%c", i % 8 == 0 ? " " : "",
			    data[i] < 32 || data[i] > 126 ? '.' : data[i]);
}

static struct packet *
action(struct element *e, struct packet *p)
{
	struct state *st = e->state;
	char line[1024];
	struct text t;
	int n = st->contents ? st->bytes : 0;

	if (!st->active)
		return p;
	if (n < 0 || n > (int)p->len)
		n = p->len;
	if (n > SHOWN_MAX)
		n = SHOWN_MAX;
	text_init(&t, line, sizeof(line));
	text_printf(&t, "%s%s%4u", st->label, *st->label != '\0' ? ": " : "",
	    (unsigned int)p->len);
	if (n > 0)
		show(&t, st, p->data, n);
	click_print(line);
	return p;
}

static void
read_active(struct element *e, struct text *out)
{
	text_printf(out, "%s", ((struct state *)e->state)->active ? "true" :
	    "false");
}

static int
write_active(struct element *e, const char *value, struct report *r)
{
	struct state *st = e->state;

	if (args_bool(value, &st->active) < 0)
		return report_element(r, "syntax error");
	return 0;
}

static const struct handler handlers[] = {
	{ "active", HANDLER_READ | HANDLER_WRITE | HANDLER_CALM |
	    HANDLER_CHECKBOX, read_active, write_active },
	{ .name = NULL }
};

const struct class class_print = {
	.name = "Print",
	.ports = "1/1",
	.processing = "a/a",
	.size = sizeof(struct state),
	.configure = configure,
	.cleanup = cleanup,
	.action = action,
	.handlers = handlers,
};
