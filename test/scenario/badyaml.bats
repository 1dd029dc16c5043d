#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# Configuration files that are none. Each is named with its place, changes
# nothing, and a daemon that runs goes on.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
	daemon_start
	bystander_begin
	cp uvnf.yaml good.yaml
}

teardown() {
	local status=0

	if [ -n "${BATS_TEST_COMPLETED-}" ]; then
		bystander_end || status=1
	fi
	scenario_end || status=1
	return "$status"
}

# refused TEXT...: with -n, and when started, with the same words; neither
# leaves anything.
refused() {
	run -1 "$build/uvnfd" -n -f bad.yaml
	says "$@"
	[ "${#lines[@]}" -eq 1 ]
	run -1 "$build/uvnfd" -b sim -f bad.yaml -s bad.socket -S bad.state
	says "$@"
	[ "${#lines[@]}" -eq 1 ]
	[ ! -e bad.socket ]
	[ ! -e bad.state ]
}

# plus LINE...: the good file with these lines behind it.
plus() {
	{
		cat good.yaml
		printf '%s\n' "$@"
	} >bad.yaml
}

@test "a file that is not there" {
	refused 'bad.yaml:1:1: ' 'No such file'
}

@test "a folder" {
	mkdir bad.yaml
	refused 'bad.yaml:1:1: ' directory
}

@test "a program" {
	cp "$build/uvnfctl" bad.yaml
	refused 'bad.yaml:1:1: '
}

@test "random bytes, and zeros" {
	wire_noise=$(printf '\x80\xfe\x01\x02templates')
	printf '%s' "$wire_noise" >bad.yaml
	refused 'bad.yaml:1:1: '
	head -c 100000 /dev/zero >bad.yaml
	refused 'bad.yaml:1:1: '
}

@test "a file that is empty" {
	: >bad.yaml
	refused 'bad.yaml:1:1: ' empty
}

@test "a file without an end" {
	run -1 "$build/uvnfd" -n -f /dev/zero
	says '/dev/zero:1:1: '
}

@test "keys that are unknown" {
	plus 'nosuch: 1'
	refused "bad.yaml:$(wc -l <bad.yaml):1: " "'nosuch'"
	plus '    kernal: /boot/clickos'
	refused "bad.yaml:$(wc -l <bad.yaml):5: " "'kernal'"
}

@test "keys and templates that are given twice" {
	plus 'workers: 1' 'workers: 2'
	refused "bad.yaml:$(wc -l <bad.yaml):1: " "'workers'"
	plus '    kernel: /boot/other'
	refused "bad.yaml:$(wc -l <bad.yaml):5: " "'kernel'"
	plus '  cold:' '    kernel: /boot/clickos'
	refused "bad.yaml:$(($(wc -l <bad.yaml) - 1)):3: " "'cold'"
}

@test "values of the wrong type and out of range" {
	for line in 'workers: many' 'workers: 0' 'workers: [1]' \
	    'on_exit: maybe' 'socket: /run/socket' 'socket: {mode: 999}' \
	    'memory_reserve_mb: -1' 'memory_reserve_mb: 1.5'; do
		plus "$line"
		refused "bad.yaml:$(wc -l <bad.yaml):"
	done
}

@test "a template without a kernel" {
	plus '  bare:' '    memory_mb: 8'
	refused 'bad.yaml:' kernel
}

@test "a template's configuration that is missing, empty or too large" {
	plus '  t:' '    kernel: /k' '    vifs: [{bridge: b}]' \
	    '    config: t.click'
	refused 'bad.yaml:' t.click
	: >t.click
	refused 'bad.yaml:' t.click empty
	head -c 1000000 /dev/zero | tr '\0' ' ' >t.click
	refused 'bad.yaml:' t.click
	echo 'FromDevice(4) -> Discard;' >t.click
	refused 'bad.yaml:' t.click 'vif 4'
	echo 'FromDevice(0) -> Discard;' >t.click
	run -0 "$build/uvnfd" -n -f bad.yaml
}

@test "what a file says is escaped" {
	printf 'no\\x1b[31m: 1\n' >bad.yaml
	printf '"no\\e[31m": 1\n' >>bad.yaml
	run -1 "$build/uvnfd" -n -f bad.yaml
	printf '%s\n' "$output" >out
	run -1 grep -qP '[^\x20-\x7e]' out
}
