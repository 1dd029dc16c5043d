#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# The stages of each VNF: which request they are of, and that a restart keeps
# what was recorded of them.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
}

teardown() {
	scenario_end
}

# Kills the daemon; the domains stay in the folder host.
kill_it() {
	daemon_kill
	rm -f log
}

@test "stages are of the request that they count from" {
	daemon_start
	ctl create booted a -c count.click --wait ready
	holds '.stages_of == "create" and .stages_kept == null and
	    (.stages_us | keys) ==
	    ["claimed", "configured", "ready", "started"]' show a
	ctl config a other.click --wait ready
	holds '.stages_of == "config" and .stages_us.claimed == null and
	    .stages_us.ready >= .stages_us.started' show a
	ctl stop a
	holds '.stages_of == "stop" and .stages_us == null' show a
	ctl start a --wait ready
	holds '.stages_of == "start" and .stages_us.configured > 0' show a
	ctl reboot a --wait ready
	holds '.stages_of == "reboot" and .stages_us.claimed > 0' show a
}

@test "a restart keeps them" {
	daemon_start "host=$PWD/host"
	fill
	ctl create booted a -c count.click --wait ready
	ctl create cold b -c count.click --wait ready
	ctl create carrier c --wait ready
	ctl create booted d
	ctl config c other.click --wait ready
	for vnf in a b c; do
		ctl -j show "$vnf" | jq -c '[.stages_of, .stages_us]'
	done >before
	kill_it
	daemon_start "host=$PWD/host"
	for vnf in a b c; do
		holds '.stages_kept' show "$vnf"
		ctl -j show "$vnf" | jq -c '[.stages_of, .stages_us]'
	done >after
	cmp before after
	# Of one that was claimed, no change of state came after that.
	holds '.state == "claimed" and .stages_of == null and
	    .stages_us == null' show d
	ctl config d count.click --wait ready
	holds '.stages_of == "config" and .stages_kept == null' show d
	# Twice: what is written anew is what was read.
	kill_it
	daemon_start "host=$PWD/host"
	holds '.stages_of == "config" and .stages_kept' show d
	ctl -j show b | jq -c '[.stages_of, .stages_us]' |
	    cmp - <(sed -n 2p before)
	ctl destroy --all --wait freed
}

@test "a router that comes up under the next daemon counts from its request" {
	daemon_start "host=$PWD/host" start_ms=600000
	fill
	ctl create booted a -c count.click
	kill_it
	daemon_start "host=$PWD/host" start_ms=0
	await holds '.state == "ready"' show a
	holds '.stages_of == "create" and .stages_kept and
	    .stages_us.started > 0 and
	    .stages_us.ready > .stages_us.started and
	    .stages_us.ready < 600000000' show a
	ctl destroy --all --wait freed
}

@test "adopted VNFs are no creates" {
	daemon_start "host=$PWD/host"
	ctl create cold a -c count.click --wait ready
	holds '.creates.cold == 1 and .adopted == 0' stats
	kill_it
	daemon_start "host=$PWD/host"
	holds '.creates.cold == 0 and .adopted == 1 and .vnfs == 1' stats
	ctl destroy --all --wait freed
}

@test "trace: each stage from the one before it" {
	daemon_start start_ms=30
	ctl create cold a -c count.click --wait ready
	holds '.name == "a" and .source == "cold" and .state == "ready" and
	    .template == "cold" and .stages_of == "create" and
	    .stages_kept == null and (.stages | length == 4 and
	    map(.stage) == ["claimed", "configured", "started", "ready"] and
	    .[0].from_us == 0 and all(.took_us == .to_us - .from_us) and
	    ([.[:3], .[1:]] | transpose | all(.[0].to_us == .[1].from_us)))' \
	    trace a
	ready=$(ctl -j show a | jq .stages_us.ready)
	holds ".stages[3].to_us == $ready" trace a
	run -0 ctl trace a
	[ "${lines[0]}" = "a ready: cold domain, domid $(ctl -j show a |
	    jq .domid)" ]
	[ "${lines[1]}" = 'since its create was read' ]
	[ "${#lines[@]}" -eq 7 ]
	# No wider than 80 columns, and the bars begin and end together.
	[ "$(printf '%s\n' "${lines[@]:3}" | awk '{ print length($0),
	    index($0, "|") }' | sort -u)" = '80 33' ]
	[[ ${lines[3]} =~ ^claimed\ .*\|=+\ +\|$ ]]
	[[ ${lines[6]} =~ ^ready\ .*\|\ *=+\|$ ]]
}

@test "trace: as wide as the terminal" {
	daemon_start
	ctl create cold a -c count.click --wait ready
	for columns in 120 60 45 20; do
		run -0 script -qec "stty cols $columns; '$build/uvnfctl' -s \
		    '$UVNF_SOCKET' trace a" /dev/null
		widest=$(tr -d '\r' <<<"$output" | grep '|$' |
		    awk '{ print length($0) }' | sort -u)
		# The bar itself is never narrower than ten columns.
		[ "$widest" -eq $((columns > 44 ? columns : 44)) ]
	done
}

@test "trace: of one that is only claimed, failed or stopped" {
	daemon_start
	ctl create cold a
	holds '.stages | map(.stage) == ["claimed"]' trace a
	fails 1 router-failed create cold b -c refused.click --wait ready
	run -0 ctl trace b
	says 'b failed: ' 'error: router-failed' 'started'
	[[ $output != *$'\n'ready* ]]
	ctl create cold c -c count.click --wait ready
	ctl stop c
	holds '.stages == [] and .stages_of == "stop"' trace c
	run -0 ctl trace c
	says 'no stage of its stop was reached'
}

@test "trace: after a restart, as far as it is known" {
	daemon_start "host=$PWD/host"
	ctl create cold a -c count.click --wait ready
	ctl create cold b
	ctl -j trace a | jq -c .stages >before
	kill_it
	daemon_start "host=$PWD/host"
	holds .stages_kept trace a
	ctl -j trace a | jq -c .stages | cmp - before
	run -0 ctl trace a
	says 'since its create was read by an earlier uvnfd, as far as'
	run -0 ctl trace b
	says 'no stages are known: an earlier uvnfd had recorded none'
	holds '.stages == []' trace b
	ctl destroy --all --wait freed
}

@test "trace: bad arguments" {
	daemon_start
	fails 2 usage trace
	fails 2 usage trace a b
	fails 2 usage trace a --wait started
	fails 1 no-vnf trace a
	fails 1 bad-name trace a=b
	daemon_stop
	fails 3 no-daemon trace a
}
