/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdint.h>

#include "../click/lib.h"

/*
 * %d %u %x %c %s %p %%, with -, 0, a width or *, .precision of strings, and
 * the lengths l, ll and z.
 */

struct out {
	char	*buf;
	size_t	 size, len;
};

struct spec {
	int	left, width, precision, longs, upper;
	char	fill;
};

static void
put(struct out *o, char c)
{
	if (o->len + 1 < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void
put_padded(struct out *o, const char *s, int len, const struct spec *sp)
{
	int pad = sp->width - len, sign = 0;

	if (!sp->left && sp->fill == '0' && len > 0 && *s == '-') {
		put(o, '-');
		sign = 1;
	}
	for (; !sp->left && pad > 0; pad--)
		put(o, sp->fill);
	for (; sign < len; sign++)
		put(o, s[sign]);
	for (; pad > 0; pad--)
		put(o, ' ');
}

static void
put_number(struct out *o, uint64_t v, unsigned int base, int negative,
    const struct spec *sp)
{
	char digits[24], *p = digits + sizeof(digits);

	do
		*--p = (sp->upper ? "0123456789ABCDEF" :
		    "0123456789abcdef")[v % base];
	while ((v /= base) != 0);
	if (negative)
		*--p = '-';
	put_padded(o, p, digits + sizeof(digits) - p, sp);
}

static void
put_string(struct out *o, const char *s, const struct spec *sp)
{
	int len = 0;

	if (s == NULL)
		s = "(null)";
	while (len != sp->precision && s[len] != '\0')
		len++;
	put_padded(o, s, len, sp);
}

static int
number(const char **fmt)
{
	int n = 0;

	for (; **fmt >= '0' && **fmt <= '9'; ++*fmt)
		n = n * 10 + **fmt - '0';
	return n;
}

static const char *
parse_spec(const char *fmt, struct spec *sp, int star)
{
	*sp = (struct spec){ .precision = -1, .fill = ' ' };
	for (; *fmt == '-' || *fmt == '0'; fmt++) {
		if (*fmt == '-')
			sp->left = 1;
		else
			sp->fill = '0';
	}
	sp->width = number(&fmt);
	if (*fmt == '.') {
		fmt++;
		if (*fmt == '*') {
			sp->precision = star;
			fmt++;
		} else
			sp->precision = number(&fmt);
	}
	for (; *fmt == 'l' || *fmt == 'z'; fmt++)
		sp->longs++;
	return fmt;
}

/* True when the conversion takes its precision from an argument. */
static int
wants_star(const char *fmt)
{
	for (; *fmt != '\0' && strchr("-0123456789.", *fmt) != NULL; fmt++)
		if (fmt[0] == '.' && fmt[1] == '*')
			return 1;
	return 0;
}

int
vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct out o = { buf, size, 0 };
	struct spec sp;
	int64_t v;
	char c;

	for (; *fmt != '\0'; fmt++) {
		if (*fmt != '%') {
			put(&o, *fmt);
			continue;
		}
		fmt = parse_spec(fmt + 1, &sp,
		    wants_star(fmt + 1) ? va_arg(ap, int) : 0);
		switch (*fmt) {
		case 'd':
			v = sp.longs ? va_arg(ap, long) : va_arg(ap, int);
			put_number(&o, v < 0 ? -(uint64_t)v : (uint64_t)v, 10,
			    v < 0, &sp);
			break;
		case 'u':
		case 'x':
		case 'X':
			sp.upper = *fmt == 'X';
			put_number(&o, sp.longs ? va_arg(ap, unsigned long) :
			    va_arg(ap, unsigned int), *fmt == 'u' ? 10 : 16, 0,
			    &sp);
			break;
		case 'p':
			put_number(&o, va_arg(ap, uintptr_t), 16, 0, &sp);
			break;
		case 'c':
			c = va_arg(ap, int);
			put_padded(&o, &c, 1, &sp);
			break;
		case 's':
			put_string(&o, va_arg(ap, const char *), &sp);
			break;
		default:
			put(&o, *fmt);
		}
	}
	if (size > 0)
		buf[o.len < size ? o.len : size - 1] = '\0';
	return o.len;
}

int
snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}
