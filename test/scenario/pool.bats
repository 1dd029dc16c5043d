#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# destroy, and the pools.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
}

teardown() {
	scenario_end
}

@test "destroy: the name is free at once" {
	daemon_start destroy_ms=1000000
	ctl create cold a -c count.click --wait ready >/dev/null
	uuid=$(ctl -j show a | jq -r .uuid)
	run -0 ctl destroy a
	[ "$output" = 'a destroyed' ]
	# Whoever comes after a crash must know that it was to go.
	grep -q "doom $uuid" state/journal
	all_hold '. == []' list
	ctl create cold a >/dev/null
	[ "$(ctl -j destroy a)" = '{"name": "a", "destroyed": true}' ]
	# It would wait for the domains.
	daemon_kill
	rm -r state
}

@test "destroy --wait freed: the domain is gone" {
	daemon_start destroy_ms=300
	ctl create cold a >/dev/null
	uuid=$(ctl -j show a | jq -r .uuid)
	ctl destroy a --wait freed
	grep -q "gone $uuid" state/journal
}

@test "destroy --wait freed: the time limit" {
	daemon_start destroy_ms=1000
	ctl create cold a >/dev/null
	fails 4 timeout -t 0.1 destroy a --wait freed
	says "'a' is free"
	ctl create cold a >/dev/null
}

@test "destroy: every name is tried, and the worst status told" {
	daemon_start
	ctl create cold a >/dev/null
	ctl create cold c >/dev/null
	fails 1 no-vnf destroy a b c
	[ "${lines[*]}" = 'a destroyed c destroyed' ]
	all_hold '. == []' list
}

@test "destroy --all: all of them, and none is no error" {
	daemon_start
	run -0 ctl destroy --all
	[ -z "$output" ]
	for name in a b c; do
		ctl create cold "$name" >/dev/null
	done
	all_hold 'map(.name) == ["a", "b", "c"] and all(.destroyed)' \
	    destroy --all --wait freed
	all_hold '. == []' list
}

@test "destroy: in every state" {
	daemon_start crash_starts=1
	ctl create cold crashed -c count.click --wait claimed >/dev/null
	await holds '.state == "crashed"' show crashed
	ctl create cold failed -c refused.click >/dev/null
	await holds '.state == "failed"' show failed
	ctl create cold ready -c count.click --wait ready >/dev/null
	ctl create cold claimed >/dev/null
	all_hold 'map(.state) == ["crashed", "failed", "ready", "claimed"]' \
	    list
	ctl destroy crashed failed ready claimed --wait freed
	all_hold '. == []' list
}

@test "destroy: a VNF that is being built; its create ends: destroyed" {
	daemon_start build_ms=500
	run -0 wire 'send:@c create cold a\n@s show a\n' reply \
	    'send:@d destroy a wait=freed\n' reply:2
	says '@s DATA name="a"' '@c ERR destroyed ' '@d OK'
	all_hold '. == []' list
	uuid=$(awk '$4 == "cold" { print $3 }' state/journal)
	grep -q "gone $uuid" state/journal
	ctl create cold a >/dev/null
}

@test "destroy: a VNF whose guest boots, with readers waiting for it" {
	daemon_start boot_ms=1000000
	run -0 wire 'send:@c create cold a config=11 wait=ready\nx :: Idle;\n' \
	    'send:@r read a x.class\n@s show a\n' reply \
	    'send:@d destroy a wait=freed\n' reply:3
	says '@c ERR destroyed ' '@r ERR destroyed ' '@d OK'
	all_hold '. == []' list
}

@test "destroy: with a handler's reply outstanding" {
	daemon_start
	ctl create cold a -c count.click --wait ready >/dev/null
	run -0 wire 'send:@r read a no.such\n@d destroy a wait=freed\n' \
	    reply:2
	says '@r ERR destroyed ' '@d OK'
}

@test "destroy: twice, side by side" {
	daemon_start destroy_ms=300
	ctl create cold a >/dev/null
	run -0 wire 'send:@x destroy a wait=freed\n@y destroy a\n' reply:2
	says '@x OK' '@y ERR no-vnf '
}

@test "destroy: failures are tried again" {
	daemon_start fail_destroys=2
	ctl create cold a >/dev/null
	ctl destroy a --wait freed
	[ "$(grep -c 'destroy failed' log)" -eq 2 ]
}

@test "destroy: a failing one does not hold the name" {
	daemon_start fail_destroys=2
	ctl create cold a >/dev/null
	fails 4 timeout -t 0.1 destroy a --wait freed
	ctl create cold a -c count.click --wait ready >/dev/null
	holds '.value == "0"' read a cnt.count
}

@test "pool: each template and kind, as text and as JSON" {
	daemon_start
	fill
	run -0 ctl pool
	[ "${#lines[@]}" -eq 16 ]
	says TEMPLATE KIND TARGET HAVE BUILDING FAILED LAST_ERROR
	all_hold 'map([.template, .kind, .target]) == [
	    ["booted", "paused", 0], ["booted", "booted", 2],
	    ["booted", "armed", 0],
	    ["paused", "paused", 1], ["paused", "booted", 0],
	    ["paused", "armed", 0],
	    ["both", "paused", 1], ["both", "booted", 1],
	    ["both", "armed", 0],
	    ["cold", "paused", 0], ["cold", "booted", 0],
	    ["cold", "armed", 0],
	    ["carrier", "paused", 0], ["carrier", "booted", 1],
	    ["carrier", "armed", 0]] and
	    all(.have == .target and .building == 0 and .failed == 0 and
	    .last_error == "")' pool
}

@test "pool: what was claimed is replaced without being asked" {
	daemon_start
	fill
	ctl create booted a >/dev/null
	await all_hold 'all(.have == .target)' pool
	holds '.builds == 7' stats
}

more_than() {
	[ "$(stat_of builds)" -gt "$1" ]
}

# Each claim puts the refill off, but not beyond two seconds.
@test "pool: claims without a pause do not keep it from being refilled" {
	daemon_start build_ms=1 boot_ms=1
	ctl pool set booted booted 1000 >/dev/null
	fill
	built=$(stat_of builds)
	"$build/uvnf-bench" -r 100 -d 5 --wait claimed booted >bench.out &
	await more_than "$built"
	kill -0 $!
	wait $!
}

@test "pool fill: answers at once; --wait when it is full" {
	daemon_start build_ms=1500
	all_hold 'map(.have) | add < 6' pool fill
	all_hold 'length == 15 and all(.have == .target)' pool fill --wait
	all_hold 'all(.have == .target)' pool fill --wait
}

@test "pool show: all, or one template" {
	daemon_start
	fill
	[ "$(ctl -j pool show)" = "$(ctl -j pool)" ]
	all_hold 'length == 3 and all(.template == "both")' pool show both
	fails 1 no-template pool show nosuch
	fails 2 usage pool show both paused
	run -0 wire 'send:pool show both booted\npool show wait=full\n' reply:2
	says "ERR bad-request pool show does not take 'wait='"
}

@test "pool fill: one template alone" {
	daemon_start
	all_hold 'length == 3 and all(.template == "both") and
	    map(.have) == [1, 1, 0]' pool fill both --wait
	fails 1 no-template pool fill nosuch
	says "'nosuch'"
}

@test "pool fill --wait: the time limit" {
	daemon_start build_ms=2000
	fails 4 timeout -t 0.1 pool fill --wait
	says 'goes on filling'
}

@test "an empty pool: served cold, not refused" {
	daemon_start build_ms=1000
	holds '.source == "cold" and .state == "claimed"' create booted a
}

@test "guests that never boot keep nobody else's shells from being built" {
	sed -i '/^  booted:/i\  hang: {guest: generic, kernel: /boot/hang, cmdline: enemy=block, ready: {console: hello}, pool: {booted: 5}}' \
	    uvnf.yaml
	daemon_start
	ctl -t 60 pool fill booted --wait
	ctl -t 60 pool fill both --wait
	# As many as there are workers hang, and are not given up yet.
	all_hold 'map(select(.building > 0)) | length == 1 and
	    .[0].building == 2 and .[0].failed == 0' pool show hang
	holds '.state == "ready"' \
	    create booted a -c count.click --wait ready
	holds '.source == "booted"' show a
	ctl -t 60 pool fill booted --wait
}

@test "guests that crash in boot: fewer and fewer, told, and others go on" {
	sed -i '/^  booted:/i\  crash: {extends: cold, cmdline: enemy=crash, pool: {booted: 5}}' \
	    uvnf.yaml
	daemon_start
	await all_hold 'map(.failed) | add >= 4' pool show crash
	all_hold 'all(.last_error == "" or
	    (.last_error | contains("died while it booted")))' pool show crash
	ctl -t 60 pool fill booted --wait
	holds '.state == "ready"' \
	    create booted a -c count.click --wait ready
	fails 1 guest-dead create crash b -c count.click --wait ready
	says 'b crashed: '
	grep -q 'shell failed template=crash .* again_ms=2000 ' log
	ctl destroy b --wait freed
}

@test "guests that crash when they have booted: fewer and fewer, told" {
	sed -i '/^  booted:/i\  late: {extends: cold, cmdline: enemy=late, pool: {booted: 1}}' \
	    uvnf.yaml
	daemon_start
	await grep -q 'shell failed template=late .* again_ms=1000 ' log
	await grep -q 'shell failed template=late .* again_ms=2000 ' log
	await grep -q 'shell failed template=late .* again_ms=4000 ' log
	all_hold 'map(.failed) | add >= 3' pool show late
	all_hold 'map(select(.kind == "shell-died")) | length >= 3' events
	ctl -t 60 pool fill booted --wait
	grep -q 'shell failed .*died as soon as it had booted' log
}

@test "builds of one shelf that fail side by side lengthen its pause once" {
	echo 'templates: {one: {kernel: /k, pool: {paused: 2}}}' >uvnf.yaml
	daemon_start fail_builds=2 build_ms=10
	await awk '/shell failed/ { n++ } END { exit n < 2 }' log
	run grep 'shell failed' log
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == *'again_ms=1000 '* && ${lines[1]} == *'again_ms=1000 '* ]]
}
