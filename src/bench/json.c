/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* Results as JSON: what uvnf-bench writes, and reads for --compare. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "bench/result.h"
#include "common/log.h"
#include "common/util.h"

#define FORMAT 1

static json_t *
must(json_t *j)
{
	if (j == NULL)
		log_fatal("out of memory");
	return j;
}

static void
put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, must(value)) < 0)
		log_fatal("out of memory");
}

static void
append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, must(value)) < 0)
		log_fatal("out of memory");
}

static json_t *
number(double x)
{
	return x == (double)(json_int_t)x ? json_integer((json_int_t)x) :
	    json_real(x);
}

static json_t *
settings(const struct result *r)
{
	json_t *out = must(json_object());
	const struct setting *s;
	unsigned i;

	for (i = 0; i < r->nsettings; i++) {
		s = &r->settings[i];
		put(out, s->key, s->text != NULL ? json_string(s->text) :
		    number(s->number));
	}
	return out;
}

static json_t *
sources(const struct result *r)
{
	json_t *out = must(json_object());
	int i;

	for (i = 0; i < SOURCE_COUNT; i++)
		put(out, source_names[i],
		    json_integer((json_int_t)r->sources[i]));
	return out;
}

static json_t *
errors(const struct result *r)
{
	json_t *out = must(json_array()), *one;
	const struct result_error *x;
	unsigned i;

	for (i = 0; i < r->nerrors; i++) {
		x = &r->errors[i];
		one = must(json_object());
		put(one, "op", json_string(op_names[x->op]));
		put(one, "code", json_string(x->code));
		put(one, "count", json_integer((json_int_t)x->count));
		put(one, "expected", json_boolean(x->expected));
		put(one, "text", json_string(x->text));
		append(out, one);
	}
	return out;
}

static json_t *
us(uint64_t ns)
{
	return json_real((double)ns / 1000);
}

/* Of each bucket that has any: its least value in ns, and how many. */
static json_t *
buckets(const struct hdr *h)
{
	json_t *out = must(json_array()), *pair;
	unsigned i;

	for (i = 0; i < HDR_BUCKETS; i++) {
		if (h->counts[i] == 0)
			continue;
		pair = must(json_array());
		append(pair, json_integer((json_int_t)hdr_bucket(i).low));
		append(pair, json_integer((json_int_t)h->counts[i]));
		append(out, pair);
	}
	return out;
}

static json_t *
row(const struct hdr *h, int op, int stage, int since)
{
	json_t *out = must(json_object());
	const struct quantile *q;

	put(out, "op", json_string(op_names[op]));
	put(out, "stage", json_string(stage_names[stage]));
	put(out, "since", json_string(since_names[since]));
	put(out, "n", json_integer((json_int_t)h->n));
	put(out, "min_us", us(h->min));
	put(out, "mean_us", json_real(h->sum / (double)h->n / 1000));
	for (q = quantiles; q < quantiles + NQUANTILES; q++)
		put(out, q->key, h->n < q->least ? json_null() :
		    us(hdr_quantile(h, q->per_mille)));
	put(out, "max_us", us(h->max));
	put(out, "min_ns", json_integer((json_int_t)h->min));
	put(out, "max_ns", json_integer((json_int_t)h->max));
	put(out, "buckets_ns", buckets(h));
	return out;
}

static json_t *
rows(const struct result *r)
{
	json_t *out = must(json_array());
	int i, k, m;

	for (i = 0; i < OP_COUNT; i++)
		for (k = 0; k < STAGE_COUNT; k++)
			for (m = 0; m < SINCE_COUNT; m++)
				if (r->rows[i][k][m] != NULL)
					append(out, row(r->rows[i][k][m], i, k,
					    m));
	return out;
}

int
result_write_json(const struct result *r, const char *path,
    struct uvnf_error *e)
{
	json_t *out = must(json_object());
	FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
	int bad;

	put(out, "format", json_integer(FORMAT));
	put(out, "settings", settings(r));
	put(out, "operations", json_integer((json_int_t)r->operations));
	put(out, "seconds", json_real(r->seconds));
	put(out, "per_second", json_real(result_rate(r)));
	put(out, "substituted", json_integer((json_int_t)r->substituted));
	put(out, "interrupted", json_boolean(r->interrupted));
	put(out, "cut_short", json_boolean(r->cut_short));
	put(out, "sources", sources(r));
	put(out, "errors", errors(r));
	put(out, "rows", rows(r));
	bad = f == NULL || json_dumpf(out, f, JSON_COMPACT) < 0 ||
	    fputc('\n', f) == EOF || fflush(f) == EOF;
	if (f != NULL && f != stdout && fclose(f) == EOF)
		bad = 1;
	json_decref(out);
	return !bad ? 0 : uvnf_error_set(e, UVNF_E_SYSTEM,
	    "cannot write '%s': %s", path, strerror(errno));
}

/* --- reading ------------------------------------------------------------- */

static int
count_of(const json_t *j, uint64_t max, uint64_t *out)
{
	json_int_t n = json_integer_value(j);

	if (!json_is_integer(j) || n < 0 || (uint64_t)n > max)
		return -1;
	*out = (uint64_t)n;
	return 0;
}

static int
read_name(const json_t *j, const char *key, const char *const *names,
    int count)
{
	const char *name = json_string_value(json_object_get(j, key));

	return name != NULL ? name_index(names, count, name) : -1;
}

/* No run measures more: a million a second for a day. */
#define VALUES_MAX UINT64_C(100000000000)

static int
read_buckets(struct hdr *h, const json_t *j)
{
	uint64_t low, n, min, max;
	const json_t *pair;
	size_t i;

	json_array_foreach(json_object_get(j, "buckets_ns"), i, pair) {
		if (count_of(json_array_get(pair, 0), HDR_VALUE_MAX,
		    &low) < 0 ||
		    count_of(json_array_get(pair, 1), VALUES_MAX, &n) < 0 ||
		    h->n + n > VALUES_MAX)
			return -1;
		hdr_record_n(h, low, n);
	}
	if (count_of(json_object_get(j, "min_ns"), HDR_VALUE_MAX, &min) < 0 ||
	    count_of(json_object_get(j, "max_ns"), HDR_VALUE_MAX, &max) < 0 ||
	    h->n == 0 || min < h->min || max < h->max || min > max)
		return -1;
	h->min = min;
	h->max = max;
	return 0;
}

static int
read_row(struct result *r, const json_t *j)
{
	int op = read_name(j, "op", op_names, OP_COUNT);
	int stage = read_name(j, "stage", stage_names, STAGE_COUNT);
	int since = read_name(j, "since", since_names, SINCE_COUNT);
	struct hdr **row;

	if (op < 0 || stage < 0 || since < 0)
		return -1;
	row = &r->rows[op][stage][since];
	if (*row != NULL)
		return -1;
	*row = xcalloc(1, sizeof(**row));
	return read_buckets(*row, j);
}

/* Only those that this program itself would write are taken over. */
static const char *const known_settings[] = { "version", "backend",
	"daemon_version", "template", "loop", "clients", "connections", "rate",
	"mix", "wait", "destroy_wait", "ready", "source", "config_bytes",
	"set", "population", "warm_up", "seed", "planned", "duration_ms",
	"timeout_ms", "expect" };

static void
read_settings(struct result *r, const json_t *j)
{
	const json_t *value;
	size_t i;

	for (i = 0; i < sizeof(known_settings) / sizeof(known_settings[0]);
	    i++) {
		value = json_object_get(j, known_settings[i]);
		if (json_is_string(value))
			result_set_given(r, known_settings[i],
			    json_string_value(value));
		else if (json_is_number(value))
			result_set_number(r, known_settings[i],
			    json_number_value(value));
	}
}

/* What a comparison warns of: an end before time, failures, other shells. */
static int
read_outcome(struct result *r, const json_t *j)
{
	const json_t *list = json_object_get(j, "errors"), *one;
	const json_t *from = json_object_get(j, "sources");
	struct result_error *x;
	size_t i;
	int op;

	r->interrupted = json_is_true(json_object_get(j, "interrupted"));
	r->cut_short = json_is_true(json_object_get(j, "cut_short"));
	for (i = 0; i < SOURCE_COUNT && json_is_object(from); i++)
		if (count_of(json_object_get(from, source_names[i]),
		    INT64_MAX, &r->sources[i]) < 0)
			return -1;
	json_array_foreach(list, i, one) {
		op = read_name(one, "op", op_names, OP_COUNT);
		if (op < 0 || !json_is_string(json_object_get(one, "code")) ||
		    r->nerrors == ERRORS_MAX)
			return -1;
		x = &r->errors[r->nerrors++];
		x->op = (enum op)op;
		x->expected = json_is_true(json_object_get(one, "expected"));
		result_escape(x->code, sizeof(x->code),
		    json_string_value(json_object_get(one, "code")));
		if (count_of(json_object_get(one, "count"), INT64_MAX,
		    &x->count) < 0)
			return -1;
	}
	return 0;
}

static int
read_all(struct result *r, const json_t *j, const char *path,
    struct uvnf_error *e)
{
	const json_t *list = json_object_get(j, "rows"), *one;
	size_t i;

	if (json_integer_value(json_object_get(j, "format")) != FORMAT ||
	    !json_is_array(list))
		return uvnf_error_set(e, UVNF_E_USAGE, "'%s' is no result of "
		    "uvnf-bench --json in format %d", path, FORMAT);
	read_settings(r, json_object_get(j, "settings"));
	if (read_outcome(r, j) < 0)
		return uvnf_error_set(e, UVNF_E_USAGE, "'%s': its sources or "
		    "errors are damaged", path);
	json_array_foreach(list, i, one)
		if (read_row(r, one) < 0)
			return uvnf_error_set(e, UVNF_E_USAGE, "'%s': row %zu "
			    "(from 0) is damaged", path, i);
	return 0;
}

int
result_read_json(struct result *r, const char *path, struct uvnf_error *e)
{
	FILE *f = fopen(path, "r");
	json_error_t je;
	json_t *j;
	int rc;

	if (f == NULL)
		return uvnf_error_set(e, UVNF_E_USAGE, "cannot read '%s': %s",
		    path, strerror(errno));
	j = json_loadf(f, JSON_REJECT_DUPLICATES, &je);
	fclose(f);
	if (j == NULL)
		return uvnf_error_set(e, UVNF_E_USAGE, "'%s', line %d: %s",
		    path, je.line, je.text);
	rc = read_all(r, j, path, e);
	json_decref(j);
	return rc;
}
