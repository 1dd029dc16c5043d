/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* Tests of the guest's Click on the host, with devices that are arrays. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "click/device.h"
#include "click/router.h"

#define DEVICES		2
#define FRAMES		4

struct frame {
	uint8_t	 data[PACKET_MAX];
	size_t	 len;
};

struct device {
	int		 users;
	struct frame	 rx[FRAMES], tx[FRAMES];
	int		 nrx, taken, ntx;
};

static struct device devices[DEVICES];
static char printed[16384];
static int passed, failed;

void
click_print(const char *line)
{
	size_t n = strlen(printed);

	snprintf(printed + n, sizeof(printed) - n, "%s\n", line);
}

struct device *
device_open(int id)
{
	if (id >= DEVICES)
		return NULL;
	devices[id].users++;
	return &devices[id];
}

void
device_close(struct device *dev)
{
	if (dev != NULL)
		dev->users--;
}

int
device_receive(struct device *dev,
    void (*fn)(void *arg, const uint8_t *frame, size_t len), void *arg)
{
	struct frame *f;

	if (dev->taken == dev->nrx)
		return 0;
	f = &dev->rx[dev->taken++];
	fn(arg, f->data, f->len);
	return 1;
}

void
device_send(struct device *dev, const uint8_t *frame, size_t len)
{
	if (dev->ntx == FRAMES)
		return;
	memcpy(dev->tx[dev->ntx].data, frame, len);
	dev->tx[dev->ntx++].len = len;
}

static void
check(int ok, const char *what, const char *got)
{
	if (ok) {
		passed++;
		return;
	}
	failed++;
	printf("not ok: %s\n--- got:\n%s---\n", what, got);
}

static struct router *
begin(const char *config)
{
	struct router *rt;

	memset(devices, 0, sizeof(devices));
	printed[0] = '\0';
	rt = router_parse(config, strlen(config));
	if (rt != NULL && router_initialize(rt) == 0)
		return rt;
	if (rt != NULL)
		router_free(rt);
	return NULL;
}

static void
end(struct router *rt)
{
	int i;

	if (rt != NULL)
		router_free(rt);
	for (i = 0; i < DEVICES; i++)
		check(devices[i].users == 0, "devices are closed", "");
}

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

static size_t
parse_hex(const char *s, uint8_t *to)
{
	size_t n = 0;
	unsigned int v;

	for (; sscanf(s, "%2x", &v) == 1; s += 2 + (s[2] == ' '))
		to[n++] = v;
	return n;
}

/* Puts a frame into device 0 and runs; what comes out of id, in hex. */
static const char *
pass(struct router *rt, const char *hex, int id)
{
	static char out[2 * PACKET_MAX + 1];
	struct device *dev = &devices[0];
	struct frame *f = &devices[id].tx[0];
	size_t i;

	dev->nrx = 1;
	dev->taken = 0;
	devices[id].ntx = 0;
	dev->rx[0].len = parse_hex(hex, dev->rx[0].data);
	while (router_run(rt))
		;
	out[0] = '\0';
	for (i = 0; devices[id].ntx > 0 && i < f->len; i++)
		snprintf(out + 2 * i, 3, "%02x", f->data[i]);
	return out;
}

static const char *
read_handler(struct router *rt, const char *element, const char *name)
{
	static char buf[4096];
	struct element *e = router_find(rt, element, strlen(element));
	const struct handler *h = e != NULL ? handler_find(e, name) : NULL;
	struct text out;

	if (h == NULL || h->read == NULL)
		return "(none)";
	text_init(&out, buf, sizeof(buf));
	h->read(e, &out);
	return buf;
}

static void
write_handler(struct router *rt, const char *element, const char *name,
    const char *value)
{
	struct element *e = router_find(rt, element, strlen(element));
	const struct handler *h = e != NULL ? handler_find(e, name) : NULL;
	struct report report = { 0 };

	if (h != NULL && h->write != NULL)
		h->write(e, value, &report);
}

static void
expect(const char *what, const char *got, const char *wanted)
{
	check(strcmp(got, wanted) == 0, what, got);
}

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

/* The output that a frame takes; -1 when it is dropped. */
static int
classify(const char *patterns, int outputs, const char *frame)
{
	char config[1024];
	struct router *rt;
	int i, n, out = -1;

	n = snprintf(config, sizeof(config),
	    "c :: Classifier(%s); FromDevice -> c; ", patterns);
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
		    cases[i].patterns, cases[i].outputs, cases[i].frame));
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
	rt = begin("f :: FromDevice; c :: Counter; f -> c; m :: EtherMirror;"
	    "c -> m -> c");
	check(rt != NULL, "a loop starts", printed);
	expect("and ends", rt != NULL ? pass(rt, "00", 1) : "", "");
	end(rt);
}

/* With arguments: what is said of each of these configurations. */
static int
say(char **configs)
{
	struct router *rt;
	int rc = 0;

	for (; *configs != NULL; configs++) {
		if ((rt = begin(*configs)) == NULL)
			rc = 1;
		else
			router_free(rt);
		fputs(printed, stdout);
	}
	return rc;
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		return say(argv + 1);
	test_good();
	test_bad();
	test_responder();
	test_handlers();
	test_classifier();
	test_program();
	test_others();
	printf("test-click: %d passed, %d failed, 0 skipped\n", passed,
	    failed);
	return failed != 0 || passed == 0;
}
