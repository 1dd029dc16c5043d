#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# Armed shells: routers that run before anybody asks for them.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
	cat >uvnf.yaml <<-'EOF'
	templates:
	  base:
	    abstract: true
	    kernel: /boot/clickos
	    vifs: [{bridge: br0}]
	    config: ping.click
	    override: [config, params, vifs]
	    params: {ip: {range: 10.0.0.1-10.0.0.4}, gw: 10.0.0.254}
	  web: {extends: base, pool: {armed: 2, booted: 1}}
	  fixed: {extends: base, override: [config], params: {ip: 10.0.0.9}}
	EOF
	echo 'r :: ARPResponder({{ip}} {{mac}}, {{gw}}); FromDevice(0) -> r;' \
	    >ping.click
	echo 'cnt :: Counter;' >count.click
	echo 'f :: NoSuchElement;' >refused.click
}

teardown() {
	scenario_end
}

# of TEMPLATE JQ-FILTER: true of its armed shells.
of() {
	ctl -j pool | jq -e -s "map(select(.template == \"$1\" and
	    .kind == \"armed\"))[0] | $2" >/dev/null
}

@test "armed: a VNF is ready at once, with values of its own" {
	daemon_start
	fill
	holds '.source == "armed" and .state == "ready" and
	    (has("not_armed") | not) and
	    .params == {"ip": "10.0.0.1", "gw": "10.0.0.254"} and
	    (.stages_us | .claimed <= .started and .started <= .ready)' \
	    create web a --wait ready
	mac=$(ctl -j show a | jq -r '.vifs[0].mac')
	holds ".value == \"10.0.0.1 $mac, 10.0.0.254\"" read a r.config
	await of web '.have == 2'
	holds '.params.ip == "10.0.0.2"' create web b --wait ready
	holds '.creates.armed == 2' stats
	await of web '.have == 2'
	run -0 ctl create web c --wait ready
	says 'c ready: armed shell, domid'
	says '  ip 10.0.0.3, gw 10.0.0.254'
	run -0 ctl events a
	says 'none -> claimed' 'claimed -> started' 'started -> ready'
}

@test "armed: a claim is one hypercall and no request of xenstore" {
	daemon_start
	fill
	run -0 wire 'send:stats\ncreate web a\nstats\n' reply:3
	# shellcheck disable=SC2001
	mapfile -t n < <(printf '%s\n' "${lines[@]}" |
	    sed -n 's/.*hypercalls=\([0-9]*\).*/\1/p')
	[ $((n[1] - n[0])) -eq 1 ]
}

@test "armed: what does not fit is served otherwise, and says so" {
	daemon_start
	fill
	holds '.source == "booted" and .not_armed == "config" and
	    .state == "ready"' create web a -c count.click --wait ready
	fill
	holds '.source == "booted" and .not_armed == "params" and
	    .params.ip == "10.9.9.9"' create web b --set ip=10.9.9.9
	fill
	run -0 ctl create web c --set gw=10.0.0.253
	says 'booted shell (not armed: params)'
	fill
	holds '.not_armed == "vifs"' create web d --vif 0,bridge=br1
	of web '.have == 2'
	holds '.source == "armed"' create web e --set gw=10.0.0.254
	fails 1 bad-request create web f --set nosuch=1
	ctl pool drain >/dev/null
	await ctl create web g
	fails 1 range-exhausted create web f
	ctl destroy e --wait freed
	holds '.source == "cold" and .not_armed == "empty"' create web f
}

@test "armed: the address of a shell is served from that shell" {
	daemon_start
	fill
	holds '.source == "armed" and .params.ip == "10.0.0.2"' \
	    create web a --set ip=10.0.0.2
	holds '.source == "armed" and .params.ip == "10.0.0.1"' create web b
}

@test "armed: a shell makes room for who sets its address" {
	daemon_start
	fill
	holds '.source == "booted"' create web a --set ip=10.0.0.1 \
	    -c ping.click
	await of web '.have == 2'
	holds '.params.ip != "10.0.0.1" and .source == "armed"' create web b
	holds '.params.ip != "10.0.0.1" and .source == "armed"' create web c
	await of web '.have == 1 and .failed > 0 and
	    (.last_error | test("every value of ip"))'
	# Also by a configuration of a VNF that is there.
	holds '.params.ip == "10.0.0.4"' config b ping.click \
	    --set ip=10.0.0.4 --wait ready
	all_hold 'map(.params.ip) | sort == unique' list
}

@test "armed: who sets nothing of theirs takes none of their addresses" {
	cat >>uvnf.yaml <<-'EOF'
	  plain: {kernel: /boot/clickos, vifs: [{bridge: br0}]}
	  own: {extends: plain, override: [params], params: {ip: 10.9.9.9}}
	EOF
	daemon_start
	fill
	before=$(stat_of builds)
	run -0 wire 'send:create plain a set.ip=10.0.0.1\n' \
	    'send:create fixed b set.ip=10.0.0.1\n' \
	    'send:create web c set.ip=10.0.0.1 config=5\n{{x}}' \
	    'send:create own d set.ip=10.0.0.2\npool show web\n' reply:5
	[ "$(grep -c '^ERR bad-' <<<"$output")" -eq 3 ]
	says "has no parameter 'ip'" \
	    'kind="armed" target=2 min=0 max=2 wanted=2 have=2 building=0'
	# Its own is no range, so that the address is nobody's.
	[ "$(stat_of builds)" -eq $((before + 1)) ]
	holds '.params.ip == "10.0.0.2" and .source == "cold"' show d
}

@test "armed: an address is free again when its domain is gone" {
	daemon_start
	fill
	for n in a b c d; do
		await ctl create web $n --wait ready
	done
	fails 1 range-exhausted create web e
	ctl destroy a --wait freed
	ctl pool fill web >/dev/null
	await of web '.have == 1'
	holds '.params.ip == "10.0.0.1" and .source == "armed"' create web e
}

@test "armed: a router that fails, with what its guest said" {
	cat >>uvnf.yaml <<-'EOF'
	  bad: {extends: base, config: refused.click, pool: {armed: 1}}
	EOF
	daemon_start
	fails 1 router-failed pool fill bad --wait
	says "a shell of 'bad' refused its configuration" NoSuchElement
	of bad '.have == 0 and .failed >= 1 and
	    (.last_error | test("NoSuchElement"))'
}

@test "armed: a guest that wedges, one that crashes, a port that fails" {
	for knob in crash_starts=1 crash_boots=1 fail_gates=1; do
		daemon_start $knob
		# Perhaps before anybody could wait for it.
		await all_hold '(map(.failed) | add) == 1' pool
		ctl pool fill --wait >/dev/null
		holds '.source == "armed"' create web a --wait ready
		daemon_stop
	done
}

@test "armed: a shell that something else has let run is not used" {
	daemon_start foreign_pauses=1
	fill
	# It paused one of them once more: that one cannot be made to run.
	fails 1 bad-state create web a --wait ready
	says 'something else has paused domain'
	holds '.state == "paused" and .paused_by_other == true' show a
	fails 1 bad-state resume a
	holds '.source == "armed" and .state == "ready"' \
	    create web b --wait ready
}

@test "armed: the port does not open at once, or not at all" {
	daemon_start
	fill
	daemon_stop
	daemon_start fail_gates=0 vif_ms=300
	fill
	holds '.state == "started"' create web a
	await holds '.state == "ready"' show a
	fails 4 timeout -t 0.05 create web b --wait ready
	says 'the ports of its vifs have not been opened'
	holds '.state == "failed"' show b
	ctl destroy b --wait freed
}

@test "armed: one that goes before its port was to be opened" {
	daemon_start
	for _ in 1 2 3; do
		fill
		run -0 wire 'send:@a create web a\n@b destroy a\n@c create web a\n@d destroy a wait=freed\n' \
		    reply:4
		says '@a OK' '@b OK' '@c OK' '@d OK' 'source="armed"'
	done
	fails 1 no-vnf show a
}

@test "armed: life goes on as with any other" {
	daemon_start
	fill
	ctl create web a --wait ready
	holds '.state == "paused"' pause a
	holds '.state == "ready"' resume a
	holds '.state == "claimed"' stop a
	holds '.state == "ready"' start a --wait ready
	echo 'r :: ARPResponder({{gw}}, {{ip}});' >other.click
	holds '.params.ip == "10.0.0.1" and .state == "ready"' \
	    config a other.click --wait ready
	holds '.value == "10.0.0.254, 10.0.0.1"' read a r.config
	holds '.source == "cold" and .params.ip == "10.0.0.1"' \
	    reboot a --wait ready
	ctl shutdown a
}

@test "armed: pool set, drain and growth" {
	daemon_start
	fill
	fails 1 bad-request pool set web frozen 1
	says 'armed, booted or paused'
	ctl pool set web armed 0 >/dev/null
	of web '.have == 0'
	ctl pool set web armed 1 --max 2 >/dev/null
	await of web '.have == 1'
	run -0 wire 'send:create web a\ncreate web b\n' reply:2
	says 'source="armed"' 'not_armed="empty"'
	await of web '.wanted == 2 and .have == 2'
	ctl pool drain web >/dev/null
	of web '.have == 0'
}

@test "armed: reload replaces those whose router would be another" {
	daemon_start
	fill
	ctl create web a --wait ready
	fill
	echo 'r :: ARPResponder({{ip}} {{mac}}, {{gw}}, {{gw}});' >ping.click
	holds '.changed == 1 and .shells >= 2' reload
	fill
	ctl create web b --wait ready >/dev/null
	mac=$(ctl -j show b | jq -r '.vifs[0].mac')
	ip=$(ctl -j show b | jq -r '.params.ip')
	holds ".value == \"$ip $mac, 10.0.0.254, 10.0.0.254\"" read b r.config
	# A key that only booted shells care about leaves them.
	sed -i 's/armed: 2, booted: 1/armed: 2, booted: 1, idle_s: 9/' uvnf.yaml
	holds '.changed == 0 and .shells == 0' reload
}

@test "armed: templates that cannot have them" {
	daemon_start
	printf 'x :: Idle; /* {{name}} */' >name.click
	printf 'x :: Print({{who}});' >who.click
	while IFS='|' read -r keys why; do
		{
			cat uvnf.yaml
			echo "  bad: {extends: base, pool: {armed: 1}, $keys}"
		} >bad.yaml
		run "$build/uvnfd" -n -f bad.yaml
		[ "$status" -eq 1 ]
		says "template 'bad' can have no armed shells: $why"
	done <<-'EOF'
	config: name.click|its config has {{name}}
	config: who.click, params: {who: }|its config has a parameter that
	vifs: [{ovs: br0}]|its vif 0 is plugged into an Open vSwitch
	vifs: [{bridge: br0, script: /bin/true}]|its vif 0 is plugged into
	vifs: [{bridge: br0, mac: name}]|the MAC address of its vif 0
	EOF
	cat >>uvnf.yaml <<-'EOF'
	  bare: {kernel: /boot/clickos, vifs: [{bridge: br0}]}
	EOF
	ctl reload >/dev/null
	fails 1 bad-request pool set bare armed 1
	says 'it has no config for their routers'
}
