/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <assert.h>
#include <string.h>

#include "daemon/xen/spec.h"

/* The strings that a build needs; each may be NULL. */
static const size_t strings[] = {
	offsetof(struct template, name),
	offsetof(struct template, kernel),
	offsetof(struct template, vifs[0].script),
	offsetof(struct template, vifs[1].script),
	offsetof(struct template, vifs[2].script),
	offsetof(struct template, vifs[3].script),
	offsetof(struct template, vifs[4].script),
	offsetof(struct template, vifs[5].script),
	offsetof(struct template, vifs[6].script),
	offsetof(struct template, vifs[7].script),
	offsetof(struct template, ramdisk),
	offsetof(struct template, cmdline),
	offsetof(struct template, affinity),
};

#define NSTRINGS (sizeof(strings) / sizeof(strings[0]))

_Static_assert(NSTRINGS == 5 + TEMPLATE_VIFS_MAX, "a script for each vif");

static char **
string_of(struct template *t, size_t i)
{
	return (char **)(void *)((char *)t + strings[i]);
}

/* Behind the struct, each string: "+TEXT" and a NUL, or the NUL alone. */
size_t
spec_pack(const struct template *t, char *buf)
{
	struct template copy = *t;
	size_t i, n, len = sizeof(copy);
	const char *s;

	memcpy(buf, &copy, sizeof(copy));
	for (i = 0; i < NSTRINGS; i++) {
		s = *string_of(&copy, i);
		if (s != NULL) {
			n = strlen(s);
			assert(len + n + 2 < SPEC_MAX);	/* config.c's limits */
			buf[len++] = '+';
			memcpy(buf + len, s, n);
			len += n;
		}
		buf[len++] = '\0';
	}
	return len;
}

static void
drop_pointers(struct template *t)
{
	t->config = t->ahead = t->config_path = NULL;
	t->ready_element = t->ready_handler = t->ready_text = NULL;
	memset(&t->params, 0, sizeof(t->params));
}

int
spec_unpack(struct template *t, char *buf, size_t len)
{
	char *s = buf + sizeof(*t), *nul;
	size_t i;

	if (len < sizeof(*t))
		return -1;
	memcpy(t, buf, sizeof(*t));
	drop_pointers(t);
	for (i = 0; i < NSTRINGS; i++) {
		nul = memchr(s, '\0', (size_t)(buf + len - s));
		if (nul == NULL)
			return -1;
		*string_of(t, i) = s[0] == '+' ? s + 1 : NULL;
		s = nul + 1;
	}
	return 0;
}
