#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# What goes wrong below the daemon: guests, builds, destroys, memory.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
}

teardown() {
	if mountpoint -q state; then
		umount -l state
	fi
	scenario_end
}

no_pools() {
	sed -i '/pool:/d' uvnf.yaml
}

@test "a lost start is repeated until the guest hears it" {
	daemon_start lose_starts=3
	fill
	requests=$(stat_of xenstore_requests)
	holds '.state == "ready"' \
	    create booted a -c count.click --wait ready
	# One chunk, the start, and three more of it.
	holds ".xenstore_requests == $requests + 5" stats
}

@test "a start that is not lost is not repeated" {
	daemon_start start_ms=10
	fill
	requests=$(stat_of xenstore_requests)
	ctl create booted a -c count.click --wait ready >/dev/null
	fails 4 timeout -t 0.6 read a no.such
	holds ".xenstore_requests == $requests + 2" stats
}

@test "given up as its starts were lost: failed, then configured" {
	daemon_start lose_starts=4
	fill
	fails 4 timeout -t 0.4 create booted a -c count.click --wait ready
	says 'does not react'
	holds '.state == "failed" and .error.code == "timeout"' show a
	fails 1 bad-state read a cnt.count
	holds '.state == "ready" and (has("error") | not)' \
	    config a count.click --wait ready
	holds '.value == "0"' read a cnt.count
}

@test "a wedged guest: the time limit, failed, and it can be destroyed" {
	daemon_start wedge_starts=1
	fails 4 timeout -t 0.4 create cold a -c count.click --wait ready
	says 'does not react' 'a failed: '
	fails 4 timeout -t 0.4 config a count.click --wait ready
	holds '.state == "failed"' show a
	ctl destroy a --wait freed
	holds '.state == "ready"' create cold a -c count.click --wait ready
}

@test "a guest that crashes at its start: guest-dead, crashed" {
	daemon_start crash_starts=1
	fails 1 guest-dead create cold a -c count.click --wait ready
	says 'a crashed: ' crashed
	holds '.state == "crashed" and .error.code == "guest-dead" and
	    (.error.text | contains("crashed"))' show a
	holds '.crashes == 1' stats
	fails 1 bad-state config a count.click
	fails 1 bad-state read a cnt.count
	run -0 ctl list
	says guest-dead
	ctl destroy a
	holds '.state == "ready"' create cold a -c count.click --wait ready
}

@test "a guest that crashes after the answer: seen with show" {
	daemon_start crash_starts=1 start_ms=100
	run -0 wire 'send:create cold a config=11\nx :: Idle;\n' \
	    'send:read a x.class\nshow a\n' reply:3
	[[ ${lines[0]} == 'DATA '*'state="started"'* ]]
	[[ ${lines[2]} == 'ERR guest-dead '* ]]
	[[ ${lines[3]} == 'DATA '*'state="crashed"'* ]]
}

@test "a paused shell that crashes as it boots for a VNF" {
	no_pools
	daemon_start crash_boots=1
	fails 1 guest-dead create cold a -c count.click --wait ready
	holds '.state == "crashed"' show a
}

@test "a shell that crashes as it boots is replaced" {
	daemon_start crash_boots=1
	await all_hold 'map(.failed) | add == 1' pool
	await all_hold 'all(.have == .target)' pool
	all_hold 'all(.last_error == "")' pool
	holds '.vnfs == 0 and .crashes == 0 and .builds == 7 and
	    .builds_failed == 1' stats
	grep -q 'shell failed .*died while it booted' log
}

@test "builds that fail: told by the pool, paused, then tried again" {
	daemon_start fail_builds=3
	await all_hold 'map(.failed) | add == 3' pool
	await all_hold 'all(.have == .target and .last_error == "")' pool
	holds '.builds == 6 and .builds_failed == 3' stats
	[ "$(grep -c 'shell failed .* again_ms=' log)" -eq 3 ]
}

@test "builds that fail for ever: fewer and fewer, the rest goes on" {
	daemon_start fail_builds=1000000
	await all_hold 'map(select(.target > 0)) |
	    all(.failed >= 2 and (.last_error | contains("simulated")))' pool
	for pause in 1000 2000; do
		grep -q "shell failed .* again_ms=$pause " log
	done
	run -0 ctl pool
	says 'a simulated failure'
	fails 1 build-failed create cold a
	ctl ping
}

@test "pool fill --wait: tells a failing build, and ends the pause" {
	daemon_start fail_builds=1000000
	fails 1 build-failed pool fill --wait
	says 'simulated failure' TEMPLATE
	fails 1 build-failed pool fill booted --wait
	[ "${#lines[@]}" -eq 4 ]
}

@test "pool fill: recovers at once when builds succeed again" {
	sed -i '/pool: {paused: 1}/d; /pool: {.*, .*}/d; /config:/,$d' \
	    uvnf.yaml
	daemon_start fail_builds=2
	await all_hold 'map(.failed) | add == 2' pool
	all_hold 'all(.have == .target)' pool fill --wait
	all_hold 'all(.last_error == "") and (map(.failed) | add == 2)' pool
}

@test "a cold build that fails: build-failed, and nothing stays" {
	no_pools
	daemon_start fail_builds=1
	fails 1 build-failed create cold a -c count.click --wait ready
	says "template 'cold'"
	[ -z "$output" ]
	all_hold '. == []' list
	holds '.state == "ready"' create cold a -c count.click --wait ready
	holds '.builds == 1 and .builds_failed == 1 and .destroys == 0' stats
}

@test "memory runs short: no-memory, and again when there is some" {
	no_pools
	# Each takes 8 and 2 besides, and 64 stay free.
	daemon_start memory_mb=100
	for name in a b c d; do
		ctl create cold "$name" >/dev/null
	done
	fails 1 no-memory create cold e
	says "'cold'" memory_reserve_mb
	[ -z "$output" ]
	all_hold 'length == 4' list
	ctl destroy a --wait freed
	holds '.state == "claimed"' create cold e
}

@test "memory runs short: builds under way count" {
	no_pools
	# Two workers: while the fourth is built, the fifth finds 10 promised.
	daemon_start memory_mb=100 build_ms=300
	run -0 wire 'many:5:@{} create cold v{}\n' reply:5
	[ "$(grep -c ' OK' <<<"$output")" -eq 4 ]
	[ "$(grep -c ' ERR no-memory .*10 promised' <<<"$output")" -eq 1 ]
	all_hold 'length == 4' list
}

@test "memory runs short for the pools: told, and filled when there is" {
	daemon_start memory_mb=100
	fails 1 no-memory pool fill --wait
	await all_hold 'map(.have) | add == 4' pool
	all_hold 'map(select(.have < .target)) | length > 0 and
	    all(.last_error | contains("MiB"))' pool
	holds '.state == "ready"' \
	    create booted a -c count.click --wait ready
	ctl destroy a --wait freed
	ctl ping
}

@test "the guest refuses a configuration: its console's words" {
	daemon_start
	fails 1 router-failed create cold a -c refused.click --wait ready
	says "config:3: unknown element class 'NoSuchElement'" 'a failed: '
	holds '.state == "failed" and .error.code == "router-failed" and
	    (.error.text | contains("NoSuchElement"))' show a
	fails 1 bad-state read a x.class
	holds '.state == "ready" and (has("error") | not)' \
	    config a count.click --wait ready
	fails 1 router-failed config a refused.click --wait ready
	says NoSuchElement
	holds '.routers_failed == 2 and .vnfs == 1' stats
}

@test "the guest refuses a configuration after the answer" {
	daemon_start start_ms=100
	holds '.state == "started"' create cold a -c refused.click
	await holds '.state == "failed" and
	    .error.code == "router-failed"' show a
	run -0 ctl list
	says router-failed
}

@test "everything fails at once, and it still comes round" {
	daemon_start fail_builds=2 fail_destroys=2 lose_starts=2 \
	    crash_boots=1
	await all_hold 'all(.have == .target)' pool
	for name in a b c; do
		ctl create booted "$name" -c count.click --wait ready \
		    >/dev/null
	done
	all_hold 'length == 3 and all(.state == "ready")' list
	ctl destroy --all --wait freed
}

@test "a guest that is being destroyed ends by itself: nobody hears of it" {
	daemon_start write_ms=100 start_ms=0 destroy_ms=1000
	ctl create cold a -c count.click --wait ready
	holds '.how == "forced"' shutdown a --force 0
	fails 1 no-vnf show a
	daemon_stop
}

@test "a console that somebody else reads: a handler tells that it runs" {
	daemon_start lose_words=2
	run -0 ctl -t 60 create cold a -c count.click --wait ready
	holds '.stages_us.ready > 5000000' show a
	await grep -q 'console silent, a handler answers: .* element=cnt$' log
	# Started again, with what its tree has.
	ctl stop a
	run -0 ctl -t 60 start a --wait ready
	await eval '[ "$(grep -c "console silent" log)" -eq 2 ]'
	[ "$(grep -c 'element=cnt$' log)" -eq 2 ]
	run -0 ctl create cold b -c count.click --wait ready
	[ "$(grep -c 'console silent' log)" -eq 2 ]
}

@test "the same without a named element: vifs that stay connected must do" {
	echo 'FromDevice(0) -> Discard;' >unnamed.click
	daemon_start lose_words=1
	run -0 ctl -t 60 create cold a -c unnamed.click --wait ready
	holds '.stages_us.ready > 5000000' show a
	await grep -q 'console silent, vifs connected: taken for ready' log
}

@test "a router that fails, and its console is read by somebody else" {
	echo 'FromDevice(0) -> cnt :: Counter -> NoSuch :: NoSuchElement;' \
	    >refused.click
	daemon_start lose_words=2
	ctl create cold b -c refused.click >/dev/null
	fails 4 timeout -t 13 create cold a -c refused.click --wait ready
	says 'its console is silent, and an element of its configuration'
	holds '.state == "failed" and .error.code == "timeout"' show a
	# Nobody's time limit ends this one; it can be destroyed all the same.
	holds '.state == "started"' show b
	[ "$(grep -c 'no handler answers: .* element=cnt$' log)" -eq 2 ]
	ctl destroy a b --wait freed
}

# The daemon's writes to its journal fail, as on a file system that is full,
# until full_end.  The simulated host's files are not the daemon's.
full_begin() {
	strace -o /dev/null -p "$daemon" -P "$PWD/state/journal" \
	    -e trace=write \
	    -e inject=write:error=ENOSPC 2>strace.err 3>&- &
	tracer=$!
	await grep -q '^TracerPid:.*[1-9]' "/proc/$daemon/status"
}

full_end() {
	kill -INT "$tracer"
	wait "$tracer" || :
}

@test "a full state directory: refused with the reason, and mended by room" {
	[ ${#under[@]} -eq 0 ] || skip "strace would take valgrind for uvnfd"
	daemon_start "host=$PWD/host"
	fill
	ctl create booted a -c count.click --wait ready
	full_begin
	fails 1 system create booted b -c count.click
	says 'cannot be recorded in the journal'
	fails 1 system create cold c
	run -0 ctl read a cnt.count
	for verb in 'config a count.click' 'stop a' 'reboot a'; do
		# shellcheck disable=SC2086
		fails 1 system $verb
		says "what becomes of 'a' cannot be recorded in the journal"
	done
	fails 1 system pause a
	# What could be undone by a kill is not said to be done.
	fails 1 system destroy a
	says "that 'a' is destroyed cannot be recorded in the journal"
	fails 1 system shutdown a
	says "that 'a' is shut down cannot be recorded in the journal"
	holds '.state == "ready"' show a
	full_end
	run -0 ctl pause a
	run -0 ctl resume a
	all_hold 'map(.name) == ["a"]' list
	run -0 ctl create booted b -c count.click --wait ready
	run -0 ctl create cold c -c count.click --wait ready
	fill
	run -0 ctl destroy a --wait freed
	daemon_stop
	daemon_start "host=$PWD/host"
	all_hold 'map(.name) | sort == ["b", "c"]' list
	ctl destroy b c --wait freed
	daemon_stop
	[ -z "$(ls host)" ]
}

@test "a file system that is full: what is there can be destroyed" {
	[ "$EUID" -eq 0 ] || skip 'only root can mount a small one'
	mkdir state
	mount -t tmpfs -o size=1m uvnf state || skip 'nothing can be mounted'
	daemon_start "host=$PWD/host"
	fill
	ctl create booted a -c count.click --wait ready
	ctl create cold b -c count.click --wait ready
	fill
	cat /dev/zero >state/ballast 2>/dev/null || :
	# What was allocated ahead is used up at some time.
	for ((i = 0; i < 1000; i++)); do
		ctl config b count.click >out 2>err || break
	done
	grep -q "what becomes of 'b' cannot be recorded in the journal" err
	fails 1 system create cold c
	run -0 ctl destroy a --wait freed

	# Neither is that lost, nor the next one kept from starting.
	daemon_kill
	daemon_start "host=$PWD/host"
	all_hold 'map(.name) == ["b"]' list
	holds '.state == "ready"' show b
	run -0 ctl destroy b --wait freed
	rm state/ballast
	run -0 ctl create cold c -c count.click --wait ready
	fill
	ctl destroy c --wait freed
	daemon_stop
	umount state
	[ -z "$(ls host)" ]
}
