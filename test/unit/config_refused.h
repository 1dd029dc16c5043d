/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The uvnf authors */

/* What test_config.c has refused, and the sentences that must be given. */

#ifndef UVNF_TEST_CONFIG_REFUSED_H
#define UVNF_TEST_CONFIG_REFUSED_H

#include "config_file.h"

static const struct refused not_yaml[] = {
	{ "", "1:1: the file is empty; it needs at least the key templates" },
	{ "# nothing\n",
	    "1:1: the file is empty; it needs at least the key templates" },
	{ "\n\n---\n", "4:1: the file must be a map with keys, not nothing" },
	{ "templates", "1:1: the file must be a map with keys, not "
	    "'templates'" },
	{ "- templates\n", "1:1: the file must be a map with keys, not a "
	    "list" },
	{ "templates:\n\tweb:\n", "2:1: a tab begins this line; YAML is "
	    "indented with spaces only" },
	{ WEB "  \tvcpus: 1\n", "4:3: a tab begins this line; YAML is "
	    "indented with spaces only" },
	{ "templates: {\n", "2:1: not valid YAML: did not find expected node "
	    "content (while parsing a flow node)" },
	{ "templates:\n  a: \"x\n", "3:1: not valid YAML: found unexpected "
	    "end of stream (while scanning a quoted scalar)" },
	{ WEB "    ready: handler: cnt.count\n", "4:19: not valid YAML: "
	    "mapping values are not allowed in this context" },
	{ WEB "   vcpus: 1\n", "4:4: not valid YAML: did not find expected key "
	    "(while parsing a block mapping)" },
	{ "a: @b\n", "1:4: not valid YAML: found character that cannot start "
	    "any token (while scanning for the next token)" },
	{ "%YAML 3.0\n---\na: b\n", "1:1: not valid YAML: found incompatible "
	    "YAML document" },
	{ WEB "---\n" WEB, "4:1: a second document begins here; the file "
	    "must have one only" },
	{ WEB "...\nworkers: 1\n", "5:1: not valid YAML: did not find "
	    "expected <document start>" },
	{ WEB "    type: &a pv\n", "4:11: anchors (&NAME) and aliases (*NAME) "
	    "are not supported; write it out, or in quotes if it is a text" },
	{ "templates: &a\n  x: *a\n", "1:12: anchors (&NAME) and aliases "
	    "(*NAME) are not supported; write it out, or in quotes if it is a "
	    "text" },
	{ WEB "    type: *a\n", "4:11: anchors (&NAME) and aliases (*NAME) "
	    "are not supported; write it out, or in quotes if it is a text" },
	{ "workers: !!int 2\n" WEB, "1:10: tags (!NAME) are not supported; "
	    "leave it out, or put it in quotes if it is a text" },
	{ "templates: !x {}\n", "1:12: tags (!NAME) are not supported; leave "
	    "it out, or put it in quotes if it is a text" },
	{ "[a]: b\n", "1:1: a key must be a word, not a list" },
	{ "? {a: b}\n: c\n", "1:3: a key must be a word, not a map" },
	{ "~: b\n", "1:1: a key must be a word, not nothing" },
	{ WEB "    type: \"p\\0v\"\n", "4:11: this text has a NUL in it" },
	{ "[[[[[[[[[[[[[[[[[", "1:17: lists and maps are nested too deeply" },
	{ "workers: 1\nworkers: 2\n", "2:1: 'workers' is here for the second "
	    "time; the first is in line 1" },
	{ WEB "    vcpus: 1\n    'vcpus': 1\n", "5:5: 'vcpus' is here for the "
	    "second time; the first is in line 4" },
	{ WEB "  \"w\\u0065b\":\n    kernel: /k\n", "4:3: 'web' is here "
	    "for the second time; the first is in line 2" },
};

static const struct refused unknown[] = {
	{ "worker: 2\n" WEB, "1:1: unknown key 'worker' in the file; did you "
	    "mean workers? the keys are: socket, access, quotas, on_exit, "
	    "memory_reserve_mb, workers, templates" },
	{ "Templates: {}\n", "1:1: unknown key 'Templates' in the file; did "
	    "you mean templates? the keys are: socket, access, quotas, "
	    "on_exit, memory_reserve_mb, workers, templates" },
	{ "zebra: 2\n" WEB, "1:1: unknown key 'zebra' in the file; the keys "
	    "are: socket, access, quotas, on_exit, memory_reserve_mb, "
	    "workers, templates" },
	{ "socket:\n  mod: 0660\n", "2:3: unknown key 'mod' in socket; did "
	    "you mean mode? the keys are: path, group, mode" },
	{ WEB "    memroy_mb: 8\n", "4:5: unknown key 'memroy_mb' in template "
	    "web; did you mean memory_mb? the keys are: extends, "
	    "abstract, guest, ..." },
	{ WEB "    pool: {cold: 1}\n", "4:12: unknown key 'cold' in pool; the "
	    "keys are: paused, booted, armed, ..." },
	{ WEB "    pool: {booted: {min: 1}}\n", "4:20: booted lacks the key "
	    "target, how many shells there are to be" },
	{ WEB "    pool: {booted: {target: 2, max: 1}}\n", "4:20: of booted, "
	    "min 0, target 2 and max 1 must not become smaller" },
	{ WEB "    pool: {paused: {target: 2, min: 3}}\n", "4:20: of paused, "
	    "min 3, target 2 and max 2 must not become smaller" },
	{ WEB "    pool: {booted: {target: 2, most: 1}}\n", "4:32: unknown key "
	    "'most' in booted; the keys are: ..." },
	{ WEB "    pool: {idle_s: 0}\n", "4:20: idle_s must be a whole number "
	    "from 1 to 86400, not '0'" },
	{ WEB "    vifs: [{brigde: a}]\n", "4:13: unknown key 'brigde' in a "
	    "vif; did you mean bridge? the keys are: bridge, ovs, mac, mtu, "
	    "rate_mbit, script" },
	{ "a\\\x01" "b: 1\n", "1:3: this is no text in UTF-8 (control "
	    "characters are not allowed)" },
	{ "\"a\\u2026b\\e\": 1\n", "1:1: unknown key 'a\\xe2\\x80\\xa6b\\x1b' "
	    "in the file; the keys are: socket, access, quotas, on_exit, "
	    "memory_reserve_mb, workers, templates" },
};

static const struct refused missing[] = {
	{ "workers: 2\n", "1:1: the key templates is missing; the file needs "
	    "at least one template" },
	{ "{}\n", "1:1: the key templates is missing; the file needs at least "
	    "one template" },
	{ "templates:\n", "1:11: templates must be a map of at least one "
	    "template by its name, not nothing" },
	{ "templates: {}\n", "1:12: templates must be a map of at least one "
	    "template by its name, not an empty one" },
	{ "templates: [a]\n", "1:12: templates must be a map of at least one "
	    "template by its name, not a list" },
	{ "templates:\n  a: {kernel: /k}\n  b: {vcpus: 1}\n", "3:3: template b "
	    "lacks the key kernel, the absolute path of its image" },
	{ "templates:\n  a:\n", "2:5: template a must be a map with keys, not "
	    "nothing" },
	{ WEB "    vifs:\n      - bridge: a\n      - {}\n", "6:9: this vif "
	    "lacks the key bridge or ovs, the bridge to plug it into, or "
	    "'bridge: none'" },
};

static const struct refused numbers[] = {
	{ "workers: 0\n", "1:10: workers must be a whole number from 1 to 8, "
	    "not '0'" },
	{ "workers: 9\n", "1:10: workers must be a whole number from 1 to 8, "
	    "not '9'" },
	{ "workers:\n", "1:9: workers must be a whole number from 1 to 8, not "
	    "nothing" },
	{ "workers: [2]\n", "1:10: workers must be a whole number from 1 to "
	    "8, not a list" },
	{ "workers: {}\n", "1:10: workers must be a whole number from 1 to 8, "
	    "not a map" },
	{ "workers: '2'\n", "1:10: workers must be a whole number from 1 to 8 "
	    "without quotes, not '2'" },
	{ "workers: 02\n", "1:10: workers must be a whole number from 1 to 8, "
	    "not '02'" },
	{ "workers: 0x2\n", "1:10: workers must be a whole number from 1 to "
	    "8, not '0x2'" },
	{ "workers: -1\n", "1:10: workers must be a whole number from 1 to 8, "
	    "not '-1'" },
	{ "workers: 1.5\n", "1:10: workers must be a whole number from 1 to "
	    "8, not '1.5'" },
	{ "workers: 2 3\n", "1:10: workers must be a whole number from 1 to "
	    "8, not '2 3'" },
	{ "workers: 18446744073709551618\n", "1:10: workers must be a whole "
	    "number from 1 to 8, not '18446744073709551618'" },
	{ "memory_reserve_mb: 1048577\n", "1:20: memory_reserve_mb must be a "
	    "whole number from 0 to 1048576, not '1048577'" },
	{ WEB "    memory_mb: 0\n", "4:16: memory_mb must be a whole number "
	    "from 1 to 65536, not '0'" },
	{ WEB "    memory_mb: 65537\n", "4:16: memory_mb must be a whole "
	    "number from 1 to 65536, not '65537'" },
	{ WEB "    memory_mb: 8MB\n", "4:16: memory_mb must be a whole number "
	    "from 1 to 65536, not '8MB'" },
	{ WEB "    vcpus: 0\n", "4:12: vcpus must be a whole number from 1 to "
	    "128, not '0'" },
	{ WEB "    vcpus: 129\n", "4:12: vcpus must be a whole number from 1 "
	    "to 128, not '129'" },
	{ WEB "    pool: {paused: 1025}\n", "4:20: paused must be a whole "
	    "number from 0 to 1024, not '1025'" },
	{ WEB "    pool: {booted: many}\n", "4:20: booted must be a whole "
	    "number from 0 to 1024, not 'many'" },
	{ WEB "    pool: {armed: 1025}\n", "4:19: armed must be a whole "
	    "number from 0 to 1024, not '1025'" },
	{ WEB "    pool: {armed: 1}\n", "4:11: template 'web' can "
	    "have no armed shells: it has no config for their routers" },
	{ WEB "    pool: 4\n", "4:11: pool must be a map with keys, not '4'" },
};

static const struct refused words[] = {
	{ "on_exit: stop\n", "1:10: on_exit must be one of leave, destroy, "
	    "not 'stop'" },
	{ "on_exit:\n", "1:9: on_exit must be one of leave, destroy, not "
	    "nothing" },
	{ "on_exit: [leave]\n", "1:10: on_exit must be one of leave, destroy, "
	    "not a list" },
	{ WEB "    guest: linux\n", "4:12: guest must be one of clickos, "
	    "generic, not 'linux'" },
	{ WEB "    layout: tree\n", "4:13: layout must be one of data, root, "
	    "not 'tree'" },
	{ WEB "    handlers: fixed\n", "4:15: handlers must be one of stock, "
	    "mended, not 'fixed'" },
	{ WEB "    routers: 0\n", "4:14: routers must be a whole number from "
	    "1 to 64, not '0'" },
	{ WEB "    routers: 65\n", "4:14: routers must be a whole number "
	    "from 1 to 64, not '65'" },
	{ WEB "    guest: generic\n    routers: 2\n", "5:14: template web: "
	    "a generic guest takes no configuration; leave out routers, or "
	    "say 'guest: clickos'" },
	{ WEB "    on_failure: restart\n", "4:17: on_failure must be one of "
	    "preserve, destroy, not 'restart'" },
	{ WEB "    on_crash: reboot\n", "4:15: on_crash must be one of "
	    "preserve, destroy, restart, not 'reboot'" },
	{ WEB "    type: PV\n", "4:11: type must be one of pv, pvh, not "
	    "'PV'" },
	{ WEB "    type: hvm\n", "4:11: type must be one of pv, pvh, not "
	    "'hvm'" },
	{ WEB "    ready: soon\n", "4:12: ready must be one of console, "
	    "running, not 'soon'" },
	{ WEB "    ready: {handler: count}\n", "4:22: handler: 'count' is not "
	    "ELEMENT.HANDLER; a global handler crashes ClickOS" },
	{ WEB "    ready: {handler: [a]}\n", "4:22: handler must be a text, "
	    "not a list" },
	{ WEB "    ready: {what: 1}\n", "4:13: unknown key 'what' in ready; "
	    "the keys are: ..." },
	{ WEB "    ready: [console]\n", "4:12: ready must be one of console, "
	    "running, not a list" },
};

static const struct refused texts[] = {
	{ "socket: /run/x\n", "1:9: socket must be a map with keys, not "
	    "'/run/x'" },
	{ "socket: {path: run/x}\n", "1:16: path must be an absolute path, "
	    "which 'run/x' is not" },
	{ "socket: {path: ''}\n", "1:16: path must be a text, not ''" },
	{ "socket: {path: }\n", "1:16: path must be a text, not nothing" },
	{ "socket: {path: \"/a\\nb\"}\n", "1:16: path has a control "
	    "character: '/a\\x0ab'" },
	{ "socket: {path: /456789012345678901234567890123456789012345678901"
	    "234567890123456789012345678901234567890123456789012345678901}\n",
	    "1:16: path may have at most 107 bytes, this has 109" },
	{ "socket: {group: null}\n", "1:17: group must be a text, not "
	    "nothing" },
	{ "socket: {group: [g]}\n", "1:17: group must be a text, not a "
	    "list" },
	{ "socket: {mode: rw}\n", "1:16: mode must be a file mode, 3 octal "
	    "digits with or without a 0 before them, like \"0660\", not "
	    "'rw'" },
	{ "socket: {mode: 0680}\n", "1:16: mode must be a file mode, 3 octal "
	    "digits with or without a 0 before them, like \"0660\", not "
	    "'0680'" },
	{ "socket: {mode: 4755}\n", "1:16: mode must be a file mode, 3 octal "
	    "digits with or without a 0 before them, like \"0660\", not "
	    "'4755'" },
	{ "socket: {mode: []}\n", "1:16: mode must be a file mode, 3 octal "
	    "digits with or without a 0 before them, like \"0660\", not a "
	    "list" },
	{ "templates:\n  a: {kernel: k}\n", "2:15: kernel must be an absolute "
	    "path, which 'k' is not" },
	{ "templates:\n  a: {kernel: [/k]}\n", "2:15: kernel must be a text, "
	    "not a list" },
	{ "templates:\n  a b: {kernel: /k}\n", "2:3: 'a b' is no name for a "
	    "template: it takes a letter or digit, then up to 62 letters, "
	    "digits, '.', '_', '-'" },
	{ "templates:\n  -x: {kernel: /k}\n", "2:3: '-x' is no name for a "
	    "template: it takes a letter or digit, then up to 62 letters, "
	    "digits, '.', '_', '-'" },
	{ "templates:\n  a23456789012345678901234567890123456789012345678901234"
	    "5678901234: {kernel: /k}\n", "2:3: 'a2345678901234567890123456789"
	    "0123456789012345678901234...' is no name for a template: it "
	    "takes a letter or digit, then up to 62 letters, digits, '.', "
	    "'_', '-'" },
	{ WEB "    vifs: xenbr0\n", "4:11: vifs must be a list of maps "
	    "([{bridge: NAME}]), not 'xenbr0'" },
	{ WEB "    vifs: {bridge: xenbr0}\n", "4:11: vifs must be a list of "
	    "maps ([{bridge: NAME}]), not a map" },
	{ WEB "    vifs: [xenbr0]\n", "4:12: a vif must be a map with keys, "
	    "not 'xenbr0'" },
	{ WEB "    vifs:\n" "    - {bridge: a}\n    - {bridge: a}\n"
	    "    - {bridge: a}\n    - {bridge: a}\n    - {bridge: a}\n"
	    "    - {bridge: a}\n    - {bridge: a}\n    - {bridge: a}\n"
	    "    - {bridge: a}\n", "13:7: a template may have at most 8 vifs, "
	    "this has 9" },
	{ WEB "    vifs: [{bridge: a234567890123456}]\n", "4:21: bridge must "
	    "be the name of a bridge, at most 15 characters without '/', "
	    "':', '%' and space, not 'a234567890123456'" },
	{ WEB "    vifs: [{bridge: a/b}]\n", "4:21: bridge must be the name of "
	    "a bridge, at most 15 characters without '/', ':', '%' and "
	    "space, not 'a/b'" },
	{ WEB "    vifs: [{bridge: br%d}]\n", "4:21: bridge must be the name "
	    "of a bridge, at most 15 characters without '/', ':', '%' and "
	    "space, not 'br%d'" },
	{ WEB "    vifs: [{bridge: ..}]\n", "4:21: bridge must be the name of "
	    "a bridge, at most 15 characters without '/', ':', '%' and "
	    "space, not '..'" },
};

#endif
