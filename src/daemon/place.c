/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdio.h>
#include <string.h>

#include "common/util.h"
#include "daemon/place.h"

/* By plug; no name of a bridge has a colon. */
static const char *const prefixes[] = {
	[PLUG_BRIDGE] = "",
	[PLUG_OVS] = "ovs:",
	[PLUG_NONE] = "none:",
};

/* Of a name with a '%' the kernel makes another one, br0 of br%d. */
bool
bridge_name_valid(const char *s)
{
	size_t i;

	for (i = 0; s[i] != '\0'; i++)
		if (i >= BRIDGE_NAME_MAX || s[i] <= ' ' || s[i] > '~' ||
		    s[i] == '/' || s[i] == ':' || s[i] == '%')
			return false;
	return i > 0 && strcmp(s, ".") != 0 && strcmp(s, "..") != 0;
}

bool
place_equal(const struct place *a, const struct place *b)
{
	return a->plug == b->plug && a->mtu == b->mtu &&
	    strcmp(a->name, b->name) == 0;
}

char *
place_format(const struct place *p, char *buf)
{
	int n = snprintf(buf, PLACE_TEXT_MAX, "%s%s", prefixes[p->plug],
	    p->name);

	if (p->mtu != 0)
		snprintf(buf + n, PLACE_TEXT_MAX - (size_t)n, "/%u", p->mtu);
	return buf;
}

static enum plug
plug_of(const char **text)
{
	static const enum plug prefixed[] = { PLUG_OVS, PLUG_NONE };
	size_t i, n;

	for (i = 0; i < sizeof(prefixed) / sizeof(prefixed[0]); i++) {
		n = strlen(prefixes[prefixed[i]]);
		if (strncmp(*text, prefixes[prefixed[i]], n) == 0) {
			*text += n;
			return prefixed[i];
		}
	}
	return PLUG_BRIDGE;
}

int
place_parse(const char *text, struct place *p)
{
	uint64_t mtu = 0;
	size_t len;

	p->plug = plug_of(&text);
	len = strcspn(text, "/");
	if (text[len] == '/' &&
	    parse_uint(text + len + 1, MTU_MIN, MTU_MAX, &mtu) != 0)
		return -1;
	if (len > BRIDGE_NAME_MAX)
		return -1;
	memcpy(p->name, text, len);
	p->name[len] = '\0';
	p->mtu = (unsigned)mtu;
	if (p->plug == PLUG_NONE)
		return len == 0 ? 0 : -1;
	return bridge_name_valid(p->name) ? 0 : -1;
}
