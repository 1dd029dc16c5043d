/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* What templates inherit from one another, and their parameters. */

#include "config_file.h"

static const struct refused lineages[] = {
	{ WEB "    extends: base\n", "4:14: no template is called 'base', "
	    "which this one extends" },
	{ WEB "    extends:\n", "4:13: extends must be the name of a "
	    "template, not nothing" },
	{ WEB "    extends: [web]\n", "4:14: extends must be the name of a "
	    "template, not a list" },
	{ WEB "    extends: web\n", "4:14: template web extends itself: web "
	    "-> web" },
	{ "templates:\n  a: {extends: b}\n  b: {extends: c}\n"
	    "  c: {extends: b}\n", "4:16: template b extends itself: b -> c "
	    "-> b" },
	{ WEB "    abstract: 1\n", "4:15: abstract must be one of false, "
	    "true, not '1'" },
	{ WEB "    abstract: true\n", "2:3: every template here is abstract; "
	    "the file needs at least one that is not" },
	/* what is inherited is wrong where it stands */
	{ "templates:\n  a: {extends: b}\n  b: {vcpus: 0, kernel: /k}\n",
	    "3:14: vcpus must be a whole number from 1 to 128, not '0'" },
	{ "templates:\n  a: {extends: b}\n  b: [c]\n", "3:6: template b "
	    "must be a map with keys, not a list" },
	{ WEB "  b: {abstract: true, vcpu: 1}\n", "4:23: unknown key 'vcpu' "
	    "in template b; did you mean vcpus? the keys are: ..." },
	/* being abstract is not inherited, so that this lacks a kernel */
	{ "templates:\n  a: {extends: b}\n  b: {abstract: true}\n",
	    "2:3: template a lacks the key kernel, the absolute path of its "
	    "image" },
};

static void
test_lineages(void **state)
{
	char *text = xmalloc(4096);
	size_t len;
	int i;

	(void)state;
	REFUSE_ALL(lineages);
	len = (size_t)sprintf(text, "templates:\n");
	for (i = 0; i < 17; i++)
		len += (size_t)sprintf(text + len,
		    " t%d: {extends: t%d, kernel: /k}\n", i, i + 1);
	sprintf(text + len, " t%d: {kernel: /k}\n", i);
	refuse(text, "17:17: more than 16 templates extend one another "
	    "here");
	free(text);
}

/* Later keys win, whatever the order in the file; maps go key by key. */
static void
test_extends(void **state)
{
	struct config *c = accept("templates:\n"
	    "  leaf: {extends: middle, memory_mb: 16, pool: {booted: 3}}\n"
	    "  middle: {extends: root, vifs: [{bridge: b}], vcpus: 2,\n"
	    "    ready: running}\n"
	    "  other: {extends: root, ready: {handler: b.c}}\n"
	    "  root: {abstract: true, ready: {handler: x.y}, kernel: /r,\n"
	    "    memory_mb: 9, vcpus: 4,\n"
	    "    vifs: [{bridge: x}, {bridge: y}],\n"
	    "    pool: {paused: 1, booted: 2}}\n");
	const struct template *leaf = config_template(c, "leaf");
	const struct template *middle = config_template(c, "middle");

	(void)state;
	assert_int_equal(c->ntemplates, 3);
	assert_null(config_template(c, "root"));
	assert_true(config_is_abstract(c, "root"));
	assert_false(config_is_abstract(c, "leaf"));
	assert_int_equal(leaf->index, 0);
	assert_int_equal(middle->index, 1);
	assert_string_equal(leaf->name, "leaf");
	assert_string_equal(leaf->kernel, "/r");
	assert_int_equal(leaf->memory_mb, 16);
	assert_int_equal(leaf->vcpus, 2);
	assert_int_equal(leaf->nvifs, 1);
	assert_string_equal(leaf->vifs[0].place.name, "b");
	assert_string_equal(leaf->vifs[1].place.name, "");
	assert_int_equal(leaf->pool[KIND_PAUSED], 1);
	assert_int_equal(leaf->pool[KIND_BOOTED], 3);
	assert_int_equal(leaf->ready, READY_RUNNING);
	assert_null(leaf->ready_element);
	assert_string_equal(config_template(c, "other")->ready_element, "b");
	assert_int_equal(middle->memory_mb, 9);
	assert_int_equal(middle->pool[KIND_BOOTED], 2);
	config_free(c);
}

static const struct refused guests[] = {
	{ WEB "    guest: generic\n    config: a\n", "5:13: template web: a "
	    "generic guest takes no configuration; leave out config, or say "
	    "'guest: clickos'" },
	{ WEB "    guest: generic\n    params: {a: b}\n", "5:13: template "
	    "web: a generic guest takes no configuration; leave out "
	    "params..." },
	{ WEB "    guest: generic\n    layout: data\n", "5:13: template web: "
	    "a generic guest takes no configuration; leave out layout..." },
	{ WEB "    guest: generic\n    handlers: stock\n", "5:15: template "
	    "web: a generic guest takes no configuration; leave out "
	    "handlers..." },
	{ WEB "    guest: generic\n    ready: console\n", "5:12: template "
	    "web: a generic guest is ready when it runs ('ready: running'), or "
	    "when its console says some text ('ready: {console: TEXT}')" },
	{ WEB "    guest: generic\n    ready: {handler: a.b}\n", "5:12: "
	    "template web: a generic guest is ready when it runs..." },
	{ WEB "    ready: {console: up}\n", "4:12: template web: a text on "
	    "the console is what a generic guest is ready by; for ClickOS say "
	    "'ready: console'" },
	{ WEB "    ready: {console: }\n", "4:22: console must be a text, not "
	    "nothing" },
	{ WEB "    ready: {}\n", "4:12: ready must have one key: handler or "
	    "console" },
	{ WEB "    ready: {console: a, handler: a.b}\n", "4:12: ready must "
	    "have one key: handler or console" },
	{ WEB "    ramdisk: a\n", "4:14: ramdisk must be an absolute path, "
	    "which 'a' is not" },
	{ WEB "    cmdline: [a]\n", "4:14: cmdline must be a text, not a "
	    "list" },
};

static void
test_guests(void **state)
{
	char *long_text = xcalloc(2048, 1), *text;
	struct config *c = accept("templates:\n"
	    "  a: {guest: generic, kernel: /k, type: pvh, ramdisk: /r,\n"
	    "    cmdline: console=hvc0 quiet, ready: {console: 'up: '}}\n"
	    "  b: {extends: a, ready: running}\n"
	    "  c: {guest: generic, kernel: /k}\n"
	    "  d: {kernel: /k, ramdisk: /r, cmdline: x}\n");

	(void)state;
	assert_int_equal(c->templates[0]->guest, GUEST_GENERIC);
	assert_int_equal(c->templates[0]->ready, READY_TEXT);
	assert_string_equal(c->templates[0]->ready_text, "up: ");
	assert_string_equal(c->templates[0]->ramdisk, "/r");
	assert_string_equal(c->templates[0]->cmdline, "console=hvc0 quiet");
	assert_int_equal(c->templates[1]->ready, READY_RUNNING);
	assert_null(c->templates[1]->ready_text);
	assert_int_equal(c->templates[2]->ready, READY_RUNNING);
	assert_int_equal(c->templates[3]->ready, READY_CONSOLE);
	config_free(c);
	REFUSE_ALL(guests);
	memset(long_text, 'x', 1024);
	text = xasprintf(WEB "    cmdline: %s\n", long_text);
	refuse(text, "4:14: cmdline may have at most 1023 bytes, this has "
	    "1024");
	free(text);
	long_text[256] = '\0';
	text = xasprintf(WEB "    guest: generic\n    ready: {console: %s}\n",
	    long_text);
	refuse(text, "5:22: console may have at most 255 bytes, this has 256");
	free(text);
	free(long_text);
}

static const struct refused cpus[] = {
	{ WEB "    cpus: 2\n", "4:11: cpus must be a map with keys, not '2'" },
	{ WEB "    cpus: {caps: 2}\n", "4:12: unknown key 'caps' in cpus; did "
	    "you mean cap? the keys are: affinity, weight, cap" },
	{ WEB "    cpus: {affinity: 1024}\n", "4:22: affinity must be a list "
	    "of CPUs as in \"0-3,^2\" or \"all,^0\", from 0 to 1023, not "
	    "'1024'" },
	{ WEB "    cpus: {affinity: 3-1}\n", "4:22: affinity must be..." },
	{ WEB "    cpus: {affinity: '1,,2'}\n", "4:22: affinity must be..." },
	{ WEB "    cpus: {affinity: '1 2'}\n", "4:22: affinity must be..." },
	{ WEB "    cpus: {affinity: '1-2-3'}\n", "4:22: affinity must be..." },
	{ WEB "    cpus: {affinity: ^^1}\n", "4:22: affinity must be..." },
	{ WEB "    cpus: {affinity: ^1}\n", "4:22: affinity '^1' leaves no "
	    "CPU" },
	{ WEB "    cpus: {affinity: '0-3,^all'}\n", "4:22: affinity "
	    "'0-3,^all' leaves no CPU" },
	{ WEB "    cpus: {affinity: [1]}\n", "4:22: affinity must be a text, "
	    "not a list" },
	{ WEB "    cpus: {weight: 0}\n", "4:20: weight must be a whole number "
	    "from 1 to 65535, not '0'" },
	{ WEB "    cpus: {cap: 12801}\n", "4:17: cap must be a whole number "
	    "from 0 to 12800, not '12801'" },
	{ WEB "    cpus: {cap: 101}\n", "4:11: template web: a cap of 101 is "
	    "more than its 1 vcpus can use; 100 is one whole CPU" },
};

static void
check_affinity(const char *text, unsigned first, uint8_t byte0)
{
	char *yaml = xasprintf("%s    cpus: {affinity: \"%s\"}\n", WEB, text);
	struct config *c = accept(yaml);
	const struct template *t = c->templates[0];
	unsigned i;

	assert_string_equal(t->affinity, text);
	assert_int_equal(t->cpus.affinity[0], byte0);
	for (i = 0; i < CPUS_MAX &&
	    (t->cpus.affinity[i / 8] & 1 << i % 8) == 0; i++)
		;
	assert_int_equal(i, first);
	config_free(c);
	free(yaml);
}

static void
test_cpus(void **state)
{
	struct config *c = accept("templates:\n"
	    "  a: {kernel: /k, vcpus: 2, cpus: {cap: 200, weight: 65535}}\n"
	    "  b: {extends: a, cpus: {affinity: 1, cap: 0}}\n"
	    "  c: {kernel: /k}\n");

	(void)state;
	assert_null(c->templates[0]->affinity);
	assert_int_equal(c->templates[0]->cpus.cap, 200);
	assert_int_equal(c->templates[1]->cpus.weight, 65535);
	assert_int_equal(c->templates[1]->cpus.cap, 0);
	assert_string_equal(c->templates[1]->affinity, "1");
	assert_int_equal(c->templates[2]->cpus.weight, 0);
	config_free(c);
	REFUSE_ALL(cpus);
	check_affinity("0-3,^2", 0, 0x0b);
	check_affinity("all,^0", 1, 0xfe);
	check_affinity("1,1023", 1, 0x02);
	check_affinity("1023", 1023, 0);
	check_affinity("^1,0-1", 0, 0x03);
}

static const struct refused params[] = {
	{ WEB "    params: [ip]\n", "4:13: params must be a map of defaults "
	    "by the names of parameters, not a list" },
	{ WEB "    params: {Ip: a}\n", "4:14: 'Ip' is no name for a "
	    "parameter: it takes a letter in lower case, then up to 30 such "
	    "letters, digits, '_'" },
	{ WEB "    params: {mac1: a}\n", "4:14: the parameter mac1 is built "
	    "in; take another name" },
	{ WEB "    params: {ip: {range: a-b}}\n", "4:26: 'a-b' is no range: "
	    "two IPv4 addresses or two whole numbers with '-' between them, "
	    "the last not before the first, with at most 65536 values" },
	{ WEB "    params: {ip: {ranges: 1-2}}\n", "4:19: unknown key "
	    "'ranges' in ip; did you mean range? the keys are: range" },
	{ WEB "    params: {ip: {range: 1-2, mask: 4}}\n", "4:18: the default "
	    "of parameter ip must be a text, or {range: FIRST-LAST}, or "
	    "nothing where every request must set it, not a map" },
	{ WEB "    params: {ip: [a]}\n", "4:18: the default of parameter ip "
	    "must be a text, or {range: FIRST-LAST}, or nothing where every "
	    "request must set it, not a list" },
	{ WEB "    params: {ip: 'a;b'}\n", "4:18: the value of 'ip' has the "
	    "character ;, which no value may have; uvnf.yaml(5) lists those "
	    "it may" },
	{ WEB "    params: {ip: ''}\n", "4:18: the value of 'ip' is empty" },
	{ WEB "    params: {a: , b: , c: , d: , e: , f: , g: , h: , i: , j: , "
	    "k: , l: , m: , n: , o: , p: , q: }\n", "4:94: a template may "
	    "have at most 16 parameters" },
	{ WEB "    override: params\n", "4:15: override must be a list of "
	    "words out of config, params, vifs, not 'params'" },
	{ WEB "    override: [param]\n", "4:16: override must be one of "
	    "config, params, vifs, not 'param'" },
	{ WEB "    override: [config, config]\n", "4:24: override has config "
	    "twice" },
};

static void
test_params(void **state)
{
	struct config *c = accept("templates:\n"
	    "  base: {kernel: /k, params: {ip: 10.0.0.7, port: 80, gw: }}\n"
	    "  a: {extends: base, params: {gw: \"10.0.0.1\", ip: ~}}\n"
	    "  b: {extends: base, override: []}\n"
	    "  c: {extends: b, override: [vifs, config]}\n");
	const struct params *p = &config_template(c, "a")->params;
	struct uvnf_error e;

	(void)state;
	REFUSE_ALL(params);
	assert_int_equal(p->n, 3);
	assert_null(params_get(p, "ip")->value);
	assert_string_equal(params_get(p, "port")->value, "80");
	assert_string_equal(params_get(p, "gw")->value, "10.0.0.1");
	assert_null(params_get(&c->templates[0]->params, "gw")->value);
	assert_int_equal(config_template(c, "a")->override,
	    OVERRIDE_CONFIG | OVERRIDE_PARAMS);
	assert_int_equal(config_template(c, "b")->override, 0);
	assert_int_equal(config_template(c, "c")->override,
	    OVERRIDE_CONFIG | OVERRIDE_VIFS);
	assert_int_equal(template_allows(config_template(c, "b"),
	    OVERRIDE_PARAMS, &e), -UVNF_E_BAD_REQUEST);
	assert_string_equal(e.text, "template 'b' does not let a request give "
	    "its own params; its key override would have to list params");
	assert_int_equal(template_allows(config_template(c, "c"),
	    OVERRIDE_VIFS, &e), 0);
	config_free(c);
}

/* A configuration's text, and what shells have ahead of it. */
static void
check_ahead(const char *text, const char *ahead)
{
	const struct template *t;
	struct config *c;

	write_file(click, text, strlen(text));
	c = accept(WEB "    vifs: [{bridge: b}]\n    config: a.click\n"
	    "    params: {ip: 10.0.0.7, vif: 0, gw: }\n");
	t = c->templates[0];
	assert_int_equal(t->config_len, strlen(text));
	if (ahead == NULL) {
		assert_null(t->ahead);
	} else {
		assert_int_equal(t->ahead_len, strlen(ahead));
		assert_memory_equal(t->ahead, ahead, t->ahead_len);
	}
	config_free(c);
}

static void
test_ahead(void **state)
{
	char *sentence = xasprintf("5:13: template web: its config %s cannot "
	    "be used: line 2: {{ipp}} is no parameter; the template's key "
	    "params has: none; built in are name, mac, mac0 to mac7", click);

	(void)state;
	check_ahead("Idle;", "Idle;");
	check_ahead("FromDevice({{vif}}); // {{ip}}",
	    "FromDevice(0); // 10.0.0.7");
	check_ahead("Print({{gw}}, {{ip}});", NULL);
	check_ahead("Print({{name}}, {{ip}});", NULL);
	check_ahead("Print({{mac}}, {{ip}});", NULL);
	write_file(click, "Idle;\n{{ipp}}", 13);
	refuse(WEB "    vifs: [{bridge: b}]\n    config: a.click\n",
	    sentence);
	free(sentence);
	/* the vifs are looked for in what the guest will get */
	sentence = xasprintf("5:13: template web: its config %s cannot be "
	    "used: line 1: FromDevice(1) names vif 1, but there is only vif 0",
	    click);
	write_file(click, "FromDevice({{v}})", 17);
	refuse(WEB "    vifs: [{bridge: b}]\n    config: a.click\n"
	    "    params: {v: 1}\n", sentence);
	write_file(click, "FromDevice(1); {{v}}", 20);
	refuse(WEB "    vifs: [{bridge: b}]\n    config: a.click\n"
	    "    params: {v: }\n", sentence);
	free(sentence);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lineages),
		cmocka_unit_test(test_extends),
		cmocka_unit_test(test_guests),
		cmocka_unit_test(test_cpus),
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_ahead),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
