/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include "native.h"

#define RESPONDER \
	"in :: FromDevice(0); out :: ToDevice(0); cnt :: Counter;\n" \
	"c :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);\n" \
	"in -> cnt -> c;\n" \
	"c[0] -> a :: ARPResponder(10.0.0.10 00:16:3e:00:00:10) -> out;\n" \
	"c[1] -> Discard;\n" \
	"c[2] -> h :: CheckIPHeader(14) -> ICMPPingResponder\n" \
	"    -> EtherMirror -> out;\n" \
	"c[3] -> rest :: Discard;\n"

#define ARP_QUERY "ffffffffffff feffffffffff 0806 0001080006040001" \
	" feffffffffff 0a000001 000000000000 0a00000a" \
	" 000000000000000000000000000000000000"
#define ARP_ANSWER "feffffffffff" "00163e000010" "08060001080006040002" \
	"00163e000010" "0a00000a" "feffffffffff" "0a000001"

#define PING "00163e000010 feffffffffff 0800" \
	" 4500001c 12344000 400114a3 0a000001 0a00000a" \
	" 0800 f7fd 0001 0001 00000000"
#define PONG "feffffffffff" "00163e000010" "0800" \
	"4500001c" "12340000" "ff0195a2" "0a00000a" "0a000001" \
	"0000" "fffd" "00010001"

static void
test_responder(void)
{
	struct router *rt = begin(RESPONDER);

	check(rt != NULL, "the responder starts", printed);
	if (rt == NULL)
		return;
	expect("an ARP request is answered", pass(rt, ARP_QUERY, 0),
	    ARP_ANSWER);
	expect("a ping is answered", pass(rt, PING, 0), PONG);
	expect("an address that is not ours", pass(rt, "ffffffffffff "
	    "feffffffffff 0806 0001080006040001 feffffffffff 0a000001 "
	    "000000000000 0a00000b", 0), "");
	expect("a bad checksum", pass(rt, "00163e000010 feffffffffff 0800"
	    " 4500001c 12344000 400114a2 0a000001 0a00000a 0800 f7fd 0001"
	    " 0001", 0), "");
	expect("a short frame", pass(rt, "00163e000010 feffffffffff", 0), "");
	expect("count", read_handler(rt, "cnt", "count"), "5");
	expect("byte_count", read_handler(rt, "cnt", "byte_count"), "202");
	expect("rest", read_handler(rt, "rest", "count"), "1");
	expect("drops", read_handler(rt, "h", "drops"), "1");
	expect("table", read_handler(rt, "a", "table"),
	    "10.0.0.10/32 00-16-3E-00-00-10\n");
	write_handler(rt, "cnt", "reset", "true");
	expect("reset", read_handler(rt, "cnt", "count"), "0");
	expect("no reading of a button", read_handler(rt, "cnt", "reset"),
	    "(none)");
	end(rt);
}

static void
test_handlers(void)
{
	struct router *rt = begin("f :: FromDevice(0) -> c :: Counter -> "
	    "Queue -> ToDevice(0)");

	if (rt == NULL) {
		check(0, "starts", printed);
		return;
	}
	expect("name", read_handler(rt, "c", "name"), "c");
	expect("class", read_handler(rt, "Queue@3", "class"), "Queue");
	expect("config", read_handler(rt, "f", "config"), "0");
	expect("ports", read_handler(rt, "c", "ports"),
	    "1 input\npush~\t-\tf [0]\n1 output\npush~\t-\t[0] Queue@3\n");
	expect("handlers", read_handler(rt, "f", "handlers"),
	    "name\tr.\nclass\tr.\nconfig\tr.\nports\tr.\nhandlers\tr.\n"
	    "count\tr\nreset_counts\twb\n");
	expect("unknown", read_handler(rt, "c", "nope"), "(none)");
	expect("a queue passes on", pass(rt, "0102030405060708090a0b0c", 0),
	    "0102030405060708090a0b0c");
	write_handler(rt, "Queue@3", "capacity", "0");
	expect("a full queue drops", pass(rt, "01020304", 0), "");
	expect("drops", read_handler(rt, "Queue@3", "drops"), "1");
	end(rt);
}

#define IP_TTL	"4500001c 12344000 40010000 0a000001 e0000102"

static void
test_headers(void)
{
	struct router *rt;

	rt = begin("FromDevice -> Strip(3) -> Null -> Unstrip(2) -> "
	    "ToDevice(1)");
	expect("Unstrip", rt != NULL ? pass(rt, "0102030405", 1) : "",
	    "02030405");
	end(rt);
	rt = begin("FromDevice -> Unstrip(65) -> ToDevice(1)");
	expect("more than there is room for", rt != NULL ?
	    pass(rt, "0102030405", 1) : "", "");
	end(rt);
	rt = begin("FromDevice -> t :: Tee -> Strip(1) -> ToDevice(0);"
	    "t[1] -> ToDevice(1)");
	expect("Tee", rt != NULL ? pass(rt, "010203", 0) : "", "0203");
	expect("both arms", rt != NULL ? pass(rt, "010203", 1) : "",
	    "010203");
	end(rt);
	rt = begin("FromDevice -> MarkIPHeader(2) -> StripIPHeader -> "
	    "ToDevice(1)");
	expect("StripIPHeader", rt != NULL ? pass(rt, "0101" IP_TTL "0203",
	    1) : "", "0203");
	expect("a header that is short", rt != NULL ?
	    pass(rt, "0101450203", 1) : "", "");
	end(rt);
	rt = begin("FromDevice -> MarkIPHeader -> d :: DecIPTTL -> "
	    "ToDevice(1); d[1] -> e :: Discard");
	expect("DecIPTTL", rt != NULL ? pass(rt, IP_TTL, 1) : "",
	    "4500001c" "12344000" "3f010100" "0a000001" "e0000102");
	expect("a packet that has lived", rt != NULL ? pass(rt,
	    "4500001c 12344000 01010000 0a000001 e0000102", 1) : "", "");
	expect("drops", read_handler(rt, "d", "drops"), "1");
	expect("its second output", read_handler(rt, "e", "count"), "1");
	expect("active", read_handler(rt, "d", "active"), "true");
	write_handler(rt, "d", "active", "false");
	expect("not active", pass(rt, IP_TTL, 1), "4500001c" "12344000"
	    "40010000" "0a000001" "e0000102");
	end(rt);
	rt = begin("FromDevice -> MarkIPHeader -> DecIPTTL(MULTICAST 0) -> "
	    "ToDevice(1)");
	expect("multicast", rt != NULL ? pass(rt, IP_TTL, 1) : "",
	    "4500001c" "12344000" "40010000" "0a000001" "e0000102");
	end(rt);
}

/* Sends so many, each so many milliseconds after the other. */
static void
flood(struct router *rt, int n, int ms)
{
	for (; n > 0; n--, now_ms += ms)
		pass(rt, "0102", 1);
}

static void
test_splitter(void)
{
	struct router *rt = begin("FromDevice -> s :: RatedSplitter(100, "
	    "BURST_SIZE 5) -> a :: Discard; s[1] -> b :: Counter -> Discard");

	if (rt == NULL) {
		check(0, "starts", printed);
		return;
	}
	flood(rt, 20, 0);
	expect("a burst passes", read_handler(rt, "a", "count"), "5");
	expect("the rest does not", read_handler(rt, "b", "count"), "15");
	now_ms += 10;
	flood(rt, 200, 5);
	expect("then every second one", read_handler(rt, "a", "count"),
	    "105");
	flood(rt, 100, 10);
	expect("and all at the rate", read_handler(rt, "a", "count"), "205");
	expect("rate", read_handler(rt, "s", "rate"), "100");
	expect("config", read_handler(rt, "s", "config"), "100");
	expect("handlers", read_handler(rt, "s", "handlers"),
	    "name\tr.\nclass\tr.\nports\tr.\nhandlers\tr.\n"
	    "config\trw\nrate\trw\n");
	write_handler(rt, "s", "rate", "true");
	expect("a rate that is none", read_handler(rt, "s", "rate"), "100");
	write_handler(rt, "s", "rate", "1000");
	now_ms += 1000;
	flood(rt, 20, 1);
	expect("another rate", read_handler(rt, "a", "count"), "225");
	flood(rt, 20, 0);
	expect("with the same burst", read_handler(rt, "a", "count"), "230");
	write_handler(rt, "s", "config", "0");
	now_ms += 100000;
	flood(rt, 20, 1);
	expect("no rate", read_handler(rt, "a", "count"), "230");
	end(rt);
}

static void
test_rate(void)
{
	struct router *rt = begin("FromDevice -> c :: Counter -> Discard");

	if (rt == NULL) {
		check(0, "starts", printed);
		return;
	}
	expect("no rate yet", read_handler(rt, "c", "rate"), "0");
	flood(rt, 2, 1);
	expect("rate of two", read_handler(rt, "c", "rate"), "121.094");
	flood(rt, 500, 1);
	expect("rate", read_handler(rt, "c", "rate"), "993.164");
	expect("byte_rate", read_handler(rt, "c", "byte_rate"), "1993.164");
	expect("bit_rate", read_handler(rt, "c", "bit_rate"), "15945.31");
	now_ms += 1000;
	expect("and none any more", read_handler(rt, "c", "rate"), "0");
	end(rt);
}

static void
test_others(void)
{
	struct router *rt;

	rt = begin("FromDevice -> Print(x, 4) -> Strip(2) -> ToDevice(1)");
	expect("Strip", rt != NULL ? pass(rt, "0102030405", 1) : "",
	    "030405");
	expect("Print", printed, "x:    5 | 01020304\n");
	end(rt);
	rt = begin("FromDevice -> EtherMirror -> ToDevice(1)");
	expect("EtherMirror", rt != NULL ?
	    pass(rt, "0102030405060708090a0b0c0d", 1) : "",
	    "0708090a0b0c0102030405060d");
	end(rt);
	rt = begin("h :: CheckIPHeader; FromDevice -> h -> Discard;"
	    "h[1] -> ToDevice(1)");
	expect("CheckIPHeader's second output", rt != NULL ?
	    pass(rt, "4401", 1) : "", "4401");
	end(rt);
	test_headers();
}

void
test_elements(void)
{
	test_responder();
	test_handlers();
	test_others();
	test_splitter();
	test_rate();
}
