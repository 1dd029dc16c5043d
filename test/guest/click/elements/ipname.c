/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "../lib.h"
#include "ipname.h"

struct name {
	const char	*word;
	int		 value;
};

/* In the order of the types. */
static const struct ipfield fields[] = {
	{ "tos", "ip tos", PROTO_UNKNOWN, 8, 8 },
	{ "type", "icmp type", PROTO_ICMP, 0, 8 },
	{ "dscp", "ip dscp", PROTO_UNKNOWN, 8, 6 },
	{ "hl", "ip hl", PROTO_UNKNOWN, 4, 4 },
	{ "id", "ip id", PROTO_UNKNOWN, 32, 16 },
	{ "len", "ip len", PROTO_UNKNOWN, 16, 16 },
	{ "ttl", "ip ttl", PROTO_UNKNOWN, 64, 8 },
	{ "vers", "ip vers", PROTO_UNKNOWN, 0, 4 },
	{ "win", "tcp win", PROTO_TCP, 112, 16 },
	{ .word = NULL }
};

static const struct name types[] = {
	{ "ce", IPNAME_CE }, { "ect", IPNAME_ECT }, { "frag", IPNAME_FRAG },
	{ "host", IPNAME_HOST }, { "net", IPNAME_NET },
	{ "opt", IPNAME_TCPOPT }, { "port", IPNAME_PORT },
	{ "proto", IPNAME_PROTO }, { "unfrag", IPNAME_UNFRAG }, { NULL, 0 }
};

/* Without "transp" and "payload": Click knows them, but matches nothing. */
static const struct name protos[] = {
	{ "dccp", PROTO_DCCP }, { "gre", 47 }, { "icmp", PROTO_ICMP },
	{ "igmp", 2 }, { "ipip", 4 }, { "sctp", 132 }, { "tcp", PROTO_TCP },
	{ "tcpudp", PROTO_TCPUDP }, { "udp", PROTO_UDP }, { NULL, 0 }
};

static const struct name ports[] = {
	{ "auth", 113 }, { "bootpc", 68 }, { "bootps", 67 },
	{ "chargen", 19 }, { "daytime", 13 }, { "discard", 9 }, { "dns", 53 },
	{ "domain", 53 }, { "echo", 7 }, { "finger", 79 }, { "ftp", 21 },
	{ "ftp-data", 20 }, { "https", 443 }, { "imap3", 220 },
	{ "imaps", 993 }, { "irc", 194 }, { "netbios-dgm", 138 },
	{ "netbios-ns", 137 }, { "netbios-ssn", 139 }, { "nntp", 119 },
	{ "ntp", 123 }, { "pop3", 110 }, { "pop3s", 995 }, { "pptp", 1723 },
	{ "rip", 520 }, { "route", 520 }, { "smtp", 25 }, { "snmp", 161 },
	{ "snmp-trap", 162 }, { "ssh", 22 }, { "sunrpc", 111 },
	{ "telnet", 23 }, { "tftp", 69 }, { "www", 80 }, { NULL, 0 }
};

static const struct name tcpopts[] = {
	{ "ack", 0x10 }, { "fin", 0x01 }, { "psh", 0x08 }, { "rst", 0x04 },
	{ "syn", 0x02 }, { "urg", 0x20 }, { NULL, 0 }
};

static const struct name icmp_types[] = {
	{ "echo", 8 }, { "echo-reply", 0 }, { "inforeq", 15 },
	{ "inforeq-reply", 16 }, { "maskreq", 17 }, { "maskreq-reply", 18 },
	{ "parameterproblem", 12 }, { "redirect", 5 }, { "routeradvert", 9 },
	{ "routersolicit", 10 }, { "sourcequench", 4 },
	{ "timeexceeded", 11 }, { "timestamp", 13 },
	{ "timestamp-reply", 14 }, { "unreachable", 3 }, { NULL, 0 }
};

const struct ipfield *
ipname_field(int type)
{
	return &fields[type - IPNAME_FIELD];
}

static const struct name *
find(const struct name *n, const char *word)
{
	for (; n->word != NULL; n++)
		if (strcmp(n->word, word) == 0)
			return n;
	return NULL;
}

/* IPNAME_NONE when the word names no type. */
static int
find_type(const char *word)
{
	const struct name *n = find(types, word);
	int i;

	for (i = 0; fields[i].word != NULL; i++)
		if (strcmp(fields[i].word, word) == 0)
			return IPNAME_FIELD + i;
	return n != NULL ? n->value : IPNAME_NONE;
}

void
ipname_print_proto(struct text *out, int proto)
{
	static const struct name shown[] = {
		{ "icmp", PROTO_ICMP }, { "igmp", 2 }, { "ipip", 4 },
		{ "tcp", PROTO_TCP }, { "udp", PROTO_UDP },
		{ "tcpudp", PROTO_TCPUDP }, { "", PROTO_UNKNOWN }, { NULL, 0 }
	};
	const struct name *n;

	for (n = shown; n->word != NULL; n++)
		if (n->value == proto) {
			text_printf(out, "%s", n->word);
			return;
		}
	text_printf(out, "ip proto %d", proto);
}

void
ipname_print_type(struct text *out, int side, int type)
{
	static const char *const sides[] = {
		"", "src ", "dst ", "src and dst ", "src or dst "
	};
	static const char *const words[] = {
		[IPNAME_NONE] = "<none>", [IPNAME_HOST] = "ip host",
		[IPNAME_NET] = "ip net", [IPNAME_PROTO] = "proto",
		[IPNAME_PORT] = "port", [IPNAME_TCPOPT] = "tcp opt",
		[IPNAME_FRAG] = "ip frag", [IPNAME_UNFRAG] = "ip unfrag",
		[IPNAME_ECT] = "ip ect", [IPNAME_CE] = "ip ce",
	};

	text_printf(out, "%s%s", sides[side], type >= IPNAME_FIELD ?
	    ipname_field(type)->name : words[type]);
}

/* "tcp opt udp syn": the spaces are Click's. */
static void
print_word(struct text *out, int type, int proto, const char *word)
{
	ipname_print_type(out, SIDE_NONE, type);
	text_printf(out, " ");
	ipname_print_proto(out, proto);
	text_printf(out, " %s", word);
}

struct meaning {
	const struct name	*found;
	int			 type, fits;
};

#define MEANINGS	5

static void
say_unfit(const struct meaning *m, int fitting, int type, int proto,
    const char *word, struct report *r)
{
	char buf[512];
	const char *sep = "";
	struct text out;
	int i;

	text_init(&out, buf, sizeof(buf));
	text_printf(&out, "'");
	print_word(&out, type, proto, word);
	text_printf(&out, "' is %s; try ", fitting > 1 ? "ambiguous" :
	    "meaningless");
	for (i = 0; i < MEANINGS; i++) {
		if (m[i].found == NULL)
			continue;
		text_printf(&out, "%s'", sep);
		print_word(&out, m[i].type, proto, word);
		text_printf(&out, "'");
		sep = ", ";
	}
	report_element(r, "%s", buf);
}

static int
fits(int have, int wanted, int proto, int proto_of_it)
{
	if (wanted != IPNAME_NONE && wanted != have)
		return 0;
	return have == IPNAME_PROTO || proto == PROTO_UNKNOWN ||
	    proto == proto_of_it ||
	    (proto == PROTO_TCPUDP && proto_of_it != PROTO_ICMP);
}

int
ipname_lookup(const char *word, int type, int proto, int *value,
    struct report *r)
{
	struct meaning m[MEANINGS] = {
		{ find(protos, word), IPNAME_PROTO, 0 },
		{ find(ports, word), IPNAME_PORT, PROTO_TCP },
		{ find(ports, word), IPNAME_PORT, PROTO_UDP },
		{ find(tcpopts, word), IPNAME_TCPOPT, PROTO_TCP },
		{ find(icmp_types, word), IPNAME_ICMP_TYPE, PROTO_ICMP },
	};
	int i, found = 0, fitting = 0, kind = IPNAME_UNKNOWN;

	if (type == IPNAME_NONE && (*value = find_type(word)) != IPNAME_NONE)
		return IPNAME_TYPE;
	for (i = 0; i < MEANINGS; i++) {
		if (m[i].found == NULL)
			continue;
		found++;
		if (!fits(m[i].type, type, proto, m[i].fits) ||
		    kind == m[i].type)
			continue;
		fitting++;
		kind = m[i].type;
		*value = m[i].found->value;
	}
	if (found == 0 || fitting == 1)
		return kind;
	if (r != NULL)
		say_unfit(m, fitting, type, proto, word, r);
	return IPNAME_AMBIGUOUS;
}
