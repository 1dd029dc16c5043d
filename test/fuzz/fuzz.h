/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_FUZZ_H
#define UVNF_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

/*
 * Each fuzz_TARGET.c has these two.  The target looks at one input, and ends
 * the program when what must hold for all of them does not.  It is linked
 * with replay.c, which goes through the files of corpus/TARGET, or, as
 * configured with --enable-fuzzers, with libFuzzer.
 */
extern const char fuzz_target[];
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Holds for every input, or there is a bug. */
#define REQUIRE(what) \
	((what) ? (void)0 : fuzz_failed(__FILE__, __LINE__, #what))
void fuzz_failed(const char *file, int line, const char *what)
    __attribute__((noreturn));

/* Both texts, which may be NULL, are the same. */
bool fuzz_same(const char *a, const char *b);

/* A function failed as it should: with this code, and a sentence. */
void fuzz_require_error(int rc, const struct uvnf_error *e);

/* Logs nothing from now on: a damaged input is no news. */
void fuzz_quiet(void);

/* A line without its line feed. */
struct fuzz_line {
	const char *text;		/* no NUL behind it */
	size_t len;
};

/* The lines of an input, one by one; false behind the last. */
struct fuzz_input {
	const char *at, *end;
};
bool fuzz_next_line(struct fuzz_input *in, struct fuzz_line *line);

/* Numbers that look random and are the same for the same seed. */
struct fuzz_random {
	uint32_t state;
};
unsigned fuzz_random(struct fuzz_random *r, unsigned below);

/*
 * A file in a folder that lives as long as the process does; its path.  There
 * is one of each name.
 */
const char *fuzz_file(const char *name, const void *data, size_t size);

#endif
