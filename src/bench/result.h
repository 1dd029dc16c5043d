/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_BENCH_RESULT_H
#define UVNF_BENCH_RESULT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/hdr.h"
#include "common/err.h"

/* What was measured, of what, and since when: uvnf-bench(1) explains them. */
enum op { OP_CREATE, OP_CONFIG, OP_DESTROY, OP_COUNT };
enum stage { STAGE_CLAIMED, STAGE_CONFIGURED, STAGE_STARTED, STAGE_READY,
	STAGE_DESTROYED, STAGE_COUNT };
enum since { SINCE_INTENDED, SINCE_SENT, SINCE_DAEMON, SINCE_COUNT };
enum source { SOURCE_ARMED, SOURCE_BOOTED, SOURCE_PAUSED, SOURCE_COLD,
	SOURCE_COUNT };

extern const char *const op_names[OP_COUNT];
extern const char *const stage_names[STAGE_COUNT];
extern const char *const since_names[SINCE_COUNT];
extern const char *const source_names[SOURCE_COUNT];

/* The index of a name in one of the lists above, or -1. */
int name_index(const char *const *names, int count, const char *name);

/* Those that are told: 500 is the median. */
#define NQUANTILES 4
struct quantile {
	unsigned per_mille;
	const char *key;		/* "p99_us" */
	const char *title;		/* "p99" */
	uint64_t least;			/* so many values, or it is not told */
};

extern const struct quantile quantiles[NQUANTILES];

#define ERRORS_MAX 64

struct result_error {
	enum op op;
	char code[32];
	char text[256];			/* of the first, escaped */
	uint64_t count;
	bool expected;
};

/* Settings in the order in which they are told. */
#define SETTINGS_MAX 24

struct setting {
	const char *key;
	char *text;			/* or NULL: the number */
	double number;
};

struct result {
	struct setting settings[SETTINGS_MAX];
	unsigned nsettings;
	uint64_t operations;		/* measured ones that ended */
	uint64_t failed;		/* of these, with an error */
	uint64_t substituted;
	double seconds;
	uint64_t sources[SOURCE_COUNT];	/* of measured creates */
	bool interrupted;		/* by a signal */
	bool cut_short;			/* by what the program has told */
	struct result_error errors[ERRORS_MAX];
	unsigned nerrors;
	struct hdr *rows[OP_COUNT][STAGE_COUNT][SINCE_COUNT];	/* or NULL */
};

void result_free(struct result *r);
/* Operations a second that did not fail; 0 where no time has passed. */
double result_rate(const struct result *r);
void result_set_text(struct result *r, const char *key, const char *text);
/* What anybody may have written: escaped, for a terminal and for JSON. */
void result_set_given(struct result *r, const char *key, const char *given);
void result_set_number(struct result *r, const char *key, double number);
const struct setting *result_setting(const struct result *r, const char *key);
void result_record(struct result *r, enum op op, enum stage stage,
    enum since since, uint64_t ns);
/* What anybody may have written, cut to size, for a terminal. */
void result_escape(char *out, size_t size, const char *text);
/* expected: a list of codes with commas, or NULL. */
void result_error(struct result *r, enum op op, const char *code,
    const char *text, const char *expected);
/* How many errors were not expected. */
uint64_t result_unexpected(const struct result *r);

/* The reports.  Paths: "-" is stdout.  0, or e says why not. */
void result_print(const struct result *r, FILE *out);
int result_write_json(const struct result *r, const char *path,
    struct uvnf_error *e);
int result_write_plot(const struct result *r, const char *path,
    struct uvnf_error *e);
/* A zeroed result becomes what a file has: settings, rows. */
int result_read_json(struct result *r, const char *path,
    struct uvnf_error *e);

/* Ratios of the quantiles that both have; 0, or e: nothing to compare. */
int result_compare(const struct result *a, const struct result *b, FILE *out,
    struct uvnf_error *e);

#endif
