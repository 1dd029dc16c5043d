#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# stats: what was counted, and how long the stages took.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
}

teardown() {
	scenario_end
}

# stages_hold FILTER: true of the list of stages.
stages_hold() {
	holds ".stages | $1" stats
}

@test "stages: none before the first create" {
	daemon_start
	stages_hold '. == []'
	run -0 wire 'send:stats stages\n' reply
	[ "$output" = 'OK count=0' ]
	run -0 ctl stats
	[[ $output != *TEMPLATE* ]]
}

@test "stages: of each template and source that was used" {
	daemon_start
	fill
	ctl create booted a -c count.click --wait ready
	fill
	ctl create booted b -c count.click --wait ready
	ctl create cold c -c count.click --wait ready
	ctl create paused d
	stages_hold '[.[] | select(.template == "booted")] | length == 4 and
	    all(.source == "booted" and .count == 2) and
	    (map(.stage) == ["claimed", "configured", "started", "ready"])'
	stages_hold '[.[] | select(.template == "cold")] |
	    length == 4 and all(.source == "cold" and .count == 1)'
	stages_hold '[.[] | select(.template == "paused") |
	    [.source, .stage, .count]] == [["paused", "claimed", 1]]'
	stages_hold 'map(.template) == (map(.template) | sort)'
	stages_hold 'all(.p50_us <= .p90_us and .p90_us <= .p99_us and
	    .p99_us <= .max_us and .p50_us > 0)'
	run -0 ctl stats
	says 'creates.booted: 2' 'TEMPLATE' 'P99'
	[[ $output =~ booted\ +booted\ +ready\ +2\ +[0-9.]+\ (us|ms|s)\ .* ]]
}

@test "stages: what is told is what the VNFs say" {
	daemon_start start_ms=20
	for i in 1 2 3 4 5; do
		ctl create cold "v$i" -c count.click --wait ready
	done
	mapfile -t us < <(ctl -j list | jq .stages_us.ready | sort -n)
	stages_hold ".[] | select(.stage == \"ready\") | .count == 5 and
	    .max_us == ${us[4]} and .p99_us == ${us[4]} and
	    .p50_us >= ${us[2]} and .p50_us <= ${us[2]} * 33 / 32"
}

@test "stages: of creates alone, whatever follows" {
	daemon_start
	ctl create cold a -c count.click --wait ready
	ctl config a other.click --wait ready
	ctl stop a
	ctl start a --wait ready
	ctl reboot a --wait ready
	stages_hold 'length == 4 and all(.count == 1)'
	fails 1 router-failed create cold b -c refused.click --wait ready
	stages_hold 'map(.count) == [2, 2, 2, 1]'
}

@test "stages: reset forgets them, and them alone" {
	daemon_start
	ctl create cold a -c count.click --wait ready
	run -0 ctl stats reset
	[ -z "$output" ]
	holds '.stages == [] and .creates.cold == 1 and .stages_s <= .uptime_s' \
	    stats
	holds '. == {reset: true}' stats reset
	await grep -q 'request answered .* verb="stats reset" result="ok"$' log
	ctl create cold b -c count.click --wait ready
	stages_hold 'length == 4 and all(.count == 1)'
}

@test "stages: a reload keeps them, a restart does not" {
	daemon_start "host=$PWD/host"
	ctl create cold a -c count.click --wait ready
	sed -i 's/^  cold:/  other:/' uvnf.yaml
	ctl reload
	ctl create other b -c count.click --wait ready
	stages_hold 'map(.template) | unique == ["cold", "other"]'
	daemon_stop
	rm -f log
	daemon_start "host=$PWD/host"
	holds '.adopted == 2 and .stages == []' stats
	ctl destroy --all --wait freed
}

@test "stages: many templates are bounded" {
	{
		echo 'templates:'
		for ((i = 0; i < 260; i++)); do
			echo "  t$i: {kernel: /boot/clickos}"
		done
	} >uvnf.yaml
	daemon_start memory_mb=100000
	for ((i = 0; i < 260; i++)); do
		echo "create t$i v$i"
	done >many
	echo quit >>many
	socat -t 30 - "UNIX-CONNECT:$UVNF_SOCKET" <many >said
	[ "$(grep -c '^OK$' said)" -eq 261 ]
	stages_hold 'length == 256 and (map(.template) |
	    index("t3") == null and index("t4") != null and
	    index("t259") != null)'
}

@test "stats: bad arguments" {
	daemon_start
	fails 2 usage stats fly
	fails 2 usage stats stages
	fails 2 usage stats reset now
	fails 2 usage stats --wait started
	run -0 wire 'send:stats fly\nstats stages now\nstats reset x=1\n' \
	    reply reply reply
	[ "$(grep -c '^ERR bad-request ' <<<"$output")" -eq 3 ]
	says 'stats [stages | reset]'
	run -0 wire 'send:"stats reset"\nstats config=3\nabc' reply reply
	[ "$(grep -c '^ERR bad-request ' <<<"$output")" -eq 2 ]
}
