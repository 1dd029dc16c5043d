#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# config and read: what a VNF runs, and what its elements tell.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
}

teardown() {
	scenario_end
}

@test "config: a claimed VNF gets its first one" {
	daemon_start
	ctl create cold a >/dev/null
	holds '.state == "ready"' config a count.click --wait ready
	[ "$(stages_of a)" = 'configured started ready' ]
	holds '.value == "0"' read a cnt.count
}

@test "config: a running router is replaced" {
	daemon_start
	ctl create cold a -c count.click --wait ready >/dev/null
	domid=$(ctl -j show a | jq .domid)
	holds ".state == \"ready\" and .domid == $domid" \
	    config a other.click --wait ready
	[ "$(stages_of a)" = 'configured started ready' ]
	holds '.value == "0"' read a other.count
	fails 4 timeout -t 0.1 read a cnt.count
	run -0 ctl config a - --wait ready <count.click
	says 'a ready: '
	holds '.value == "0"' read a cnt.count
}

@test "config: answered when started by default" {
	daemon_start start_ms=300
	ctl create cold a >/dev/null
	holds '.state == "started" and (.stages_us | has("ready") | not)' \
	    config a count.click
	await holds '.state == "ready"' show a
}

# A router that was halted before it ran says nothing of it, and 5 seconds pass.
@test "config, stop: while the router is still starting" {
	daemon_start start_ms=100
	ctl create cold a -c count.click >/dev/null
	holds '.state == "ready"' -t 4 config a other.click --wait ready
	holds '.value == "0"' read a other.count
	ctl config a count.click >/dev/null
	holds '.state == "claimed"' -t 4 stop a
	ctl start a >/dev/null
	holds '.state == "claimed"' -t 4 stop a --remove
	ctl config a refused.click >/dev/null
	holds '.state == "ready"' -t 4 config a count.click --wait ready
	holds '.value == "0"' read a cnt.count
}

@test "config: without vifs its halt is told by the console" {
	daemon_start
	echo 'x :: Idle;' >idle.click
	ctl create cold a -c idle.click --wait ready >/dev/null
	for file in idle.click count.click idle.click; do
		holds '.state == "ready"' config a "$file" --wait ready
	done
}

@test "config: an unknown name" {
	daemon_start
	fails 1 no-vnf config nobody count.click
	says "'nobody'"
}

@test "config: refused while another request changes the VNF" {
	daemon_start boot_ms=1000000
	wire 'send:create cold a config=11 wait=ready timeout_ms=600000\n' \
	    'send:x :: Idle;\n' reply >reply 3>&- &
	client=$!
	await holds '.state == "claimed"' show a
	fails 1 busy config a count.click
	ctl destroy a
	wait "$client"
	grep -q '^ERR destroyed ' reply
}

@test "config: many in a row leave the last one running" {
	daemon_start
	ctl create cold a >/dev/null
	for name in e1 e2 e3 e4 e5; do
		echo "$name :: Counter; Idle -> $name -> Discard;" |
		    ctl config a - --wait ready >/dev/null
	done
	holds '.value == "0"' read a e5.count
	fails 4 timeout -t 0.1 read a e4.count
	holds '.state == "ready"' show a
}

@test "read: the value, as text and as JSON" {
	daemon_start
	ctl create cold a -c count.click --wait ready >/dev/null
	run -0 ctl read a cnt.count
	[ "$output" = 0 ]
	run -0 ctl read a cnt.class
	[ "$output" = Counter ]
	[ "$(ctl -j read a cnt.name | jq -c .)" = \
	    '{"name":"a","handler":"cnt.name","value":"cnt"}' ]
}

@test "read: an unknown element or handler ends with the time limit" {
	daemon_start
	ctl create cold a -c count.click --wait ready >/dev/null
	fails 4 timeout -t 0.1 read a nosuch.count
	fails 4 timeout -t 0.1 read a cnt.nosuch
	says 'no such element or handler'
	holds '.state == "ready"' show a
	holds '.value == "0"' read a cnt.count
}

@test "read: before the router is up it waits for it" {
	daemon_start boot_ms=300
	run -0 wire 'send:create cold a config=11 wait=claimed\nx :: Idle;\n' \
	    'send:show a\nread a x.class\nshow a\n' reply:4
	[[ ${lines[2]} == 'DATA '*'state="claimed"'* ]]
	[ "${lines[4]}" = 'DATA value="Idle"' ]
	[[ ${lines[6]} == 'DATA '*'state="ready"'* ]]
}

@test "read: before the router is up, up to its time limit" {
	daemon_start boot_ms=1000000
	ctl create cold a -c count.click --wait claimed >/dev/null
	fails 4 timeout -t 0.1 read a cnt.count
	says 'did not come up'
	ctl destroy a
}

@test "read: while the router fails it hears why" {
	daemon_start boot_ms=300
	run -0 wire 'send:create cold a config=8 wait=claimed\na :: X;\n' \
	    'send:read a a.class\n' reply:2
	[[ ${lines[2]} == 'ERR router-failed '*"unknown element class 'X'"* ]]
}

@test "read: what no router can answer is refused" {
	daemon_start
	ctl create cold a >/dev/null
	fails 1 no-vnf read nobody cnt.count
	fails 1 bad-state read a cnt.count
	says claimed
}

@test "read: global handlers, which crash ClickOS, are refused" {
	daemon_start
	ctl create cold a -c count.click --wait ready >/dev/null
	fails 1 bad-request read a handlers
	says global
	fails 1 bad-request read a .handlers
	fails 1 bad-request read a cnt.
	fails 1 bad-request read a .
	fails 1 bad-request read a ''
	holds '.value == "0"' read a cnt.count
}

@test "read: what would leave its place in xenstore is refused" {
	daemon_start
	fill
	ctl create cold a -c count.click --wait ready >/dev/null
	for handler in /cnt.count cnt/.count cnt//x.count \
	    'cnt.count/x' 'cnt .count' $'cnt\n.count' 'cnt*.count' \
	    $'cnt\xff.count'; do
		requests=$(stat_of xenstore_requests)
		fails 1 bad-request -t 0.1 read a "$handler"
		[ "$(stat_of xenstore_requests)" -eq "$requests" ]
	done
	fails 1 too-big read a "$(printf '%0250d' 0).count"
}

@test "read: many side by side" {
	daemon_start
	ctl create cold a -c count.click --wait ready >/dev/null
	run -0 wire 'many:60:@{} read a cnt.count\n' reply:60
	[ "$(grep -c '^@[0-9]* OK$' <<<"$output")" -eq 60 ]
	[ "$(grep -c '^@[0-9]* DATA value="0"$' <<<"$output")" -eq 60 ]
}
