#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# How many shells a pool keeps, and what changes that.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
	echo 'Idle -> Discard;' >idle.click
	cat >uvnf.yaml <<-'EOF'
	templates:
	  elastic:
	    kernel: /boot/clickos
	    pool: {booted: {target: 1, max: 4}, idle_s: 1}
	  fixed:
	    kernel: /boot/clickos
	    pool: {booted: 2}
	  minimal:
	    kernel: /boot/clickos
	    pool: {booted: {target: 2, min: 2}}
	  aging:
	    kernel: /boot/clickos
	    pool: {paused: 1, max_age_s: 1}
	EOF
}

teardown() {
	scenario_end
}

# shelf TEMPLATE KIND FILTER: is it true of this line of pool?
shelf() {
	ctl -j pool | jq -se ".[] | select(.template == \"$1\" and
	    .kind == \"$2\") | $3" >/dev/null
}

@test "a pool that was found empty grows to its maximum, and shrinks again" {
	daemon_start
	fill
	shelf elastic booted '.target == 1 and .max == 4 and .wanted == 1'
	run -0 wire 'send:create elastic a\ncreate elastic b\n' reply reply
	[[ $output == *cold* ]]
	await shelf elastic booted '.have == 2'
	run -0 wire 'send:create elastic c\ncreate elastic d\n' \
	    'send:create elastic e\ncreate elastic f\n' reply reply reply reply
	shelf elastic booted '.wanted == 4'
	await shelf elastic booted '.wanted == 1 and .have == 1'
	await shelf fixed booted '.have == 2 and .wanted == 2'
}

@test "below its minimum a pool is filled while a router starts" {
	daemon_start start_ms=8000
	fill
	run -0 ctl create minimal a -c idle.click
	await shelf minimal booted '.have == 2'
	holds '.state == "started"' show a
}

@test "a shell that is too old is replaced" {
	daemon_start
	fill
	before=$(grep -c 'domain destroyed domain=uvnf-aging' log || :)
	replaced() {
		[ "$(grep -c 'domain destroyed domain=uvnf-aging' log)" -gt \
		    "$before" ]
	}
	await replaced
	await shelf aging paused '.have == 1'
}

@test "pool set: more, fewer, and what it refuses" {
	daemon_start
	fill
	run -0 ctl pool set fixed booted 4
	await shelf fixed booted '.have == 4 and .target == 4'
	run -0 ctl pool set fixed booted 1 --min 1 --max 3
	shelf fixed booted '.have == 1 and .min == 1 and .max == 3'
	run -0 ctl pool set fixed paused 1
	await shelf fixed paused '.have == 1'
	fails 1 bad-request pool set fixed booted 1025
	fails 1 bad-request pool set fixed booted x
	fails 1 bad-request pool set fixed booted 2 --min 3
	fails 1 bad-request pool set fixed booted 2 --max 1
	fails 1 bad-request pool set fixed warm 2
	fails 1 no-template pool set nosuch booted 2
	fails 2 usage pool set fixed booted
	fails 2 usage pool set fixed booted 1 2
	fails 2 usage pool fill --min 1
	fails 2 usage pool set fixed booted 1 --wait
	fails 2 usage pool empty
	run -0 wire 'send:pool set fixed booted\n' reply \
	    'send:pool drain fixed x\n' reply 'send:pool fill min=1\n' reply \
	    'send:pool drain wait=full\n' reply
	[ "$(grep -c 'ERR bad-request' <<<"$output")" -eq 4 ]
	shelf fixed booted '.target == 1'
}

@test "pool drain: no shell, until fill or set" {
	daemon_start
	fill
	run -0 ctl pool drain fixed
	shelf fixed booted '.have == 0 and .wanted == 0 and .target == 2'
	holds '.source == "cold"' create fixed a
	run -0 ctl pool fill fixed --wait
	shelf fixed booted '.have == 2'
	run -0 ctl pool drain
	ctl -j pool | jq -se 'all(.have == 0 and .wanted == 0)'
	run -0 ctl pool set fixed booted 1
	await shelf fixed booted '.have == 1'
	fails 1 no-template pool drain nosuch
}
