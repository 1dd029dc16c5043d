#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# One client delays another by what its own requests cost, and no more.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

# Numbers, for users that no host knows.
alice=6002 bob=6003

setup() {
	[ "$EUID" -eq 0 ] || skip 'only root can be several users'
	scenario_begin
	public=$(mktemp -d /tmp/uvnf-users.XXXXXX)
	chmod 755 "$public"
	export UVNF_SOCKET=$public/socket
	{
		echo 'socket: {mode: "0666"}'
		echo "access: {operators: {users: [$alice, $bob]}}"
		cat uvnf.yaml
	} >new.yaml
	mv new.yaml uvnf.yaml
}

teardown() {
	local status=0

	[ -n "${public-}" ] || return 0
	scenario_end || status=1
	rm -rf "$public"
	return "$status"
}

# before UID VERB: how many requests were answered before that user's.
before() {
	awk -v uid="uid=$1" -v verb="verb=\"$2\"" '
	    /request answered/ && index($0, uid " ") && index($0, verb " ") {
		print n; found = 1; exit }
	    /request answered/ { n++ }
	    END { exit !found }' log
}

@test "8000 requests over 20 connections: a claim waits for few of them" {
	daemon_start
	fill
	run -0 "$scenario/crowd" "$UVNF_SOCKET" "$daemon" 20 400 $alice \
	    'destroy nosuch' $bob 'create booted mine'
	# Nothing of what was sent before the hangup is lost, either.
	says 'name="mine"' 'OK' 'ERR no-vnf 8000'
	await before $bob create
	echo "after $(before $bob create) requests"
	[ "$(before $bob create)" -le 32 ]
	ctl destroy mine --wait freed
}

@test "the same of one's own: the connections take turns" {
	daemon_start
	fill
	run -0 "$scenario/crowd" "$UVNF_SOCKET" "$daemon" 20 400 $alice \
	    'destroy nosuch' $alice 'create booted mine'
	says 'name="mine"' 'ERR no-vnf 8000'
	await before $alice create
	echo "after $(before $alice create) requests"
	[ "$(before $alice create)" -le $((20 * 16 + 32)) ]
	ctl destroy mine --wait freed
}

@test "cold builds: the users take turns, however many one of them wants" {
	sed -i '/pool:/d' uvnf.yaml
	echo 'workers: 1' >>uvnf.yaml
	daemon_start build_ms=20
	run -0 "$scenario/crowd" "$UVNF_SOCKET" "$daemon" 1 50 $alice \
	    '@{} create cold a{}' $bob 'create cold mine'
	says 'name="mine"' 'OK 50'
	await before $bob create
	echo "after $(before $bob create) builds"
	[ "$(before $bob create)" -le 2 ]
}

@test "cold builds: the pools fill beside them, however many there are" {
	sed -i '/pool:/d' uvnf.yaml
	echo 'workers: 1' >>uvnf.yaml
	daemon_start build_ms=100
	wire 'many:200:@{} create cold a{}\n' reply:200 >replies 3>&- &
	client=$!
	await all_hold 'any(.builds.used > 50)' quota
	ctl pool set booted booted 5
	await all_hold 'any(.have == 5)' pool
	all_hold 'any(.builds.used > 50)' quota
	kill "$client"
	ctl destroy --all >/dev/null
}

@test "cold builds: one that waits for its turn ends when it is given up" {
	sed -i '/pool:/d' uvnf.yaml
	echo 'workers: 1' >>uvnf.yaml
	daemon_start build_ms=1000
	run -0 wire 'send:@a create cold a\n@b create cold b\n' \
	    'send:@c create cold c timeout_ms=1\n' 'until:^@c ERR timeout' \
	    'send:@d destroy b wait=freed\n' 'until:^@b ERR destroyed' \
	    'until:^@d OK' 'until:^@a OK'
	holds '.builds == 1' stats
	all_hold 'map(.name) == ["a"]' list
	all_hold 'all(.builds.used == 0)' quota
}

@test "cold builds: a daemon that stops begins no more of them" {
	sed -i '/pool:/d' uvnf.yaml
	echo 'workers: 1' >>uvnf.yaml
	daemon_start build_ms=1000
	wire 'many:10:@{} create cold a{}\n' reply:10 \
	    >replies 3>&- &
	client=$!
	# All are there, and one is built; on a busy machine some more are.
	await holds '.vnfs == 10' stats
	daemon_stop
	wait "$client"
	built=$(grep -c ' OK$' replies) || :
	echo "built before it stopped: $built"
	[ "$(grep -c ' ERR stopping ' replies)" -eq $((10 - built)) ]
	[ "$built" -lt 10 ]
	[ "$(awk '$2 == "build"' state/journal | wc -l)" -le $((built + 1)) ]
}

# sources_of UID: of its VNFs, in the order of their creation.
sources_of() {
	ctl -j list | jq -rs --arg user "$1" \
	    '[.[] | select(.uid == ($user | tonumber)) | .source] | join(" ")'
}

@test "shells: one user takes them all, another has its share from then on" {
	sed -i 's/booted: 2/booted: 4/' uvnf.yaml
	daemon_start
	fill
	run -0 "$scenario/crowd" "$UVNF_SOCKET" "$daemon" 1 4 $alice \
	    '@{} create booted a{}' $bob 'create booted b'
	[ "$(sources_of $alice)" = 'booted booted booted booted' ]
	[ "$(sources_of $bob)" = cold ]
	ctl destroy --all --wait freed
	fill
	run -0 "$scenario/crowd" "$UVNF_SOCKET" "$daemon" 1 6 $alice \
	    '@{} create booted a{}' $bob 'create booted b'
	[ "$(sources_of $alice)" = 'booted booted cold cold cold cold' ]
	[ "$(sources_of $bob)" = booted ]
	ctl destroy --all --wait freed
}

@test "armed shells: what is kept for another user is not taken" {
	cat >>uvnf.yaml <<-END
	  armed:
	    kernel: /boot/clickos
	    vifs: [{bridge: br0}]
	    config: count.click
	    pool: {armed: 2}
	END
	daemon_start
	fill
	run -0 "$scenario/crowd" "$UVNF_SOCKET" "$daemon" 1 1 $alice \
	    'create armed a' $bob 'create armed b'
	ctl destroy --all --wait freed
	fill
	run -0 "$scenario/crowd" "$UVNF_SOCKET" "$daemon" 1 2 $alice \
	    '@{} create armed a{}' $bob 'create armed b'
	[ "$(sources_of $alice)" = 'armed cold' ]
	[ "$(sources_of $bob)" = armed ]
	holds '.not_armed == "kept"' show a1
	ctl destroy --all --wait freed
}

@test "configurations of requests under way: 32 MiB for a user, no more" {
	sed -i '/pool:/d' uvnf.yaml
	echo 'workers: 1' >>uvnf.yaml
	daemon_start build_ms=5000
	run -0 python3 - "$UVNF_SOCKET" <<-'END'
	import socket, sys
	BIG = 262144
	conns = []
	for c in range(3):
	    conns.append(socket.socket(socket.AF_UNIX))
	    conns[c].connect(sys.argv[1])
	    lines = conns[c].makefile("rb")
	    lines.readline()
	    for i in range(50):
	        conns[c].sendall(f"@r{i} create cold c{c}-{i} config={BIG}\n"
	                         .encode() + b"Idle; " + b" " * (BIG - 6))
	for i in range(22):
	    tag, _, rest = lines.readline().partition(b" ")
	    assert tag == f"@r{i + 28}".encode(), tag
	    assert rest.startswith(b"ERR quota "), rest
	conns[2].sendall(b"@ok list\n")
	while lines.readline().startswith(b"@ok DATA "):
	    pass
	conns[0].close()
	END
	all_hold 'length == 128' list
	ctl destroy --all --wait freed >/dev/null
}

@test "connections that come all at once: those who are here come first" {
	daemon_start
	strace -o trace -e trace=accept4,epoll_wait -p "$daemon" 2>strace.err &
	await grep -q '^TracerPid:[[:space:]]*[1-9]' "/proc/$daemon/status"
	run -0 python3 - "$UVNF_SOCKET" "$daemon" <<-'END'
	import os, signal, socket, sys
	os.kill(int(sys.argv[2]), signal.SIGSTOP)
	conns = [socket.socket(socket.AF_UNIX) for _ in range(100)]
	for conn in conns:
	    conn.connect(sys.argv[1])
	os.kill(int(sys.argv[2]), signal.SIGCONT)
	for conn in conns:
	    assert conn.recv(6) == b"HELLO "
	END
	kill %?strace
	[ "$(grep -c '^accept4.* = [0-9]' trace)" -eq 100 ]
	run -0 awk '/^epoll_wait/ { n = 0 } /^accept4.* = [0-9]/ { n++ }
	    n > most { most = n } END { print most; exit most > 16 }' trace
}

@test "what is read takes turns, too: empty lines, parts of a payload" {
	daemon_start
	strace -o trace -e trace=read,epoll_wait -p "$daemon" 2>strace.err &
	await grep -q '^TracerPid:[[:space:]]*[1-9]' "/proc/$daemon/status"
	run -0 python3 - "$UVNF_SOCKET" "$daemon" <<-'END'
	import os, signal, socket, sys
	conns = [socket.socket(socket.AF_UNIX) for _ in range(100)]
	for conn in conns:
	    conn.connect(sys.argv[1])
	    assert conn.recv(4096).endswith(b"\n")
	for conn in conns[50:]:
	    conn.sendall(b"create nosuch a config=5\nIdle;ping\n"
	                 b"create nosuch a config=5\n")
	    lines = conn.makefile("rb")
	    while lines.readline() != b"OK\n":
	        pass
	os.kill(int(sys.argv[2]), signal.SIGSTOP)
	for conn in conns:
	    conn.sendall(b"\n")
	os.kill(int(sys.argv[2]), signal.SIGCONT)
	END
	await awk '/^read.*"\\n", [0-9]/ { n++ } END { exit n < 100 }' trace
	kill %?strace
	run -0 awk '/^epoll_wait/ { n = 0 } /^read.*"\\n", [0-9]/ { n++ }
	    n > most { most = n } END { print most; exit most > 32 }' trace
}
