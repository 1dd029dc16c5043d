/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* The option --vif of create. */

#include <stdlib.h>
#include <string.h>

#include "common/util.h"
#include "ctl/ctl.h"

static int
add_vif(const char *option, struct words *made, const struct command *cmd)
{
	const char *s = strchr(option, ','), *end;
	size_t digits = s != NULL ? (size_t)(s - option) : 0;

	if (digits == 0 || digits > 2 ||
	    strspn(option, "0123456789") != digits)
		return ctl_usage(cmd, "--vif takes N,KEY=VALUE with a vif's "
		    "number first, not '%s'", option);
	for (; *s == ','; s = end) {
		end = s + 1 + strcspn(s + 1, ",");
		if (memchr(s, '=', (size_t)(end - s)) == NULL)
			return ctl_usage(cmd, "--vif %s: there is no KEY=VALUE "
			    "behind a comma", option);
		if (made->n == WORDS_MADE_MAX)
			return ctl_usage(cmd, "--vif has more than %d "
			    "KEY=VALUE in all", WORDS_MADE_MAX);
		made->words[made->n++] = xasprintf("vifs.%.*s.%.*s",
		    (int)digits, option, (int)(end - s - 1), s + 1);
	}
	return 0;
}

int
vif_words(const struct args *a, struct words *made)
{
	int status = 0;
	unsigned i;

	if (a->nvifs > VIFS_MAX)
		return ctl_usage(a->cmd, "--vif is given more than %d times",
		    VIFS_MAX);
	for (i = 0; i < a->nvifs && status == 0; i++)
		status = add_vif(a->vifs[i], made, a->cmd);
	return status;
}

void
words_free(struct words *w)
{
	while (w->n > 0)
		free(w->words[--w->n]);
}
