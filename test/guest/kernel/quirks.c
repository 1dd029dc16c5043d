/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../click/lib.h"
#include "quirks.h"

#define QUIRK_NAME(id, name, text)	name,
static const char *const names[] = { QUIRKS(QUIRK_NAME) };

static const char *const enemies[ENEMY_COUNT] = {
	"", "crash", "spin", "block", "flood", "tree", "answers",
	"late"
};

static void
set_all(struct options *o, int on)
{
	unsigned int i;

	for (i = 0; i < QUIRK_COUNT; i++)
		o->quirk[i] = on;
}

/* If the word is key and then something, returns that, otherwise NULL. */
static const char *
after(const char *word, const char *key)
{
	size_t n = strlen(key);

	return strncmp(word, key, n) == 0 ? word + n : NULL;
}

static void
set_quirk(struct options *o, const char *setting)
{
	const char *value;
	unsigned int i;

	for (i = 0; i < QUIRK_COUNT; i++) {
		value = after(setting, names[i]);
		if (value != NULL && strcmp(value, "=off") == 0)
			o->quirk[i] = 0;
		else if (value != NULL && strcmp(value, "=on") == 0)
			o->quirk[i] = 1;
	}
}

static void
set_enemy(struct options *o, const char *word)
{
	unsigned int i;

	for (i = ENEMY_NONE + 1; i < ENEMY_COUNT; i++)
		if (strcmp(word, enemies[i]) == 0)
			o->enemy = i;
}

static void
parse_word(struct options *o, const char *word)
{
	const char *rest;

	if (strcmp(word, "quirks=none") == 0)
		set_all(o, 0);
	else if ((rest = after(word, "quirk.")) != NULL)
		set_quirk(o, rest);
	else if ((rest = after(word, "enemy=")) != NULL)
		set_enemy(o, rest);
	else if (strcmp(word, "spin") == 0)
		o->spin = 1;
	else if (strcmp(word, "layout=root") == 0)
		o->layout_root = 1;
	else if ((rest = after(word, "nowatch-delay=")) != NULL)
		for (; *rest >= '0' && *rest <= '9'; rest++)
			o->watch_delay_ms = o->watch_delay_ms * 10 +
			    *rest - '0';
}

void
options_parse(struct options *o, const char *line)
{
	char word[64];
	size_t n;

	memset(o, 0, sizeof(*o));
	set_all(o, 1);
	while (*line != '\0') {
		for (n = 0; line[n] != '\0' && line[n] != ' '; n++)
			if (n + 1 < sizeof(word))
				word[n] = line[n];
		word[n < sizeof(word) ? n : sizeof(word) - 1] = '\0';
		parse_word(o, word);
		line += n;
		line += *line == ' ';
	}
}
