# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# The life of a VNF: its router, its domain, its ends.

state_is() {
	[ "$(field "$1" .state)" = "$2" ]
}

no_vnf() {
	refused no-vnf show "$1"
}

# What hangs a ClickOS guest for good: a node that is too long for its ring.
wedge() {
	local d
	d=$(field "$1" .domid)
	xenstore-write "/local/domain/$d/data/clickos/0/config/99" \
	    "/*$(printf '%01005d' 0)*/"
}

crash() {
	# A global handler crashes it; uvnfd itself would refuse to ask.
	xenstore-write "/local/domain/$(field "$1" \
	    .domid)/data/clickos/0/control/read/list" 1
}

chunks_are() {
	xenstore-ls "/local/domain/$(field "$1" .domid)/data/clickos/0/config"
	[ "$(xenstore-list "/local/domain/$(field "$1" \
	    .domid)/data/clickos/0/config" 2>/dev/null | wc -l)" -eq "$2" ]
}

part_life_router() {
	creates booted web1 10.0.0.21 booted
	check 'its router is stopped' ctl stop web1
	check 'it is claimed then' state_is web1 claimed
	check 'it answers no more' silent 10.0.0.21
	check 'its router is started again' ctl start web1 --wait ready
	check 'it answers again' pings 10.0.0.21
	check 'its configuration is removed' ctl stop web1 --remove
	check 'no chunk is left' chunks_are web1 0
	check 'there is nothing to start then' refused bad-state start web1
	check 'it takes another configuration' \
	    ctl config web1 "$work/22.click" --wait ready
	check 'and answers' pings 10.0.0.22
}

part_life_pause() {
	check 'it is paused' ctl pause web1
	check 'Xen says so' eval 'xl list; xl list | grep -E "uvnf-booted.*-[-b]p---"'
	check 'it does not answer' silent 10.0.0.22
	check 'a configuration is refused' \
	    refused bad-state config web1 "$work/21.click"
	check 'it is resumed' ctl resume web1
	check 'it answers again' pings 10.0.0.22
	check "somebody else's pause is seen" eval \
	    'xl pause "$(field web1 .domain)" &&
	    [ "$(field web1 .paused_by_other)" = true ]'
	check 'ours nests with it' ctl pause web1
	check 'then resume says what is in the way' eval \
	    'refused bad-state resume web1 && grep "xl unpause" "$work/err"'
	check 'it does not answer' silent 10.0.0.22
	check 'when the other one is undone, it is resumed' eval \
	    'xl unpause "$(field web1 .domain)" && ctl resume web1'
	check 'it answers again' pings 10.0.0.22
}

part_life_end() {
	local before
	before=$(ctl -j show web1)
	check 'it is rebooted' ctl reboot web1 --wait ready
	check 'it answers' pings 10.0.0.22
	check 'with another domain, and the same MAC' eval \
	    "[ $(jq .domid <<<"$before") != \"\$(field web1 .domid)\" ] &&
	    [ $(jq -r '.vifs[0].mac' <<<"$before") = \
	    \"\$(field web1 '.vifs[0].mac')\" ]"
	check 'the old domain goes' within 30 eval \
	    "! xl list $(jq .domid <<<"$before")"
	check 'it is shut down, cleanly' eval \
	    '[ "$(ctl -j shutdown web1 | jq -r .how)" = clean ]'
	check 'its name is free' no_vnf web1
	creates booted web1 10.0.0.21 booted
	check 'it is wedged' wedge web1
	check 'a configuration ends at the time limit' eval \
	    '! uvnfctl -t 3 config web1 "$work/22.click" --wait ready \
	    2>"$work/err" && cat "$work/err" && grep "wedged" "$work/err"'
	check 'a shutdown has to be forced' eval \
	    '[ "$(ctl -j shutdown web1 --force 2 | jq -r .how)" = forced ]'
	check 'its name is free' no_vnf web1
}

part_life_crash() {
	check 'a VNF that is preserved' \
	    ctl create cold web1 -c "$work/21.click" --wait ready
	check 'crashes' crash web1
	check 'is seen to' within 20 state_is web1 crashed
	check 'is rebooted' ctl reboot web1 --wait ready
	check 'and answers' pings 10.0.0.21
	check 'one that is to be destroyed' \
	    ctl create fleeting web2 -c "$work/22.click" --wait ready
	check 'crashes' crash web2
	check 'and is destroyed' within 20 no_vnf web2
	check 'so is one whose router fails' eval \
	    'echo "Idle -> Nonsense;" >"$work/bad.click" &&
	    refused router-failed create fleeting web2 -c "$work/bad.click" \
	    --wait ready && within 20 no_vnf web2'
	check 'one that is to be restarted' \
	    ctl create phoenix web3 -c "$work/23.click" --wait ready
	check 'crashes' crash web3
	check 'is seen to' within 20 state_is web3 crashed
	check 'and comes back' within 40 state_is web3 ready
	check 'and answers' pings 10.0.0.23
	check 'all are destroyed' ctl destroy --all --wait freed
}

part_life_ready() {
	check 'a template waits for a handler' \
	    ctl create asked web1 -c "$work/21.click" --wait ready
	check 'it answers' pings 10.0.0.21
	check 'a configuration without it is never ready' eval \
	    'echo "FromDevice(0) -> Discard;" >"$work/bare.click"
	    ! uvnfctl -t 20 create asked web2 -c "$work/bare.click" \
	    --wait ready 2>"$work/err" && cat "$work/err" &&
	    grep "has not answered" "$work/err"'
	check 'all are destroyed' ctl destroy --all --wait freed
}

# The old layout, which the test guest has when its command line says so.
part_life_layout() {
	if [ "${UVNF_GUEST_KIND:-}" != test ]; then
		skip 'layout root' 'only the test guest can be told to have it'
		return
	fi
	check 'a guest of the old layout, cold' \
	    ctl create old web1 -c "$work/21.click" --wait ready
	check 'it answers' pings 10.0.0.21
	check 'its handlers answer' counted web1
	check 'it takes another configuration' \
	    ctl config web1 "$work/22.click" --wait ready
	check 'and answers' pings 10.0.0.22
	check 'a booted shell of it' eval \
	    'ctl pool set old booted 1 && ctl pool fill old --wait'
	check 'is claimed' eval \
	    'ctl create old web2 -c "$work/23.click" --wait ready &&
	    [ "$(field web2 .source)" = booted ]'
	check 'and answers' pings 10.0.0.23
	check 'it is shut down, cleanly' eval \
	    '[ "$(ctl -j shutdown web2 | jq -r .how)" = clean ]'
	check 'all are destroyed' eval \
	    'ctl pool set old booted 0 && ctl destroy --all --wait freed'
}

part_life() {
	part_life_router
	part_life_pause
	part_life_end
	part_life_crash
	part_life_ready
	part_life_layout
}
