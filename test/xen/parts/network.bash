# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# Where vifs are plugged in, and their MAC, MTU and rate.

write_network_config() {
	cat >"$work/uvnf.yaml" <<-END
	templates:
	  plain:
	    kernel: $guest
	    vifs: [{bridge: xenbr0}]
	    pool: {booted: 1, paused: 1}
	  given:
	    kernel: $guest
	    vifs: [{bridge: xenbr0, mac: '00:16:3e:77:00:01'}]
	  nowhere:
	    kernel: $guest
	    vifs: [{bridge: none}]
	  small:
	    kernel: $guest
	    vifs: [{bridge: xenbr0}, {bridge: xenbr1, mtu: 1400}]
	  slow:
	    kernel: $guest
	    vifs: [{bridge: xenbr0, rate_mbit: 1}]
	  stock:
	    kernel: $guest
	    vifs: [{bridge: xenbr1, script: /etc/xen/scripts/vif-bridge}]
	  nolinux:
	    kernel: $guest
	    vifs: [{bridge: xenbr0}, {bridge: lo}]
	  badscript:
	    kernel: $guest
	    vifs: [{bridge: xenbr1, script: /nowhere/script}]
	  ovs:
	    kernel: $guest
	    vifs: [{ovs: ovsbr0, mtu: 1450}]
	    pool: {booted: 1}
	    override: [config, vifs]
	  movable:
	    kernel: $guest
	    vifs: [{bridge: xenbr0}]
	    pool: {booted: 1, paused: 1}
	    override: [config, vifs]
	  named:
	    kernel: $guest
	    vifs: [{bridge: xenbr0, mac: name}]
	    pool: {paused: 1}
	  noovs:
	    kernel: $guest
	    vifs: [{ovs: ovsbr9}]
	END
}

# --- what the kernel and xenstore say

dev_of() {
	field "$1" ".vifs[${2:-0}].dev"
}

master_is() {
	local master
	master=$(readlink "/sys/class/net/$1/master")
	echo "$1 is a port of ${master##*/}"
	[ "${master##*/}" = "$2" ]
}

mtu_is() {
	[ "$(tee /dev/stderr <"/sys/class/net/$1/mtu")" = "$2" ]
}

# mac_is NAME MAC: the daemon, the front end and the back end agree.
mac_is() {
	local id
	id=$(field "$1" .domid)
	field "$1" '.vifs[0].mac'
	[ "$(field "$1" '.vifs[0].mac')" = "$2" ] &&
	    [ "$(xenstore-read "/local/domain/$id/device/vif/0/mac")" = \
	    "$2" ] && [ "$(xenstore-read \
	    "/local/domain/0/backend/vif/$id/0/mac")" = "$2" ] &&
	    [ "$(xenstore-read "/libxl/$id/device/vif/0/mac")" = "$2" ]
}

derived_macs_differ() {
	local macs
	macs=$(ctl -j list | jq -r '.vifs[].mac')
	echo "$macs"
	! grep -v '^00:16:3e:' <<<"$macs" && [ -z "$(sort <<<"$macs" |
	    uniq -d)" ]
}

# kbit_of ADDRESS: how many kbit/s of replies it sends when it is flooded.
kbit_of() {
	ping -n -f -q -l 64 -c 1000 -s 1400 -w 60 "$1" | tee /dev/stderr |
	    sed -nE 's/.* ([0-9]+) received.* time ([0-9]+)ms/\1 \2/p' |
	    awk '{ printf "%d\n", $1 * 1442 * 8 / $2 }'
}

# No faster than the limit allows, with the burst that passes it, but where
# the other one is.
is_slowed() {
	[ "$slow" -gt 0 ] && [ "$slow" -lt 1300 ] &&
	    [ $((2 * free)) -gt $((3 * slow)) ]
}

network_rate() {
	local free slow
	check 'one with a rate limit' \
	    ctl create slow web2 -c "$work/22.click" --wait ready
	free=$(kbit_of 10.0.0.21 2>"$work/free")
	slow=$(kbit_of 10.0.0.22 2>"$work/slow")
	echo "  without a limit $free kbit/s, with one of 1000 $slow"
	if [ "${free:-0}" -gt 0 ] && [ "$free" -lt 1300 ]; then
		skip 'rate limit' 'this machine is slower than the limit'
	else
		check 'what it sends is slowed down' is_slowed
	fi
}

# --- Linux bridges, or none

network_linux() {
	creates plain web1 10.0.0.21 booted
	check 'its device is a port of the bridge' \
	    master_is "$(dev_of web1)" xenbr0
	check 'a MAC that the template gives' \
	    ctl create given web3 -c "$work/23.click" --wait ready
	check 'is the one it has' mac_is web3 00:16:3e:77:00:01
	check 'it answers' pings 10.0.0.23
	check 'a vif that is plugged in nowhere' \
	    ctl create nowhere web4 -c "$work/24.click" --wait ready
	check 'show says so' [ "$(field web4 '.vifs[0].bridge')" = none ]
	check 'it has no bridge' not readlink \
	    "/sys/class/net/$(dev_of web4)/master"
	check 'and does not answer' silent 10.0.0.24
	check 'two vifs, the second with an MTU' \
	    ctl create small web5 -c "$work/25.click" --wait ready
	check 'the first one has its bridge'\''s' mtu_is "$(dev_of web5)" 1500
	check 'the second one its own' mtu_is "$(dev_of web5 1)" 1400
	check 'show says so, too' [ "$(field web5 '.vifs[1].mtu')" = 1400 ]
	check 'the first one answers' pings 10.0.0.25
	responder 10.0.1.27 27 1 >"$work/27.click"
	check 'a configuration for the second one' \
	    ctl config web5 "$work/27.click" --wait ready
	check 'it answers' pings 10.0.1.27
	check 'derived MACs differ' derived_macs_differ
	network_rate
	check 'all are destroyed' ctl destroy --all --wait freed
}

# Where scripts of others look for the name of a VNF's domain.
named_in_vm() {
	local name
	name=$(xenstore-read "/vm/$(field "$1" .uuid)/name") &&
	    [ "$name" = "$(xl domname "$(field "$1" .domid)")" ]
}

network_script() {
	responder 10.0.1.27 27 0 >"$work/27.click"
	check "Xen's own script plugs a vif in" \
	    ctl create stock web1 -c "$work/27.click" --wait ready
	check 'into its bridge' master_is "$(dev_of web1)" xenbr1
	check 'a script could see its name' named_in_vm web1
	check 'it answers' pings 10.0.1.27
	check 'it is destroyed' ctl destroy web1 --wait freed
	check 'a script that does not exist' \
	    eval 'refused build-failed create badscript web2 &&
	    grep -q /nowhere/script "$work/err"'
}

# --- shells that are changed for a request

# moves SOURCE ADDRESS VIF [TEMPLATE]: a shell is changed and answers pings.
moves() {
	check "$1: the pools are full" ctl pool fill --wait
	check "$1: a shell with --vif $3" ctl create "${4:-movable}" web1 \
	    -c "$work/${2##*.}.click" --wait ready --vif "$3"
	check "$1: it is from the pool" [ "$(field web1 .source)" = "$1" ]
	check "$1: it answers pings" pings "$2"
}

place_is() {
	local id
	id=$(field "$1" .domid)
	[ "$(field "$1" ".vifs[0].$2")" = "$3" ] &&
	    [ "$(xenstore-read \
	    "/local/domain/0/backend/vif/$id/0/bridge")" = "$3" ] &&
	    [ "$(xenstore-read "/libxl/$id/device/vif/0/bridge")" = "$3" ]
}

is_moved() {
	check "$1: it is plugged into xenbr1" \
	    master_is "$(dev_of web1)" xenbr1
	check "$1: show and xenstore say so" place_is web1 bridge xenbr1
}

shells_are_there() {
	ctl -j pool | jq -se 'all(.have == .target)'
}

network_moves() {
	responder 10.0.1.27 27 >"$work/27.click"
	moves booted 10.0.1.27 0,bridge=xenbr1
	is_moved booted
	check 'uvnfd is killed' kill_daemon
	check 'uvnfd starts again' start_daemon
	is_moved 'after that'
	check 'it still answers' pings 10.0.1.27
	check 'it is rebooted' ctl reboot web1 --wait ready
	is_moved 'after that'
	check 'it answers again' pings 10.0.1.27
	check 'it is destroyed' ctl destroy web1 --wait freed
	moves booted 10.0.0.21 0,mac=02:00:00:00:00:01
	check 'its MAC is the new one' mac_is web1 02:00:00:00:00:01
	check 'another one has the same shell'\''s kind and its bridge' \
	    eval 'ctl create movable web2 && master_is "$(dev_of web2)" xenbr0'
	check 'both are destroyed' ctl destroy web1 web2 --wait freed
	sed -i '/movable:/,/booted: 1/ s/booted: 1, //' "$work/uvnf.yaml"
	check 'uvnfd starts without the booted shell' \
	    eval 'stop_daemon && start_daemon'
	moves paused 10.0.1.27 0,mac=02:00:00:00:00:02,bridge=xenbr1
	is_moved paused
	check 'its MAC is the new one' mac_is web1 02:00:00:00:00:02
	check 'it is destroyed' ctl destroy web1 --wait freed
	check 'a vif is unplugged for a request' \
	    ctl create movable web1 --vif 0,bridge=none
	check 'it has no bridge' not readlink \
	    "/sys/class/net/$(dev_of web1)/master"
	check 'a cold domain is built as wanted' \
	    ctl create movable web2 -c "$work/27.click" --wait ready \
	    --vif 0,bridge=xenbr1
	check 'it answers' pings 10.0.1.27
	check 'all are destroyed' ctl destroy --all --wait freed
}

# The shell is as it was before.
becomes_web1() {
	ctl create movable web1 -c "$work/21.click" --wait ready &&
	    [ "$(field web1 .domain)" = "$1" ]
}

network_no_such_bridge() {
	local shell
	check 'the pools are full' ctl pool fill --wait
	shell=$(domains | grep '^uvnf-movable-')
	check 'a bridge that does not exist' \
	    eval 'refused build-failed create movable web1 \
	    --vif 0,bridge=xenbr9 && grep -q xenbr9 "$work/err"'
	check 'what is no bridge' \
	    eval 'refused build-failed create movable web1 \
	    --vif 0,bridge=lo && grep -q "no Linux bridge" "$work/err"'
	check 'what is no bridge, for a domain that is built for it' \
	    eval 'refused build-failed create nolinux web2 &&
	    grep -q "template .nolinux.: .lo. is no Linux bridge" "$work/err"'
	check 'nothing of it is left' eval '! domains | grep uvnf-nolinux'
	check 'the name is free' refused no-vnf show web1
	check 'the shell is there' shells_are_there
	check 'it becomes the next VNF' becomes_web1 "$shell"
	check 'which answers' pings 10.0.0.21
	check 'it is destroyed' ctl destroy web1 --wait freed
}

# name_mac NAME: what the manual says of mac: name.
name_mac() {
	python3 -c 'import sys, zlib
c = zlib.crc32(sys.argv[1].encode())
print("00:16:3e:" + ":".join("%02x" % (c >> s & 255) for s in (16, 8, 0)))' \
	    "$1"
}

network_named() {
	local i
	for i in 1 2; do
		check 'the pools are full' ctl pool fill --wait
		check "a MAC from the name, time $i" \
		    ctl create named web1 -c "$work/21.click" --wait ready
		check 'it is the one that the manual says' \
		    mac_is web1 "$(name_mac web1)"
		check 'from a paused shell' [ "$(field web1 .source)" = paused ]
		check 'it answers' pings 10.0.0.21
		check 'it is destroyed' ctl destroy web1 --wait freed
	done
}

timed_out() {
	local status=0
	uvnfctl "$@" || status=$?
	[ $status -eq 4 ]
}

network_stuck_mover() {
	check 'the pools are full' ctl pool fill --wait
	check 'the movers hang' hang 'uvnfd: mover'
	check 'a mover that hangs: the time limit' timed_out -t 3 \
	    create movable web1 --vif 0,bridge=xenbr1
	check 'the name is free' refused no-vnf show web1
	check 'others are served meanwhile' eval \
	    'ctl create plain web2 -c "$work/22.click" --wait ready'
	check 'it is killed, and what it had is destroyed' within 60 eval \
	    '[ "$(ctl -j stats | jq .workers_lost)" -ge 1 ] &&
	    shells_are_there'
	check 'the other mover goes on' go_on
	check 'the next one moves' ctl create movable web1 \
	    --vif 0,bridge=xenbr1
	is_moved 'after that'
	check 'all are destroyed' ctl destroy --all --wait freed
}

# --- what a change costs

# cost VIF-KEY...: creates web1 and prints the daemon's requests of xenstore
# before and after, and the times until the claim and the start.
cost() {
	local file=$work/21.click
	ctl pool fill --wait >/dev/null || return
	(echo stats
	echo "create movable web1 config=$(wc -c <"$file") timeout_ms=60000 $*"
	cat "$file"
	printf 'stats\ndestroy web1 wait=freed timeout_ms=60000\nquit\n') |
	    raw >"$work/raw" || return
	sed -nE 's/.*xenstore_requests=([0-9]+).*/\1/p' "$work/raw" |
	    tr '\n' ' '
	sed -nE 's/.*stages_us.claimed=([0-9]+).*stages_us.started=([0-9]+).*'\
'/\1 \2/p' "$work/raw"
}

# costs ROUNDS KIND:KEYS...: in turn, then for each kind the fewest requests, for
# what the pool does meanwhile only adds to them, and the quickest claim and
# start, for others use this machine, too.
costs() {
	local rounds=$1 i kind
	shift
	rm -f "$work"/cost.*
	for ((i = 0; i < rounds; i++)); do
		for kind; do
			cost "${kind#*:}" >>"$work/cost.${kind%%:*}" || return
		done
	done
	for kind; do
		awk -v k="${kind%%:*}" '
		    NR == 1 || $3 < claimed { claimed = $3 }
		    NR == 1 || $4 < started { started = $4 }
		    NR == 1 || $2 - $1 < n { n = $2 - $1 }
		    END { print k, n, claimed, started }' \
		    "$work/cost.${kind%%:*}"
	done
}

as_counted() {
	cat "$work/costs"
	awk -v chunks="$1" '{ want["plain"] = chunks + 1
	    want["mac"] = chunks + 4; want["bridge"] = chunks + 4
	    want["both"] = chunks + 7
	    if ($2 != want[$1]) bad = 1; seen++ } END { exit bad || seen != 4 }' \
	    "$work/costs"
}

network_costs() {
	check 'claims with and without changes' eval \
	    'costs 5 plain: mac:vifs.0.mac=02:00:00:00:00:03 \
	    bridge:vifs.0.bridge=xenbr1 \
	    "both:vifs.0.bridge=xenbr1 vifs.0.mac=02:00:00:00:00:03" \
	    >"$work/costs"'
	check 'three requests of xenstore for a MAC, three for a bridge' \
	    as_counted $((($(wc -c <"$work/21.click") + 991) / 992))
	awk '$1 == "plain" { plain = $4 } { printf "  %s: %d requests, " \
	    "claimed after %d us, started after %d us, %.2f times a plain " \
	    "one\n", $1, $2, $3, $4, $4 / plain }' "$work/costs"
}

# --- Open vSwitch

start_ovs() {
	/usr/share/openvswitch/scripts/ovs-ctl start --system-id=random &&
	    ovs-vsctl add-br ovsbr0 && ovs-vsctl add-br ovsbr1 &&
	    ip addr add 10.0.2.1/24 dev ovsbr0 && ip link set ovsbr0 up &&
	    ip addr add 10.0.3.1/24 dev ovsbr1 && ip link set ovsbr1 up &&
	    know 10.0.2.28 28 ovsbr0 && know 10.0.3.29 29 ovsbr1
}

stop_ovs() {
	ovs-vsctl del-br ovsbr0
	ovs-vsctl del-br ovsbr1
	/usr/share/openvswitch/scripts/ovs-ctl stop
}

ovs_id() {
	ovs-vsctl get Interface "$1" "external_ids:$2" | tr -d '"'
}

# ovs_sees NAME BRIDGE: its port, as a controller sees it.
ovs_sees() {
	local dev uuid
	dev=$(dev_of "$1")
	uuid=$(field "$1" .uuid)
	ovs-vsctl show
	ovs-vsctl list Interface "$dev"
	[ "$(ovs-vsctl port-to-br "$dev")" = "$2" ] &&
	    [ "$(ovs_id "$dev" attached-mac)" = \
	    "$(field "$1" '.vifs[0].mac')" ] &&
	    [ "$(ovs_id "$dev" vm-id)" = "$uuid" ] &&
	    [ "$(ovs_id "$dev" iface-id)" = \
	    "${uuid:0:14}80${uuid:16}" ] &&
	    [ "$(ovs_id "$dev" iface-status)" = active ] &&
	    [ "$(ovs-vsctl get Interface "$dev" ofport)" -gt 0 ]
}

no_ovs_ports() {
	ovs-vsctl show
	[ -z "$(ovs-vsctl --columns=name find Interface \
	    'external_ids:iface-status=active')" ]
}

# A worker dies after its vif was plugged in; the helper waits behind it.
create_while_worker_dies() {
	local helper
	rm -f "$work/in-vif"
	touch "$work/slow"
	uvnfctl -t 120 create ovs web2 >"$work/out" 2>"$work/err" &
	within 60 test -e "$work/in-vif" || return
	helper=$(pgrep -o -f "$work/after-vif")
	ovs-vsctl show
	[ -n "$(ovs-vsctl --columns=name find Interface \
	    'external_ids:iface-status=active')" ] || return
	kill -KILL "$(awk '{ print $4 }' "/proc/$helper/stat")"
	wait $!
	rm -f "$work/slow"
	cat "$work/out" "$work/err"
	grep -q '^uvnfctl: build-failed: ' "$work/err"
}

write_after_vif() {
	cat >"$work/after-vif" <<-END
	#!/bin/bash
	/usr/libexec/uvnf/uvnf-vif "\$@" || exit
	if [ "\$1" = online ] && [ -e "$work/slow" ]; then
		touch "$work/in-vif"
		while [ -e "$work/slow" ]; do sleep 0.1; done
	fi
	END
	chmod +x "$work/after-vif"
}

# Somebody else destroys a VNF that was moved into Open vSwitch, while no uvnfd
# looks.
network_ovs_destroyed() {
	local dev domid
	moves paused 10.0.2.28 0,ovs=ovsbr0
	dev=$(dev_of web1)
	domid=$(field web1 .domid)
	check 'uvnfd is killed' kill_daemon
	check 'its domain is destroyed' xl destroy "$domid"
	check 'its port went with it' not ovs-vsctl port-to-br "$dev"
	check 'uvnfd starts again' start_daemon
	check 'and knows the VNF no longer' refused no-vnf show web1
}

network_ovs_moves() {
	responder 10.0.3.29 29 >"$work/29.click"
	moves booted 10.0.3.29 0,ovs=ovsbr1,mac=02:00:00:00:00:04 ovs
	check 'another bridge shows it' ovs_sees web1 ovsbr1
	check 'its MAC is the new one' mac_is web1 02:00:00:00:00:04
	check 'its MTU the old one' mtu_is "$(dev_of web1)" 1450
	check 'it is destroyed' ctl destroy web1 --wait freed
	moves booted 10.0.0.21 0,bridge=xenbr0 ovs
	check 'it has left Open vSwitch' eval '! ovs-vsctl port-to-br \
	    "$(dev_of web1)"'
	check 'and is plugged into a Linux bridge' \
	    master_is "$(dev_of web1)" xenbr0
	check 'it is destroyed' ctl destroy web1 --wait freed
	moves booted 10.0.2.28 0,mac=02:00:00:00:00:05 ovs
	check 'Open vSwitch knows its MAC' ovs_sees web1 ovsbr0
	check 'it is destroyed' ctl destroy web1 --wait freed
	moves paused 10.0.2.28 0,ovs=ovsbr0
	check 'a shell from a Linux bridge is shown, too' ovs_sees web1 ovsbr0
	check 'an Open vSwitch bridge that does not exist' \
	    eval 'refused build-failed create ovs web2 --vif 0,ovs=ovsbr9 &&
	    grep -q "no bridge .ovsbr9" "$work/err"'
	check 'uvnfd is killed' kill_daemon
	check 'uvnfd starts again' start_daemon
	check 'it knows where its vif is' ovs_sees web1 ovsbr0
	check 'it is destroyed' ctl destroy web1 --wait freed
	network_ovs_destroyed
	check 'no port but that of a shell is left' within 60 eval \
	    '[ "$(ovs-vsctl show | grep -c "Port vif")" -eq 1 ]'
}

network_ovs() {
	local dev
	responder 10.0.2.28 28 >"$work/28.click"
	creates ovs web1 10.0.2.28 booted
	check 'Open vSwitch shows it to its controller' ovs_sees web1 ovsbr0
	check 'with the MTU of its template' mtu_is "$(dev_of web1)" 1450
	check 'show says so' [ "$(field web1 '.vifs[0].ovs')" = ovsbr0 ]
	check 'an Open vSwitch bridge that does not exist' \
	    eval 'refused build-failed create noovs web2 &&
	    grep -q "no bridge .ovsbr9" "$work/err"'
	dev=$(dev_of web1)
	check 'it is destroyed' ctl destroy web1 --wait freed
	check 'no port of it is left' eval '! ovs-vsctl show | grep "$dev"'
	network_ovs_moves
	write_after_vif
	sed -i '/pool:/d' "$work/uvnf.yaml"
	check 'uvnfd starts with a vif helper of our own' eval \
	    'stop_daemon && UVNF_VIF=$work/after-vif start_daemon'
	check 'then no port is left' no_ovs_ports
	check 'a worker dies once the port is there' create_while_worker_dies
	check 'the port goes' within 60 no_ovs_ports
	check 'a domain destroyed behind the daemon loses its port' eval \
	    'ctl create ovs web1 && xl destroy "$(field web1 .domain)" &&
	    no_ovs_ports'
	check 'all are destroyed' ctl destroy --all --wait freed
}

part_network() {
	check 'Open vSwitch starts' start_ovs
	write_network_config
	check 'uvnfd starts with all kinds of vifs' \
	    eval 'stop_daemon && start_daemon'
	network_linux
	network_script
	network_costs
	network_moves
	network_no_such_bridge
	network_named
	network_stuck_mover
	network_ovs
	check 'uvnfd stops in order' stop_daemon
	check 'Open vSwitch has no port left' no_ovs_ports
	check 'nothing is left' no_leftovers
	stop_ovs >/dev/null 2>&1
	write_config
	check 'uvnfd starts again' start_daemon
}
