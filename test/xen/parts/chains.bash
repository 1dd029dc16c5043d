# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154,SC2034 # eval uses them
#
# Chains: the example, a firewall, a rate limiter and a server, with packets
# that go through all three.

write_chain_config() {
	cp "$examples"/*.click "$examples/chain.yaml" "$work"
	sed "s|/var/lib/uvnf/clickos_x86_64|$guest|; s/booted: [0-9]/booted: 1/
	    s/paused: [0-9]/paused: 0/; s/armed: [0-9]/armed: 1/" \
	    "$examples/uvnf.yaml" >"$work/uvnf.yaml"
}

# A client with an address of its own, behind the chain's outer bridge.
add_client() {
	ip netns add client && ip link add cli0 type veth peer name cli1 &&
	    ip link set cli0 master xenbr0 up &&
	    ip link set cli1 netns client &&
	    ip -n client addr add 10.0.0.99/24 dev cli1 &&
	    ip -n client link set cli1 up
}

client() {
	ip netns exec client "$@"
}

handler() {
	ctl -j read "$1" "$2" | jq -r .value
}

domids() {
	ctl -j list | jq -r '"\(.name) \(.domid)"' | sort
}

# Up, and with the MAC address of those that uvnfd makes.
ours() {
	ip -o link show "$1" | tee /dev/stderr |
	    grep -E '[<,]UP[,>].*link/ether 02:75:76:'
}

no_address() {
	ip addr show "$1"
	[ -z "$(ip -o addr show "$1")" ]
}

forbidden_is_stopped() {
	local before seen
	before=$(handler ddos.fw dropped.count)
	seen=$(handler ddos.web cnt.count)
	client bash -c 'for i in 1 2 3 4 5; do echo x >/dev/udp/10.0.0.80/9
	    done'
	within 10 eval '[ "$(handler ddos.fw dropped.count)" -ge \
	    $((before + 5)) ]' && echo "$seen" &&
	    [ "$(handler ddos.web cnt.count)" -le $((seen + 2)) ]
}

# As fast as it can: most of it must not get through.
flood_is_limited() {
	local before got
	before=$(handler ddos.lim dropped.count)
	got=$(client ping -n -f -q -c 1000 -l 50 -W 2 10.0.0.80 |
	    tee /dev/stderr | sed -n 's/.* \([0-9]*\) received.*/\1/p')
	echo "dropped: $before, then $(handler ddos.lim dropped.count)"
	[ "$got" -gt 0 ] && [ "$got" -lt 900 ] &&
	    [ "$(handler ddos.lim dropped.count)" -gt "$before" ]
}

same_domids() {
	diff <(echo "$1") <(domids)
}

part_chains() {
	local before
	check 'uvnfd stops' stop_daemon
	write_chain_config
	check 'uvnfd starts with the examples' start_daemon
	check 'a client' add_client
	check 'the pools fill' ctl pool fill --wait
	check 'apply' ctl apply "$work/chain.yaml"
	before=$(domids)
	check 'a bridge for each link' \
	    eval 'ours ddos-inner && ours ddos-servers'
	check 'without an address' no_address ddos-inner
	check 'a ping goes through all three' \
	    within 30 client ping -n -c 1 -W 2 10.0.0.80
	check 'the limiter saw it' \
	    eval '[ "$(handler ddos.lim passed.count)" -gt 0 ]'
	check 'what is not allowed is stopped' forbidden_is_stopped
	check 'a flood is limited' flood_is_limited
	check 'apply again has nothing to do' eval \
	    'ctl apply "$work/chain.yaml" | grep "^ddos: nothing to do"'
	check 'nothing changed' same_domids "$before"
	sed -i 's/RatedSplitter(50/RatedSplitter(5/' "$work/limiter.click"
	check 'a changed limiter' eval 'ctl apply "$work/chain.yaml" |
	    grep "0 created, 1 changed, 0 destroyed, 2 kept"'
	check 'no domain changed' same_domids "$before"
	check 'a ping goes through' \
	    within 30 client ping -n -c 1 -W 2 10.0.0.80
	check 'uvnfd is killed' kill_daemon
	check 'the chain goes on' client ping -n -c 1 -W 5 10.0.0.80
	check 'the next daemon knows it' eval 'start_daemon &&
	    ctl apply "$work/chain.yaml" | grep "nothing to do"'
	check "a bridge that it has not made is nobody's to take" eval \
	    'ip link add foreign type bridge &&
	    refused name-taken bridge create foreign &&
	    refused bad-name bridge delete foreign &&
	    ip link show foreign && ip link del foreign'
	check 'a bridge in use is not deleted' \
	    refused bad-state bridge delete ddos-inner
	check 'a port of somebody else' eval 'ctl bridge create uv0 &&
	    ip link add dummy9 type dummy && ip link set dummy9 master uv0 &&
	    refused bad-state bridge delete uv0 && ip link del dummy9 &&
	    ctl bridge delete uv0'
	sed 's/config: firewall.click/config: broken.click/
	    s/^chain: ddos/chain: other/' "$work/chain.yaml" \
	    >"$work/other.yaml"
	echo 'x :: NoSuchElement;' >"$work/broken.click"
	check 'one that cannot be is taken back' eval \
	    'refused router-failed apply "$work/other.yaml";
	    [ "$(domids)" = "$before" ] && ! ip link show other-inner'
	check 'delete' ctl delete "$work/chain.yaml"
	check 'its bridges are gone' eval \
	    '! ip link show ddos-inner && ! ip link show ddos-servers'
	check 'delete again has nothing to do' eval \
	    'ctl delete "$work/chain.yaml" | grep "nothing to do"'
	ip netns del client
	check 'uvnfd stops' stop_daemon
	check 'no domain is left' within 30 no_domains
	check 'nothing else either' no_leftovers
	write_config
	check 'uvnfd starts again' start_daemon
}
