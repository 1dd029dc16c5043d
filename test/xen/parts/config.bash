# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# A new configuration.

# long_config LINES FILE: so many lines of some 60 bytes before it.
long_config() {
	local i
	for ((i = 0; i < $1; i++)); do
		printf '// a long configuration, of many chunks: line %5d of %d\n' \
		    "$i" "$1"
	done
	cat "$2"
}

# The chunks of web1 in xenstore.
chunks() {
	xenstore-list "/local/domain/$(field web1 \
	    .domid)/data/clickos/0/config" | wc -l
}

part_config() {
	creates booted web1 10.0.0.21 booted
	check 'another address' \
	    ctl config web1 "$work/22.click" --wait ready
	check 'the new address answers' pings 10.0.0.22
	check 'the old one does not' silent 10.0.0.21
	long_config 500 "$work/23.click" >"$work/long.click"
	check 'a configuration of 30 KB' \
	    ctl config web1 "$work/long.click" --wait ready
	check 'answers' pings 10.0.0.23
	long_config 3600 "$work/24.click" >"$work/long.click"
	wc -c <"$work/long.click"
	# oxenstored takes long for it, emulated; the limit only ends a hang.
	check 'one of 200 KB' \
	    ctl -t 400 config web1 "$work/long.click" --wait ready
	check 'answers' pings 10.0.0.24
	check 'is in more than 200 chunks' eval 'chunks; [ "$(chunks)" -gt 200 ]'
	check 'a short one after it' \
	    ctl config web1 "$work/25.click" --wait ready
	check 'answers, too' pings 10.0.0.25
	check 'and leaves no stale chunk' [ "$(chunks)" -eq 1 ]
	check 'one while the router still starts' eval \
	    'ctl config web1 "$work/21.click" &&
	    ctl config web1 "$work/22.click" --wait ready'
	check 'answers at its address' pings 10.0.0.22
	check 'and not at the one before' silent 10.0.0.21
	check 'two vifs' ctl create two web2 -c "$work/26.click" --wait ready
	check 'the first one answers' pings 10.0.0.26
	responder 10.0.1.27 27 1 >"$work/27.click"
	check 'a configuration for the second vif' \
	    ctl config web2 "$work/27.click" --wait ready
	check 'the second one answers' pings 10.0.1.27
	check 'all are destroyed' ctl destroy --all --wait freed
}
