# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# What a daemon that runs for months must not do: grow with what it has done.
# Takes a quarter of an hour, and so is run when it is named.

# What there is now, when the pools are full: resident KiB that the daemon has
# allocated (pages of its program come in whenever they are first used), its
# descriptors, nodes in xenstore, domains, net devices.
figures() {
	ctl pool fill --wait >/dev/null
	echo "$(awk '/^RssAnon:/ { print $2 }' "/proc/$(daemon_pid)/status")" \
	    "$(find "/proc/$(daemon_pid)/fd" -mindepth 1 | wc -l)" \
	    "$(timeout 60 xenstore-ls -f | wc -l)" "$(domains | wc -l)" \
	    "$(ip -o link | wc -l)"
}

come_and_go() {
	local i

	for ((i = 0; i < $1; i++)); do
		ctl create booted leak -c "$work/21.click" --wait ready &&
		    ctl destroy leak --wait freed || return
		((i % 50 > 0)) || date "+%T $i of $1" >&3
	done
}

# flat BEFORE AFTER: of both, figures; the daemon may have grown by 32 KiB.
flat() {
	local -a a b

	read -ra a <<<"$1"
	read -ra b <<<"$2"
	echo "KiB, descriptors, nodes, domains, links: $1, then $2"
	((b[0] <= a[0] + 32 && b[1] <= a[1] && b[2] <= a[2] &&
	    b[3] == a[3] && b[4] == a[4]))
}

part_leak() {
	local before after

	exec 3>&1			# what goes on, while a check is silent
	# By then it has all that it keeps: what was measured, events, and what
	# the journal's first compaction takes.
	check '500 VNFs come and go' come_and_go 500
	before=$(figures)
	check '500 more' come_and_go 500
	after=$(figures)
	echo "leak: KiB, descriptors, nodes, domains, links: $before;" \
	    "then $after"
	check 'all is flat' flat "$before" "$after"
}
