# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# What a build starts.

# Every program that a cold create starts, one a line.  The spawner, which looks
# through /proc meanwhile, would take most of the time under strace.
programs_of_a_build() {
	local pids status=0
	pids=$(pgrep -x 'uvnfd(: worker|: mover)?' | sed 's/^/-p /')
	# shellcheck disable=SC2086
	strace -f -qq -e trace=execve -e signal=none -o "$work/trace" $pids &
	within 10 grep -q '^TracerPid:[[:space:]]*[1-9]' \
	    "/proc/$(daemon_pid)/status" && ctl create cold web1 || status=1
	kill -INT $!
	wait $! 2>/dev/null
	cat "$work/trace"
	grep -c 'execve(' "$work/trace" >"$work/count"
	[ "$status" -eq 0 ] && [ "$(cat "$work/count")" = 1 ] &&
	    grep -q 'execve("[^"]*/true"' "$work/trace"
}

part_programs() {
	check 'the pools are full' ctl pool fill --wait
	check 'a build with one vif starts one program, true' \
	    programs_of_a_build
	check 'it is destroyed' ctl destroy web1 --wait freed
}
