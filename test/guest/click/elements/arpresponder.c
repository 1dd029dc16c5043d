/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../args.h"
#include "../lib.h"
#include "address.h"
#include "classes.h"

#define ETHER_HEADER	14
#define ARP_LENGTH	(ETHER_HEADER + 28)

struct entry {
	uint32_t	 address, mask;
	uint8_t		 ether[6];
};

struct state {
	struct entry	*entry;
	int		 n;
};

static int
parse_ether(const char *s, uint8_t *ether)
{
	int i, digits, v;
	char separator = strchr(s, '-') != NULL ? '-' : ':';

	for (i = 0; i < 6; i++) {
		if (i > 0 && *s++ != separator)
			return -1;
		for (v = digits = 0; text_hex(*s) >= 0; s++, digits++)
			v = v * 16 + text_hex(*s);
		if (digits < 1 || digits > 2)
			return -1;
		ether[i] = v;
	}
	return *s == '\0' ? 0 : -1;
}

/* Cuts the next word off; NULL at the end. */
static char *
next_word(char **s)
{
	char *word;

	while (text_is_space(**s))
		(*s)++;
	word = *s;
	while (**s != '\0' && !text_is_space(**s))
		(*s)++;
	if (**s != '\0')
		*(*s)++ = '\0';
	return *word != '\0' ? word : NULL;
}

static int
grow(struct state *st, const struct entry *en)
{
	struct entry *more = malloc((st->n + 1) * sizeof(*more));

	if (more == NULL)
		return -1;
	if (st->n > 0)
		memcpy(more, st->entry, st->n * sizeof(*more));
	free(st->entry);
	st->entry = more;
	st->entry[st->n++] = *en;
	return 0;
}

/* "IP[/MASK]... ETH", in any order. */
static int
add(struct state *st, char *arg, struct report *r)
{
	struct entry en;
	uint8_t ether[6];
	int first = st->n, have_ether = 0;
	char *word;

	while ((word = next_word(&arg)) != NULL) {
		memset(&en, 0, sizeof(en));
		if (address_prefix(word, &en.address, &en.mask, 1) == 0) {
			if (grow(st, &en) < 0)
				return report_element(r, "out of memory");
		} else if (parse_ether(word, en.ether) == 0) {
			if (have_ether++) {
				st->n = first;
				return report_element(r, "more than one ETH");
			}
			memcpy(ether, en.ether, sizeof(ether));
		} else {
			st->n = first;
			return report_element(r, "expected IP/MASK ETH");
		}
	}
	if (st->n == first)
		return report_element(r, "missing IP/MASK");
	if (!have_ether) {
		st->n = first;
		return report_element(r, "missing ETH");
	}
	for (; first < st->n; first++)
		memcpy(st->entry[first].ether, ether, sizeof(ether));
	return 0;
}

static int
configure(struct element *e, struct args *a, struct report *r)
{
	char prefix[32];
	int i, rc = 0;

	for (i = 0; i < a->n; i++) {
		snprintf(prefix, sizeof(prefix), "argument %d: ", i);
		r->prefix = prefix;
		if (add(e->state, a->arg[i], r) < 0)
			rc = -1;
		r->prefix = NULL;
	}
	return rc;
}

static void
cleanup(struct element *e)
{
	struct state *st = e->state;

	free(st->entry);
	st->entry = NULL;
	st->n = 0;
}

static const struct entry *
lookup(const struct state *st, uint32_t address)
{
	const struct entry *best = NULL, *en;

	for (en = st->entry; en < st->entry + st->n; en++)
		if ((address & en->mask) == en->address &&
		    (best == NULL || en->mask > best->mask))
			best = en;
	return best;
}

/* Turns the request into its answer, in place. */
static void
answer(uint8_t *d, const uint8_t *ether)
{
	uint8_t target[4];

	memcpy(target, d + 38, 4);
	memcpy(d, d + 22, 6);			/* to who asked */
	memcpy(d + 6, ether, 6);
	packet_put16(d + 20, 2);		/* a reply */
	memcpy(d + 32, d + 22, 10);		/* the sender is the target */
	memcpy(d + 22, ether, 6);
	memcpy(d + 28, target, 4);
}

static struct packet *
action(struct element *e, struct packet *p)
{
	const uint8_t *d = p->data;
	const struct entry *en = NULL;

	if (p->len >= ARP_LENGTH && packet_get16(d + 12) == 0x0806 &&
	    packet_get16(d + 14) == 1 && packet_get16(d + 16) == 0x0800 &&
	    packet_get16(d + 20) == 1)
		en = lookup(e->state, (uint32_t)packet_get16(d + 38) << 16 |
		    packet_get16(d + 40));
	if (en == NULL) {
		element_push(e, 1, p);
		return NULL;
	}
	p->len = ARP_LENGTH;
	answer(p->data, en->ether);
	return p;
}

static void
print_prefix(uint32_t address, uint32_t mask, struct text *out)
{
	int bits = 0;

	text_printf(out, "%u.%u.%u.%u/", address >> 24, address >> 16 & 255,
	    address >> 8 & 255, address & 255);
	while (bits < 32 && mask << bits >> 31)
		bits++;
	if (bits == 32 || mask << bits == 0)
		text_printf(out, "%d", bits);
	else
		text_printf(out, "%u.%u.%u.%u", mask >> 24, mask >> 16 & 255,
		    mask >> 8 & 255, mask & 255);
}

static void
read_table(struct element *e, struct text *out)
{
	const struct state *st = e->state;
	const struct entry *en;
	int i;

	for (en = st->entry; en < st->entry + st->n; en++) {
		print_prefix(en->address, en->mask, out);
		for (i = 0; i < 6; i++)
			text_printf(out, "%c%c%c", i == 0 ? ' ' : '-',
			    "0123456789ABCDEF"[en->ether[i] >> 4],
			    "0123456789ABCDEF"[en->ether[i] & 15]);
		text_printf(out, "\n");
	}
}

static int
write_add(struct element *e, const char *value, struct report *r)
{
	char *copy = text_copy(value, strlen(value));
	int rc;

	if (copy == NULL)
		return report_element(r, "out of memory");
	rc = add(e->state, copy, r);
	free(copy);
	return rc;
}

static int
write_remove(struct element *e, const char *value, struct report *r)
{
	struct state *st = e->state;
	struct entry en;
	int i;

	if (address_prefix(value, &en.address, &en.mask, 1) < 0)
		return report_element(r, "expected IP/MASK");
	for (i = 0; i < st->n; i++)
		if (st->entry[i].address == en.address &&
		    st->entry[i].mask == en.mask) {
			st->entry[i] = st->entry[--st->n];
			return 0;
		}
	return report_element(r, "%s not found", value);
}

static const struct handler handlers[] = {
	{ "table", HANDLER_READ, read_table, NULL },
	{ "add", HANDLER_WRITE, NULL, write_add },
	{ "remove", HANDLER_WRITE, NULL, write_remove },
	{ .name = NULL }
};

const struct class class_arp_responder = {
	.name = "ARPResponder",
	.ports = "1/1-2",
	.processing = "a/ah",
	.size = sizeof(struct state),
	.configure = configure,
	.cleanup = cleanup,
	.action = action,
	.handlers = handlers,
};
