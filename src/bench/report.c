/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* Results for people and for gnuplot, and two of them beside each other. */

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/interval.h"
#include "bench/result.h"

typedef void (*row_cb)(const struct hdr *h, enum op op, enum stage stage,
    enum since since, void *arg);

static void
each_row(const struct result *r, row_cb cb, void *arg)
{
	int i, k, m;

	for (i = 0; i < OP_COUNT; i++)
		for (k = 0; k < STAGE_COUNT; k++)
			for (m = 0; m < SINCE_COUNT; m++)
				if (r->rows[i][k][m] != NULL)
					cb(r->rows[i][k][m], (enum op)i,
					    (enum stage)k, (enum since)m, arg);
}

static void
print_setting(const struct setting *s, FILE *out)
{
	if (s->text != NULL)
		fprintf(out, "%-14s  %s\n", s->key, s->text);
	else
		fprintf(out, "%-14s  %.15g\n", s->key, s->number);
}

static void
print_row(const struct hdr *h, enum op op, enum stage stage,
    enum since since, void *arg)
{
	const struct quantile *q;
	FILE *out = arg;

	fprintf(out, "%-8s %-10s %-9s %8" PRIu64, op_names[op],
	    stage_names[stage], since_names[since], h->n);
	for (q = quantiles; q < quantiles + NQUANTILES; q++) {
		if (h->n < q->least)
			fprintf(out, " %10s", "-");
		else
			fprintf(out, " %10.1f",
			    (double)hdr_quantile(h, q->per_mille) / 1000);
	}
	fprintf(out, " %10.1f\n", (double)h->max / 1000);
}

static void
print_errors(const struct result *r, FILE *out)
{
	const struct result_error *x;
	bool cut = false;
	unsigned i;

	for (i = 0; i < r->nerrors; i++) {
		x = &r->errors[i];
		fprintf(out, "%s: %" PRIu64 " of %s: %s: %s\n",
		    x->expected ? "expected" : "failed", x->count,
		    op_names[x->op], x->code, x->text);
		cut |= strcmp(x->code, "timeout") == 0;
	}
	if (cut)
		fputs("What ran out of time is not among the quantiles: the "
		    "true ones are higher.\n", out);
}

static void
print_sources(const struct result *r, FILE *out)
{
	unsigned i;

	fprintf(out, "%-14s ", "sources");
	for (i = 0; i < SOURCE_COUNT; i++)
		if (r->sources[i] > 0)
			fprintf(out, " %s %" PRIu64, source_names[i],
			    r->sources[i]);
	fputc('\n', out);
}

void
result_print(const struct result *r, FILE *out)
{
	unsigned i;

	for (i = 0; i < r->nsettings; i++)
		print_setting(&r->settings[i], out);
	fprintf(out, "%-14s  %" PRIu64 " in %.3f s, %.1f a second%s%s\n",
	    "operations", r->operations, r->seconds, result_rate(r),
	    r->interrupted ? "; interrupted" : "",
	    r->cut_short ? "; cut short" : "");
	if (r->substituted > 0)
		fprintf(out, "%-14s  %" PRIu64 "\n", "substituted",
		    r->substituted);
	print_sources(r, out);
	fprintf(out, "\n%-8s %-10s %-9s %8s", "op", "stage", "since", "n");
	for (i = 0; i < NQUANTILES; i++)
		fprintf(out, " %7s us", quantiles[i].title);
	fprintf(out, " %7s us\n", "max");
	each_row(r, print_row, out);
	print_errors(r, out);
}

/* --- gnuplot ------------------------------------------------------------- */

struct plot {
	FILE *out;
	bool behind;			/* something came before */
};

/* A block for each row, as gnuplot's "index" finds them. */
static void
plot_row(const struct hdr *h, enum op op, enum stage stage, enum since since,
    void *arg)
{
	struct plot *p = arg;
	uint64_t seen = 0;
	unsigned i;

	fprintf(p->out, "%s# %s %s since %s, %" PRIu64 " values: us, share of "
	    "values that are no larger\n\"%s %s (%s)\"\n",
	    p->behind ? "\n\n" : "", op_names[op], stage_names[stage],
	    since_names[since], h->n, op_names[op], stage_names[stage],
	    since_names[since]);
	p->behind = true;
	fprintf(p->out, "%.3f 0\n", (double)h->min / 1000);
	for (i = 0; i < HDR_BUCKETS; i++) {
		if (h->counts[i] == 0)
			continue;
		seen += h->counts[i];
		fprintf(p->out, "%.3f %.9g\n",
		    fmin((double)hdr_bucket(i).high, (double)h->max) / 1000,
		    (double)seen / (double)h->n);
	}
}

int
result_write_plot(const struct result *r, const char *path,
    struct uvnf_error *e)
{
	struct plot p = { 0 };
	int bad;

	p.out = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
	if (p.out != NULL)
		each_row(r, plot_row, &p);
	bad = p.out == NULL || ferror(p.out) || fflush(p.out) == EOF;
	if (p.out != NULL && p.out != stdout && fclose(p.out) == EOF)
		bad = 1;
	return !bad ? 0 : uvnf_error_set(e, UVNF_E_SYSTEM,
	    "cannot write '%s': %s", path, strerror(errno));
}

/* --- two results --------------------------------------------------------- */

static void
note_difference(const struct setting *a, const struct setting *b,
    FILE *out)
{
	if (b != NULL && a->text != NULL && b->text != NULL &&
	    strcmp(a->text, b->text) == 0)
		return;
	if (b != NULL && a->text == NULL && b->text == NULL &&
	    a->number == b->number)
		return;
	fputs("A:  ", out);
	print_setting(a, out);
	fputs("B:  ", out);
	if (b != NULL)
		print_setting(b, out);
	else
		fprintf(out, "%-14s  -\n", a->key);
}

static void
note_differences(const struct result *a, const struct result *b, FILE *out)
{
	const struct setting *s;
	unsigned i;

	for (i = 0; i < a->nsettings; i++) {
		s = &a->settings[i];
		note_difference(s, result_setting(b, s->key), out);
	}
	for (i = 0; i < b->nsettings; i++) {
		s = &b->settings[i];
		if (result_setting(a, s->key) != NULL)
			continue;
		fprintf(out, "A:  %-14s  -\nB:  ", s->key);
		print_setting(s, out);
	}
}

/* What stands in the way of a comparison: "A", or "B". */
static void
note_outcome(const char *which, const struct result *r, FILE *out)
{
	const struct result_error *x;
	unsigned i;

	if (r->interrupted)
		fprintf(out, "%s:  interrupted\n", which);
	if (r->cut_short)
		fprintf(out, "%s:  cut short\n", which);
	for (i = 0; i < r->nerrors; i++) {
		x = &r->errors[i];
		fprintf(out, "%s:  failed          %" PRIu64 " of %s: %s%s\n",
		    which, x->count, op_names[x->op], x->code,
		    x->expected ? ", as expected" : "");
	}
}

static uint64_t
creates(const struct result *r)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < SOURCE_COUNT; i++)
		sum += r->sources[i];
	return sum;
}

/* In the same proportions. */
static bool
same_sources(const struct result *a, const struct result *b)
{
	uint64_t of_a = creates(a), of_b = creates(b);
	unsigned i;

	if ((of_a == 0) != (of_b == 0))
		return false;
	for (i = 0; i < SOURCE_COUNT; i++)
		if (a->sources[i] * of_b != b->sources[i] * of_a)
			return false;
	return true;
}

/* The daemon's times are differences of two that were cut to a microsecond. */
#define DAEMON_CUT_NS 1000

struct comparison {
	const struct result *b;
	FILE *out;
	unsigned rows;
};

static void
print_bound(FILE *out, double bound)
{
	if (bound < 0)
		fprintf(out, " %8s", "-");
	else
		fprintf(out, " %8.4g", bound);
}

static void
compare_row(const struct hdr *h, enum op op, enum stage stage,
    enum since since, void *arg)
{
	struct comparison *c = arg;
	const struct hdr *b = c->b->rows[op][stage][since];
	const struct quantile *q;
	struct ratio r;

	if (b == NULL)
		return;
	for (q = quantiles; q < quantiles + NQUANTILES; q++) {
		if (h->n < q->least || b->n < q->least ||
		    hdr_quantile(b, q->per_mille) == 0)
			continue;
		r = ratio_of_quantiles(h, b, q->per_mille,
		    since == SINCE_DAEMON ? DAEMON_CUT_NS : 0);
		fprintf(c->out, "%-8s %-10s %-9s %-6s %10.1f %10.1f %8.4g",
		    op_names[op], stage_names[stage], since_names[since],
		    q->title, (double)hdr_quantile(h, q->per_mille) / 1000,
		    (double)hdr_quantile(b, q->per_mille) / 1000, r.ratio);
		print_bound(c->out, r.low);
		print_bound(c->out, r.high);
		fputc('\n', c->out);
		c->rows++;
	}
}

int
result_compare(const struct result *a, const struct result *b, FILE *out,
    struct uvnf_error *e)
{
	struct comparison c = { .b = b, .out = out };

	note_differences(a, b, out);
	if (!same_sources(a, b)) {
		fputs("A:  ", out);
		print_sources(a, out);
		fputs("B:  ", out);
		print_sources(b, out);
	}
	note_outcome("A", a, out);
	note_outcome("B", b, out);
	fprintf(out, "%-8s %-10s %-9s %-6s %10s %10s %8s %8s %8s\n", "op",
	    "stage", "since", "", "A us", "B us", "A/B", "low", "high");
	each_row(a, compare_row, &c);
	if (c.rows == 0)
		return uvnf_error_set(e, UVNF_E_USAGE,
		    "the two results have no row in common");
	fprintf(out, "low, high: at least 95 %%, from binomial intervals "
	    "between order statistics\n");
	return 0;
}
