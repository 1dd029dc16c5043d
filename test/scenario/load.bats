#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# uvnf-bench, on simulated domains: what it counts and tells, and that it
# destroys what it made and nothing else.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
}

teardown() {
	scenario_end
}

bench() {
	"$build/uvnf-bench" "$@"
}

# told FILTER: it is true of the results in out.json.
told() {
	jq -e "$1" out.json >/dev/null && return
	echo "not true of the results: $1"
	jq -c 'del(.rows[].buckets_ns)' out.json
	return 1
}

# refuses STATUS CODE ARG...: uvnf-bench ARG... exits so, with one line.
refuses() {
	ends_with_error uvnf-bench bench "$@"
}

# No VNF is there but those that are named.
only() {
	local wanted

	wanted=$(printf '%s\n' "$@" | jq -Rsc 'split("\n") | map(select(. != ""))')
	all_hold "map(.name) | sort == $wanted" list
}

# --- loops -----------------------------------------------------------------

@test "a closed loop makes and destroys as many as it says" {
	daemon_start
	run -0 bench -k 4 -n 200 -w 10 -c count.click --json out.json cold
	says 'operations      200 in' 'cold 200' 'closed'
	told '.operations == 200 and .sources.cold == 200 and .errors == []'
	told '.settings | .clients == 4 and .backend == "sim" and
	    .seed >= 0 and .template == "cold"'
	told '[.rows[] | select(.since == "sent") | [.op, .stage, .n]] ==
	    [["create", "started", 200], ["destroy", "destroyed", 200]]'
	told '[.rows[] | select(.since == "daemon") | .stage] ==
	    ["claimed", "configured", "started"]'
	told '[.rows[] | select(.since == "intended")] == []'
	told 'all(.rows[]; .min_us <= .p50_us and .p50_us <= .p90_us and
	    .p90_us <= .p99_us and .p99_us <= .max_us and .p99_9_us == null)'
	told 'all(.rows[]; .n == ([.buckets_ns[][1]] | add))'
	holds '.vnfs == 0 and .destroys == 210' stats
}

# A stage that the daemon saw is behind those before it, and inside the time
# that the client saw.
@test "stages are in their order" {
	daemon_start start_ms=20
	run -0 bench -n 20 -w 0 --wait ready -c count.click --json out.json \
	    cold
	told '[.rows[] | select(.since == "daemon") | .stage] ==
	    ["claimed", "configured", "started", "ready"]'
	told '[.rows[] | select(.since == "daemon") | .min_us] as $t |
	    $t == ($t | sort)'
	told '(.rows[] | select(.since == "sent" and .stage == "ready")) as $c |
	    (.rows[] | select(.since == "daemon" and .stage == "ready")) as $d |
	    $c.min_us >= $d.min_us and $d.min_us >= 20000'
}

@test "an open loop measures since the intended time, too" {
	daemon_start
	run -0 bench -r 400 -n 300 --seed 7 -c count.click --json out.json cold
	says 'loop            open' 'seed            7'
	told '.operations == 300 and .settings.rate == 400'
	told '[.rows[] | select(.op == "create" and .stage == "started") |
	    [.since, .n]] == [["intended", 300], ["sent", 300], ["daemon", 300]]'
	told '[.rows[] | select(.op == "create" and .stage == "started") |
	    .mean_us] | .[0] >= .[1] and .[1] >= .[2]'
	told '[.rows[] | select(.op == "destroy") | .since] == ["sent"]'
}

# open_loop_beside NAME: an open loop, while the process whose pid the variable
# of that name has (daemon, client) stands still for a second.
open_loop_beside() {
	local client

	"$build/uvnf-bench" -r 200 -d 3 -w 0 -c count.click --json out.json \
	    cold >out 2>&1 3>&- &
	client=$!
	await holds '.creates.cold >= 20' stats
	kill -STOP "${!1}"
	sleep 1				# what is measured
	kill -CONT "${!1}"
	wait "$client"
}

# The daemon is stopped for a while: arrivals go on, and what they wait shows
# in the time since they were due; a closed loop has one slow answer only.
@test "the open loop does not hide a daemon that was slow" {
	daemon_start
	open_loop_beside daemon
	told '.rows[] | select(.op == "create" and .stage == "started" and
	    .since == "intended") | .p90_us > 300000'
	holds '.vnfs == 0' stats
}

# What this program itself was late for is in the intended time alone.
@test "the open loop does not hide that it was slow itself" {
	daemon_start build_ms=1
	open_loop_beside client
	told '[.rows[] | select(.op == "create" and .stage == "started") |
	    {(.since): .p90_us}] | add |
	    .intended > 300000 and .intended > 2 * .sent'
}

@test "an open loop that nobody can follow ends, and says so" {
	daemon_start build_ms=1000
	head -c 200000 /dev/zero | tr '\0' '\n' | cat count.click - >long.click
	run -1 bench -r 5000 -n 100000 -t 2 --json cut.json -c long.click cold
	says 'does not keep up with the rate' '; cut short'
	jq -e '.cut_short and (.interrupted | not)' cut.json
	only
}

@test "the same seed draws the same kinds" {
	local n
	daemon_start
	for n in 1 2; do
		run -0 bench -k 3 -n 300 -w 0 --seed 5 --population 1000 \
		    -m create=5,config=2,cycle=1 --wait ready -c count.click \
		    --json out.json cold
		told '.substituted < 10'
		jq -c '[.rows[] | select(.since == "sent") | .n]' out.json >$n
	done
	# Where none is idle yet, a config becomes a create.
	jq -s '[.[0], .[1]] | transpose | map(.[0] - .[1] | fabs) |
	    max < 10' 1 2 | grep -q true
}

@test "--ready without a configuration is told, not waited for" {
	daemon_start
	refuses 1 system -n 3 -w 0 -t 60 --ready cold
	says 'failed: 3 of create: bad-request: ' 'give --config FILE'
	only
}

@test "a run of some seconds ends behind them" {
	daemon_start
	run -0 bench -d 0.5 -k 2 -c count.click --json out.json cold
	told '.operations > 0 and .seconds >= 0.4'
	only
}

@test "--ready waits for the event behind the answer" {
	daemon_start start_ms=20
	run -0 bench -k 4 -n 40 --ready -c count.click --json out.json cold
	told '[.rows[] | select(.op == "create" and .since == "sent") |
	    [.stage, .n]] == [["started", 40], ["ready", 40]]'
	told '.rows[] | select(.stage == "ready") | .min_us >= 20000'
	only
}

@test "a thousand clients at once" {
	printf 'quotas: {default: {connections: 2000}}\n' >>uvnf.yaml
	daemon_start
	run -0 bench -k 1000 -n 3000 -w 0 -t 60 -c count.click --json out.json \
	    cold
	told '.operations == 3000 and .settings.connections == 1000'
	only
}

# --- mixes -----------------------------------------------------------------

@test "a mix of creates, configs and destroys" {
	daemon_start
	ctl create cold mine
	run -0 bench -k 3 -n 300 -w 20 -m create=2,config=5,destroy=1 \
	    --wait ready \
	    --population 10 -c count.click --json out.json cold
	told '.operations == 300 and .substituted > 0'
	told '[.rows[] | select(.since == "sent") | .n] | add == 300'
	told '[.rows[] | select(.since == "sent") | .op] ==
	    ["create", "config", "destroy"]'
	only mine
}

@test "what is drawn is in proportion to the weights" {
	daemon_start
	run -0 bench -n 600 -w 50 -m create=1,config=2,destroy=1 -c count.click \
	    --wait ready -k 4 \
	    --seed 3 --json out.json cold
	told '.rows[] | select(.since == "sent" and .op == "config") |
	    .n > 240 and .n < 360'
}

# --- sources ---------------------------------------------------------------

@test "sources are counted, and one may be asked for" {
	daemon_start
	fill
	run -0 bench -n 2 -w 0 --source booted -c count.click --json out.json \
	    booted
	told '.sources.booted == 2 and .settings.source == "booted"'
	refuses 1 bad-state -n 5 -w 0 --source booted -c count.click cold
	says "5 creates were not from the source 'booted'" 'cold 5'
	only
}

# --- errors ----------------------------------------------------------------

@test "errors are counted by their codes, and destroyed what failed" {
	daemon_start
	refuses 1 system -n 10 -w 0 --wait ready -c refused.click --json out.json \
	    cold
	says '10 requests failed' 'failed: 10 of create: router-failed: '
	told '.errors | length == 1 and .[0].code == "router-failed" and
	    .[0].count == 10 and .[0].expected == false'
	told '.rows == [] and .operations == 10 and .per_second == 0'
	only
	run -0 bench -n 10 -w 0 --wait ready -c refused.click \
	    --expect no-memory,router-failed cold
	says 'expected: 10 of create: router-failed: '
	only
}

@test "routers that fail behind the answer are errors" {
	daemon_start
	refuses 1 system -n 5 -w 0 --ready -c refused.click --json out.json cold
	told '.errors[0] | .code == "router-failed" and .count == 5'
	only
}

@test "requests that the daemon refuses" {
	daemon_start
	refuses 1 system -n 3 -w 0 nosuch
	says 'failed: 3 of create: no-template: '
}

@test "time limits are errors, and leave nothing" {
	daemon_start build_ms=2000
	refuses 1 system -n 2 -w 0 -k 2 -t 0.2 -c count.click cold
	says 'of create: timeout: '
	await only
}

@test "ends of domains may take longer than the limit of requests" {
	daemon_start destroy_ms=1500
	run bench -n 3 -w 0 -m create=1 -t 0.5 -c count.click cold
	[[ $output != *'could not be destroyed'* ]]
	only
}

@test "routers that say nothing end with the time limit" {
	daemon_start wedge_starts=1
	refuses 1 system -n 1 -w 0 -t 1 --ready -c count.click cold
	says 'failed: 1 of create: '
	only
}

@test "a daemon that dies is told, and what it left" {
	daemon_start build_ms=600000
	bench -k 3 -n 10 -c count.click cold >out 2>&1 3>&- &
	local client=$! status=0
	await all_hold 'length == 3' list
	daemon_kill
	wait "$client" || status=$?
	cat out
	[ "$status" -eq 1 ]
	grep -q '^uvnf-bench: .*hung up' out
	grep -q '^uvnf-bench: system: 3 VNFs named bench-.*could not be' out
	daemon_start		# it cleans up behind the killed one
}

@test "a daemon that is started again is waited for" {
	daemon_start
	bench -k 3 -d 600 -m create=1 --population 1000000 -c count.click cold \
	    >out 2>&1 3>&- &
	local client=$! status=0
	await all_hold 'length > 20' list
	daemon_kill
	daemon_start
	wait "$client" || status=$?
	cat out
	[ "$status" -eq 1 ]
	[[ $(<out) != *'could not be'* ]]
	only
}

@test "without a daemon" {
	refuses 3 no-daemon cold
}

# --- leaving ---------------------------------------------------------------

@test "an interrupted run destroys what it made" {
	local sig client status

	daemon_start
	ctl create cold bench-mine
	for sig in INT TERM HUP; do
		# A shell's background job may ignore them.
		python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$build/uvnf-bench" -m create=1 \
		    -k 2 -d 600 --population 50 -c count.click cold >out 2>&1 \
		    3>&- &
		client=$! status=0
		await all_hold 'length > 20' list
		kill "-$sig" "$client"
		wait "$client" || status=$?
		cat out
		[ "$status" -eq 1 ]
		grep -q '^uvnf-bench: cancelled: interrupted' out
		grep -q '^operations .*; interrupted' out
		only bench-mine
	done
}

@test "two runs at once, with the same prefix and seed" {
	daemon_start
	bench -k 2 -n 200 --seed 1 --prefix twin- -c count.click cold >out 2>&1 \
	    3>&- &
	local client=$!
	run -0 bench -k 2 -n 200 --seed 1 --prefix twin- -c count.click cold
	wait "$client"
	cat out
	only
}

@test "names begin with the prefix" {
	daemon_start start_ms=600000
	bench -n 1 -w 0 -t 600 --wait ready --prefix my.own_ -c count.click cold \
	    >out 2>&1 3>&- &
	local client=$!
	await all_hold 'length == 1 and
	    (.[0].name | test("^my[.]own_[0-9a-f]{8}-0[.]1$"))' list
	ctl destroy --all
	wait "$client" || :
	grep -q 'failed: 1 of create: destroyed: ' out
}

# --- outputs ---------------------------------------------------------------

@test "few values have no far quantiles" {
	daemon_start
	run -0 bench -n 9 -w 0 -c count.click --json out.json cold
	told 'all(.rows[]; .n == 9 and .p50_us > 0 and .p90_us == null and
	    .p99_us == null and .p99_9_us == null)'
	run -0 bench -n 100 -w 0 -c count.click --json out.json cold
	told 'all(.rows[]; .p99_us > 0 and .p99_9_us == null)'
	run -0 bench -k 8 -n 1000 -w 0 -c count.click --json out.json cold
	told 'all(.rows[]; .p99_9_us > 0)'
}

@test "JSON or data for gnuplot on stdout, without the table" {
	daemon_start
	run -0 bench -n 20 -c count.click --json - cold
	jq -e '.format == 1 and .operations == 20' <<<"$output"
	run -0 bench -n 20 -c count.click --plot - cold
	[ "$(grep -c '^"' <<<"$output")" -eq 5 ]
	# Each block ends with all of its values, and never goes down.
	awk '/^"/ { if (last != "" && last != 1) exit 1; last = 0 }
	    /^[0-9]/ { if (NF != 2 || $2 < last) exit 1; last = $2 }
	    END { exit last != 1 }' <<<"$output"
}

@test "results that cannot be written" {
	daemon_start
	refuses 1 system -n 2 --json /nonexistent/out.json cold
	says '/nonexistent/out.json'
	[ ! -e /dev/full ] || refuses 1 system -n 2 --json /dev/full cold
	[ ! -e /dev/full ] || refuses 1 system -n 2 --plot /dev/full cold
	only
}

@test "a request that cannot be made is told as that" {
	daemon_start
	run bench -n 2 --set "text=$(printf '%05000d' 0)" cold
	[ "$status" -eq 1 ]
	says 'too-big' 'create'
	[[ $output != *'the connection was lost'* ]]
	only
}

@test "what a template was given is among the settings" {
	daemon_start
	run bench -n 2 --set a=1 --set b=2 --json out.json cold
	told '.settings.set == "a=1 b=2" and .errors[0].code == "bad-request"'
	bench -n 2 -c count.click --json without.json cold
	jq '.settings.set = "a=1"' without.json >with.json
	run -0 bench --compare with.json without.json
	says 'A:  set             a=1'
	only
}

@test "two results beside each other" {
	daemon_start
	bench -k 4 -n 400 -c count.click --json a.json cold
	run -0 bench --compare a.json a.json
	[ "$(grep -cE '^create +started +sent +p50 .* 1 ' <<<"$output")" -eq 1 ]
	[[ $output != *'A:  '* && $output != *p99.9* ]]
	# A hundred times as slow.
	jq '.rows[] |= (.buckets_ns[] |= [.[0] * 100, .[1]] |
	    .min_ns *= 100 | .max_ns *= 100) | .settings.clients = 5' \
	    a.json | jq '.settings.template = "c\u001b[1m"' >b.json
	run -0 bench --compare b.json a.json
	says 'A:  clients         5' 'B:  clients         4' \
	    'A:  template        c\x1b[1m' 'B:  template        cold'
	[[ $output != *sources* && $output != *failed* ]]
	awk '$1 == "create" && $3 == "sent" && $4 == "p50" { ratio = $7
	    low = $8; high = $9 }
	    END { exit !(ratio > 98 && ratio < 102 && low <= 100 &&
	    high >= 100) }' <<<"$output"
}

@test "results that are not alike are said to be so" {
	daemon_start
	bench -n 20 --json a.json cold
	jq '.interrupted = true | .cut_short = true | .sources.booted = 3 | .errors = [
	    {op: "create", code: "no-shell", count: 2, expected: false},
	    {op: "config", code: "bad-state", count: 1, expected: true}]' \
	    a.json >b.json
	run -0 bench --compare a.json b.json
	says 'A:  sources         cold 20' 'B:  interrupted' 'B:  cut short' \
	    'B:  failed          2 of create: no-shell' \
	    'B:  failed          1 of config: bad-state, as expected'
	[[ $output == *'B:  sources         cold 20 booted 3'* ||
	    $output == *'B:  sources         booted 3 cold 20'* ]]
	[[ $output != *'A:  interrupted'* && $output != *'A:  failed'* ]]
	jq '.errors = [{op: "create"}]' a.json >damaged.json
	refuses 2 usage --compare damaged.json a.json
	says 'damaged.json'
}

@test "files that are no results" {
	echo '{"format": 1, "rows": []}' >empty.json
	echo '{"format": 1, "rows": [{"op": "create"}]}' >damaged.json
	echo '{"format": 2, "rows": []}' >newer.json
	echo '[' >torn.json
	jq -n '{format: 1, rows: [{op: "create", stage: "started",
	    since: "sent", min_ns: 5, max_ns: 4, buckets_ns: [[5, 1]]}]}' \
	    >bounds.json
	jq -n '{format: 1, rows: [{op: "create", stage: "started",
	    since: "sent", min_ns: 5, max_ns: 5, buckets_ns: [[5, 60000000000],
	    [5, 60000000000]]}]}' >many.json
	refuses 2 usage --compare empty.json empty.json
	says 'no row in common'
	for file in damaged newer torn bounds many nonexistent; do
		refuses 2 usage --compare $file.json empty.json
		says "$file.json"
		refuses 2 usage --compare empty.json $file.json
	done
}

# --- usage -----------------------------------------------------------------

@test "wrong usage" {
	refuses 2 usage
	refuses 2 usage one two
	refuses 2 usage --nosuch cold
	refuses 2 usage -n
	for arg in '-T10' '--ready=x' '--expect ok' '--expect ,' \
	    '-k 0' '-k 4097' '-k x' '-r 0' '-r -1' '-r 1e3' '-n 0' \
	    '-n 1x' '-d 0' '-d 1..2' '-w -1' '-t 0' '-t 601' '--seed x' \
	    '--seed 99999999999999999999' '--population 0' \
	    '--connections 0' '--connections 2' '-m x=1' '-m create' \
	    '-m create=0' '-m create=1,create=1' '-m ,' '-m config=1' \
	    '-m =1' '--wait soon' '--wait freed' '--destroy-wait ready' \
	    '--source warm' '--expect nosuch' '--prefix -x' \
	    '--prefix aaaaaaaaaaaaaaaaaaaaaaaaa' '--set x' '--set X=1' \
	    '-c /nonexistent' '-c .' '-k 2 -r 3' '--ready --wait ready' \
	    '--json - --plot -' '--compare a' '--compare a -k 2' \
	    '--compare a -n 5' '--compare a --ready'; do
		# shellcheck disable=SC2086 # words are wanted
		refuses 2 usage $arg cold
	done
	head -c 262145 /dev/zero >large.click
	refuses 2 usage -c large.click cold
	refuses 2 usage -c nosuch.click cold
	says "cannot read 'nosuch.click': No such file or directory"
	refuses 2 usage -c . cold
	says "cannot read '.': Is a directory"
	refuses 2 usage -m config=1 -c count.click --wait claimed cold
}

@test "help and version" {
	run -0 bench --help
	says 'usage: uvnf-bench'
	run -0 bench --version
	[[ $output == 'uvnf-bench '[0-9]* ]]
}
