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

# What was heard since, in the file passed.
stop_listening() {
	kill -INT "$debugger"
	wait "$debugger" || :
	cat gdb.log
	sed -n '/^listening/,/^$/{/ /p}' heard >passed
}

domid() {
	ctl -j show "$1" | jq -r .domid
}

# us STAGE: of the VNF in the file shown, as uvnfd tells it.
us() {
	jq -r ".stages_us.$1" shown
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
	    claim '%s %d %d, source %d' \
	    '$_probe_arg0,$_probe_arg1,$_probe_arg2,$_probe_arg3' \
	    configured '%s %d %d' '$_probe_arg0,$_probe_arg1,$_probe_arg2' \
	    started '%s %d %d' '$_probe_arg0,$_probe_arg1,$_probe_arg2' \
	    ready '%s %d %d' '$_probe_arg0,$_probe_arg1,$_probe_arg2' \
	    destroyed '%s %d' '$_probe_arg0,$_probe_arg1' \
	    freed '%s %d' '$_probe_arg0,$_probe_arg1'
	ctl create booted web1 -c count.click --wait ready
	ctl -j show web1 >shown
	ctl destroy web1 --wait freed
	stop_listening
	diff - passed <<-EOF
	create web1 booted
	claim web1 1 $(us claimed), source 2
	configured web1 1 $(us configured)
	started web1 1 $(us started)
	ready web1 1 $(us ready)
	destroyed web1 1
	freed $(jq -r .domain shown) 1
	EOF
}

@test "tracepoints: what fails, and what crashes" {
	[ ${#under[@]} -eq 0 ] || skip 'valgrind runs the program, not the CPU'
	sed -i '/pool:/d' uvnf.yaml
	daemon_start fail_builds=1 wedge_starts=1 crash_starts=1
	listen create '%s %d' '$_probe_arg0,$_probe_arg2>0' \
	    failed '%s %d %s' '$_probe_arg0,$_probe_arg1,$_probe_arg2' \
	    crashed '%s %d' '$_probe_arg0,$_probe_arg1' \
	    destroyed '%s %d' '$_probe_arg0,$_probe_arg1'
	fails 1 build-failed create cold web0
	fails 1 guest-dead create cold web1 -c count.click --wait ready
	fails 4 timeout -t 0.4 create cold web2 -c count.click --wait ready
	stop_listening
	diff - passed <<-EOF
	create web0 1
	destroyed web0 -1
	create web1 1
	crashed web1 $(domid web1)
	create web2 1
	failed web2 $(domid web2) timeout
	EOF
}
