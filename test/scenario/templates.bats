#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# Templates: what they inherit.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
}

teardown() {
	scenario_end
}

# more_templates: adds what stdin has to the configuration.
more_templates() {
	sed 's/^/  /' >>uvnf.yaml
}

@test "extends: a VNF of a template that has its keys from another" {
	more_templates <<-'EOF'
	base: {abstract: true, kernel: /boot/base, vifs: [{bridge: br7}]}
	leaf: {extends: base, config: count.click, pool: {booted: 1}}
	EOF
	daemon_start
	fill
	holds '.template == "leaf" and .source == "booted" and
	    .vifs[0].bridge == "br7"' create leaf a --wait ready
	all_hold 'map(select(.name == "leaf"))[0].kernel == "/boot/base"' \
	    templates
}

@test "abstract: neither listed nor made VNFs of" {
	more_templates <<<'base: {abstract: true, pool: {booted: 3}}'
	daemon_start
	all_hold 'map(select(.name == "base")) == []' templates
	all_hold 'map(select(.template == "base")) == []' pool
	fails 1 no-template create base a
	says "template 'base' is abstract"
	fails 1 no-template pool fill base
	all_hold '. == []' list
}

# --- parameters ------------------------------------------------------------

# value_of NAME: what the router of a VNF of the template below has.
value_of() {
	ctl -j read "$1" r.config | jq -r .value
}

with_params() {
	more_templates <<-'EOF'
	given:
	  kernel: /boot/clickos
	  vifs: [{bridge: br0}]
	  config: given.click
	  params: {ip: , gw: 10.0.0.1}
	  pool: {booted: 1}
	whole: {extends: given, params: {ip: 10.0.0.7}, config: whole.click}
	closed: {extends: whole, override: [params]}
	fixed: {extends: whole, override: [config]}
	EOF
	echo 'r :: ARPResponder({{ip}} {{mac}}, {{gw}}); i :: Print({{name}});' \
	    >given.click
	echo 'r :: ARPResponder({{ip}}, {{ gw }});' >whole.click
	echo 'r :: Counter({{mac0}} {{ip}} {{gw}} {{name}});' >own.click
}

@test "--set: in the template's own configuration" {
	with_params
	daemon_start
	fill
	holds '.state == "ready" and .source == "booted" and
	    .params == {"ip": "10.0.0.9", "gw": "10.0.0.1"}' \
	    create given a --set ip=10.0.0.9 --wait ready
	mac=$(ctl -j show a | jq -r '.vifs[0].mac')
	[ "$(value_of a)" = "10.0.0.9 $mac, 10.0.0.1" ]
	[ "$(ctl -j read a i.config | jq -r .value)" = a ]
}

@test "--set: in a request's configuration, also of a VNF built for it" {
	with_params
	daemon_start
	ctl create given a -c own.click --set 'ip=10.0.0.9, 10.0.0.10' \
	    --set gw=10.0.0.2 --wait ready >/dev/null
	mac=$(ctl -j show a | jq -r '.vifs[0].mac')
	[ "$(value_of a)" = "$mac 10.0.0.9, 10.0.0.10 10.0.0.2 a" ]
}

@test "defaults alone: written ahead, so that a create writes the start only" {
	with_params
	daemon_start
	fill
	# A shell that was built since had its configuration written, too.
	left='.xenstore_requests - .builds'
	before=$(ctl -j stats | jq "$left")
	ctl create whole a --wait ready >/dev/null
	holds "$left <= $before + 1" stats
	[ "$(value_of a)" = '10.0.0.7, 10.0.0.1' ]
	ctl pool fill whole --wait >/dev/null
	ctl create whole b --set gw=10.0.0.2 --wait ready >/dev/null
	[ "$(value_of b)" = '10.0.0.7, 10.0.0.2' ]
}

@test "config: what was set still holds, and can be set anew" {
	with_params
	daemon_start
	ctl create given a --set ip=10.0.0.9 --wait ready >/dev/null
	mac=$(ctl -j show a | jq -r '.vifs[0].mac')
	ctl config a own.click --set gw=10.0.0.3 --wait ready >/dev/null
	[ "$(value_of a)" = "$mac 10.0.0.9 10.0.0.3 a" ]
	holds '.params == {"ip": "10.0.0.9", "gw": "10.0.0.3"}' show a
	fails 1 bad-request config a own.click --set nosuch=1
	fails 1 bad-config config a <(echo '{{nosuch}}')
	holds '.state == "ready" and .params.gw == "10.0.0.3"' show a
	ctl config a own.click --set ip=10.0.0.4 --wait ready >/dev/null
	[ "$(value_of a)" = "$mac 10.0.0.4 10.0.0.3 a" ]
}

@test "parameters that are missing or unknown: nothing is made" {
	with_params
	daemon_start
	fails 1 bad-request create given a
	says 'line 1: {{ip}} has no value' '--set ip=VALUE'
	fails 1 bad-request create given a --set gw=10.0.0.1
	fails 1 bad-request create given a --set ip=10.0.0.9 --set net=1
	says "bad-request: template 'given' has no parameter 'net'" 'are: ip, gw'
	fails 1 bad-config create given a --set ip=1 -c <(printf '\n{{net}}')
	says 'line 2: {{net}} is no parameter'
	fails 1 bad-config create given a --set ip=1 -c <(echo '{{mac1}}')
	fails 1 bad-config create given a --set ip=3 \
	    -c <(echo 'FromDevice({{ip}}) -> Discard;')
	says 'FromDevice(3) names vif 3'
	fails 1 bad-request create booted a --set ip=1
	says "has no parameter 'ip'; its parameters are: none"
	all_hold '. == []' list
}

@test "values that could be more than a value are refused" {
	with_params
	daemon_start
	for value in '1); evil :: Idle' '1 -> Discard' '{{gw}}' 'a"b' 'a\b' \
	    '' '/*' '//' $'a\nb' $'a\xffb'; do
		fails 1 bad-request create given a --set "ip=$value"
	done
	fails 1 bad-request create given a \
	    --set "ip=$(printf '%0257d' 0)"
	says 'at most 256 bytes'
	fails 1 bad-request create given a --set mac=00:16:3e:00:00:01
	says 'built in'
	all_hold '. == []' list
}

@test "--set: bad words on the command line" {
	with_params
	daemon_start
	for word in ip =1 Ip=1 a-b=1 ''; do
		fails 2 usage create given a --set "$word"
	done
	fails 2 usage create given a --set
	fails 2 usage list --set ip=1
	fails 1 bad-request create given a --set ip=1 --set ip=2
	run -0 wire 'send:@a create given a set.=1\n@b create given b Set.ip=1\n@c create given c set.1a=2\n@d list set.ip=1\n' reply:4
	says '@a ERR bad-request' '@b ERR bad-request' '@c ERR bad-request' \
	    '@d ERR bad-request'
}

@test "override: what the template keeps to itself" {
	with_params
	daemon_start
	fails 1 bad-request create closed a -c own.click
	says "template 'closed' does not let a request give its own config"
	ctl create closed a --set ip=10.0.0.8 --wait ready >/dev/null
	[ "$(value_of a)" = '10.0.0.8, 10.0.0.1' ]
	fails 1 bad-request config a own.click
	holds '.state == "ready"' show a
	fails 1 bad-request create fixed b --set ip=10.0.0.8
	says 'its own params'
	ctl create fixed b -c own.click --wait ready >/dev/null
	all_hold 'map(select(.name == "given"))[0] | .required == ["ip"] and
	    .params == {"gw": "10.0.0.1"} and
	    .override == ["config", "params"]' templates
}

@test "cpus: shown where the file sets them" {
	more_templates <<-'EOF'
	pinned: {kernel: /k, cpus: {affinity: "0-3,^2", weight: 512, cap: 50}}
	EOF
	daemon_start
	all_hold 'map(select(.name == "pinned"))[0].cpus ==
	    {"affinity": "0-3,^2", "weight": 512, "cap": 50} and
	    (map(select(.name == "cold"))[0] | has("cpus") | not)' templates
}

# --- ranges ----------------------------------------------------------------

# Two addresses; the text that is written ahead cannot have one.
with_range() {
	more_templates <<-'EOF'
	ranged:
	  kernel: /boot/clickos
	  vifs: [{bridge: br0}]
	  config: ranged.click
	  params: {ip: {range: 10.0.0.8-10.0.0.9}, gw: 10.0.0.1}
	  pool: {booted: 2}
	EOF
	echo 'r :: ARPResponder({{ip}}, {{gw}});' >ranged.click
}

@test "a range: each VNF has a value of its own, until its domain is gone" {
	with_range
	daemon_start
	fill
	all_hold 'map(select(.name == "ranged"))[0] | .ranges ==
	    {"ip": "10.0.0.8-10.0.0.9"} and (has("required") | not)' templates
	holds '.params.ip == "10.0.0.8"' create ranged a --wait ready
	[ "$(value_of a)" = "10.0.0.8, 10.0.0.1" ]
	holds '.params.ip == "10.0.0.9"' create ranged b --wait ready
	[ "$(value_of b)" = "10.0.0.9, 10.0.0.1" ]
	fails 1 range-exhausted create ranged c
	says "template 'ranged': every value of ip in the range"
	all_hold 'length == 2' list
	# Anybody may set a value, and who needs none gets along.
	holds '.params.ip == "10.0.0.8"' create ranged twin --set ip=10.0.0.8
	holds '.params | has("ip") | not' create ranged d -c count.click
	ctl destroy a --wait freed
	fails 1 range-exhausted create ranged c
	ctl destroy twin --wait freed
	holds '.params.ip == "10.0.0.8"' create ranged c
}

@test "a range: the value stays with the VNF" {
	with_range
	daemon_start
	fill
	holds '.params.ip == "10.0.0.8"' create ranged a --wait ready
	echo 'r :: ARPResponder({{gw}}, {{ip}});' >other.click
	holds '.params.ip == "10.0.0.8"' config a other.click
	[ "$(value_of a)" = "10.0.0.1, 10.0.0.8" ]
	holds '.params.ip == "10.0.0.8"' reboot a --wait ready
	# A request's takes its place, and what it had is free again.
	holds '.params.ip == "10.0.0.9"' config a other.click \
	    --set ip=10.0.0.9 --wait ready
	holds '.params.ip == "10.0.0.8"' create ranged b
	fails 1 range-exhausted create ranged c
}

@test "a range: a VNF without it takes one with its configuration" {
	with_range
	daemon_start
	fill
	ctl create ranged a -c count.click --wait ready
	echo 'r :: ARPResponder({{ip}});' >other.click
	holds '.params.ip == "10.0.0.8"' config a other.click --wait ready
	holds '.params.ip == "10.0.0.9"' create ranged b
}

# --- generic guests --------------------------------------------------------

with_generic() {
	more_templates <<-'EOF'
	plain: {guest: generic, kernel: /boot/vmlinuz, type: pvh,
	  ramdisk: /boot/initrd, cmdline: console=hvc0, pool: {booted: 1}}
	says: {extends: plain, ready: {console: guest is up}}
	later: {extends: says, pool: {paused: 1, booted: 0}}
	never: {extends: plain, ready: {console: login}, pool: {booted: 0}}
	EOF
}

@test "generic: started when it runs, ready at once or by its console" {
	with_generic
	daemon_start boot_ms=200
	fill
	holds '.state == "ready" and .source == "booted"' \
	    create plain a --wait ready
	holds '.state == "ready" and .source == "booted"' \
	    create says b --wait ready
	# From a paused shell it boots first, and so says it later.
	holds '.state == "ready" and .source == "paused" and
	    .stages_us.ready > 100000' create later c --wait ready
	[ "$(stages_of c)" = 'claimed started ready' ]
	all_hold 'map(select(.name == "says"))[0] |
	    .guest == "generic" and .ready.console == "guest is up" and
	    .ramdisk == "/boot/initrd" and .cmdline == "console=hvc0"' \
	    templates
}

@test "generic: create without --wait answers when it was started" {
	with_generic
	daemon_start boot_ms=300
	ctl destroy --all
	holds '.state == "started" and .source == "cold"' create never a
	fails 4 timeout -t 2 create never b --wait ready
	says 'its console has not said what its template waits for'
	holds '.state == "failed"' show b
	holds '.state == "claimed"' create never c --wait claimed
	holds '.state == "started"' show a
}

@test "generic: a shell that does not say its text is not booted" {
	with_generic
	sed -i 's/\(never: .*\)booted: 0/\1booted: 1/' uvnf.yaml
	daemon_start
	await all_hold 'map(select(.template == "says")) |
	    all(.have == .target)' pool
	all_hold 'map(select(.template == "never"))[1] |
	    .have == 0 and .building == 1' pool
}

@test "generic: what is about a router is refused" {
	with_generic
	daemon_start
	fails 1 bad-request create plain a -c count.click
	says "bad-request: template 'plain' is of generic guests" 'take no configuration'
	fails 1 bad-request create plain a --set ip=1
	all_hold '. == []' list
	ctl create plain a --wait ready >/dev/null
	fails 1 bad-request config a count.click
	fails 1 bad-request read a cnt.count
	fails 1 bad-request write a cnt.reset
	fails 1 bad-request start a
	fails 1 bad-request stop a
	holds '.state == "ready"' show a
}

@test "generic: pause, resume, reboot, shutdown, a crash" {
	with_generic
	daemon_start
	fill
	ctl create says a --wait ready >/dev/null
	holds '.state == "paused"' pause a
	holds '.state == "ready"' resume a
	before=$(ctl -j show a | jq .domid)
	holds ".state == \"ready\" and .domid != $before" \
	    reboot a --wait ready
	ctl shutdown a >/dev/null
	all_hold '. == []' list
}

@test "generic: a reload that changes its text replaces its shells" {
	with_generic
	daemon_start
	fill
	sed -i 's/guest is up/simulated guest/' uvnf.yaml
	holds '.changed == 2 and .shells == 2' reload
	fill
	holds '.state == "ready" and .source == "booted"' \
	    create says a --wait ready
	sed -i 's/console=hvc0/quiet/' uvnf.yaml
	holds '.changed == 4' reload
}
