/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../args.h"
#include "../lib.h"
#include "classes.h"
#include "ippattern.h"

/* IPFilter and IPClassifier. */

static int
in_word(char c)
{
	return text_is_word(c) || (c != '\0' && strchr("-./:", c) != NULL);
}

static size_t
word_length(const char *s)
{
	size_t n = 0;

	if (strchr("&|", *s) != NULL)
		return s[1] == *s ? 2 : 1;
	if (strchr("<>!=", *s) != NULL)
		return s[1] == '=' ? 2 : 1;
	while (in_word(s[n]))
		n++;
	return n > 0 ? n : 1;
}

/* Cuts the text into words; words has room for one a character, and to too. */
static int
split(const char *s, char **words, char *to)
{
	size_t len;
	int n = 0;

	for (;;) {
		while (text_is_space(*s))
			s++;
		if (*s == '\0')
			return n;
		len = word_length(s);
		words[n++] = to;
		memcpy(to, s, len);
		to[len] = '\0';
		to += len + 1;
		s += len;
	}
}

/* What an action says: an output, or PROGRAM_DROP. */
static int
read_action(struct element *e, const char *word, struct report *r)
{
	int slot;

	if (strcmp(word, "allow") == 0) {
		if (e->nout == 0)
			report_element(r, "'allow' is meaningless, element "
			    "has zero outputs");
		return PROGRAM_OUTPUT(0);
	}
	if (strcmp(word, "deny") == 0 || strcmp(word, "drop") == 0)
		return PROGRAM_DROP;
	if (args_int(word, &slot) < 0)
		report_element(r, "unknown slot ID '%s'", word);
	else if (slot < 0 || slot >= e->nout)
		report_element(r, "slot '%d' out of range", slot);
	else
		return PROGRAM_OUTPUT(slot);
	return PROGRAM_DROP;
}

static int
is_everything(char **word, int n)
{
	return n == 0 || (n == 1 && (strcmp(word[0], "-") == 0 ||
	    strcmp(word[0], "any") == 0 || strcmp(word[0], "all") == 0));
}

/* One argument; without a slot its first word is the action. */
static void
add_words(struct element *e, struct ippattern *p, int slot)
{
	int first = p->pr->n, skip = slot < 0;
	int target = PROGRAM_OUTPUT(slot);

	if (skip)
		target = read_action(e, p->word[0], p->r);
	if (!is_everything(p->word + skip, p->n - skip))
		ippattern_parse(p, skip);
	else if (program_add(p->pr, PROGRAM_IP) == NULL)
		report_element(p->r, "too long for the test guest");
	program_finish(p->pr, first, target);
}

/* slot: where the packets go, or -1 when the first word says it. */
static void
add_argument(struct element *e, char *arg, int i, int slot, struct report *r)
{
	struct ippattern p = { .pr = e->state, .r = r };
	char prefix[32], *buf;
	size_t room;

	args_unquote(arg);
	room = strlen(arg) + 1;
	p.word = malloc(room * sizeof(*p.word));
	buf = malloc(2 * room);
	snprintf(prefix, sizeof(prefix), "pattern %d: ", i);
	if (p.word == NULL || buf == NULL)
		report_element(r, "out of memory");
	else if ((p.n = split(arg, p.word, buf)) == 0 && slot < 0)
		report_element(r, "empty pattern %d", i);
	else {
		r->prefix = prefix;
		add_words(e, &p, slot);
		r->prefix = NULL;
	}
	free(p.word);
	free(buf);
}

static int
configure(struct element *e, struct args *a, int with_actions,
    struct report *r)
{
	struct program *pr = e->state;
	int i, before = r->errors;

	pr->about_ip = 1;
	for (i = 0; i < a->n; i++)
		add_argument(e, a->arg[i], i, with_actions ? -1 : i, r);
	program_close(pr);
	return r->errors == before ? 0 : -1;
}

static int
filter_configure(struct element *e, struct args *a, struct report *r)
{
	return configure(e, a, 1, r);
}

static int
classifier_configure(struct element *e, struct args *a, struct report *r)
{
	if (a->n != e->nout)
		return report_element(r, "need %d arguments, one per output "
		    "port", e->nout);
	return configure(e, a, 0, r);
}

static void
cleanup(struct element *e)
{
	program_free(e->state);
}

static void
push(struct element *e, int port, struct packet *p)
{
	(void)port;
	element_push(e, program_run(e->state, p), p);
}

static void
read_program(struct element *e, struct text *out)
{
	program_print(e->state, out);
}

static const struct handler handlers[] = {
	{ "program", HANDLER_READ, read_program, NULL },
	{ .name = NULL }
};

const struct class class_ip_filter = {
	.name = "IPFilter",
	.ports = "1/-",
	.processing = "h/h",
	.size = sizeof(struct program),
	.configure = filter_configure,
	.cleanup = cleanup,
	.push = push,
	.handlers = handlers,
};

const struct class class_ip_classifier = {
	.name = "IPClassifier",
	.ports = "1/-",
	.processing = "h/h",
	.size = sizeof(struct program),
	.configure = classifier_configure,
	.cleanup = cleanup,
	.push = push,
	.handlers = handlers,
};
