#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# The static tracepoints: a debugger hears them as a tracer in the kernel
# would, through the notes in the program that say where each one is.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
	readelf -n "$build/uvnfd" | grep -A 1 'Provider: uvnf$' |
	    sed -n 's/.*Name: //p' | sort -u >probes
	[ -s probes ] || skip 'this build has none: sys/sdt.h was not there'
}

teardown() {
	scenario_end
}

# listen PROBE FORMAT ARGUMENTS...: adds a line to the file heard whenever one
# of the probes is passed.
listen() {
	{
		echo 'set debuginfod enabled off'
		while (($# > 0)); do
			printf 'break -probe-stap uvnf:%s\ncommands\nsilent\n' "$1"
			printf 'printf "%s %s\\n",%s\ncontinue\nend\n' \
			    "$1" "$2" "$3"
			shift 3
		done
		printf 'printf "listening\\n"\ncontinue\n'
	} >script
	gdb -q -nx -batch -p "$daemon" -x script >heard 2>gdb.log 3>&- &
	debugger=$!
	await grep -q '^listening' heard
}

@test "tracepoints: those that uvnfd(8) lists" {
	sed -n '/^\.Ss Tracepoints/,/^\.Sh /s/^\.It Cm //p' \
	    "$scenario/../../man/uvnfd.8" | sort >listed
	diff probes listed
}

@test "tracepoints: a life passes them in their order, with its arguments" {
	[ ${#under[@]} -eq 0 ] || skip 'valgrind runs the program, not the CPU'
	daemon_start
	fill
	listen create '%s %s' '$_probe_arg0,$_probe_arg1' \
	    claim '%s %d %d' '$_probe_arg0,$_probe_arg1,$_probe_arg3' \
	    configured '%s %d' '$_probe_arg0,$_probe_arg1' \
	    started '%s %d' '$_probe_arg0,$_probe_arg1' \
	    ready '%s %d' '$_probe_arg0,$_probe_arg1' \
	    destroyed '%s %d' '$_probe_arg0,$_probe_arg1' \
	    freed '%s %d' '$_probe_arg0,$_probe_arg1'
	ctl create booted web1 -c count.click --wait ready
	domain=$(ctl -j show web1 | jq -r .domain)
	ctl destroy web1 --wait freed
	kill -INT "$debugger"
	wait "$debugger" || :
	cat gdb.log
	sed -n '/^listening/,/^$/{/ /p}' heard >passed
	diff - passed <<-EOF
	create web1 booted
	claim web1 1 2
	configured web1 1
	started web1 1
	ready web1 1
	destroyed web1 1
	freed $domain 1
	EOF
}
