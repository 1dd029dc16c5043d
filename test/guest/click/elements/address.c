/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../lib.h"
#include "../text.h"
#include "address.h"

/* A number of at most three digits; NULL, or what follows it. */
static const char *
parse_byte(const char *s, unsigned int max, unsigned int *value)
{
	int digits = 0;

	for (*value = 0; text_is_digit(*s) && digits < 3; s++, digits++)
		*value = *value * 10 + *s - '0';
	return digits > 0 && *value <= max ? s : NULL;
}

/* At least so many parts of an address; NULL, or what follows them. */
static const char *
parse_parts(const char *s, int least, uint32_t *address)
{
	unsigned int part;
	int i;

	*address = 0;
	for (i = 0; i < 4 && (i < least || *s == '.'); i++) {
		if (i > 0 && *s++ != '.')
			return NULL;
		if ((s = parse_byte(s, 255, &part)) == NULL)
			return NULL;
		*address |= part << (24 - 8 * i);
	}
	return s;
}

int
address_host(const char *s, uint32_t *address)
{
	s = parse_parts(s, 4, address);
	return s != NULL && *s == '\0' ? 0 : -1;
}

int
address_prefix(const char *s, uint32_t *address, uint32_t *mask, int bare)
{
	const char *slash = strchr(s, '/');
	unsigned int bits;

	*mask = 0xffffffff;
	if (slash == NULL)
		return bare ? address_host(s, address) : -1;
	if (parse_parts(s, 1, address) != slash)
		return -1;
	if (strchr(slash, '.') != NULL) {
		if (address_host(slash + 1, mask) < 0)
			return -1;
	} else {
		s = parse_byte(slash + 1, 32, &bits);
		if (s == NULL || *s != '\0')
			return -1;
		*mask = bits == 0 ? 0 : 0xffffffffu << (32 - bits);
	}
	*address &= *mask;
	return 0;
}
