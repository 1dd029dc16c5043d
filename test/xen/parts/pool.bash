# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# The daemon and its pool.

shells_are_in_xen() {
	xl list
	[ "$(domains | grep -c '^uvnf-booted-')" -eq 2 ] &&
	    [ "$(domains | grep -c '^uvnf-paused-')" -eq 2 ] &&
	    [ "$(domains | grep -c '^uvnf-known-')" -eq 2 ]
}

is_small() {
	local rss pss
	rss=$(awk '/^Rss:/ { print $2 }' "/proc/$(daemon_pid)/smaps_rollup")
	pss=$(family_pss)
	echo "uvnfd: $rss KiB resident; with its workers: $pss KiB (Pss)"
	[ "$rss" -lt 12288 ] && [ "$pss" -lt 20480 ]
}

is_building() {
	ctl -j pool show booted | jq -se 'map(.building) | add > 0'
}

# Targets that change while builds are under way.
shrinks() {
	local failed
	failed=$(ctl -j stats | jq .builds_failed) || return
	for _ in 1 2 3 4; do
		ctl pool set booted booted 6 && within 20 is_building &&
		    ctl pool set booted booted 0 || return
	done
	within 60 eval '! domains | grep "^uvnf-booted-\|null"' &&
	    [ "$(ctl -j stats | jq .builds_failed)" -eq "$failed" ]
}

# Builds let claims go first.
workers_are_nice() {
	local pid nice n=0

	for pid in $(pgrep -x 'uvnfd: worker'); do
		nice=$(ps -o nice= -p "$pid")
		echo "worker $pid: nice $nice"
		[ "$nice" -eq 10 ] || return 1
		n=$((n + 1))
	done
	[ "$n" -gt 0 ] && [ "$(ps -o nice= -p "$(daemon_pid)")" -eq 0 ]
}

part_pool() {
	check 'the pools fill' ctl pool fill --wait
	check 'the shells are in Xen' shells_are_in_xen
	check 'a pool that shrinks while it is built leaves nothing' shrinks
	check 'it grows again' \
	    eval 'ctl pool set booted booted 2 && ctl pool fill --wait'
	check 'templates are listed' ctl templates
	check 'its workers are nice' workers_are_nice
	check 'uvnfd is small' is_small
	sed 's/^/  /' "$work/said"
	check 'a second daemon refuses' not start_daemon
	check 'ping, version and stats answer' \
	    eval 'ctl ping && ctl version && ctl -j stats | jq -e .builds'
}
