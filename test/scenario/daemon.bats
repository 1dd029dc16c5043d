#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# The daemon's life: starting, options, two of them, stopping.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
}

teardown() {
	scenario_end
}

on_exit_is() {
	sed -i "1i on_exit: $1" uvnf.yaml
}

# The processes that have the scenario's folder in their command line.
daemons_here() {
	local pid

	for pid in /proc/[0-9]*; do
		if tr '\0' ' ' 2>/dev/null <"$pid/cmdline" |
		    grep -q "uvnfd .*$dir"; then
			basename "$pid"
		fi
	done
}

@test "uvnfd -V and -h, and in long" {
	local option

	for option in -V --version; do
		run -0 "$build/uvnfd" $option
		[[ $output =~ ^uvnfd\ [0-9.]+$ ]]
	done
	for option in -h --help; do
		run -0 "$build/uvnfd" $option
		says 'usage: uvnfd'
	done
}

@test "a wrong command line: status 2 and the usage" {
	run -2 "$build/uvnfd" -x
	says 'usage: uvnfd'
	run -2 uvnfd surplus
	says "'surplus'"
}

@test "an unknown backend is refused" {
	run -1 uvnfd -b kvm
	says "'kvm'" xen sim
}

@test "UVNF_SIM with a word that is no knob is refused" {
	UVNF_SIM=nosuch=1 run -1 uvnfd
	says "'nosuch" UVNF_SIM
}

@test "-n checks the configuration and starts nothing" {
	run -0 uvnfd -n
	says '5 templates'
	[ ! -e "$UVNF_SOCKET" ]
	[ ! -e state ]
}

@test "SIGTERM and SIGINT stop it: status 0, socket gone, log says so" {
	for signal in TERM INT; do
		daemon_start
		fill
		kill -"$signal" "$daemon"
		daemon_wait
		grep -q 'uvnfd stopped' log
		[ -z "$(left_over)" ]
		rm log
	done
}

@test "SIGTERM while shells are being built" {
	daemon_start build_ms=2000
	all_hold 'map(.building) | add > 0' pool
	daemon_stop
}

@test "SIGTERM while shells boot" {
	daemon_start build_ms=1 boot_ms=1000000
	await all_hold 'map(select(.kind == "booted" and .building > 0)) |
	    length > 0' pool
	await holds '.builds >= 2' stats
	daemon_stop
}

@test "SIGTERM twice" {
	daemon_start destroy_ms=300
	fill
	kill -TERM "$daemon"
	daemon_stop
}

@test "SIGTERM with a failing destroy: tried again until it is gone" {
	daemon_start fail_destroys=3
	fill
	daemon_stop
	[ "$(grep -c 'destroy failed' log)" -eq 3 ]
}

@test "SIGTERM under a create that is being built: its client hears of it" {
	daemon_start build_ms=8000
	mkfifo told
	wire 'send:create cold a\n@p ping\n' 'tell:told' reply:1 eof \
	    >reply 3>&- &
	client=$!
	read -r <told
	await holds '.state == "creating"' show a
	kill -TERM "$daemon"
	wait "$client" || :
	daemon_wait
	grep -q 'ERR stopping' reply
}

@test "SIGTERM: whatever waits is answered, and told what became of it" {
	daemon_start vif_ms=100000 boot_ms=100000
	mkfifo told
	wire 'send:@r create cold a config=10 wait=ready timeout_ms=90000\n' \
	    'send:x :: Idle;@h read a x.class timeout_ms=90000\n' \
	    'send:@b bridge create link1\n' \
	    'send:@f pool fill wait=full timeout_ms=90000\n' \
	    'send:@p ping\n' reply 'tell:told' reply:4 eof >reply 3>&- &
	client=$!
	read -r <told
	await holds '.state == "claimed"' show a
	daemon_stop
	wait "$client"
	grep -q '^@r DATA name="a" .*state="claimed"' reply
	for tag in r h b f; do
		grep -q "^@$tag ERR stopping " reply
	done
}

@test "a create while it is going down is refused: stopping" {
	daemon_start destroy_ms=5000
	fill
	mkfifo told go
	wire 'tell:told' 'wait:go' 'send:create cold a\n' reply >reply 3>&- &
	client=$!
	read -r <told
	kill -TERM "$daemon"
	await grep -q 'uvnfd stops' log
	echo >go
	wait "$client"
	daemon_wait
	grep -q 'ERR stopping' reply
}

@test "on_exit: destroy takes the VNFs along" {
	on_exit_is destroy
	daemon_start
	ctl create cold a -c count.click --wait ready >/dev/null
	ctl create cold b >/dev/null
	daemon_stop
	grep -q 'vnf destroyed name=a' log
	[ "$(grep -c ' claim ' state/journal)" -eq 2 ]
	[ "$(grep -c ' gone ' state/journal)" -eq \
	    "$(grep -c ' build ' state/journal)" ]
}

@test "on_exit: leave leaves them, and destroys the shells" {
	on_exit_is leave
	daemon_start
	fill
	ctl create cold a -c count.click --wait ready >/dev/null
	uuid=$(ctl -j show a | jq -r .uuid)
	daemon_stop
	run -1 grep -E "(doom|gone) $uuid" state/journal
	[ "$(grep -c ' gone ' state/journal)" -eq 6 ]
}

@test "a VNF whose template has left is taken over, but not rebooted" {
	daemon_start "host=$PWD/host"
	ctl create carrier a --wait ready >/dev/null
	domid=$(ctl -j show a | jq .domid)
	daemon_stop
	cp uvnf.yaml whole.yaml
	sed -i '/carrier:/,$d' uvnf.yaml
	daemon_start "host=$PWD/host"
	fails 1 bad-state reboot a
	says "without the template 'carrier' of 'a'"
	holds ".state == \"ready\" and .domid == $domid" show a
	daemon_stop
	cp whole.yaml uvnf.yaml
	daemon_start "host=$PWD/host"
	holds ".state == \"ready\" and .domid != $domid" reboot a --wait ready
	ctl destroy a --wait freed
}

@test "a restart finds that simulated domains are gone, and frees the names" {
	daemon_start
	ctl create cold a >/dev/null
	daemon_stop
	daemon_start
	grep -q 'vnf lost .*name=a' log
	all_hold '. == []' list
	ctl create cold a >/dev/null
}

@test "a killed daemon: the next one takes its socket and its journal" {
	daemon_start
	ctl create cold a >/dev/null
	daemon_kill
	[ -S "$UVNF_SOCKET" ]
	daemon_start
	fill
	ctl create cold a >/dev/null
}

@test "a damaged journal: its tail is cut off, loudly, and it serves" {
	daemon_start
	daemon_stop
	printf 'torn line without its e' >>state/journal
	daemon_start
	grep -E 'uvnfd: warning: .*journal' log
	holds '.vnfs == 0' stats
}

@test "a damaged journal: a VNF whose name is lost is kept under another" {
	daemon_start "host=$PWD/host"
	fill
	ctl create booted a -c count.click --wait ready >/dev/null
	domid=$(ctl -j show a | jq .domid)
	daemon_kill
	sed -i '/ claim .* a /s/^./#/' state/journal
	daemon_start "host=$PWD/host"
	grep -q "warning: vnf's name is damaged .* name=\"\?lost-" log
	name=$(ctl -j list | jq -r .name)
	[[ $name == lost-* ]]
	holds ".domid == $domid and .state == \"ready\"" show "$name"
	[ "$(ctl read "$name" cnt.class)" = Counter ]
	ctl destroy "$name" --wait freed
}

@test "a second daemon on the same state directory is refused" {
	daemon_start
	run -1 uvnfd -s "$dir/socket2"
	says 'cannot start: ' "$dir/state"
	[ ! -e socket2 ]
	ctl ping >/dev/null
}

@test "a second daemon on the same socket is refused" {
	daemon_start
	run -1 uvnfd -S "$dir/state2"
	says "$UVNF_SOCKET"
	ctl ping >/dev/null
}

# Before it listens, a socket looks like one that was left over.
@test "the socket of a daemon that is about to serve is left alone" {
	python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
	run -1 flock "$UVNF_SOCKET.lock" "$build/uvnfd" -b sim -f uvnf.yaml \
	    -s "$UVNF_SOCKET" -S "$dir/state2"
	says "$UVNF_SOCKET" 'about to'
	[ -S socket ]
	daemon_start
}

@test "something else in the socket's place is left alone" {
	echo precious >socket
	run -1 uvnfd
	says "$UVNF_SOCKET" 'no socket'
	[ "$(cat socket)" = precious ]
}

@test "a socket's path that is too long or in no folder is refused" {
	run -1 uvnfd -s "/tmp/$(printf '%0200d' 0)"
	says longer
	run -1 uvnfd -s "$dir/nosuch/socket"
	says "$dir/nosuch/socket"
}

@test "a state directory that is a file is refused" {
	echo precious >state
	run -1 uvnfd
	says "$dir/state"
	[ "$(cat state)" = precious ]
	rm state
}

@test "the socket's mode is the configuration's" {
	sed -i '1i socket: {mode: "0600"}' uvnf.yaml
	daemon_start
	[ "$(stat -c %a socket)" = 600 ]
}

@test "the socket's mode and owner are set before it can be reached" {
	sed -i '1i socket: {mode: "0660", group: daemon}' uvnf.yaml
	ASAN_OPTIONS+=:detect_leaks=0	# which cannot be done under strace
	# shellcheck disable=SC2034 # daemon_start runs it under this
	under=(strace -f -o trace -e 'trace=bind,chown,chmod,listen')
	daemon_start
	kill -TERM "$(pgrep -P "$daemon")"
	wait "$daemon" && daemon=
	sed -E 's/^[0-9]+ +//' trace
	[ "$(sed -nE "s|^[0-9]+ +([a-z]+)\(.*|\1|p" trace | xargs)" = \
	    'bind chown chmod listen' ]
}

@test "-d returns when it can be connected to, and stays" {
	uvnfd -d
	ctl ping >/dev/null
	pid=$(daemons_here)
	[ "$(wc -w <<<"$pid")" -eq 1 ]
	kill -TERM "$pid"
	flock state/lock true
	await test ! -e "/proc/$pid"
	[ ! -e "$UVNF_SOCKET" ]
}

@test "-d tells a failure with status 1 and why" {
	daemon_start
	run -1 uvnfd -d
	says 'cannot start: '
	[ "$(daemons_here | wc -w)" -eq 1 ]
}

# of FIELD: what /proc says of the daemon.
of() {
	awk -v f="$1:" '$1 == f { print $2 }' "/proc/$daemon/status"
}

@test "privileges: none but those it needs, once it serves" {
	daemon_start
	[ "$(of NoNewPrivs)" = 1 ]
	[[ $(of CapPrm) =~ ^00000000000000(00|04)$ ]]
	[ "$(of CapEff)" = "$(of CapPrm)" ]
	if ldd "$build/uvnfd" | grep -q libasan; then
		return	# its run time traces the process at its end
	fi
	[ "$(of Seccomp)" = 2 ]
}

@test "who no longer reads the log stops nobody" {
	daemon_start
	kill -STOP "$copying"
	run -0 wire 'many:2000:create none v{}\n' reply:2000
	run -0 ctl create booted web1
	run -0 ctl destroy web1 --wait freed
	kill -CONT "$copying"
	# What was kept comes though nothing more is logged, and how many were not.
	await grep -E 'log lines lost count=[1-9]' log
}
