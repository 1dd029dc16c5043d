# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# Handlers, written and read.

counts_over() {
	local n
	n=$(ctl read web1 cnt.count)
	echo "count: $n"
	[ "$n" -gt "$1" ]
}

counter_is_reset() {
	ctl write web1 cnt.reset && not counts_over 3
}

# Readers and writers side by side: each gets its own answer.
crowd() {
	local i pids=()
	rm -f "$work"/said.*
	for i in 1 2 3 4 5 6 7 8; do
		ctl read web1 cnt.class >"$work/said.class.$i" 2>&1 &
		pids+=($!)
		ctl read web1 cnt.name >"$work/said.name.$i" 2>&1 &
		pids+=($!)
		ctl write web1 cnt.reset >"$work/said.reset.$i" 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}"
	cat "$work"/said.*
	[ "$(sort -u "$work"/said.class.*)" = Counter ] &&
	    [ "$(sort -u "$work"/said.name.*)" = cnt ] &&
	    [ -z "$(cat "$work"/said.reset.*)" ]
}

# A mended image, which the test guest is when its command line says so.
writes_to_mended() {
	if [ "${UVNF_GUEST_KIND:-}" != test ]; then
		skip 'handlers: mended' 'only the test guest can be told so'
		return
	fi
	sed 's/ARPResponder(/arp :: ARPResponder(/' "$work/22.click" \
	    >"$work/named.click"
	check 'a mended guest' \
	    ctl create mended web2 -c "$work/named.click" --wait ready
	check 'does not know an address that it was not given' eval \
	    '! ctl read web2 arp.table | grep -F 10.0.0.9'
	check 'takes what is written' \
	    ctl write web2 arp.add '10.0.0.9 00:16:3e:00:00:22'
	check 'and acts on it' eval \
	    'ctl read web2 arp.table | grep -F 10.0.0.9'
}

part_handlers() {
	creates booted web1 10.0.0.21 booted
	check 'a few more pings' ping -n -c 5 -i 0.2 -w 20 10.0.0.21
	check 'they are counted' counts_over 3
	check 'a counter is reset' counter_is_reset
	check 'a value that ClickOS would lose is refused' \
	    refused bad-request write web1 arp.add '10.0.0.9 00:16:3e:00:00:09'
	check 'an element that is not there ends at the time limit' eval \
	    '! uvnfctl -t 2 write web1 nonsense.reset'
	check 'many clients side by side' crowd
	check 'the VNF goes on' pings 10.0.0.21
	writes_to_mended
	check 'all are destroyed' ctl destroy --all --wait freed
}
