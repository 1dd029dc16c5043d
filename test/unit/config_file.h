/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* A configuration file of a test's own, and whether it is taken. */

#ifndef UVNF_TEST_CONFIG_FILE_H
#define UVNF_TEST_CONFIG_FILE_H

#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/util.h"
#include "daemon/config.h"

/* A template that needs its rest, in the indentation of its keys. */
#define WEB "templates:\n  web:\n    kernel: /k\n"

struct refused {
	const char *text;
	const char *sentence;	/* behind FILE: */
};

static char folder[64];
static char *file, *click;

static void
write_file(const char *path, const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static int
setup(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/uvnf-test-config-%c%c%c%c%c%c",
	    'X', 'X', 'X', 'X', 'X', 'X');
	if (mkdtemp(folder) == NULL)
		return -1;
	file = xasprintf("%s/uvnf.yaml", folder);
	click = xasprintf("%s/a.click", folder);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(file);
	unlink(click);
	free(file);
	free(click);
	return rmdir(folder);
}

static struct config *
accept_bytes(const char *text, size_t len)
{
	struct uvnf_error e = { .code = UVNF_OK };
	struct config *c;

	write_file(file, text, len);
	if ((c = config_read(file, &e)) == NULL)
		fail_msg("%s\nrefused: %s", text, e.text);
	return c;
}

static struct config *
accept(const char *text)
{
	return accept_bytes(text, strlen(text));
}

/*
 * Fails unless the error is the one, but for the file's name and for what
 * stands where the wanted one ends with "...".
 */
static void
check_error(const char *text, const struct uvnf_error *e, const char *wanted)
{
	size_t n = strlen(file), len = strlen(wanted);

	if (len > 3 && strcmp(wanted + len - 3, "...") == 0)
		len -= 3;
	else
		len++;

	assert_int_equal(e->code, UVNF_E_BAD_CONFIG);
	if (strncmp(e->text, file, n) != 0 || e->text[n] != ':' ||
	    strncmp(e->text + n + 1, wanted, len) != 0)
		fail_msg("%s\nsays   '%s'\nnot    '…%s'", text, e->text,
		    wanted);
}

static void
refuse_bytes(const char *text, size_t len, const char *sentence)
{
	struct uvnf_error e = { .code = UVNF_OK };

	write_file(file, text, len);
	if (config_read(file, &e) != NULL)
		fail_msg("%s\nis accepted", text);
	check_error(text, &e, sentence);
}

static void
refuse(const char *text, const char *sentence)
{
	refuse_bytes(text, strlen(text), sentence);
}

static void
refuse_all(const struct refused *r, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		refuse(r[i].text, r[i].sentence);
}

#define REFUSE_ALL(list) refuse_all(list, sizeof(list) / sizeof((list)[0]))

#endif
