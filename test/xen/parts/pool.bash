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

part_pool() {
	check 'the pools fill' ctl pool fill --wait
	check 'the shells are in Xen' shells_are_in_xen
	check 'templates are listed' ctl templates
	check 'uvnfd is small' is_small
	sed 's/^/  /' "$work/said"
	check 'a second daemon refuses' not start_daemon
	check 'ping, version and stats answer' \
	    eval 'ctl ping && ctl version && ctl -j stats | jq -e .builds'
}
