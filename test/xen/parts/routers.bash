# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# Several routers in a guest.

has_routers() {
	ctl -j show web1 | tee /dev/stderr |
	    jq -e ".state == \"ready\" and .routers == $1"
}

# Both at once: a router that starts does not take handlers of the other one.
another_while_asked() {
	local i pids=() failed=0
	for i in 1 2 3 4 5 6; do
		ctl read web1 cnt.class >"$work/said.class.$i" 2>&1 &
		pids+=($!)
	done
	ctl config web1 "$work/second.click" --router 1 --wait ready ||
	    failed=1
	for i in 1 2 3 4 5 6; do
		ctl read web1 cnt.name >"$work/said.name.$i" 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}"
	cat "$work"/said.class.[1-6] "$work"/said.name.[1-6]
	[ "$(sort -u "$work"/said.class.[1-6])" = Counter ] &&
	    [ "$(sort -u "$work"/said.name.[1-6])" = cnt ] &&
	    [ $failed -eq 0 ]
}

# What stops one is refused, and nothing of it reached the guest.
routers_refused() {
	check 'none of them is stopped' refused bad-state stop web1
	check 'the other one neither' \
	    refused bad-state stop web1 --router 1
	check 'none takes another configuration' \
	    refused bad-state config web1 "$work/22.click"
	check 'the other one neither' refused bad-state \
	    config web1 "$work/second.click" --router 1
	check 'it is not rebooted' refused bad-state reboot web1
	check 'a router beyond the number' refused bad-request \
	    config web1 "$work/second.click" --router 3
	check 'the first one goes on' pings 10.0.0.21
	check 'the second one goes on' pings 10.0.1.27
}

# What real ClickOS does then nobody has written down.
routers_one_fails() {
	if [ "${UVNF_GUEST_KIND:-}" != test ]; then
		skip 'a second router that fails' 'not documented of ClickOS'
		return
	fi
	echo 'f :: NoSuchElement;' >"$work/nonsense.click"
	check 'the guest refuses a second router' refused router-failed \
	    config web1 "$work/nonsense.click" --router 1 --wait ready
	check 'the first one goes on' pings 10.0.0.21
	check 'there is one still' has_routers null
}

part_routers() {
	local uuid
	sed -i '$a\  several: {kernel: '"$guest"', routers: 3,\
    vifs: [{bridge: xenbr0}, {bridge: xenbr1}]}' "$work/uvnf.yaml"
	check 'a template with several routers' ctl reload
	responder 10.0.1.27 27 1 >"$work/second.click"
	check 'a VNF' ctl create several web1 -c "$work/21.click" \
	    --wait ready
	check 'it answers' pings 10.0.0.21
	routers_one_fails
	check 'a good one is started, while handlers are called' \
	    another_while_asked
	check 'there are two' has_routers '[0, 1]'
	check 'the first one goes on' pings 10.0.0.21
	check 'the second one answers' pings 10.0.1.27
	routers_refused
	uuid=$(field web1 .uuid)
	check 'uvnfd is killed' kill_daemon
	check 'the next one adopts it' \
	    eval "start_daemon && adopted web1 $uuid"
	check 'with both routers' has_routers '[0, 1]'
	check 'and refuses what the first one did' refused bad-state stop web1
	check 'it is paused' ctl pause web1
	check 'and resumed' ctl resume web1
	check 'both go on' eval 'pings 10.0.0.21 && pings 10.0.1.27'
	check 'it is shut down, by force if need be' eval \
	    'ctl shutdown web1 --force 2 | tee /dev/stderr |
	    grep -E "clean|forced"'
	check 'no domain of it is left' within 30 eval \
	    '! domains | grep uvnf-several'
	write_config
	check 'the template leaves' ctl reload
}
