#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# Events: remembered, followed, filtered, and lost by those who do not read.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
}

teardown() {
	scenario_end
}

# follow FILE ARG...: uvnfctl events -f ARG... into FILE, until its end.
follow() {
	local file=$1

	shift
	"$build/uvnfctl" events -f "$@" >"$file" 2>"$file.err" 3>&- &
	following=$!
	await grep -q daemon-started "$file"
}

# ended STATUS: so did the follower.
ended() {
	ends "$1" "$following"
}

churn() {
	wire "many:$1:create cold x{}\ndestroy x{}\n" "reply:$((2 * $1))" \
	    >/dev/null
}

@test "events: the life of a VNF, state by state" {
	daemon_start
	fill
	ctl create booted a -c count.click --wait ready >/dev/null
	ctl destroy a >/dev/null
	all_hold 'map(select(.kind == "state") | [.from, .to]) == [
	    ["none", "claimed"], ["claimed", "started"],
	    ["started", "ready"], ["ready", "stopping"],
	    ["stopping", "none"]]' events a
	all_hold 'map(.seq) == [range(1; length + 1)] and
	    .[0].kind == "daemon-started"' events
	all_hold 'all(.name == "a" and .template == "booted" and
	    .source == "booted" and .domid > 0 and (has("error") | not) and
	    (.uuid | test("^[0-9a-f-]{36}$")) and
	    .time_us > 1500000000000000)' events a
	all_hold 'map(.time_us) as $t | $t == ($t | sort)' events
	run -0 ctl events a
	[ "${#lines[@]}" -eq 5 ]
	for line in "${lines[@]}"; do
		[[ $line =~ ^20[0-9-]{8}T[0-9:]{8}\.[0-9]{3}Z\ a:\ [a-z]+\ '->'\ [a-z]+,\ domid\ [0-9]+,\ template\ booted,\ booted$ ]]
	done
}

@test "events: a VNF that had to be built, and one of two names" {
	daemon_start
	ctl create cold a >/dev/null
	ctl create cold b >/dev/null
	all_hold 'map([.from, .to]) == [["none", "creating"],
	    ["creating", "claimed"]] and (.[0] | has("domid") | not) and
	    .[1].source == "cold"' events a
	all_hold 'all(.name == "b")' events b
	all_hold '. == []' events nobody
	run -0 ctl events nobody
	[ -z "$output" ]
}

@test "events: why a VNF failed, and why one crashed" {
	daemon_start crash_starts=1
	fails 1 guest-dead create cold a -c count.click --wait ready
	fails 1 router-failed create cold b -c refused.click --wait ready
	ctl destroy a >/dev/null
	all_hold 'map(select(has("error")) | [.to, .error.code]) ==
	    [["crashed", "guest-dead"]]' events a
	all_hold '.[-1].to == "failed" and
	    .[-1].error.code == "router-failed" and
	    (.[-1].error.text | contains("NoSuchElement"))' events b
	run -0 ctl events b
	says 'router-failed: the guest refused'
}

@test "events: pause, resume and reboot are states like others" {
	daemon_start
	ctl create cold a -c count.click --wait ready >/dev/null
	ctl pause a >/dev/null
	ctl resume a >/dev/null
	ctl reboot a --wait ready >/dev/null
	all_hold 'map(.to) | index("paused") as $p | .[$p + 1] == "ready"' \
	    events a
	all_hold '.[0].from == "none" and .[-1].to == "ready" and
	    (map(select(has("uuid")).uuid) | unique | length) == 2' events a
	ctl shutdown a >/dev/null
	all_hold '.[-1].to == "none"' events a
}

@test "events: shells that fail and shells that die" {
	daemon_start fail_builds=1 crash_boots=1
	await all_hold 'map(select(.kind == "shell-failed")) | length == 2' \
	    events
	all_hold 'map(select(.kind == "shell-failed")) |
	    (map(.error.code) | sort) == ["build-failed", "guest-dead"] and
	    all(has("template") and has("source"))' events
	daemon_stop
	daemon_start crash_idle=1
	await all_hold 'any(.kind == "shell-died" and .domid > 0 and
	    .source == "booted")' events
}

@test "events: the configuration is read anew, or not" {
	daemon_start
	ctl reload >/dev/null
	echo nonsense >>uvnf.yaml
	run -1 ctl reload
	all_hold 'map(.kind) | index("daemon-reloaded") as $i | $i != null and
	    index("daemon-started") == 0 and
	    (map(select(. == "daemon-reloaded")) | length) == 1' events
}

@test "events: no more than 1024 are remembered" {
	daemon_start build_ms=0
	churn 300
	all_hold 'length == 1024 and (map(.seq) | .[-1] - .[0] == 1023) and
	    .[-1].to == "none"' events
}

@test "events -f: those remembered, then those that come" {
	daemon_start
	ctl create cold a >/dev/null
	follow out
	ctl create cold b >/dev/null
	ctl destroy a >/dev/null
	await grep -q 'a: stopping -> none' out
	ctl -j events >all
	"$build/uvnfctl" -j events -f b >out.b 3>&- &
	following_b=$!
	await grep -q claimed out.b
	ctl destroy a 2>/dev/null || :
	ctl destroy b >/dev/null
	await grep -q '"to": "none"' out.b
	[ "$(wc -l <out.b)" -eq 4 ]
	[ "$(jq -s 'all(.name == "b")' out.b)" = true ]
	await grep -q 'b: stopping -> none' out
	[ "$(wc -l <out)" -eq $(($(wc -l <all) + 2)) ]
	kill "$following" "$following_b"
}

@test "events -f: the daemon says that it goes, and then the status is 3" {
	daemon_start
	follow out
	daemon_stop
	ended 3
	grep -q daemon-stopping out
	grep -q '^uvnfctl: no-daemon: ' out.err
}

@test "events -f: ends when nobody reads on" {
	daemon_start
	run -0 bash -c '"$1" events -f | head -n 1; echo "${PIPESTATUS[0]}"' - \
	    "$build/uvnfctl"
	[ "${lines[-1]}" = 1 ]
}

@test "events: lines that follow carry the tag and keep out of replies" {
	daemon_start
	wire 'send:@e events follow=true\n@f events b follow=true\n' reply:2 \
	    'send:@c create cold a\n' 'until:to="claimed"' reply \
	    'send:list\n' reply 'send:destroy a\n' 'until:to="none"' >out
	[ "$(grep -c '^@e EVENT seq=' out)" -eq 4 ]
	run ! grep '^@f EVENT' out
	# Behind list's data line stands its OK.
	grep -A 1 '^DATA name="a"' out | tail -n 1 | grep -q '^OK count=1'
}

@test "events: without a tag, and twice on one connection" {
	daemon_start
	wire 'send:events follow=true\nevents follow=true\n' reply:2 \
	    'send:create cold a\n' 'until:EVENT .*to="claimed"' \
	    'until:EVENT .*to="claimed"' >out
	[ "$(grep -c '^EVENT ' out)" -eq 4 ]
}

@test "events: nothing follows for those who did not ask" {
	daemon_start
	wire 'send:events\nevents follow=false\n' reply:2 \
	    'send:create cold a\n' reply 'send:destroy a\nquit\n' reply:2 \
	    eof >out
	run ! grep EVENT out
}

@test "events: 64 on a connection, not more" {
	daemon_start
	wire 'many:65:@t{} events follow=true\n' reply:65 >out
	[ "$(grep -c ' OK ' out)" -eq 64 ]
	grep -q '^@t64 ERR too-big ' out
}

@test "events: a client that sends no more follows no more" {
	daemon_start
	run -0 wire 'send:events follow=true\n' reply shut eof
	await holds '.clients == 1' stats
}

@test "events: bad input" {
	daemon_start
	run -0 wire 'send:events a b\nevents /\nevents follow=maybe\n' \
	    'send:events follow=\nevents a follow=true follow=true\n' \
	    'send:events a wait=ready\nevents "" follow=true\n' reply:7
	[ "$(grep -c '^ERR bad-request ' <<<"$output")" -eq 5 ]
	[ "$(grep -c '^ERR bad-name ' <<<"$output")" -eq 2 ]
	fails 2 usage events a b
	fails 1 bad-name events a=b
	fails 2 usage events --raw
	fails 1 bad-name events ../x -f
}

@test "a follower that falls behind hears what it lost, and goes on" {
	daemon_start build_ms=0
	mkfifo go
	wire 'send:events follow=true\n' reply wait:go 'until:kind="lost"' \
	    tell:caught 'until:name="last"' >out 3>&- &
	mkfifo caught
	reader=$!
	await grep -q '^OK' out
	churn 800
	: >go
	read -r REPLY <caught
	ctl create cold last >/dev/null
	wait "$reader"
	seen=$(grep -c '^EVENT seq=' out)
	lost=$(sed -n 's/^EVENT kind="lost" count=//p' out)
	[ "$lost" -gt 0 ]
	# None is missing: told or counted.
	[ "$((seen + lost))" -eq \
	    "$(sed -n '$s/^EVENT seq=\([0-9]*\) .*/\1/p' out | awk '{ print $1 - 1 }')" ]
}

@test "a follower that stays behind is cut off; others notice nothing" {
	daemon_start build_ms=0
	bystander_begin
	mkfifo go
	wire 'send:events follow=true\n' reply wait:go >out 3>&- &
	reader=$!
	await grep -q '^OK' out
	churn 800
	await grep -q 'reads too slowly is cut off' log
	bystander_end
	: >go
	wait "$reader"
	holds '.clients == 1' stats
}

@test "many follow, and are told alike" {
	daemon_start
	for ((i = 0; i < 50; i++)); do
		wire 'send:events follow=true\n' reply 'until:a" .*to="none"' \
		    >"out$i" 3>&- &
		readers[i]=$!
	done
	await holds '.clients == 51' stats
	for ((i = 0; i < 50; i++)); do
		await grep -q '^OK' "out$i"
	done
	ctl create cold a >/dev/null
	ctl destroy a >/dev/null
	for ((i = 0; i < 50; i++)); do
		wait "${readers[i]}"
		cmp <(grep '^EVENT' out0) <(grep '^EVENT' "out$i")
	done
}

@test "followers that read nothing: 32 MiB of a user's, on all connections" {
	daemon_start
	# Those who lost something are cut off, and what waited for them is told.
	run -0 timeout 100 python3 - "$UVNF_SOCKET" <<-'END'
	import socket, sys, time
	def connect():
	    conn = socket.socket(socket.AF_UNIX)
	    conn.connect(sys.argv[1])
	    lines = conn.makefile("rb")
	    lines.readline()
	    return conn, lines
	def ask(conn, lines, request, count=1):
	    conn.sendall(request * count)
	    while count > 0:
	        count -= lines.readline().startswith((b"OK", b"ERR"))
	crowd = [connect() for _ in range(256)]
	for conn, lines in crowd:
	    ask(conn, lines, b"events v follow=true\n", 32)
	one, lines = connect()
	ask(one, lines, b"create cold v\n")
	for i in range(40):
	    ask(one, lines, b"pause v\n")
	    ask(one, lines, b"resume v\n")
	while open("log").read().count("reads too slowly") < 200:
	    time.sleep(0.2)
	END
	run -0 awk '/reads too slowly is cut off/ {
	    sub(".*waiting=", ""); sum += $1 }
	    END { print sum; exit sum < 1048576 || sum > 36 * 1048576 }' log
	ctl destroy v --wait freed
}
