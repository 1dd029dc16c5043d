#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# What a create costs: requests, hypercalls, and the daemon's system calls from
# the read of the request to the write of its answer.  On Xen, where the part
# counts of its suite looks again, a send, a wait and a receive come to these.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
	sed 's/carrier:/armed:/; s/booted: 1}$/booted: 1, armed: 1}/' \
	    uvnf.yaml >with-armed.yaml
	sed -n '/^  armed:/,$p' with-armed.yaml >>uvnf.yaml
	daemon_start
	ctl pool fill --wait >/dev/null
}

teardown() {
	scenario_end
}

# of_create REQUEST [FILE]: leaves the system calls of one create in the file
# window, the counts around it in $requests and $hypercalls.
of_create() {
	local tracer

	strace -qq -s 128 -e signal=none -o trace -p "$daemon" 3>&- &
	tracer=$!
	await grep -q '^TracerPid:.*[1-9]' "/proc/$daemon/status"
	run -0 wire 'send:stats\n' reply "send:$1" reply 'send:stats\n' reply
	kill -INT "$tracer"
	wait "$tracer" || :
	awk '/^read\(.*"create / { on = 1 } on
	    on && /^writev?\(.*DATA name=/ { exit }' trace >window
	[ -s window ]
	cat window
	requests=$(grown xenstore_requests)
	hypercalls=$(grown hypercalls)
}

grown() {
	sed -n "s/.* $1=\([0-9]*\).*/\1/p" <<<"$output" |
	    awk 'NR == 1 { n = $1 } NR == 2 { print $1 - n }'
}

# costs CALLS: no more, and none of those that the hot path must not have.
costs() {
	[ "$(wc -l <window)" -le "$1" ]
	run -1 grep -E '^(clone3?|v?fork|execve|open|openat|rename|fsync)\(' \
	    window
}

@test "from a booted shell: 992 bytes are a chunk and a start" {
	of_create "create booted a config=992\n$(cat other.click)$(
	    printf '%*s' $((992 - $(wc -c <other.click) + 1)) '')"
	[ "$requests" -eq 2 ]
	[ "$hypercalls" -eq 0 ]
	costs 9
}

@test "from a paused shell: a hypercall besides" {
	of_create "create paused a config=8\nx::Idle;"
	[ "$requests" -eq 2 ]
	[ "$hypercalls" -eq 1 ]
	costs 14
}

@test "a configuration that the template knows: one request" {
	of_create 'create carrier a\n'
	[ "$requests" -eq 1 ]
	[ "$hypercalls" -eq 0 ]
	costs 9
}

@test "from an armed shell: a hypercall, and nothing of xenstore" {
	of_create 'create armed a\n'
	[ "$requests" -eq 0 ]
	[ "$hypercalls" -eq 1 ]
	costs 9
	holds '.source == "armed"' show a
}
