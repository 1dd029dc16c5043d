/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The command trace: the stages of one VNF, one below the other in time. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ctl/ctl.h"

#define STAGES_MAX 16
#define WIDTH_PLAIN 80			/* of what is no terminal */
#define WIDTH_MAX 500
#define BAR_MIN 10

static const char prefix[] = "stages_us.";

struct trace {
	bool json;
	struct trace_stage stages[STAGES_MAX];
	unsigned n;
};

static int
compare(const void *a, const void *b)
{
	const struct trace_stage *x = a, *y = b;

	if (x->to_us != y->to_us)
		return x->to_us < y->to_us ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/* Each begins where the one before it was reached. */
static void
take_stages(const struct uvnf_data *d, struct trace *t)
{
	const struct uvnf_field *f;
	size_t i;

	for (i = 0; i < uvnf_data_count(d) && t->n < STAGES_MAX; i++) {
		f = uvnf_data_at(d, i);
		if (strncmp(f->key, prefix, sizeof(prefix) - 1) != 0)
			continue;
		t->stages[t->n].name = f->key + sizeof(prefix) - 1;
		t->stages[t->n].to_us = strtoll(f->value, NULL, 10);
		t->stages[t->n].order = t->n;
		t->n++;
	}
	if (t->n > 0)
		qsort(t->stages, t->n, sizeof(t->stages[0]), compare);
	for (i = 1; i < t->n; i++)
		t->stages[i].from_us = t->stages[i - 1].to_us;
}

static unsigned
width(void)
{
	struct winsize ws;

	if (!isatty(STDOUT_FILENO) ||
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) != 0 || ws.ws_col == 0)
		return WIDTH_PLAIN;
	return ws.ws_col < WIDTH_MAX ? ws.ws_col : WIDTH_MAX;
}

/* How many of the bar's columns lie before that time. */
static unsigned
column(int64_t us, int64_t all_us, unsigned columns)
{
	return all_us > 0 ? (unsigned)((double)us / (double)all_us *
	    columns + 0.5) : 0;
}

/* "ready     182.3 ms    |   ========|": from the stage before to this one. */
static void
put_stage(const struct trace_stage *s, int64_t all_us, unsigned columns)
{
	unsigned from = column(s->from_us, all_us, columns);
	unsigned to = column(s->to_us, all_us, columns), i;
	char buf[TEXT_DURATION_MAX];

	/* What is too short to be seen stands where it was. */
	if (from == to && to < columns)
		to++;
	else if (from == to)
		from--;
	printf("%-10s  %8s  ", s->name, text_duration((double)s->to_us, buf));
	printf("%8s  |", text_duration((double)(s->to_us - s->from_us), buf));
	for (i = 0; i < columns; i++)
		(void)putchar(i < from || i >= to ? ' ' :
		    s->from_us == s->to_us ? '.' : '=');
	puts("|");
}

static void
put_stages(const struct trace *t)
{
	unsigned all = width(), used = 10 + 2 + 8 + 2 + 8 + 2 + 2, i;
	unsigned columns = all > used + BAR_MIN ? all - used : BAR_MIN;

	printf("%-10s  %8s  %8s\n", "STAGE", "AFTER", "TOOK");
	for (i = 0; i < t->n; i++)
		put_stage(&t->stages[i], t->stages[t->n - 1].to_us, columns);
}

static void
put_text(const struct uvnf_data *d, const struct trace *t)
{
	const char *of = uvnf_data_get(d, "stages_of");

	text_vnf_line(d);
	(void)putchar('\n');
	text_vnf_error(d);
	if (of == NULL)
		puts("no stages are known: an earlier uvnfd had recorded none");
	else if (t->n == 0)
		printf("no stage of its %s was reached\n", of);
	else
		printf("since its %s was read%s\n", of,
		    uvnf_data_get(d, "stages_kept") != NULL ?
		    " by an earlier uvnfd, as far as that recorded it" : "");
	if (t->n > 0)
		put_stages(t);
}

static void
take_vnf(const struct uvnf_data *d, void *arg)
{
	struct trace *t = arg;

	take_stages(d, t);
	if (t->json)
		json_line_trace(d, t->stages, t->n);
	else
		put_text(d, t);
}

int
cmd_trace(struct ctl *c, const struct args *a)
{
	struct ctl_request r = { .words = { "show" }, .nwords = 1 };
	struct trace t = { .json = c->json };
	int status;

	if (a->argc != 1)
		return ctl_usage(a->cmd, "trace needs a name");
	if ((status = ctl_check_word("VNF", a->argv[0])) != 0)
		return status;
	ctl_add_word(&r, a->argv[0]);
	return ctl_ask(c, &r, take_vnf, take_vnf, &t);
}
