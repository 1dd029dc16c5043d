/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/*
 * The command tables, error codes and limits against uvnf-protocol(7): what
 * the daemon knows stands there, and what stands there it knows.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "common/proto.h"
#include "daemon/click.h"
#include "daemon/command.h"
#include "daemon/listener.h"
#include "daemon/vnf.h"

static char *page;

static int
read_page(void **state)
{
	const char *dir = getenv("UVNF_SRCDIR");
	char path[4096];
	size_t n;
	FILE *in;

	(void)state;
	snprintf(path, sizeof(path), "%s/man/uvnf-protocol.7",
	    dir != NULL ? dir : ".");
	if ((in = fopen(path, "r")) == NULL)
		return -1;
	page = calloc(1, 1024 * 1024);
	n = fread(page, 1, 1024 * 1024 - 1, in);
	fclose(in);
	return page != NULL && n > 1000 ? 0 : -1;
}

static int
free_page(void **state)
{
	(void)state;
	free(page);
	return 0;
}

/* The page's next line behind `at` (NULL: its first) that begins so. */
static const char *
line_after(const char *at, const char *begins)
{
	char wanted[128];

	snprintf(wanted, sizeof(wanted), "\n%s", begins);
	at = strstr(at != NULL ? at : page, wanted);
	return at != NULL ? at + 1 : NULL;
}

static bool
line_has(const char *line, const char *word)
{
	const char *found = strstr(line, word);

	return found != NULL && found < strchr(line, '\n');
}

/* Does one of the verb's own lines name the key? */
static bool
verb_has_key(const char *verb, const char *key)
{
	char begins[64], wanted[64];
	const char *line = NULL;

	snprintf(begins, sizeof(begins), ".It Cm %s", verb);
	/* A key that ends with a dot is the beginning of many. */
	snprintf(wanted, sizeof(wanted), "Cm %s%s", key,
	    key[strlen(key) - 1] == '.' ? "" : "=");
	while ((line = line_after(line, begins)) != NULL) {
		char end = line[strlen(begins)];

		if ((end == ' ' || end == '\n') && line_has(line, wanted))
			return true;
	}
	return false;
}

static bool
page_has_verb(const char *verb)
{
	char begins[64];
	const char *line = NULL;

	snprintf(begins, sizeof(begins), ".It Cm %s", verb);
	while ((line = line_after(line, begins)) != NULL) {
		if (line[strlen(begins)] == ' ' ||
		    line[strlen(begins)] == '\n')
			return true;
	}
	return false;
}

static void
test_verbs(void **state)
{
	const struct command *c;
	unsigned i, k, verbs = 0;

	(void)state;
	for (i = 0; command_groups[i] != NULL; i++) {
		for (c = command_groups[i]; c->verb != NULL; c++) {
			verbs++;
			if (!page_has_verb(c->verb))
				fail_msg("no verb %s in the page", c->verb);
			for (k = 0; k < COMMAND_KEYS_MAX &&
			    c->keys[k] != NULL; k++)
				if (!verb_has_key(c->verb, c->keys[k]))
					fail_msg("the page's %s lacks %s=",
					    c->verb, c->keys[k]);
		}
	}
	assert_true(verbs > 10);
}

/* Is the word in the first column of a row that ends so? */
static bool
page_has_level(const char *verb, enum access_level level, bool own)
{
	const char *line = NULL;
	char word[64], wanted[64];

	snprintf(wanted, sizeof(wanted), " Ta %s Ta %s\n",
	    access_level_word(level), own ? "own" : "\\&");
	while ((line = line_after(line, ".It Li ")) != NULL) {
		/* Each stands between a space or comma and another. */
		snprintf(word, sizeof(word), " %s ", verb);
		if (strstr(line, wanted) + strlen(wanted) - 1 ==
		    strchr(line, '\n') && line_has(line, word))
			return true;
	}
	return false;
}

static void
test_levels(void **state)
{
	const struct command *c;
	unsigned i;
	bool own;

	(void)state;
	for (i = 0; command_groups[i] != NULL; i++) {
		for (c = command_groups[i]; c->verb != NULL; c++) {
			/* Bridges, which are no VNFs, see to it themselves. */
			own = (c->flags & COMMAND_OWN) != 0 ||
			    strncmp(c->verb, "bridge ", 7) == 0;
			if (!page_has_level(c->verb, c->level, own))
				fail_msg("the page does not say that %s needs "
				    "the level %s%s", c->verb,
				    access_level_word(c->level),
				    own ? ", own" : "");
		}
	}
}

static bool
is_verb(const char *word)
{
	const struct command *c;
	unsigned i;

	for (i = 0; command_groups[i] != NULL; i++) {
		for (c = command_groups[i]; c->verb != NULL; c++)
			if (strcmp(c->verb, word) == 0)
				return true;
	}
	return false;
}

/* The outermost items of the section VERBS are verbs. */
static void
test_no_other_verbs(void **state)
{
	const char *line = line_after(NULL, ".Sh VERBS");
	unsigned depth = 0, verbs = 0;
	char word[64];

	(void)state;
	assert_non_null(line);
	while ((line = strchr(line, '\n')) != NULL && *++line != '\0' &&
	    strncmp(line, ".Ss", 3) != 0 && strncmp(line, ".Sh", 3) != 0) {
		if (strncmp(line, ".Bl", 3) == 0)
			depth++;
		else if (strncmp(line, ".El", 3) == 0)
			depth--;
		else if (depth == 1 &&
		    sscanf(line, ".It Cm %63s", word) == 1) {
			verbs++;
			if (!is_verb(word))
				fail_msg("the page's verb %s is none", word);
		}
	}
	assert_true(verbs > 10);
}

/* Those of the client's own stand below the table, with their statuses. */
static void
test_codes(void **state)
{
	char row[96], alone[96];
	int i;

	(void)state;
	for (i = UVNF_OK + 1; i < UVNF_E_COUNT; i++) {
		const char *word = uvnf_code_word((enum uvnf_code)i);
		int status = uvnf_code_exit_status((enum uvnf_code)i);

		snprintf(row, sizeof(row), "\n.It Cm %s Ta %d Ta ", word,
		    status);
		snprintf(alone, sizeof(alone), "\n.Cm %s\n.Pq %d", word,
		    status);
		if (strstr(page, row) == NULL && strstr(page, alone) == NULL)
			fail_msg("no code %s with status %d in the page",
			    word, status);
	}
}

static void
test_limits(void **state)
{
	static const struct {
		const char *what;
		long value;
	} limits[] = {
		{ "a request line", PROTO_LINE_MAX },
		{ "words in a request", PROTO_WORDS_MAX },
		{ "a tag", PROTO_TAG_MAX },
		{ "a name of a VNF", VNF_NAME_MAX },
		{ "a Click configuration", CLICK_CONFIG_MAX },
		{ "a handler's name", PROTO_HANDLER_MAX },
		{ "a value for a handler", PROTO_VALUE_MAX },
		{ "tagged requests under way", PROTO_PIPELINE_MAX },
		{ "connections Ta", LISTENER_CLIENTS_MAX },
		{ "connections of a user Ta", QUOTA_CONNECTIONS_DEFAULT },
		{ "bridges that a user made Ta", QUOTA_BRIDGES_DEFAULT },
		{ "things followed by a user Ta", QUOTA_FOLLOWS_DEFAULT },
		{ "time limits", PROTO_TIMEOUT_MS_MAX },
	};
	char begins[96], value[32];
	const char *line;
	size_t i;

	(void)state;
	assert_int_equal(PROTO_CONFIG_MAX, CLICK_CONFIG_MAX);
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		snprintf(begins, sizeof(begins), ".It %s", limits[i].what);
		snprintf(value, sizeof(value), " %ld", limits[i].value);
		line = line_after(NULL, begins);
		if (line == NULL || !line_has(line, value))
			fail_msg("the page does not limit %s to%s",
			    limits[i].what, value);
	}
}

static void
test_states(void **state)
{
	const char *list = strstr(page, "\n.It Cm state\n");
	char row[64];
	int i;

	(void)state;
	assert_non_null(list);
	for (i = VNF_NONE + 1; i < VNF_STATE_COUNT; i++) {
		snprintf(row, sizeof(row), "\n.It Cm %s\n",
		    vnf_state_word((enum vnf_state)i));
		if (strstr(list, row) == NULL)
			fail_msg("no state %s in the page",
			    vnf_state_word((enum vnf_state)i));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verbs),
		cmocka_unit_test(test_no_other_verbs),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_states),
	};

	return cmocka_run_group_tests(tests, read_page, free_page);
}
