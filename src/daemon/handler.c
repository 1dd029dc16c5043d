/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdbool.h>
#include <string.h>

#include "common/proto.h"
#include "daemon/handler.h"

#define HANDLER_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"0123456789_@/.-"

/* Of a path, a part that is "." or ".." says where, not what. */
static bool
has_dots(const char *path)
{
	size_t len;

	for (;; path += len + 1) {
		len = strcspn(path, "/");
		if (len > 0 && len <= 2 && strspn(path, ".") == len)
			return true;
		if (path[len] == '\0')
			return false;
	}
}

int
handler_split(char *text, char **element, char **handler,
    struct uvnf_error *e)
{
	char *dot = strrchr(text, '.');

	if (strlen(text) > PROTO_HANDLER_MAX)
		return uvnf_error_set(e, UVNF_E_TOO_BIG, "ELEMENT.HANDLER has "
		    "at most %d bytes", PROTO_HANDLER_MAX);
	if (text[strspn(text, HANDLER_CHARS)] != '\0')
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "'%.80s' has "
		    "characters that no element or handler has", text);
	if (dot == NULL || dot == text || dot[1] == '\0')
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST, "'%.80s' is not "
		    "ELEMENT.HANDLER; a global handler crashes ClickOS", text);
	*dot = '\0';
	*element = text;
	*handler = dot + 1;
	if (text[0] == '/' || dot[-1] == '/' || strstr(text, "//") != NULL ||
	    strchr(*handler, '/') != NULL || has_dots(*element))
		return uvnf_error_set(e, UVNF_E_BAD_REQUEST,
		    "misplaced '/' or '.' in the element '%.80s'", text);
	return 0;
}
