/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <string.h>

#include "native.h"

/* Configurations that Click accepts. */
static const char *const good[] = {
	"",
	"// nothing\n/* at\n all */ ;;",
	"FromDevice(0) -> Discard;",
	"FromDevice -> Discard",
	"FromDevice(0) -> c :: Counter -> Discard; ",
	"a, b :: Idle; a -> Discard; b -> d::Discard",
	"i :: Idle; i -> Queue -> ToDevice(0);",
	"i :: Idle -> Queue(10) -> Discard",
	"Idle -> ToDevice(0); Idle -> ToDevice(1)",
	"FromDevice(0)->ToDevice(1);FromDevice(1)->ToDevice(0)",
	"c :: Classifier(12/0800, -); Idle -> c; c [0] -> Discard;\n"
	    "c [1] -> [0] Discard;",
	"c :: Classifier(12/08??, !12/0806 14/01%0f, 0/ff%F0, -); Idle -> c;"
	    "d :: Discard; c -> d; c[1] -> d; c[2] -> d; c[3] -> d",
	"Idle -> Print(\"a, b) // c\", 10, CONTENTS ASCII) -> Discard",
	"Idle -> Print('x', ACTIVE false) -> Discard",
	"Idle -> CheckIPHeader(OFFSET 14) -> Discard",
	"h :: CheckIPHeader(14); Idle -> h -> Discard; h[1] -> Discard",
	"Idle -> ARPResponder(10.0.0.0/24 10.1.0.1 0:1:2:3:4:5, 1.2.3.4 "
	    "00-16-3E-00-00-10) -> Discard",
	"Idle -> Strip(14) -> Discard",
	"Idle -> Strip(LENGTH 0xe) -> Discard",
	"Idle\n->\nDiscard\nIdle\n->\nDiscard",
	"FromDevice(/* zero */ 0) -> Discard // end",
	"q :: Queue; Idle -> q; q -> Discard; q -> Discard",
	"f :: FromDevice; d :: Discard; f -> d; f -> d",
	"Idle -> Counter -> Discard; Counter@2 :: Idle -> Discard",
	"Idle -> RatedSplitter(10, BURST_DURATION 1.5 min) -> Discard",
	"s :: RatedSplitter(RATE 10, BURST_SIZE 3); Idle -> s -> Discard;"
	    "s[1] -> Discard",
	"Idle -> MarkIPHeader(14) -> IPFilter(allow tcp && dst port 80, deny "
	    "all) -> DecIPTTL(ACTIVE false) -> Discard",
	"t :: Tee(2); Idle -> Null -> t -> Strip(2) -> Unstrip(2) -> Discard;"
	    "t[1] -> MarkIPHeader(-2) -> StripIPHeader -> Discard",
	"x/y :: Idle; x/y -> Discard",
	"q :: Queue; Idle -> q -> Counter -> Strip(1) -> ToDevice",
};

/* And those that it refuses, with what it says. */
static const struct {
	const char	*config, *says;
} bad[] = {
	{ "X", "config:1: undeclared element 'X'\n" },
	{ "Idle -> X;\nX -> Discard", "config:1: undeclared element 'X'\n" },
	{ "a :: Nope; Idle -> a -> Discard;\nNope -> Discard",
	  "config:1: unknown element class 'Nope'\n" },
	{ "Idle ->\nNope(1) -> Discard",
	  "config:2: undeclared element 'Nope'\n" },
	{ "Idle -> Discard(", "config:1: expected ')'\n" },
	{ "Idle -> Strip(14 -> Discard;\n", "config:2: expected ')'\n" },
	{ "Idle -> ;", "config:1: syntax error near ';'\n" },
	{ "Idle -> Discard; )", "config:1: syntax error near ')'\n" },
	{ "-> Discard", "config:1: syntax error near '->'\n" },
	{ "Idle ::", "config:1: missing element type in declaration\n" },
	{ "a :: Idle; a :: Idle; a -> Discard",
	  "config:1: redeclaration of element 'a'\n"
	  "config:1: element 'a' previously declared here\n" },
	{ "Idle :: Counter; Idle -> Discard",
	  "config:1: class 'Idle' used as element name\n" },
	{ "12 :: Idle; 12 -> Discard",
	  "config:1: element name '12' has all-digit component\n" },
	{ "i :: Idle; i[x] -> Discard",
	  "config:1: syntax error: port number should be integer\n" },
	{ "i :: Idle; i[] -> Discard",
	  "config:1: the test guest does not know '[]'\n" },
	{ "i :: Idle; i[;] -> Discard",
	  "config:1: syntax error: expected port number\n" },
	{ "i :: Idle; i() -> Discard",
	  "config:1: configuration string ignored on element reference\n" },
	{ "[1]Idle -> Discard",
	  "config:1: input ports ignored at start of chain\n" },
	{ "Idle -> Discard[1]",
	  "config:1: output ports ignored at end of chain\n" },
	{ "c :: Counter; Idle -> c -> Discard; c[1] -> Discard",
	  "config:1: 'c :: Counter' has no output 1\n" },
	{ "Idle -> [1]d :: Discard",
	  "config:1: 'd :: Discard' has no input 1\n" },
	{ "Idle -> c :: Counter", "config:1: 'c :: Counter' output 0 "
	  "unused\n" },
	{ "c :: Counter -> Discard", "config:1: 'c :: Counter' input 0 "
	  "unused\n" },
	{ "c :: Classifier(12/0800, -); FromDevice -> c; c -> Discard",
	  "config:1: While configuring 'c :: Classifier':\n"
	  "  need 1 arguments, one per output port\n" },
	{ "c :: Classifier(-, -); FromDevice -> c; c[1] -> Discard",
	  "config:1: 'c :: Classifier' output 0 unused\n" },
	{ "Idle -> Counter -> Discard; Counter@2 -> Discard",
	  "config:1: undeclared element 'Counter@2'\n" },
	{ "Idle -> s :: Strip(LENGTH 1, 2) -> Discard",
	  "config:1: While configuring 's :: Strip':\n"
	  "  too many arguments\n" },
	{ "Idle -> p :: Print(a b) -> Discard",
	  "config:1: While configuring 'p :: Print':\n"
	  "  a: unknown argument\n" },
	{ "f :: FromDevice; f -> Discard; f -> Discard",
	  "config:1: illegal reuse of 'f :: FromDevice' push output 0\n" },
	{ "d :: Discard; q :: Queue; Idle -> q -> d; p :: Queue;"
	  "Idle -> p -> d",
	  "config:1: illegal reuse of 'd :: Discard' pull input 0\n" },
	{ "FromDevice -> Queue -> c :: Classifier(-) -> Discard",
	  "'Queue@2 :: Queue' pull output 0 connected to "
	  "'c :: Classifier' push input 0\n" },
	{ "c :: Counter; f :: FromDevice; q :: Queue; f -> c; Idle -> q -> c;"
	  "c -> Discard",
	  "'q :: Queue' pull output 0 connected to 'c :: Counter' push "
	  "input 0\n" },
	{ "FromDevice -> c :: Counter -> Queue -> d :: Counter -> "
	  "Classifier(-) -> Discard",
	  "agnostic 'd :: Counter' in mixed context: pull input 0, push "
	  "output 0\n" },
	{ "Idle -> s :: Strip -> Discard",
	  "config:1: While configuring 's :: Strip':\n"
	  "  LENGTH: required argument missing\n" },
	{ "Idle -> s :: Strip(x) -> Discard",
	  "config:1: While configuring 's :: Strip':\n"
	  "  LENGTH: invalid number\n" },
	{ "Idle -> e :: EtherMirror(1) -> Discard",
	  "config:1: While configuring 'e :: EtherMirror':\n"
	  "  too many arguments\n" },
	{ "Idle -> c :: Counter(FOO 1) -> Discard",
	  "config:1: While configuring 'c :: Counter':\n"
	  "  FOO: unknown argument\n" },
	{ "Idle -> ARPResponder(10.0.0.1) -> Discard",
	  "config:1: While configuring 'ARPResponder@2 :: ARPResponder':\n"
	  "  argument 0: missing ETH\n" },
	{ "Idle -> a :: ARPResponder(x 1:2:3:4:5:6) -> Discard",
	  "config:1: While configuring 'a :: ARPResponder':\n"
	  "  argument 0: expected IP/MASK ETH\n" },
	{ "Idle -> c :: Classifier(x/12) -> Discard",
	  "config:1: While configuring 'c :: Classifier':\n"
	  "  pattern 0: expected a digit\n" },
	{ "Idle -> c :: Classifier(12/123) -> Discard",
	  "config:1: While configuring 'c :: Classifier':\n"
	  "  pattern 0: value has odd number of hex digits\n" },
	{ "Idle -> c :: Classifier(12/12%1) -> Discard",
	  "config:1: While configuring 'c :: Classifier':\n"
	  "  pattern 0: mask has too few hex digits\n" },
	{ "Idle -> a :: ToDevice(0);\nIdle -> b :: ToDevice(0)",
	  "config:2: While initializing 'b :: ToDevice':\n"
	  "  Duplicate writer for device `0'\n" },
	{ "f :: FromDevice(-1) -> Discard",
	  "config:1: While configuring 'f :: FromDevice':\n"
	  "  Interface id must be >= 0\n" },
	{ "FromDevice -> d :: Discard(ACTIVE false)",
	  "config:1: While configuring 'd :: Discard':\n"
	  "  ACTIVE is meaningless in push context\n" },
	{ "Idle -> s :: RatedSplitter -> Discard",
	  "config:1: While configuring 's :: RatedSplitter':\n"
	  "  RATE: required argument missing\n" },
	{ "Idle -> s :: RatedSplitter(-1) -> Discard",
	  "config:1: While configuring 's :: RatedSplitter':\n"
	  "  RATE: invalid number\n" },
	{ "Idle -> s :: RatedSplitter(5000000000) -> Discard",
	  "config:1: While configuring 's :: RatedSplitter':\n"
	  "  RATE: out of range, bound 4294967295\n" },
	{ "Idle -> s :: RatedSplitter(1, BURST_SIZE 2, BURST_DURATION 3) -> "
	  "Discard", "config:1: While configuring 's :: RatedSplitter':\n"
	  "  cannot specify both BURST_DURATION and BURST_SIZE\n" },
	{ "Idle -> s :: RatedSplitter(1, BURST_DURATION 1x) -> Discard",
	  "config:1: While configuring 's :: RatedSplitter':\n"
	  "  BURST_DURATION: parse error\n" },
	{ "Idle -> s :: RatedSplitter(1, BURST_DURATION 5000000) -> Discard",
	  "config:1: While configuring 's :: RatedSplitter':\n"
	  "  BURST_DURATION: out of range\n" },
	{ "Idle -> t :: Tee(3) -> Discard",
	  "config:1: While configuring 't :: Tee':\n"
	  "  1 outputs implies 1 arms\n" },
	{ "Idle -> d :: DecIPTTL(1) -> Discard",
	  "config:1: While configuring 'd :: DecIPTTL':\n"
	  "  too many arguments\n" },
	{ "c :: IPClassifier(tcp, -); Idle -> c -> Discard",
	  "config:1: While configuring 'c :: IPClassifier':\n"
	  "  need 1 arguments, one per output port\n" },
	{ "elementclass Foo { input -> output }",
	  "config:1: the test guest does not know 'elementclass'\n" },
	{ "a, b -> Discard", "config:1: the test guest does not know "
	  "'a list in a connection'\n" },
	{ "Idle => Discard", "config:1: the test guest does not know '=>'\n" },
};

#define LAST	"Router could not be initialized!\n"

static void
test_good(void)
{
	struct router *rt;
	unsigned int i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		rt = begin(good[i]);
		check(rt != NULL && printed[0] == '\0', good[i], printed);
		end(rt);
	}
}

static void
test_bad(void)
{
	struct router *rt;
	unsigned int i;
	size_t n;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		rt = begin(bad[i].config);
		n = strlen(printed);
		check(rt == NULL && strncmp(printed, bad[i].says,
		    strlen(bad[i].says)) == 0 && n > strlen(LAST) &&
		    strcmp(printed + n - strlen(LAST), LAST) == 0,
		    bad[i].config, printed);
		end(rt);
	}
}

void
test_configs(void)
{
	test_good();
	test_bad();
}
