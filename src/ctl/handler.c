/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The commands about handlers: read and write. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "ctl/ctl.h"

static void
json_read(const struct uvnf_data *d, void *arg)
{
	const struct args *a = arg;

	json_line_read(a->argv[0], a->argv[1], d);
}

static void
text_read(const struct uvnf_data *d, void *arg)
{
	const struct uvnf_field *f;
	size_t i;

	(void)arg;
	for (i = 0; (f = uvnf_data_at(d, i)) != NULL; i++) {
		if (strcmp(f->key, "value") != 0)
			continue;
		text_put(f->value, f->len, true);
		if (f->len == 0 || f->value[f->len - 1] != '\n')
			putchar('\n');
	}
}

int
cmd_read(struct ctl *c, const struct args *a)
{
	struct ctl_request r = { .words = { "read" }, .nwords = 1 };
	struct args copy = *a;
	int status;

	if (a->argc != 2)
		return ctl_usage(a->cmd,
		    "read needs a name and an ELEMENT.HANDLER");
	status = ctl_check_word("VNF", a->argv[0]);
	if (status == 0)
		status = ctl_check_word("handler", a->argv[1]);
	if (status != 0)
		return status;
	ctl_add_word(&r, a->argv[0]);
	ctl_add_word(&r, a->argv[1]);
	ctl_add_word(&r, c->timeout_arg);
	return ctl_ask(c, &r, json_read, text_read, &copy);
}

/* From standard input, without the line feed at its end. */
static int
read_value(char *buf, size_t size)
{
	ssize_t len = load_file("-", buf, size);

	if (len < 0)
		return ctl_fail(UVNF_E_USAGE, "cannot read standard input: %s",
		    strerror(errno));
	if (len > 0 && buf[len - 1] == '\n')
		len--;
	if (len > PROTO_VALUE_MAX)
		return ctl_fail(UVNF_E_TOO_BIG, "the value on standard input "
		    "is larger than %d bytes", PROTO_VALUE_MAX);
	if (memchr(buf, '\0', (size_t)len) != NULL)
		return ctl_fail(UVNF_E_BAD_REQUEST, "the value on standard "
		    "input has a NUL byte");
	buf[len] = '\0';
	return 0;
}

int
cmd_write(struct ctl *c, const struct args *a)
{
	char from_stdin[PROTO_VALUE_MAX + 2];
	struct ctl_request r = { .words = { "write" }, .nwords = 1 };
	const char *value = NULL;
	char *word = NULL;
	int status;

	if (a->argc < 2 || a->argc > 3)
		return ctl_usage(a->cmd, "write needs a name, an "
		    "ELEMENT.HANDLER and perhaps a value");
	status = ctl_check_word("VNF", a->argv[0]);
	if (status == 0)
		status = ctl_check_word("handler", a->argv[1]);
	if (a->argc == 3)
		value = a->argv[2];
	if (status == 0 && value != NULL && strcmp(value, "-") == 0) {
		value = from_stdin;
		status = read_value(from_stdin, sizeof(from_stdin));
	}
	if (status != 0)
		return status;
	ctl_add_word(&r, a->argv[0]);
	ctl_add_word(&r, a->argv[1]);
	if (value != NULL)
		ctl_add_word(&r, word = xasprintf("value=%s", value));
	ctl_add_word(&r, c->timeout_arg);
	status = ctl_ask(c, &r, NULL, NULL, NULL);
	free(word);
	if (status == 0 && c->json)
		json_line_written(a->argv[0], a->argv[1],
		    value != NULL ? value : "true");
	return status;
}
