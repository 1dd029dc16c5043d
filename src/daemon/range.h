/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#ifndef UVNF_RANGE_H
#define UVNF_RANGE_H

#include <stdbool.h>
#include <stdint.h>

/* Parameters of which every VNF has a value of its own. */

#define RANGE_VALUES_MAX 65536
#define RANGE_TEXT_MAX 32	/* "255.255.255.254-255.255.255.255" */

/* From first to last, both in it.  Zeroed memory is no range. */
struct range {
	bool given;
	bool ipv4;			/* addresses (host order), or numbers */
	uint32_t first, last;
};

/*
 * "10.0.0.1-10.0.0.9" or "1-9"; 0, or -1: not two addresses or two numbers,
 * the last before the first, or more than RANGE_VALUES_MAX.
 */
int range_parse(const char *text, struct range *r);

/* Text forms; buf is returned. */
char *range_format(const struct range *r, char buf[RANGE_TEXT_MAX]);

/*
 * The next value of param's that is not in use, in turn, as text; 0, or -1
 * when all are.  It is in use only from value_use on.
 */
int range_next(const struct range *r, const char *param,
    char buf[RANGE_TEXT_MAX]);

/*
 * Which values the domains there are have; one may be in use several times.
 * Each value_use is ended by one value_unuse.
 */
void value_use(const char *param, const char *value);
void value_unuse(const char *param, const char *value);
bool value_used(const char *param, const char *value);

#endif
