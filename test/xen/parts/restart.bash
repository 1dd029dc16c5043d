# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# Restarts.

only_vnfs_are_left() {
	xl list
	[ "$(domains | wc -l)" -eq "$1" ]
}

adopted() {
	[ "$(field "$1" .state)" = ready ] && [ "$(field "$1" .uuid)" = "$2" ]
}

# the daemon was killed or stopped; web1 must not have noticed.
check_adoption() {
	check "$1: the VNF goes on" pings 10.0.0.21
	check "$1: the next daemon starts" start_daemon
	check "$1: it adopted the VNF" adopted web1 "$2"
	check "$1: the pools fill" ctl pool fill --wait
	check "$1: the old shells are gone" within 30 only_vnfs_are_left 7
	check "$1: the VNF's handlers answer" counted web1
	check "$1: it takes another configuration" \
	    ctl config web1 "$work/22.click" --wait ready
	check "$1: it answers" pings 10.0.0.22
	check "$1: and the first one again" \
	    ctl config web1 "$work/21.click" --wait ready
}

part_restart() {
	local uuid
	creates booted web1 10.0.0.21 booted
	check 'the pools fill' ctl pool fill --wait
	uuid=$(field web1 .uuid)
	check 'uvnfd is killed, its workers end' kill_daemon
	check_adoption killed "$uuid"
	check 'uvnfd stops in order' stop_daemon
	check 'the shells went with it' only_vnfs_are_left 1
	check_adoption stopped "$uuid"
	check 'it is destroyed' ctl destroy web1 --wait freed
	check 'uvnfd stops in order' stop_daemon
	check 'no domain is left' no_domains
	check 'nothing else either' no_leftovers
	write_config destroy
	check 'uvnfd starts with on_exit: destroy' start_daemon
	check 'a VNF' ctl create booted web1 -c "$work/21.click" --wait ready
	check 'uvnfd stops in order' stop_daemon
	check 'no domain is left' within 10 no_domains
	check 'nothing else either' no_leftovers
	write_config
	check 'uvnfd starts again' start_daemon
}
