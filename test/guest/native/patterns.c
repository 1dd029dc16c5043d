/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "native.h"

/* The output of c, in that configuration, that a frame takes; or -1. */
static int
classify(const char *class, const char *patterns, int outputs,
    const char *frame)
{
	char config[1024];
	struct router *rt;
	int i, n, out = -1;

	n = snprintf(config, sizeof(config),
	    "c :: %s(%s); FromDevice -> MarkIPHeader -> c; ", class,
	    patterns);
	for (i = 0; i < outputs; i++)
		n += snprintf(config + n, sizeof(config) - n,
		    "c[%d] -> d%d :: Discard; ", i, i);
	if ((rt = begin(config)) == NULL) {
		printf("%s", printed);
		return -2;
	}
	pass(rt, frame, 0);
	for (i = 0; i < outputs; i++) {
		snprintf(config, sizeof(config), "d%d", i);
		if (strcmp(read_handler(rt, config, "count"), "1") == 0)
			out = i;
	}
	end(rt);
	return out;
}

static void
test_classifier(void)
{
	static const struct {
		const char	*patterns;
		int		 outputs;
		const char	*frame;
		int		 out;
	} cases[] = {
		{ "0/01, 0/02, -", 3, "01", 0 },
		{ "0/01, 0/02, -", 3, "02", 1 },
		{ "0/01, 0/02, -", 3, "03", 2 },
		{ "0/01, 0/02", 2, "03", -1 },
		{ "0/0102 4/05, -", 2, "0102030405", 0 },
		{ "0/0102 4/05, -", 2, "0102030406", 1 },
		{ "0/0102 4/05, -", 2, "01020304", 1 },
		{ "0/0102 3/04, -", 2, "01020304", 0 },
		{ "2/03040506, -", 2, "010203040506", 0 },
		{ "2/03040506, -", 2, "010203040507", 1 },
		{ "2/03040506, -", 2, "0102030405", 1 },
		{ "!2/03040506, -", 2, "010203040506", 1 },
		{ "!2/03040506, -", 2, "010203040507", 0 },
		{ "!0/01 1/02, -", 2, "0002", 0 },
		{ "!0/01 1/02, -", 2, "0102", 1 },
		{ "! 0/01 !1/02, -", 2, "0001", 0 },
		{ "0/1?, 0/?2, -", 3, "1f", 0 },
		{ "0/1?, 0/?2, -", 3, "32", 1 },
		{ "0/1?, 0/?2, -", 3, "33", 2 },
		{ "0/f0%f0, 0/0f%01, -", 3, "f7", 0 },
		{ "0/f0%f0, 0/0f%01, -", 3, "01", 1 },
		{ "0/f0%f0, 0/0f%01, -", 3, "02", 2 },
		{ "-, 0/01", 2, "01", 0 },
	};
	unsigned int i;
	char got[16];

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(got, sizeof(got), "%d\n", classify(
		    "Classifier", cases[i].patterns,
		    cases[i].outputs, cases[i].frame));
		check(atoi(got) == cases[i].out, cases[i].patterns, got);
	}
}

static void
test_program(void)
{
	struct router *rt = begin("c :: Classifier(12/0806 20/0001, -);"
	    "Idle -> c; c[0] -> Discard; c[1] -> Discard");

	if (rt == NULL) {
		check(0, "starts", printed);
		return;
	}
	expect("program", read_handler(rt, "c", "program"),
	    " 0  12/08060000%ffff0000  yes->step 1  no->step 2\n"
	    " 1  20/00010000%ffff0000  yes->[0]  no->step 2\n"
	    " 2   0/00000000%00000000  yes->[1]  no->[X]\n"
	    "safe length 22\nalignment offset 0\n");
	end(rt);
}

#define PING	"4500001c 12344000 40010000 0a000001 0a000102" \
		" 0800 f7fd 0001 0001"
#define PONG	"4500001c 12344000 ff010000 0a000102 0a000001" \
		" 0000 fffd 0001 0001"
#define DNS	"4550001c 00010000 40110000 0a000001 0a000202" \
		" 0400 0035 0008 0000"
#define SYN	"46000030 ffff0000 01060000 c0a80107 0a000102 01010101" \
		" d431 0050 00000000 00000000 5002 0400 0000 0000"
#define TAIL	"4500001c 00022001 40060000 0a000001 0a000102" \
		" 0050 0050 0000 0000"
#define STUMP	"45000015 00030000 40060000 0a000001 0a000102 00"

/* Each is compared with Click, and so are many more that chance made. */
static void
test_filter(void)
{
	static const struct {
		const char	*pattern, *frame;
		int		 matches;
	} cases[] = {
		{ "-", STUMP, 1 }, { "any", PING, 1 }, { "all", SYN, 1 },
		{ "true", DNS, 1 }, { "false", DNS, 0 },
		{ "not true", PING, 0 }, { "! false", PING, 1 },
		{ "icmp", PING, 1 }, { "icmp", DNS, 0 },
		{ "ip proto 17", DNS, 1 }, { "ip proto != 17", DNS, 0 },
		{ "proto < 17", PING, 1 }, { "proto >= 17", PING, 0 },
		{ "proto & 0x10 0x10", DNS, 1 }, { "tcpudp", SYN, 1 },
		{ "tcpudp", PING, 0 },
		{ "icmp type echo", PING, 1 }, { "icmp type 8", PONG, 0 },
		{ "icmp echo-reply", PONG, 1 }, { "icmp type != 8", PONG, 1 },
		{ "icmp type != 8", DNS, 0 }, { "not icmp type 8", DNS, 1 },
		{ "icmp type 3 or 8", PING, 1 }, { "icmp type > 3", PONG, 0 },
		{ "10.0.0.1", PING, 1 }, { "src 10.0.0.1", PONG, 0 },
		{ "dst host 10.0.0.1", PONG, 1 },
		{ "src host != 10.0.0.1", PONG, 1 },
		{ "host != 10.0.0.1", PONG, 0 },
		{ "src and dst net 10/8", PING, 1 },
		{ "src and dst net 10/8", SYN, 0 },
		{ "src or dst net 192.168.0.0/16", SYN, 1 },
		{ "net 10.0.2.0 mask 255.255.255.0", DNS, 1 },
		{ "10.0.1.0/24", DNS, 0 },
		{ "src 10.0.0.1 or 192.168.1.7", SYN, 1 },
		{ "dst udp port 53", DNS, 1 }, { "udp port dns", DNS, 1 },
		{ "dns", DNS, 1 }, { "tcp port 53", DNS, 0 },
		{ "src port > 1023", DNS, 1 }, { "src port > 1024", DNS, 0 },
		{ "src port >= 1024", DNS, 1 }, { "src port < 1024", DNS, 0 },
		{ "src port <= 1024", DNS, 1 }, { "dst port < 80", SYN, 0 },
		{ "dst tcp port www", SYN, 1 }, { "port 81", SYN, 0 },
		{ "src port & 0xff00 == 0xd400", SYN, 1 },
		{ "dst port != 80", DNS, 1 }, { "dst port != 80", PING, 0 },
		{ "syn", SYN, 1 }, { "tcp opt syn && ack", SYN, 0 },
		{ "tcp win 1024", SYN, 1 }, { "win > 1023", SYN, 1 },
		{ "port 80", TAIL, 0 }, { "tcp", TAIL, 1 },
		{ "frag", TAIL, 1 }, { "unfrag", TAIL, 0 },
		{ "ip frag", SYN, 0 }, { "not frag", SYN, 1 },
		{ "dst port 80", STUMP, 0 }, { "dst port != 80", STUMP, 0 },
		{ "not dst port 80", STUMP, 1 }, { "tcp", STUMP, 1 },
		{ "tos 0x50", DNS, 1 }, { "dscp 20", DNS, 1 },
		{ "ect", DNS, 0 }, { "ce", DNS, 0 }, { "hl 6", SYN, 1 },
		{ "hl > 5", PING, 0 }, { "vers 4", PING, 1 },
		{ "len 28", PING, 1 }, { "len > 28", SYN, 1 },
		{ "id 0x1234", PING, 1 }, { "id < 65535", SYN, 0 },
		{ "ttl 255", PONG, 1 }, { "ttl < 2", SYN, 1 },
		{ "tcp or udp and dst port 53", SYN, 1 },
		{ "(tcp or udp) and dst port 53", SYN, 0 },
		{ "tcp || udp && port 53", DNS, 1 },
		{ "icmp and (src 10.0.0.9 or dst 10.0.1.2)", PING, 1 },
		{ "not (icmp or udp)", SYN, 1 },
		{ "!(icmp || udp)", DNS, 0 }, { "not not icmp", PING, 1 },
		{ "icmp type 8 or tcp", SYN, 1 },
		{ "udp dst port 53 or 54 or 55", DNS, 1 },
		{ "src net 10.0.0.0/24 and dst net 10.0.1.0/24 and icmp",
		  PING, 1 },
	};
	char patterns[256];
	unsigned int i;
	int out;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(patterns, sizeof(patterns), "%s, -",
		    cases[i].pattern);
		out = classify("IPClassifier", patterns, 2, cases[i].frame);
		check(out == !cases[i].matches, cases[i].pattern,
		    cases[i].frame);
	}
}

/* What a packet goes through that has no IP header, or none was marked. */
static void
test_actions(void)
{
	static const struct {
		const char	*filters;
		int		 outputs;
		const char	*frame;
		int		 out;
	} cases[] = {
		{ "allow icmp, deny all", 1, PING, 0 },
		{ "allow icmp, deny all", 1, DNS, -1 },
		{ "drop icmp, allow -", 1, PING, -1 },
		{ "drop icmp, allow -", 1, DNS, 0 },
		{ "allow icmp", 1, DNS, -1 }, { "allow", 1, DNS, 0 },
		{ "1 udp, 0 tcp, 2 any", 3, DNS, 1 },
		{ "1 udp, 0 tcp, 2 any", 3, SYN, 0 },
		{ "1 udp, 0 tcp, 2 any", 3, PING, 2 },
		{ "deny src 10.0.0.1, allow all, 1 icmp", 2, PONG, 0 },
		{ "allow icmp, 1 not icmp", 2, "", 1 },
		{ "", 1, PING, -1 },
	};
	unsigned int i;
	char got[16];
	int out;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		out = classify("IPFilter", cases[i].filters, cases[i].outputs,
		    cases[i].frame);
		snprintf(got, sizeof(got), "%d\n", out);
		check(out == cases[i].out, cases[i].filters, got);
	}
}

/* The words of Click for patterns that it refuses, and one that it doubts. */
static void
test_wrong_patterns(void)
{
	static const struct {
		const char	*pattern, *says;
	} cases[] = {
		{ "", "empty pattern 0" },
		{ "foo tcp", "pattern 0: unknown slot ID 'foo'" },
		{ "2 tcp", "pattern 0: slot '2' out of range" },
		{ "allow bar", "pattern 0: empty term near 'bar'\n"
		  "  pattern 0: missing expression\n"
		  "  pattern 0: garbage after expression at 'bar'" },
		{ "\"allow (tcp\"", "pattern 0: missing ')'" },
		{ "\"allow tcp )\"", "pattern 0: garbage after expression at "
		  "')'" },
		{ "allow ( )", "pattern 0: missing expression\n"
		  "  pattern 0: missing expression after '('" },
		{ "allow not", "pattern 0: missing expression after 'not'" },
		{ "allow tcp or", "pattern 0: missing expression" },
		{ "allow host", "pattern 0: 'ip host': address missing" },
		{ "allow net 10.0.0.1", "pattern 0: 'ip net': address "
		  "missing" },
		{ "allow host > 1.2.3.4", "pattern 0: 'ip host': operator "
		  "not supported" },
		{ "allow 1.2.3.4/33", "pattern 0: empty term near "
		  "'1.2.3.4/33'" },
		{ "allow echo", "pattern 0: '<none>  echo' is ambiguous; try "
		  "'port  echo', 'port  echo', 'icmp type  echo'" },
		{ "allow udp syn", "pattern 0: '<none> udp syn' is "
		  "meaningless; try 'tcp opt udp syn'" },
		{ "allow 5", "pattern 0: specify header field or 'port'" },
		{ "allow src", "pattern 0: partial directive" },
		{ "allow id 65536", "pattern 0: 'ip id': out of range, bound "
		  "65535" },
		{ "allow tos & 256 3", "pattern 0: 'ip tos': mask out of "
		  "range, bound 0xFF" },
		{ "allow tos & 0 3", "pattern 0: zero mask ignored" },
		{ "allow tcp port ssh udp", NULL },
		{ "allow tcp udp", "pattern 0: transport protocol specified "
		  "twice" },
		{ "allow src dst 1.2.3.4", "pattern 0: 'src' or 'dst' "
		  "specified twice" },
		{ "allow host port 5", "pattern 0: type specified twice" },
		{ "allow icmp port 4", "pattern 0: 'port': bad protocol 1" },
		{ "allow tcp opt 300", "pattern 0: 'tcp opt': value 300 out "
		  "of range" },
		{ "allow ip frag 3", "pattern 0: 'ip frag': value not "
		  "supported" },
		{ "allow icmp type bar", "pattern 0: 'icmp type': value "
		  "missing" },
		{ "allow src tcp", "pattern 0: warning: 'src proto': 'src' "
		  "or 'dst' ignored" },
		{ "allow ttl < 0", "pattern 0: warning: relation '< 0' is "
		  "always false (range 0-255)" },
		{ "allow ether host 1:2:3:4:5:6", "pattern 0: the test guest "
		  "does not know 'ether'" },
		{ "allow tcp[13] 2", "pattern 0: the test guest does not "
		  "know '['" },
		{ "allow tcp ? udp : icmp", "pattern 0: the test guest does "
		  "not know '?'" },
	};
	char config[512], says[512];
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(config, sizeof(config), "f :: IPFilter(%s, deny -);"
		    "Idle -> MarkIPHeader -> f -> Discard", cases[i].pattern);
		snprintf(says, sizeof(says), "config:1: While configuring "
		    "'f :: IPFilter':\n  %s\n", cases[i].says);
		end(begin(config));
		check(cases[i].says == NULL ? printed[0] == '\0' :
		    strncmp(printed, says, strlen(says)) == 0, config,
		    printed);
	}
}

/* Neither of these may reach the end of the guest's stack. */
static void
test_deep_patterns(void)
{
	static char config[8192];
	int n;

	n = snprintf(config, sizeof(config), "FromDevice -> IPFilter(allow ");
	memset(config + n, '(', 4000);
	snprintf(config + n + 4000, sizeof(config) - n - 4000,
	    "tcp) -> Discard");
	end(begin(config));
	check(strstr(printed, "too deep for the test guest") != NULL,
	    "parentheses without end", printed);
	n = snprintf(config, sizeof(config), "FromDevice -> MarkIPHeader -> "
	    "f :: IPFilter(allow ");
	memset(config + n, '!', 4000);
	snprintf(config + n + 4000, sizeof(config) - n - 4000,
	    "tcp) -> Discard");
	end(begin(config));
	check(printed[0] == '\0', "4000 times not", printed);
}

void
test_patterns(void)
{
	test_classifier();
	test_program();
	test_filter();
	test_actions();
	test_wrong_patterns();
	test_deep_patterns();
}
