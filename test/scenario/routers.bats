#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# Several routers in a guest: what ClickOS can do, and what it cannot.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
	cat >>uvnf.yaml <<-'EOF'
	  several: {kernel: /boot/clickos, vifs: [{bridge: br0}, {bridge: br1}],
	    routers: 3, params: {n: 1}}
	  phoenix: {kernel: /boot/clickos, routers: 2, on_crash: restart}
	EOF
	echo 'FromDevice(1) -> second :: Counter -> Discard;' >second.click
	echo 'Idle -> p{{n}} :: Counter -> Discard;' >param.click
}

teardown() {
	scenario_end
}

# another N NAME: ready, with routers 0 and N.
another() {
	run -0 ctl create several "$2" -c count.click --wait ready
	holds '.state == "ready" and .stages_us.configured and
	    .stages_us.ready' config "$2" second.click --router "$1" \
	    --wait ready
	holds ".routers == [0, $1]" show "$2"
}

@test "another router starts beside router 0, whose handlers answer" {
	daemon_start
	all_hold 'map(select(.name == "several"))[0].routers == 3 and
	    map(select(.name == "cold"))[0].routers == 1' templates
	run -0 ctl create several a -c count.click --wait ready
	holds '.routers == null' show a
	holds '.routers == [0, 2]' config a second.click --router 2 \
	    --wait ready
	holds '.routers == [0, 1, 2]' config a param.click --router 1 \
	    --set n=7
	holds '.state == "ready" and .params.n == "7"' show a
	run -0 ctl read a cnt.count
	[ "$output" = 0 ]
	run -0 ctl destroy a --wait freed
}

@test "none of several is stopped, configured or rebooted" {
	daemon_start
	another 1 a
	for router in 0 1; do
		fails 1 bad-state stop a --router "$router"
		says 'ClickOS cannot stop one of them'
		fails 1 bad-state stop a --remove --router "$router"
		fails 1 bad-state config a other.click --router "$router"
		says 'ClickOS cannot stop one of them'
	done
	fails 1 bad-state stop a
	fails 1 bad-state config a other.click
	fails 1 bad-state start a
	says 'runs already'
	fails 1 bad-state stop a --router 2
	says 'router 2 of '\''a'\'' does not run'
	fails 1 bad-state reboot a
	says 'would have router 0 alone'
	holds '.state == "ready"' show a
	run -0 ctl read a cnt.count
	run -0 ctl pause a
	holds '.routers == [0, 1]' resume a
}

@test "a guest with several does not power itself off: it is forced to" {
	daemon_start
	another 1 a
	holds '.how == "forced"' shutdown a \
	    --force 0.2
	fails 1 no-vnf show a
}

@test "one that fails may be given again; router 0 goes on" {
	daemon_start
	run -0 ctl create several a -c count.click --wait ready
	fails 1 router-failed config a refused.click --router 1 --wait ready
	says 'unknown element class'
	holds '.state == "ready" and .routers == null and .error == null' \
	    show a
	run -0 ctl read a cnt.count
	holds '.routers == [0, 1]' config a second.click --router 1 \
	    --wait ready
}

@test "one that fails after an early answer: meanwhile the VNF is busy" {
	daemon_start
	run -0 ctl create several a -c count.click --wait ready
	# Both are read before the guest can act on the first.
	run -0 wire 'send:@c config a config=10 router=1\nx :: Nil;\n@d config a config=11 router=2\nx :: Idle;\n@e pause a\n@f read a cnt.count\n' \
	    reply:4
	says '@c OK' '@d ERR busy' '@e ERR busy' '@f DATA value="0"'
	await eval 'ctl -j show a | jq -e ".routers == null"'
	holds '.state == "claimed"' stop a
}

@test "one that is late ends at its limit, and may come up yet" {
	daemon_start start_ms=1000
	run -0 ctl create several c -c count.click --wait ready
	fails 4 timeout -t 0.2 config c second.click --router 1 --wait ready
	says "router 1 of 'c' was not up"
	fails 1 bad-state stop c
	holds '.routers == [0, 1] and .state == "ready"' show c
}

@test "another router waits for handlers that are being called" {
	daemon_start
	run -0 ctl create several a -c count.click --wait ready
	# Nothing answers the read before its limit.
	run -0 wire 'send:@r read a no.count timeout_ms=300\n@c config a config=11 router=1 wait=ready\nx :: Idle;\n' \
	    reply:2
	[[ ${lines[0]} == '@r ERR timeout '* ]]
	[[ ${lines[2]} == '@c OK'* ]]
	run -0 wire 'send:@r read a no.count\n@c config a config=11 router=2 wait=ready timeout_ms=200\nx :: Idle;\n' \
	    reply
	says '@c ERR timeout' 'have been called and not answered'
	holds '.routers == [0, 1]' show a
}

@test "after a crash several routers are not brought back" {
	daemon_start crash_after_ms=500
	run -0 wire 'send:create phoenix a config=11 wait=ready\nx :: Idle;\nconfig a config=11 router=1\nx :: Idle;\n' \
	    reply:2
	[[ $output != *ERR* ]]
	await eval 'ctl -j show a | jq -e ".state == \"crashed\""'
	holds '.error.text | contains("several routers ran")' show a
	fails 1 bad-state reboot a
}

@test "before router 0 is ready there is no other" {
	daemon_start
	run -0 ctl create several a
	fails 1 bad-state config a second.click --router 1
	says 'router 0, which must be ready'
	run -0 ctl config a count.click --wait ready
	run -0 ctl stop a
	fails 1 bad-state config a second.click --router 1
	run -0 ctl start a --wait ready
	run -0 ctl config a second.click --router 1 --wait ready
}

@test "numbers that the template does not allow, and that are none" {
	daemon_start
	run -0 ctl create several a -c count.click --wait ready
	run -0 ctl create cold b -c count.click --wait ready
	fails 1 bad-request config a second.click --router 3
	says "allows 0 to 2"
	fails 1 bad-request config b other.click --router 1
	says "'routers: 2' in template 'cold'"
	fails 1 bad-request stop b --router 1
	holds '.state == "ready"' config b other.click --router 0 --wait ready
	for number in 64 -1 1x '' 18446744073709551616; do
		fails 1 bad-request config a second.click --router "$number"
		says 'is not a number from 0 to 63'
		fails 1 bad-request stop a --router "$number"
	done
	fails 2 usage start a --router 1
	fails 2 usage config a second.click --router
	fails 2 usage config a second.click --router 1 --wait claimed
}

@test "two clients that give it the same router: one is told" {
	daemon_start
	run -0 ctl create several a -c count.click --wait ready
	ctl config a second.click --router 1 --wait ready >one 2>&1 &
	first=$!
	ctl config a second.click --router 1 --wait ready >two 2>&1 &
	second=$!
	failed=0
	wait "$first" || failed=$((failed + 1))
	wait "$second" || failed=$((failed + 1))
	cat one two
	[ "$failed" -eq 1 ]
	grep -Eq 'uvnfctl: (busy|bad-state): ' one two
	holds '.routers == [0, 1]' show a
}
