/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/err.h"

int
uvnf_error_set(struct uvnf_error *e, enum uvnf_code code, const char *fmt, ...)
{
	va_list ap;

	if (e != NULL) {
		e->code = code;
		va_start(ap, fmt);
		vsnprintf(e->text, sizeof(e->text), fmt, ap);
		va_end(ap);
	}
	return -(int)code;
}

void
uvnf_error_prefix(struct uvnf_error *e, const char *fmt, ...)
{
	char old[UVNF_ERROR_TEXT_MAX];
	va_list ap;
	size_t len;

	if (e == NULL)
		return;
	memcpy(old, e->text, sizeof(old));
	old[sizeof(old) - 1] = '\0';
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	len = strlen(e->text);
	snprintf(e->text + len, sizeof(e->text) - len, ": %s", old);
}

/* No default label: the compiler then reports a code that was forgotten. */
const char *
uvnf_code_word(enum uvnf_code code)
{
	switch (code) {
	case UVNF_OK: return "ok";
	case UVNF_E_BAD_REQUEST: return "bad-request";
	case UVNF_E_DENIED: return "denied";
	case UVNF_E_QUOTA: return "quota";
	case UVNF_E_BAD_NAME: return "bad-name";
	case UVNF_E_BAD_CONFIG: return "bad-config";
	case UVNF_E_BAD_STATE: return "bad-state";
	case UVNF_E_TOO_BIG: return "too-big";
	case UVNF_E_NO_TEMPLATE: return "no-template";
	case UVNF_E_NO_VNF: return "no-vnf";
	case UVNF_E_NAME_TAKEN: return "name-taken";
	case UVNF_E_BUSY: return "busy";
	case UVNF_E_NO_MEMORY: return "no-memory";
	case UVNF_E_RANGE_EXHAUSTED: return "range-exhausted";
	case UVNF_E_BUILD_FAILED: return "build-failed";
	case UVNF_E_ROUTER_FAILED: return "router-failed";
	case UVNF_E_GUEST_DEAD: return "guest-dead";
	case UVNF_E_DESTROYED: return "destroyed";
	case UVNF_E_TIMEOUT: return "timeout";
	case UVNF_E_STOPPING: return "stopping";
	case UVNF_E_SYSTEM: return "system";
	case UVNF_E_NO_DAEMON: return "no-daemon";
	case UVNF_E_PROTOCOL: return "protocol";
	case UVNF_E_USAGE: return "usage";
	case UVNF_E_CANCELLED: return "cancelled";
	case UVNF_E_COUNT: break;
	}
	return "system";
}

int
uvnf_code_from_word(const char *word)
{
	int i;

	for (i = UVNF_OK; i < UVNF_E_COUNT; i++)
		if (strcmp(word, uvnf_code_word((enum uvnf_code)i)) == 0)
			return i;
	return -1;
}

int
uvnf_code_exit_status(enum uvnf_code code)
{
	switch (code) {
	case UVNF_OK:
		return 0;
	case UVNF_E_USAGE:
		return 2;
	case UVNF_E_NO_DAEMON:
		return 3;
	case UVNF_E_TIMEOUT:
		return 4;
	case UVNF_E_BAD_REQUEST:
	case UVNF_E_DENIED:
	case UVNF_E_QUOTA:
	case UVNF_E_BAD_NAME:
	case UVNF_E_BAD_CONFIG:
	case UVNF_E_BAD_STATE:
	case UVNF_E_TOO_BIG:
	case UVNF_E_NO_TEMPLATE:
	case UVNF_E_NO_VNF:
	case UVNF_E_NAME_TAKEN:
	case UVNF_E_BUSY:
	case UVNF_E_NO_MEMORY:
	case UVNF_E_RANGE_EXHAUSTED:
	case UVNF_E_BUILD_FAILED:
	case UVNF_E_ROUTER_FAILED:
	case UVNF_E_GUEST_DEAD:
	case UVNF_E_DESTROYED:
	case UVNF_E_STOPPING:
	case UVNF_E_SYSTEM:
	case UVNF_E_PROTOCOL:
	case UVNF_E_CANCELLED:
	case UVNF_E_COUNT:
		break;
	}
	return 1;
}
