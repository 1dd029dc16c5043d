#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# Where vifs are plugged in, and with which MAC: by template and by request.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
	cat >uvnf.yaml <<-'EOF'
	templates:
	  free:
	    kernel: /boot/clickos
	    vifs: [{bridge: br0}, {ovs: ov0, mtu: 1400}]
	    pool: {booted: 1}
	    override: [config, vifs]
	  asleep:
	    kernel: /boot/clickos
	    vifs: [{bridge: br0}]
	    pool: {paused: 1}
	    override: [config, vifs]
	  cold:
	    kernel: /boot/clickos
	    vifs: [{bridge: br0}]
	    override: [config, vifs]
	  named:
	    kernel: /boot/clickos
	    vifs: [{bridge: br0, mac: name}, {bridge: none, mac: name}]
	    pool: {booted: 1, paused: 1}
	  sleeper:
	    kernel: /boot/clickos
	    vifs: [{bridge: br0, mac: name}]
	    pool: {paused: 1}
	  fixed:
	    kernel: /boot/clickos
	    vifs: [{bridge: br0, mac: '00:16:3e:00:00:07', rate_mbit: 10}]
	  script:
	    kernel: /boot/clickos
	    vifs: [{bridge: br0, script: /etc/xen/scripts/vif-bridge}]
	    override: [config, vifs]
	EOF
}

teardown() {
	scenario_end
}

# used COMMAND...: how many xenstore requests it made.
used() {
	local before

	before=$(stat_of xenstore_requests)
	"$@" >/dev/null || return
	echo $(($(stat_of xenstore_requests) - before))
}

shells_are_back() {
	all_hold 'all(.have == .target)' pool
}

@test "templates and show say where vifs are plugged in" {
	daemon_start
	all_hold 'map(select(.name == "free"))[0].vifs == [
	    {"bridge": "br0", "mac": "derived"},
	    {"ovs": "ov0", "mac": "derived", "mtu": 1400}]' templates
	all_hold 'map(select(.name == "named"))[0].vifs == [
	    {"bridge": "br0", "mac": "name"},
	    {"bridge": "none", "mac": "name"}]' templates
	all_hold 'map(select(.name == "fixed"))[0].vifs == [{"bridge": "br0",
	    "mac": "00:16:3e:00:00:07", "rate_mbit": 10}]' templates
	all_hold 'map(select(.name == "script"))[0].vifs[0].script ==
	    "/etc/xen/scripts/vif-bridge"' templates
	holds '.vifs[1] | .ovs == "ov0" and .mtu == 1400 and
	    (has("bridge") | not)' create free a
	holds '.vifs[1].bridge == "none"' create named b
	holds '.vifs[0].mac == "00:16:3e:00:00:07"' create fixed c
	run -0 ctl list
	says br0,ov0 br0,none
}

@test "a request that changes nothing costs nothing" {
	daemon_start
	fill
	[ "$(used ctl create free a -c count.click)" -eq 2 ]
	fill
	# What it has already is no change either.
	[ "$(used ctl create free b -c count.click \
	    --vif 0,bridge=br0 --vif 1,ovs=ov0)" -eq 2 ]
	holds '.source == "booted"' show b
}

@test "a booted shell is moved and gets another MAC" {
	daemon_start
	fill
	[ "$(used ctl create free a -c count.click --wait ready \
	    --vif 0,bridge=br1)" -eq 5 ]
	holds '.source == "booted" and .vifs[0].bridge == "br1" and
	    .vifs[1].ovs == "ov0"' show a
	fill
	[ "$(used ctl create free b -c count.click --wait ready \
	    --vif 0,mac=02:00:00:00:00:01)" -eq 5 ]
	holds '.source == "booted" and .vifs[0].bridge == "br0" and
	    .vifs[0].mac == "02:00:00:00:00:01"' show b
	fill
	[ "$(used ctl create free c -c count.click --wait ready \
	    --vif 1,bridge=none,mac=02:00:00:00:00:02 \
	    --vif 0,ovs=ov1,mac=02:00:00:00:00:03)" -eq 14 ]
	holds '.source == "booted" and .vifs[1].bridge == "none" and
	    .vifs[1].mtu == 1400 and .vifs[0].ovs == "ov1" and
	    .vifs[0].mac == "02:00:00:00:00:03"' show c
}

@test "a paused shell, too, and a cold domain is built so" {
	daemon_start
	fill
	holds '.source == "paused" and .state == "ready" and
	    .vifs[0].bridge == "br1" and
	    .vifs[0].mac == "02:00:00:00:00:01"' create asleep a \
	    -c count.click --wait ready --vif 0,bridge=br1,mac=02:00:00:00:00:01
	[ "$(used ctl create cold b -c count.click --vif 0,ovs=ov1)" -eq 2 ]
	holds '.source == "cold" and .vifs[0].ovs == "ov1"' show b
}

@test "a reboot keeps what a request changed, in place and MAC" {
	local vifs

	daemon_start
	fill
	ctl create free a -c count.click --wait ready \
	    --vif 0,bridge=br1,mac=02:00:00:00:00:01 --vif 1,bridge=none
	vifs=$(ctl -j show a | jq -c '.vifs | map(del(.dev))')
	ctl reboot a --wait ready >/dev/null
	[ "$(ctl -j show a | jq -c '.vifs | map(del(.dev))')" = "$vifs" ]
	holds '.vifs[0].bridge == "br1" and .vifs[1].bridge == "none" and
	    .vifs[0].mac == "02:00:00:00:00:01"' show a
}

@test "MACs from names: the same again, whatever the domain" {
	local mac

	daemon_start
	fill
	mac=$(python3 -c 'import zlib; c = zlib.crc32(b"web1") & 0xffffff
print("00:16:3e:%02x:%02x:%02x" % (c >> 16, c >> 8 & 255, c & 255))')
	holds ".source == \"booted\" and .vifs[0].mac == \"$mac\" and
	    .vifs[1].mac != \"$mac\"" create named web1
	ctl destroy web1
	holds ".vifs[0].mac == \"$mac\"" create named web1
	ctl destroy web1 --wait freed
	holds ".source == \"paused\" and .vifs[0].mac == \"$mac\"" \
	    create sleeper web1
	ctl destroy web1 --wait freed
	sed -i '/pool:/d' uvnf.yaml
	daemon_stop
	daemon_start
	holds ".source == \"cold\" and .vifs[0].mac == \"$mac\"" \
	    create named web1
	holds ".vifs[0].mac != \"$mac\"" create named web2
}

@test "what a template does not allow is refused" {
	daemon_start
	fails 1 bad-request create named a --vif 0,bridge=br1
	says 'its key override would have to list vifs'
	fails 1 bad-request create script a --vif 0,bridge=br1
	says 'is plugged in by /etc/xen/scripts/vif-bridge'
	holds '.vifs[0].mac == "02:00:00:00:00:01"' create script a \
	    --vif 0,mac=02:00:00:00:00:01
	fails 1 bad-request create cold b --vif 1,mac=02:00:00:00:00:01
	says 'no vif 1'
	holds '.vnfs == 1' stats
}

@test "bad values and keys are refused, and nothing is touched" {
	daemon_start
	fill
	fails 1 bad-request create free a --vif 0,mac=01:00:00:00:00:01
	fails 1 bad-request create free a --vif 0,mac=name
	fails 1 bad-request create free a --vif 0,mac=
	fails 1 bad-request create free a --vif 0,bridge=
	fails 1 bad-request create free a --vif 0,bridge=a/b
	fails 1 bad-request create free a --vif 0,ovs=a234567890123456
	fails 1 bad-request create free a --vif 0,bridge=a,ovs=b
	fails 1 bad-request create free a --vif 0,bridge=a,bridge=b
	fails 1 bad-request create free a --vif 0,mtu=1400
	fails 1 bad-request create free a --vif 8,bridge=a
	fails 1 bad-request create free a --vif 00,bridge=a
	run -0 wire 'send:config a vifs.0.bridge=a\ncreate free a vifs=b\n' \
	    'send:create free a vifs.0.bridge=\ncreate free a vifs.0.mac\n' \
	    reply:4
	[ "$(grep -c '^ERR bad-request' <<<"$output")" -eq 4 ]
	holds '.vnfs == 0' stats
	shells_are_back
}

@test "bad options never reach the daemon" {
	daemon_start
	fails 2 usage create free a --vif bridge=br0
	fails 2 usage create free a --vif 0
	fails 2 usage create free a --vif 0,
	fails 2 usage create free a --vif 0,bridge
	fails 2 usage create free a --vif 000,bridge=br0
	fails 2 usage create free a --vif
	fails 2 usage list --vif 0,bridge=br0
	fails 2 usage create free a --vif 0,mac=x --vif 1,mac=x --vif 2,mac=x \
	    --vif 3,mac=x --vif 4,mac=x --vif 5,mac=x --vif 6,mac=x \
	    --vif 7,mac=x --vif 7,ovs=x
	fails 2 usage create free a --vif "0$(printf ',k%d=v' {0..16})"
	holds '.requests == 1' stats
}

@test "a change that is refused: the shell goes back, the name is free" {
	local domid

	daemon_start fail_vifs=1
	fill
	fails 1 build-failed create free a --vif 0,bridge=nowhere
	[ -z "$output" ]
	says fail_vifs
	fails 1 no-vnf show a
	shells_are_back
	domid=$(sed -n 's/.*vifs not changed.* domid=\([0-9]*\).*/\1/p' log)
	holds ".source == \"booted\" and .vifs[0].bridge == \"br0\" and
	    .domid == $domid" create free a
}

@test "a change that is refused, and its pool was drained meanwhile" {
	daemon_start fail_vifs=1 vif_ms=5000
	fill
	ctl create free web1 --vif 0,bridge=br1 >/dev/null 2>&1 3>&- &
	await holds '.state == "creating"' show web1
	ctl pool drain >/dev/null
	wait $! && return 1
	await all_hold 'all(.have == 0 and .building == 0)' pool
}

@test "another place in the file: its shells are replaced, VNFs are not" {
	daemon_start
	fill
	ctl create asleep a >/dev/null
	fill
	sed -i '/asleep:/,/pool:/ s/bridge: br0/bridge: br0, mtu: 1400/' \
	    uvnf.yaml
	ctl reload
	fill
	holds '.vifs[0] | has("mtu") | not' show a
	holds '.source == "paused" and .vifs[0].mtu == 1400' create asleep b
}

@test "a change is refused when its template was replaced meanwhile" {
	daemon_start fail_vifs=1 vif_ms=5000
	fill
	ctl create free web1 --vif 0,bridge=br1 >/dev/null 2>&1 3>&- &
	await holds '.state == "creating"' show web1
	sed -i 's/mtu: 1400/mtu: 1300/' uvnf.yaml
	ctl reload
	wait $! && return 1
	fails 1 no-vnf show web1
	await shells_are_back
	holds '.source == "booted" and .vifs[1].mtu == 1300' create free a
}

@test "a change that stops half way: the shell is destroyed" {
	daemon_start spoil_vifs=1
	fill
	domid=$(ctl -j create free a | jq .domid)
	ctl destroy a --wait freed
	fill
	fails 1 build-failed create free a --vif 0,bridge=br1
	says spoil_vifs
	fails 1 no-vnf show a
	await shells_are_back
	holds ".source == \"booted\" and .domid > $domid + 1" create free a
}

@test "the time limit passes during a change: nothing stays" {
	daemon_start vif_ms=400
	fill
	fails 4 timeout -t 0.1 create free a --vif 0,bridge=br1
	[ -z "$output" ]
	says 'its vifs are still being changed'
	fails 1 no-vnf show a
	holds '.state == "claimed"' create cold a
	await shells_are_back
}

@test "a change under way: the VNF is creating, its name taken" {
	daemon_start vif_ms=300
	fill
	run -0 wire 'send:@a create free web1 vifs.0.bridge=br1\n' \
	    'send:@b show web1\n@c create free web1\n' \
	    'send:@d config web1 config=10\nx :: Idle;' reply:4
	[[ $output == *'@b DATA name="web1"'*'state="creating"'* ]]
	[[ $output == *'@c ERR name-taken'* ]]
	[[ $output == *'@d ERR busy'* ]]
	[[ $output == *'@a DATA name="web1"'*'state="claimed"'* ]]
}

@test "a change under way, and the VNF is destroyed" {
	daemon_start vif_ms=300
	fill
	run -0 wire 'send:@a create free web1 vifs.0.bridge=br1\n' \
	    'send:@b destroy web1 wait=freed\n' reply:2
	[[ $output == *'@a ERR destroyed'* ]]
	[[ $output == *'@b OK'* ]]
	fails 1 no-vnf show web1
}

@test "a change under way, and the daemon is stopped" {
	daemon_start vif_ms=100000
	fill
	coproc { exec "$build/uvnfctl" -t 600 create free web1 \
	    --vif 0,bridge=br1 2>&1 3>&-; }
	exec 5<&"${COPROC[0]}"
	await holds '.state == "creating"' show web1
	daemon_stop
	read -r REPLY <&5
	[[ $REPLY == 'uvnfctl: stopping: '* ]]
}

@test "a change under way, and the daemon is killed: no such VNF" {
	daemon_start vif_ms=5000
	fill
	ctl create free web1 --vif 0,bridge=br1 >/dev/null 2>&1 3>&- &
	await holds '.state == "creating"' show web1
	daemon_kill
	daemon_start
	fails 1 no-vnf show web1
	holds '.source == "booted" or .source == "cold"' create free web1
}
