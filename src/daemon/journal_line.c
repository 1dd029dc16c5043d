/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* A line of the journal from a format. */

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <zlib.h>

#include "common/util.h"
#include "daemon/journal_impl.h"

/* What the conversion at *fmt stands for, and *fmt goes behind it. */
static const char *
convert(const char **fmt, va_list *ap, char number[UINT_TEXT_LEN + 2])
{
	int n;

	switch (*(*fmt)++) {
	case 's':
		return va_arg(*ap, const char *);
	case 'd':
		n = va_arg(*ap, int);
		number[0] = '-';
		put_uint(number + 1, n < 0 ? -(uint64_t)n : (uint64_t)n);
		return number + (n >= 0);
	case 'u':
		put_uint(number, va_arg(*ap, unsigned));
		return number;
	default:
		*fmt += strlen(PRIu64) - 1;
		put_uint(number, va_arg(*ap, uint64_t));
		return number;
	}
}

/*
 * What lines need of vsnprintf, which takes several times as many instructions
 * for it, while the client of a create waits: %s, %d, %u and PRIu64.
 */
static size_t
format(char *line, size_t size, const char *fmt, va_list args)
{
	char number[UINT_TEXT_LEN + 2];
	const char *text;
	size_t at = 0, len;
	va_list ap;

	va_copy(ap, args);
	while (*fmt != '\0') {
		text = fmt;
		len = strcspn(fmt, "%");
		fmt += len;
		if (len == 0) {
			fmt++;
			text = convert(&fmt, &ap, number);
			len = strlen(text);
		}
		assert(at + len < size);
		memcpy(line + at, text, len);
		at += len;
	}
	va_end(ap);
	return at;
}

static void
put_crc(char line[CRC_LEN], unsigned long crc)
{
	static const char hex[] = "0123456789abcdef";
	int i;

	for (i = CRC_LEN - 2; i >= 0; i--, crc >>= 4)
		line[i] = hex[crc & 15];
	line[CRC_LEN - 1] = ' ';
}

size_t
journal_format(char line[LINE_MAX_LEN], const char *fmt, va_list ap)
{
	size_t len = format(line + CRC_LEN, LINE_MAX_LEN - CRC_LEN - 1, fmt,
	    ap);

	put_crc(line, crc32(0, (const Bytef *)line + CRC_LEN, (uInt)len));
	len += CRC_LEN;
	line[len++] = '\n';
	return len;
}
