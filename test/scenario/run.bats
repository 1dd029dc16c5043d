#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# run: a VNF as a job in the foreground, and the status that it ends with.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
}

teardown() {
	scenario_end
}

# job_begin NAME ARG...: uvnfctl run cold NAME -c count.click ARG... in the
# background.
job_begin() {
	local name=$1

	shift
	"$build/uvnfctl" run cold "$name" -c count.click "$@" >out 2>err 3>&- &
	job=$!
}

# job NAME ARG...: the same, until its router runs.
job() {
	job_begin "$@"
	await holds '.state == "ready"' show "$1"
}

# ended STATUS CODE: so did the job, with one line about CODE on stderr, or
# none where that is "ok".
ended() {
	local status=0

	wait "$job" || status=$?
	if [ "$2" = ok ]; then
		[ "$status" -eq "$1" ] && [ ! -s err ] && return
	else
		[ "$status" -eq "$1" ] && [ "$(wc -l <err)" -eq 1 ] &&
		    grep -q "^uvnfctl: $2: " err && return
	fi
	echo "the job ended with $status and said:"
	cat err
	return 1
}

free_name() {
	fails 1 no-vnf show "$1"
}

@test "run: SIGTERM, SIGINT and SIGHUP destroy it, status 0" {
	daemon_start
	for signal in TERM INT HUP; do
		env --default-signal=INT,HUP "$build/uvnfctl" run cold a \
		    -c count.click >out 2>err 3>&- &
		job=$!
		await holds '.state == "ready"' show a
		kill "-$signal" "$job"
		ended 0 ok
		free_name a
		grep -q 'Starting driver' out
	done
	ctl create cold a >/dev/null
}

@test "run: under nohup a SIGHUP is nothing" {
	daemon_start
	nohup "$build/uvnfctl" run cold a -c count.click >out 2>err 3>&- &
	job=$!
	await holds '.state == "ready"' show a
	kill -HUP "$job"
	kill -TERM "$job"
	ended 0 ok
	free_name a
	grep -q 'Starting driver' out
}

@test "run: --wait freed: its memory is free, too" {
	daemon_start destroy_ms=300
	job a --wait freed
	uuid=$(ctl -j show a | jq -r .uuid)
	kill "$job"
	ended 0 ok
	grep -q "gone $uuid" state/journal
}

@test "run: what create refuses, run does" {
	daemon_start
	ctl create cold taken -c count.click --wait ready >/dev/null
	fails 1 name-taken run cold taken -c count.click
	holds '.state == "ready"' show taken
	fails 1 no-template run nosuch a -c count.click
	fails 1 bad-config run cold a -c /dev/null
	fails 1 bad-request run cold a
	fails 1 bad-name run cold .a -c count.click
	fails 1 router-failed run cold a -c refused.click
	says NoSuchElement
	[[ $output == *'Router init failed!'* ]]
	free_name a
}

@test "run: a wrong command line" {
	daemon_start
	fails 2 usage run
	fails 2 usage run cold
	fails 2 usage run cold a b
	fails 2 usage run cold a -c nosuch.click
	fails 2 usage run cold a -c count.click --reconnect soon
	fails 2 usage run cold a -c count.click --reconnect 601
	fails 2 usage run cold a -c count.click --wait ready
	fails 2 usage run cold a -c count.click -f
	fails 2 usage run cold a -c count.click -j --raw
	holds '.requests == 1' stats
}

@test "run: no daemon, status 3" {
	fails 3 no-daemon run cold a -c count.click
}

@test "run: no domain can be built, nothing stays" {
	daemon_start fail_builds=1000
	fails 1 build-failed run cold a -c count.click
	free_name a
}

@test "run: not ready in time, status 4" {
	daemon_start wedge_starts=1
	fails 4 timeout -t 0.5 run cold a -c count.click
	free_name a
}

@test "run: the guest crashes, status 5, and its last words" {
	daemon_start crash_after_ms=300
	job_begin a
	ended 5 guest-dead
	free_name a
	[ "$(tail -n 1 out)" = 'Simulated guest, page fault' ]
}

@test "run: the guest crashes before it is ready, status 5" {
	daemon_start crash_starts=1
	fails 5 guest-dead run cold a -c count.click
	free_name a
}

@test "run: templates that destroy or restart make no difference" {
	cat >>uvnf.yaml <<-'EOF'
	  fragile: {kernel: /boot/clickos, vifs: [{bridge: br0}],
	    on_failure: destroy, on_crash: destroy}
	  phoenix: {kernel: /boot/clickos, vifs: [{bridge: br0}],
	    on_crash: restart}
	EOF
	daemon_start crash_after_ms=200
	for template in fragile phoenix; do
		fails 5 guest-dead run "$template" a -c count.click
		free_name a
	done
	fails 1 router-failed run fragile a -c refused.click
	free_name a
}

@test "run: another client destroys it, or shuts it down: status 6" {
	daemon_start
	job a
	ctl destroy a >/dev/null
	ended 6 destroyed
	job a
	ctl shutdown a >/dev/null
	ended 6 destroyed
	free_name a
}

@test "run: another client destroys it before it is ready" {
	daemon_start wedge_starts=1
	job_begin a
	await holds '.state == "started"' show a
	ctl destroy a >/dev/null
	ended 6 destroyed
}

@test "run: pause, resume, reboot and config do not end it" {
	daemon_start
	job a
	ctl pause a >/dev/null
	ctl resume a >/dev/null
	ctl reboot a --wait ready >/dev/null
	ctl config a other.click --wait ready >/dev/null
	# It may be behind with what the console said.
	await awk '/Starting driver/ { n++ } END { exit n < 3 }' out
	kill "$job"
	ended 0 ok
	free_name a
	[ "$(grep -c 'Starting driver' out)" -eq 3 ]
}

@test "run: SIGTERM while it is being built" {
	daemon_start build_ms=8000
	job_begin a
	await holds '.state == "creating"' show a
	kill "$job"
	ended 0 ok
	free_name a
}

@test "run: a second SIGTERM ends at once" {
	daemon_start destroy_ms=60000
	job a --wait freed
	kill "$job"
	await free_name a
	kill "$job"
	ended 143 ok
	daemon_kill
	rm -f "$UVNF_SOCKET" state/journal
}

@test "run: nobody reads its output: status 1, and it is destroyed" {
	daemon_start
	run -0 bash -c '"$1" run cold a -c count.click | head -n 1
		echo "${PIPESTATUS[0]}"' - "$build/uvnfctl"
	[[ $output == *'nobody reads'* ]]
	[ "${lines[-1]}" = 1 ]
	free_name a
}

@test "run: SIGTERM although its output stands still" {
	echo 'FromDevice(0) -> arp :: ARPResponder(10.0.0.1 00:16:3e:00:00:01) -> ToDevice(0);' \
	    >talker.click
	daemon_start
	mkfifo pipe
	exec {pipe}<>pipe
	"$build/uvnfctl" run cold a -c talker.click >pipe 2>err 3>&- &
	job=$!
	await holds '.state == "ready"' show a
	wire 'many:5000:@t{} write a arp.add\n' reply:5000 >/dev/null
	kill "$job"
	ended 0 ok
	free_name a
	exec {pipe}<&-
}

@test "run: the daemon is killed and comes back; a simulated VNF does not" {
	daemon_start
	job a
	daemon_kill
	rm -f "$UVNF_SOCKET"
	daemon_start
	ended 5 guest-dead
	grep -q 'did not outlive' err
}

@test "run: the daemon is killed and none comes back: status 3" {
	daemon_start
	job a --reconnect 0.5
	daemon_kill
	ended 3 no-daemon
	grep -q "'a' is left" err
	rm -f "$UVNF_SOCKET" state/journal
}

# A way to the daemon that can be cut.
bridge_start() {
	rm -f bridge
	socat "UNIX-LISTEN:$dir/bridge,fork" "UNIX-CONNECT:$UVNF_SOCKET" 3>&- &
	bridge=$!
	await test -S bridge
}

# First what listens, or the job would be back at once.
bridge_cut() {
	local served

	served=$(pgrep -P "$bridge") || :
	kill "$bridge"
	wait "$bridge" || :
	# shellcheck disable=SC2086 # one or none
	[ -z "$served" ] || kill $served
	await holds '.clients == 1' stats
}

@test "run: its connection is lost: it finds the daemon again, and its VNF" {
	daemon_start
	bridge_start
	job a -s "$dir/bridge" --reconnect 600
	bridge_cut
	holds '.state == "ready"' show a
	bridge_start
	await holds '.clients == 2' stats
	bridge_cut
	bridge_start
	await holds '.clients == 2' stats
	kill "$job"
	ended 0 ok
	free_name a
	bridge_cut
}

@test "run: it finds the daemon again, which lets it do nothing any more" {
	daemon_start
	bridge_start
	job a -s "$dir/bridge" --reconnect 600
	bridge_cut
	cat >denier <<-'EOF'
	echo 'HELLO protocol=1 version="0.1.0" backend="sim"'
	while read -r tag rest; do
		echo "$tag ERR denied not any more"
	done
	EOF
	rm -f bridge
	socat "UNIX-LISTEN:$dir/bridge,fork" EXEC:'bash denier' 3>&- &
	bridge=$!
	# It can neither go on nor destroy it, and says both.
	status=0
	wait "$job" || status=$?
	[ "$status" -eq 1 ]
	[ "$(grep -c '^uvnfctl: denied: not any more' err)" -eq 2 ]
	holds '.state == "ready"' show a
	bridge_cut
}

@test "run: SIGTERM while the daemon cannot be reached" {
	daemon_start
	bridge_start
	job a -s "$dir/bridge" --reconnect 600
	bridge_cut
	kill "$job"
	holds '.state == "ready"' show a
	bridge_start
	ended 0 ok
	free_name a
	bridge_cut
}

@test "run: what happened to its VNF while it could not look" {
	daemon_start
	bridge_start
	job a -s "$dir/bridge" --reconnect 600
	bridge_cut
	ctl destroy a >/dev/null
	ctl create cold a -c count.click --wait ready >/dev/null
	bridge_start
	ended 6 destroyed
	# The other one of that name is let alone.
	holds '.state == "ready"' show a
	bridge_cut
}

@test "run: two of one name: the second is refused, the first goes on" {
	daemon_start
	job a
	fails 1 name-taken run cold a -c count.click
	holds '.state == "ready"' show a
	kill "$job"
	ended 0 ok
}

@test "run -j: console and states as objects" {
	daemon_start
	job a -j
	ctl destroy a >/dev/null
	ended 6 destroyed
	[ "$(jq -s 'map(select(.kind == "state") | .to) ==
	    ["creating", "claimed", "started", "ready", "stopping", "none"]
	    and (map(.text // "") | add | contains("Starting driver"))' \
	    out)" = true ]
}

@test "run: the daemon is stopped before it is ready, and comes back" {
	daemon_start "host=$PWD/host" start_ms=5000
	job_begin a
	await holds '.state == "started"' show a
	daemon_stop
	daemon_start "host=$PWD/host"
	await holds '.state == "ready"' show a
	kill "$job"
	ended 0 ok
	free_name a
}
