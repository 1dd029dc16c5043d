/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/util.h"
#include "daemon/click.h"
#include "daemon/config.h"
#include "config_file.h"
#include "config_refused.h"

static char *
data_path(const char *name)
{
	const char *top = getenv("UVNF_SRCDIR");

	return xasprintf("%s/test/unit/data/%s", top != NULL ? top : ".",
	    name);
}

static void
test_example(void **state)
{
	char *path = data_path("interface.yaml");
	char *config_path = data_path("ping.click");
	struct uvnf_error e = { .code = UVNF_OK };
	struct config *c = config_read(path, &e);
	struct template *t;

	(void)state;
	if (c == NULL)
		fail_msg("%s", e.text);
	assert_string_equal(c->socket_path, "/run/uvnf/uvnf.sock");
	assert_string_equal(c->socket_group, "uvnf");
	assert_int_equal(c->socket_mode, 0660);
	assert_false(c->destroy_on_exit);
	assert_int_equal(c->memory_reserve_mb, 64);
	assert_int_equal(c->workers, 2);
	assert_int_equal(c->ntemplates, 1);
	t = config_template(c, "responder");
	assert_non_null(t);
	assert_string_equal(t->name, "responder");
	assert_string_equal(t->kernel, "/var/lib/uvnf/clickos_x86_64");
	assert_int_equal(t->type, TYPE_PV);
	assert_int_equal(t->memory_mb, 8);
	assert_int_equal(t->vcpus, 1);
	assert_int_equal(t->nvifs, 1);
	assert_string_equal(t->vifs[0].place.name, "xenbr0");
	assert_string_equal(t->config_path, config_path);
	assert_memory_equal(t->config, "cnt :: Counter;", 15);
	assert_int_equal(t->config[t->config_len - 1], '\n');
	assert_int_equal(t->pool[KIND_COLD], 0);
	assert_int_equal(t->pool[KIND_PAUSED], 2);
	assert_int_equal(t->pool[KIND_BOOTED], 4);
	assert_int_equal(t->ready, READY_CONSOLE);
	config_free(c);
	free(path);
	free(config_path);
}

static void
test_shipped_example(void **state)
{
	const char *top = getenv("UVNF_SRCDIR");
	char *path = xasprintf("%s/examples/uvnf.yaml",
	    top != NULL ? top : ".");
	struct uvnf_error e = { .code = UVNF_OK };
	struct config *c = config_read(path, &e);

	(void)state;
	if (c == NULL)
		fail_msg("%s", e.text);
	assert_non_null(config_template(c, "responder"));
	assert_non_null(config_template(c, "counter"));
	assert_non_null(config_template(c, "counter")->config);
	assert_null(config_template(c, "responder")->config);
	assert_null(config_template(c, "count"));
	config_free(c);
	free(path);
}

static void
test_defaults(void **state)
{
	struct config *c = accept("templates: {a: {kernel: /k}}");
	struct template *t = c->templates[0];

	(void)state;
	assert_string_equal(c->socket_path, "/run/uvnf/uvnf.sock");
	assert_null(c->socket_group);
	assert_int_equal(c->socket_mode, 0660);
	assert_false(c->destroy_on_exit);
	assert_int_equal(c->memory_reserve_mb, 64);
	assert_int_equal(c->workers, 2);
	assert_int_equal(t->type, TYPE_PV);
	assert_int_equal(t->memory_mb, 8);
	assert_int_equal(t->vcpus, 1);
	assert_int_equal(t->nvifs, 0);
	assert_null(t->config);
	assert_null(t->config_path);
	assert_int_equal(t->pool[KIND_PAUSED], 0);
	assert_int_equal(t->pool[KIND_BOOTED], 0);
	assert_int_equal(t->ready, READY_CONSOLE);
	assert_int_equal(t->index, 0);
	config_free(c);
}

static void
test_every_key(void **state)
{
	struct config *c = accept(
	    "%YAML 1.1\n---\n"
	    "socket:\n  mode: 0600\n  path: \"/tmp/a b\"\n  group: g\n"
	    "workers: 8\non_exit: destroy\nmemory_reserve_mb: 0\n"
	    "templates:\n"
	    "  b.2-_x: {guest: \"clickos\", kernel: /b, type: pvh,\n"
	    "    memory_mb: 65536, vcpus: 128, layout: data, vifs: [],\n"
	    "    pool: {paused: 1024, booted: {target: 3, min: 1, max: 9},\n"
	    "    idle_s: 5, max_age_s: 3600}, ready: running,\n"
	    "    handlers: mended, routers: 64,\n"
	    "    on_failure: destroy, on_crash: restart}\n"
	    "  'a':\n"
	    "    vifs:\n    - bridge: br0\n    - {bridge: br-int.12345678}\n"
	    "    pool: {}\n    layout: root\n"
	    "    ready: {handler: a/b.count}\n"
	    "    kernel: /a\n"
	    "...\n");

	(void)state;
	assert_string_equal(c->socket_path, "/tmp/a b");
	assert_string_equal(c->socket_group, "g");
	assert_int_equal(c->socket_mode, 0600);
	assert_int_equal(c->workers, 8);
	assert_true(c->destroy_on_exit);
	assert_int_equal(c->memory_reserve_mb, 0);
	assert_int_equal(c->ntemplates, 2);
	assert_string_equal(c->templates[0]->name, "b.2-_x");
	assert_int_equal(c->templates[0]->type, TYPE_PVH);
	assert_int_equal(c->templates[0]->memory_mb, 65536);
	assert_int_equal(c->templates[0]->vcpus, 128);
	assert_int_equal(c->templates[0]->pool[KIND_PAUSED], 1024);
	assert_int_equal(c->templates[0]->pool_max[KIND_PAUSED], 1024);
	assert_int_equal(c->templates[0]->pool[KIND_BOOTED], 3);
	assert_int_equal(c->templates[0]->pool_min[KIND_BOOTED], 1);
	assert_int_equal(c->templates[0]->pool_max[KIND_BOOTED], 9);
	assert_int_equal(c->templates[0]->pool_idle_s, 5);
	assert_int_equal(c->templates[0]->pool_max_age_s, 3600);
	assert_int_equal(c->templates[0]->ready, READY_RUNNING);
	assert_true(c->templates[0]->handlers_mended);
	assert_int_equal(c->templates[0]->routers, 64);
	assert_int_equal(c->templates[0]->on_failure, AFTER_DESTROY);
	assert_int_equal(c->templates[0]->on_crash, AFTER_RESTART);
	assert_int_equal(c->templates[1]->layout, LAYOUT_ROOT);
	assert_int_equal(c->templates[1]->ready, READY_HANDLER);
	assert_string_equal(c->templates[1]->ready_element, "a/b");
	assert_string_equal(c->templates[1]->ready_handler, "count");
	assert_string_equal(c->templates[1]->name, "a");
	assert_int_equal(c->templates[1]->index, 1);
	assert_int_equal(c->templates[1]->nvifs, 2);
	assert_string_equal(c->templates[1]->vifs[1].place.name,
	    "br-int.12345678");
	assert_ptr_equal(config_template(c, "a"), c->templates[1]);
	config_free(c);
}

static void
test_modes(void **state)
{
	static const struct {
		const char *text;
		mode_t mode;
	} modes[] = { { "0660", 0660 }, { "660", 0660 }, { "\"0777\"", 0777 },
	    { "'600'", 0600 }, { "000", 0 } };
	char text[128];
	struct config *c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		snprintf(text, sizeof(text), "socket: {mode: %s}\n%s",
		    modes[i].text, WEB);
		c = accept(text);
		assert_int_equal(c->socket_mode, modes[i].mode);
		config_free(c);
	}
}

static void
test_not_yaml(void **state)
{
	(void)state;
	REFUSE_ALL(not_yaml);
}

static void
test_unknown_keys(void **state)
{
	(void)state;
	REFUSE_ALL(unknown);
}

static void
test_missing_keys(void **state)
{
	(void)state;
	REFUSE_ALL(missing);
}

static void
test_numbers(void **state)
{
	(void)state;
	REFUSE_ALL(numbers);
}

static void
test_words(void **state)
{
	(void)state;
	REFUSE_ALL(words);
}

static void
test_texts(void **state)
{
	(void)state;
	REFUSE_ALL(texts);
}

static void
test_bytes(void **state)
{
	struct config *c;

	(void)state;
	refuse_bytes("workers: 2\nab\0\n", 15, "2:3: this is no text in UTF-8 "
	    "(control characters are not allowed)");
	refuse("# \xc3\xa4\n# \xc3\xa4\xff", "2:4: this is no text in UTF-8 "
	    "(invalid leading UTF-8 octet)");
	refuse("# \xc3", "1:3: this is no text in UTF-8 (incomplete UTF-8 "
	    "octet sequence)");
	refuse("# \xed\xa0\x80", "1:3: this is no text in UTF-8 (invalid "
	    "Unicode character)");
	refuse_bytes("\x7f" "ELF\2\1\1\0\0\0", 10, "1:1: this is no text in "
	    "UTF-8 (control characters are not allowed)");
	refuse_bytes("\xff\xfe" "a\0:\0", 6, "1:1: this is no text in UTF-8 "
	    "(invalid leading UTF-8 octet)");
	/* lines that end otherwise, a byte order mark, other languages */
	c = accept("\xef\xbb\xbf# \xc3\xa4\r\ntemplates:\r\n  a:\r\n"
	    "    kernel: /\xc3\xa4\r\n");
	assert_string_equal(c->templates[0]->kernel, "/\xc3\xa4");
	config_free(c);
}

static void
test_files(void **state)
{
	struct uvnf_error e;
	char *fifo = xasprintf("%s/uvnf.yaml", folder);

	(void)state;
	unlink(file);
	assert_null(config_read(file, &e));
	check_error("", &e, "1:1: the file cannot be read: No such file or "
	    "directory");
	assert_int_equal(mkdir(file, 0700), 0);
	assert_null(config_read(file, &e));
	check_error("", &e, "1:1: the file cannot be read: it is a directory");
	assert_int_equal(rmdir(file), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_null(config_read(fifo, &e));
	check_error("", &e, "1:1: the file is empty; it needs at least the "
	    "key templates");
	unlink(fifo);
	free(fifo);
	assert_int_equal(symlink("/dev/zero", file), 0);
	assert_null(config_read(file, &e));
	check_error("", &e, "1:1: the file cannot be read: it is no regular "
	    "file");
	unlink(file);
	if (geteuid() != 0) {
		write_file(file, WEB, strlen(WEB));
		assert_int_equal(chmod(file, 0), 0);
		assert_null(config_read(file, &e));
		check_error("", &e, "1:1: the file cannot be read: Permission "
		    "denied");
		unlink(file);
	}
	assert_null(config_read(file, NULL));
}

/* One MiB and no more, all of it comments behind a small configuration. */
static void
test_size(void **state)
{
	size_t max = 1024 * 1024;
	char *text = xmalloc(max + 1);

	(void)state;
	memset(text, '#', max + 1);
	memcpy(text, WEB, strlen(WEB));
	config_free(accept_bytes(text, max));
	refuse_bytes(text, max + 1, "1:1: the file cannot be read: it has "
	    "more than 1048576 bytes, the most that are allowed");
	memset(text, '[', max);
	refuse_bytes(text, max, "1:17: lists and maps are nested too deeply");
	memset(text, ',', max);
	text[0] = '[';
	refuse_bytes(text, max, "1:2: not valid YAML: did not find expected "
	    "node content (while parsing a flow node)");
	free(text);
}

/* templates: {t0: {kernel: /k}, …} */
static void
test_many(void **state)
{
	char *text = xmalloc(64 * 1024);
	struct config *c;
	size_t len;
	int i;

	(void)state;
	len = (size_t)sprintf(text, "templates:\n");
	for (i = 0; i < 1024; i++)
		len += (size_t)sprintf(text + len, " t%d: {kernel: /k}\n", i);
	c = accept(text);
	assert_int_equal(c->ntemplates, 1024);
	assert_int_equal(config_template(c, "t1023")->index, 1023);
	config_free(c);
	sprintf(text + len, " t%d: {kernel: /k}\n", i);
	refuse(text, "1026:2: there are more than 1024 entries in one list or "
	    "map");
	free(text);
}

/* A Click file that is refused, its sentence with the names put in. */
static void
refuse_click(const char *vifs, const char *fmt)
{
	char *text = xasprintf("%s    vifs: [%s]\n    config: a.click\n", WEB,
	    vifs);
	char *sentence = xasprintf("5:13: template web: its config %s cannot "
	    "be %s", click, fmt);

	refuse(text, sentence);
	free(text);
	free(sentence);
}

static void
test_click(void **state)
{
	char *big = xmalloc(CLICK_CONFIG_MAX + 1);
	struct config *c;

	(void)state;
	unlink(click);
	refuse_click("{bridge: a}", "read: No such file or directory");
	assert_int_equal(mkdir(click, 0700), 0);
	refuse_click("{bridge: a}", "read: it is a directory");
	assert_int_equal(rmdir(click), 0);
	write_file(click, "", 0);
	refuse_click("{bridge: a}", "used: the Click configuration is empty; "
	    "give one with at least one element");
	write_file(click, "Idle\n\0", 6);
	refuse_click("{bridge: a}", "used: line 2 has a NUL byte; a Click "
	    "configuration is plain text");
	write_file(click, "Idle\n-> ToDevice(1)", 19);
	refuse_click("{bridge: a}", "used: line 2: ToDevice(1) names vif 1, "
	    "but there is only vif 0");
	refuse_click("", "used: line 2: ToDevice(1) names vif 1, but there is "
	    "none");
	memset(big, '\n', CLICK_CONFIG_MAX + 1);
	big[0] = 'x';
	write_file(click, big, CLICK_CONFIG_MAX + 1);
	refuse_click("", "read: it has more than 262144 bytes, the most that "
	    "are allowed");
	write_file(click, big, CLICK_CONFIG_MAX);
	c = accept(WEB "    config: a.click\n");
	assert_int_equal(c->templates[0]->config_len, CLICK_CONFIG_MAX);
	assert_memory_equal(c->templates[0]->config, big, CLICK_CONFIG_MAX);
	config_free(c);
	free(big);
}

static void
test_click_path(void **state)
{
	char *text = xasprintf("templates:\n  a:\n    config: %s\n"
	    "    kernel: /k\n    vifs: [{bridge: a}, {bridge: b}]\n", click);
	struct config *c;

	(void)state;
	write_file(click, "FromDevice(1) -> Discard", 24);
	c = accept(text);		/* absolute, and before the vifs */
	assert_string_equal(c->templates[0]->config_path, click);
	assert_int_equal(c->templates[0]->config_len, 24);
	config_free(c);
	refuse(WEB "    config:\n", "4:12: config must be a text, not "
	    "nothing");
	refuse(WEB "    config: {}\n", "4:13: config must be a text, not a "
	    "map");
	free(text);
}

/* Without a folder in its name, the file's folder is the current one. */
static void
test_current_folder(void **state)
{
	char *old = getcwd(NULL, 0);
	struct uvnf_error e;
	struct config *c;

	(void)state;
	assert_non_null(old);
	write_file(click, "Idle -> Discard", 15);
	write_file(file, WEB "    config: a.click\n",
	    strlen(WEB "    config: a.click\n"));
	assert_int_equal(chdir(folder), 0);
	c = config_read("uvnf.yaml", &e);
	assert_int_equal(chdir(old), 0);
	assert_non_null(c);
	assert_string_equal(c->templates[0]->config_path, "a.click");
	config_free(c);
	free(old);
}

/* Every part of a file is a file, too: refused or not, but no crash. */
static void
test_cuts(void **state)
{
	char *path = data_path("interface.yaml");
	char text[4096];
	struct uvnf_error e;
	FILE *f = fopen(path, "r");
	size_t len, i;

	(void)state;
	assert_non_null(f);
	len = fread(text, 1, sizeof(text), f);
	fclose(f);
	for (i = 0; i < len; i++) {
		write_file(file, text, i);
		e.code = UVNF_OK;
		config_free(config_read(file, &e));
		assert_true(e.code == UVNF_OK || e.code == UVNF_E_BAD_CONFIG);
	}
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_shipped_example),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_every_key),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_not_yaml),
		cmocka_unit_test(test_unknown_keys),
		cmocka_unit_test(test_missing_keys),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_click),
		cmocka_unit_test(test_click_path),
		cmocka_unit_test(test_current_folder),
		cmocka_unit_test(test_cuts),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
