/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * launch DIR COMMAND [ARGUMENT]...: makes VNFs in dom0 by all the ways that
 * there are, and says on stdout how long each took.  test/bench/dom0 runs it.
 *
 *	rounds N BATCH		all ways in turn
 *	known N BATCH		with and without the template's configuration
 *	few N			uvnfd's four, and xl
 *	curve COUNT N...	claims beside N VNFs that run
 *	paced PAIRS COUNT	claims beside a pool that fills, or does not
 *	fills N COUNT		pools that fill, and xl
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "common/util.h"
#include "rest.h"

#define ADDRESS "10.0.0.50"
#define CONFIG_MAX 4096

void
fatal(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "launch: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

int
failed(const struct launcher *how, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("failed\t%s\t%s\t%s\n", how->tool, how->source != NULL ?
	    how->source : "-", text);
	fflush(stdout);
	return -1;
}

static void
read_config(struct bench *b)
{
	char path[256];
	FILE *in;

	snprintf(path, sizeof(path), "%s/bench.click", b->dir);
	in = fopen(path, "r");
	if (in == NULL)
		fatal("%s: %s", path, strerror(errno));
	b->config = xmalloc(CONFIG_MAX);
	b->config_len = fread(b->config, 1, CONFIG_MAX, in);
	fclose(in);
	if (b->config_len == 0 || b->config_len == CONFIG_MAX)
		fatal("%s is empty, or too long", path);
}

static unsigned
number(const char *text)
{
	uint64_t n;

	if (parse_uint(text, 0, 100000, &n) != 0)
		fatal("no number: '%s'", text);
	return (unsigned)n;
}

int
main(int argc, char **argv)
{
	struct bench b = { 0 };
	unsigned first, second;

	if (argc < 4)
		fatal("usage: launch DIR rounds|known|few|curve|paced|"
		    "fills NUMBER...");
	b.dir = argv[1];
	read_config(&b);
	b.xs = xs_connect();
	b.dom = dom_open();
	b.prober = prober_open(ADDRESS);
	b.uvnf = daemon_open();
	rest_settle(&b);
	first = number(argv[3]);
	second = argc > 4 ? number(argv[4]) : 1;
	if (strcmp(argv[2], "rounds") == 0)
		rounds(&b, first, second);
	else if (strcmp(argv[2], "known") == 0)
		known(&b, first, second);
	else if (strcmp(argv[2], "few") == 0)
		few(&b, first);
	else if (strcmp(argv[2], "curve") == 0)
		curve(&b, first, (const char *const *)argv + 4);
	else if (strcmp(argv[2], "paced") == 0)
		paced(&b, first, second);
	else if (strcmp(argv[2], "fills") == 0)
		fills(&b, first, second);
	else
		fatal("no such command: %s", argv[2]);
	uvnf_close(b.uvnf);
	free(b.config);
	return 0;
}
