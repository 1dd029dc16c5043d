/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_BENCH_OPTIONS_H
#define UVNF_BENCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

/* What an operation may be; cycle is a create, then the VNF's destroy. */
enum kind { KIND_CYCLE, KIND_CREATE, KIND_CONFIG, KIND_DESTROY, KIND_COUNT };

extern const char *const kind_names[KIND_COUNT];

#define CLIENTS_MAX 4096
#define SETS_MAX 16			/* no template has more parameters */

struct options {
	const char *socket;		/* NULL: the library's default */
	unsigned timeout_ms;
	const char *template;
	char *config;			/* NULL: the template's own */
	size_t config_len;
	char *sets[SETS_MAX];		/* "set.KEY=VALUE" */
	unsigned nsets;
	uint64_t weights[KIND_COUNT];	/* their sum is above 0 */
	const char *mix;		/* the same as it was given */
	const char *wait;		/* of create and config; NULL */
	const char *destroy_wait;	/* "name" or "freed" */
	bool ready;			/* wait for ready by event, too */
	uint64_t clients;		/* closed loop; 0: open loop */
	double rate;
	uint64_t connections;
	uint64_t operations;		/* 0: for duration_ms */
	uint64_t duration_ms;		/* 0: operations */
	uint64_t warm_up;
	uint64_t population;
	uint64_t seed;
	const char *source;		/* NULL: any */
	const char *prefix;
	const char *expect;		/* codes with commas, or NULL */
	const char *json, *plot;	/* paths, or NULL */
	const char *compare;		/* the first file, or NULL */
	const char *compare_with;
};

/* stderr's one line "uvnf-bench: CODE: sentence"; returns the status. */
int bench_fail(const char *word, const char *text, int status);

/*
 * -1, or the exit status: help was asked for, or something is wrong, which
 * was said.  options_free is due in either case.
 */
int options_parse(struct options *o, int argc, char **argv);
void options_free(struct options *o);

#endif
