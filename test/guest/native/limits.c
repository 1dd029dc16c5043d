/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "native.h"

#define CONFIG_MAX	(256 << 10)

/* A configuration that grows; what does not fit is a failure. */
static char config[CONFIG_MAX + 1];
static size_t length;

static void
add(const char *fmt, int i)
{
	size_t room = sizeof(config) - length;
	size_t n = snprintf(config + length, room, fmt, i, i, i);

	if (n >= room) {
		check(0, "the configuration fits", fmt);
		return;
	}
	length += n;
}

static void
start_config(void)
{
	length = 0;
	config[0] = '\0';
}

static void
test_many_elements(void)
{
	struct router *rt;
	int i;

	start_config();
	add("// many elements\nFromDevice(0) -> c0 :: Counter", 0);
	for (i = 1; i < 2000; i++)
		add("\n    /* as in other examples */ -> c%d :: Counter", i);
	add(" -> ToDevice(1);\n", 0);
	for (i = 0; length < CONFIG_MAX - 200; i++)
		add("Idle -> d%d :: Strip(1) -> e%d :: Discard; "
		    "// one more of them, number %d\n", i);
	rt = begin(config);
	check(rt != NULL, "256 KB of elements start", printed);
	if (rt == NULL)
		return;
	check(rt->nelements > 8000, "there are many", "");
	expect("a packet passes 2000 of them", pass(rt, "0102", 1), "0102");
	expect("the last counts", read_handler(rt, "c1999", "count"), "1");
	expect("a name is found", read_handler(rt, "e1234", "class"),
	    "Discard");
	end(rt);
}

/* Connected in an order that is as bad as can be. */
static void
test_backwards(void)
{
	struct router *rt;
	int i;

	start_config();
	for (i = 0; i < 4000; i++)
		add("c%d :: Counter;", i);
	for (i = 3999; i > 0; i--) {
		add("c%d -> ", i - 1);
		add("c%d;", i);
	}
	add("FromDevice -> c0; c3999 -> ToDevice(1)", 0);
	rt = begin(config);
	check(rt != NULL, "a chain that is written backwards", printed);
	expect("passes a packet", rt != NULL ? pass(rt, "0102", 1) : "",
	    "0102");
	end(rt);
}

static void
test_loops(void)
{
	struct router *rt;

	rt = begin("f :: FromDevice; c :: Counter; f -> c; m :: EtherMirror;"
	    "c -> m -> c");
	check(rt != NULL, "a loop starts", printed);
	expect("and ends", rt != NULL ? pass(rt, "00", 1) : "", "");
	end(rt);
	rt = begin("t :: Tee; FromDevice -> t; t[0] -> t; t[1] -> t;"
	    "t[2] -> c :: Counter -> Discard");
	check(rt != NULL, "a loop that multiplies", printed);
	expect("ends, too", rt != NULL ? pass(rt, "00", 1) : "", "");
	end(rt);
	rt = begin("c :: Classifier(-); FromDevice -> c -> c");
	expect("a loop through pushes ends", rt != NULL ? pass(rt, "00", 1) :
	    "", "");
	end(rt);
}

/* A long path is too much for a real stack; the guest must survive it. */
static void
test_long_pull(void)
{
	struct router *rt;
	int i;

	start_config();
	add("FromDevice -> Queue", 0);
	for (i = 0; i < 3000; i++)
		add(" -> Null", i);
	add(" -> ToDevice(1)", 0);
	rt = begin(config);
	check(rt != NULL, "a long pull path starts", printed);
	expect("and passes nothing", rt != NULL ? pass(rt, "00", 1) : "", "");
	end(rt);
	rt = begin("FromDevice -> Queue -> Null -> Counter -> ToDevice(1)");
	expect("a short one passes", rt != NULL ? pass(rt, "00", 1) : "",
	    "00");
	end(rt);
}

void
test_limits(void)
{
	test_many_elements();
	test_backwards();
	test_loops();
	test_long_pull();
}
