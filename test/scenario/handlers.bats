#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# Writing handlers; config.bats has the reading.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
	cat >>uvnf.yaml <<-'EOF'
	  mended:
	    kernel: /boot/clickos
	    vifs: [{bridge: br0}]
	    handlers: mended
	EOF
	echo 'Idle -> arp :: ARPResponder(10.0.0.1 00:16:3e:00:00:01)
	    -> cnt :: Counter -> Discard;' >arp.click
	daemon_start
}

teardown() {
	scenario_end
}

@test "write: without a value it is 'true', and nothing is printed" {
	run -0 ctl create booted web1 -c arp.click --wait ready
	run -0 ctl write web1 cnt.reset
	[ -z "$output" ]
	run -0 ctl write web1 cnt.reset true
	holds '. == {name: "web1", handler: "cnt.reset", written: "true"}' \
	    write web1 cnt.reset
}

@test "write: what a stock guest would lose is refused with the reason" {
	run -0 ctl create booted web1 -c arp.click --wait ready
	fails 1 bad-request write web1 arp.add '10.0.0.2 00:16:3e:00:00:02'
	[[ $stderr == *"every write handler the text 'true'"* ]]
	[[ $stderr == *"'handlers: mended' in template 'booted'"* ]]
}

@test "write: a mended image takes any value, from standard input too" {
	run -0 ctl create mended web1 -c arp.click --wait ready
	run -0 ctl write web1 arp.add '10.0.0.2 00:16:3e:00:00:02'
	run -0 ctl write web1 arp.add - <<<'10.0.0.3 00:16:3e:00:00:03'
	run -0 ctl write web1 arp.add 'a=b "c"'
	all_hold '.[-1].handlers == "mended" and .[0].handlers == "stock"' \
	    templates
}

@test "write: values that are empty, too long, or have a NUL byte" {
	run -0 ctl create mended web1 -c arp.click --wait ready
	fails 1 bad-request write web1 cnt.reset ''
	run -0 ctl write web1 cnt.reset "$(printf 'v%.0s' {1..896})"
	fails 1 too-big write web1 cnt.reset "$(printf 'v%.0s' {1..897})"
	head -c 897 /dev/zero | tr '\0' v >long
	fails 1 too-big write web1 cnt.reset - <long
	printf 'a\0b' >nul
	fails 1 bad-request write web1 cnt.reset - <nul
	bytes=$(printf '\001%.0s' {1..896})
	run -0 ctl write web1 cnt.reset "$bytes"
}

@test "write: an element that is not there ends at the time limit" {
	run -0 ctl create booted web1 -c arp.click --wait ready
	fails 4 timeout -t 1 write web1 nosuch.reset
}

@test "write: global handlers, unknown names, misplaced slashes" {
	run -0 ctl create booted web1 -c arp.click --wait ready
	fails 1 bad-request write web1 list
	fails 1 bad-request write web1 a//b.c
	fails 1 bad-request write web1 'a b.c'
	fails 1 no-vnf write nosuch cnt.reset
}

@test "write: only where a router runs" {
	run -0 ctl create booted web1
	fails 1 bad-state write web1 cnt.reset
}

@test "write: while the router starts it waits for it" {
	daemon_stop
	daemon_start start_ms=300
	run -0 ctl create cold web1 -c arp.click
	run -0 ctl write web1 cnt.reset
	run -0 ctl show web1
	[[ $output == *ready* ]]
}

@test "read: one that waits behind another comes to its turn after a pause" {
	run -0 ctl create booted web1 -c arp.click --wait ready
	run -0 wire 'send:@s read web1 no.such timeout_ms=500\n' \
	    'send:@r read web1 cnt.count timeout_ms=600000\n@p pause web1\n' \
	    reply:2 'send:@u resume web1\n' reply:2
	says '@p OK' '@s ERR timeout ' '@u OK' '@r DATA value="0"' '@r OK'
}

@test "read and write: many side by side from many clients" {
	run -0 ctl create booted web1 -c arp.click --wait ready
	pids=()
	for i in {1..15}; do
		ctl write web1 cnt.reset >"written$i" 2>&1 3>&- &
		pids+=($!)
		ctl read web1 cnt.class >"class$i" 2>&1 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	[ -z "$(cat written*)" ]
	[ "$(sort -u class*)" = Counter ]
}
