# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# The main job, and what is told of where its time went.

# has_stages KIND...: stats has them all for a create from the pool of its name.
has_stages() {
	local kind
	ctl stats | tee "$work/stats"
	for kind; do
		[ "$(awk -v k="$kind" '$1 == k && $2 == k { print $3 }' \
		    "$work/stats" | tr '\n' ' ')" = \
		    'claimed configured started ready ' ] || return
	done
}

# A bar for each of the four stages.
has_bars() {
	ctl trace "$1" | tee "$work/trace"
	[ "$(awk '/=+ *\|$/ { print $1 }' "$work/trace" | tr '\n' ' ')" = \
	    'claimed configured started ready ' ]
}

part_create() {
	creates booted web1 10.0.0.21 booted
	creates paused web2 10.0.0.22 paused
	creates cold web3 10.0.0.23 cold
	check 'stats has the stages of each source' has_stages booted paused \
	    cold
	check 'trace has a bar for each stage' has_bars web2
	check 'a handler is read' counted web1
	check 'a handler is read again' counted web1
	check 'the handler of another one, too' counted web3
	check 'a template that has a configuration needs no file' \
	    ctl create known web4 --wait ready
	check 'and answers pings' pings 10.0.0.20
	check 'started is answered before ready' \
	    ctl create booted web5 -c "$work/24.click"
	check 'and it answers pings a little later' within 30 pings 10.0.0.24
	check 'list has all five' \
	    [ "$(ctl -j list | jq -s length)" = 5 ]
	check 'a VNF can be claimed without a configuration' \
	    ctl create booted web6
	check 'and be configured later' \
	    ctl config web6 "$work/25.click" --wait ready
	check 'and answers pings' pings 10.0.0.25
	check 'all of them still answer' eval \
	    'for i in 20 21 22 23 24 25; do pings 10.0.0.$i || exit; done'
	check 'destroy takes several names' ctl destroy web2 web5 web6
	check 'and --all' ctl destroy --all --wait freed
	check 'uvnf-bench makes and destroys three' uvnf-bench -n 3 \
	    -c "$work/22.click" --wait ready paused
	check 'then none is listed' [ -z "$(ctl -j list)" ]
	check 'nor answers' silent 10.0.0.21
}
