#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# What a daemon that runs for months must not do: grow with what it has done.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
}

teardown() {
	scenario_end
}

# cycles N: so many VNFs come and go, in batches, each with a router, an
# error, and a follower of events that hangs up.
cycles() {
	local left=$1

	for (( ; left > 0; left -= 100)); do
		wire 'send:events follow=true\n' reply shut >wire.log
		wire 'many:100:create carrier w{} wait=ready\ndestroy w{} wait=freed\nread w{} a.b\n' \
		    reply:300 'send:quit\n' reply eof >wire.log
		[ "$(grep -c '^OK' wire.log)" = 201 ]
	done
}

resident_kb() {
	awk '/^VmRSS:/ { print $2 }' "/proc/$daemon/status"
}

descriptors() {
	find "/proc/$daemon/fd" -mindepth 1 | wc -l
}

sanitized() {
	grep -q __asan_init "$build/uvnfd"
}

# UVNF_LEAK=100000 makes more of it.
@test "leak: memory and descriptors are flat from 2,000 VNFs to 10,000" {
	local kb fds more=$((${UVNF_LEAK:-10000} - 2000))

	# A sanitizer keeps what was freed, and looks for leaks itself.
	if sanitized; then
		more=1000
	fi
	daemon_start build_ms=0 boot_ms=0 start_ms=0 destroy_ms=0 vif_ms=0
	cycles 2000
	kb=$(resident_kb)
	fds=$(descriptors)
	cycles "$more"
	echo "# kB: $kb, then $(resident_kb); descriptors: $fds, then" \
	    "$(descriptors)" >&3
	[ "$(descriptors)" -le "$fds" ]
	if ! sanitized; then
		# A hundred kB is some 12 bytes a VNF.
		[ "$(resident_kb)" -le $((kb + 100)) ]
	fi
	holds '.vnfs == 0' stats
}

# What each of many VNFs takes, its simulated guest and console included;
# UVNF_CROWD=100000 makes more of them.
@test "memory: 20,000 VNFs at once take less than 1 KiB each" {
	local i kb each n=${UVNF_CROWD:-20000}

	sanitized && skip 'a sanitizer takes more'
	daemon_start build_ms=0 boot_ms=0 start_ms=0 destroy_ms=0 \
	    memory_mb=10000000
	kb=$(resident_kb)
	for ((i = 0; i < n / 1000; i++)); do
		wire "many:1000:@{} create carrier v$i-{}\n" reply:1000 \
		    >replies
	done
	each=$((($(resident_kb) - kb) * 1024 / n))
	echo "# $each bytes each of $n" >&3
	[ "$each" -lt 1024 ]
	holds ".vnfs == $n" stats
}
