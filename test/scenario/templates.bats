#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# Templates: what they inherit.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
}

teardown() {
	scenario_end
}

# more_templates: adds what stdin has to the configuration.
more_templates() {
	sed 's/^/  /' >>uvnf.yaml
}

@test "extends: a VNF of a template that has its keys from another" {
	more_templates <<-'EOF'
	base: {abstract: true, kernel: /boot/base, vifs: [{bridge: br7}]}
	leaf: {extends: base, config: count.click, pool: {booted: 1}}
	EOF
	daemon_start
	fill
	holds '.template == "leaf" and .source == "booted" and
	    .vifs[0].bridge == "br7"' create leaf a --wait ready
	all_hold 'map(select(.name == "leaf"))[0].kernel == "/boot/base"' \
	    templates
}

@test "abstract: neither listed nor made VNFs of" {
	more_templates <<<'base: {abstract: true, pool: {booted: 3}}'
	daemon_start
	all_hold 'map(select(.name == "base")) == []' templates
	all_hold 'map(select(.template == "base")) == []' pool
	fails 1 no-template create base a
	says "template 'base' is abstract"
	fails 1 no-template pool fill base
	all_hold '. == []' list
}
