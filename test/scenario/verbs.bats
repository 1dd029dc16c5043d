#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# The verbs that only tell, the client's options, and the exit statuses.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
	daemon_start
}

teardown() {
	scenario_end
}

@test "ping: how long it took, as text and as JSON" {
	run -0 ctl ping
	[[ $output =~ ^ping_us:\ [0-9]+$ ]]
	holds '(.ping_us | type) == "number" and keys == ["ping_us"]' ping
}

@test "version: the client's, the daemon's, the protocol, the backend" {
	run -0 ctl version
	[ "${#lines[@]}" -eq 4 ]
	says 'client: ' 'daemon: ' 'protocol: 1' 'backend: sim'
	holds '.protocol == 1 and .backend == "sim" and
	    .client == .daemon' version
	run -0 ctl -V
	[[ $output =~ ^uvnfctl\ [0-9.]+$ ]]
}

@test "version without a daemon: the client's alone, and status 3" {
	daemon_stop
	run -3 ctl version
	says 'client: ' 'no-daemon: '
}

@test "no daemon: status 3 for every command" {
	daemon_stop
	for command in ping list templates stats pool 'show a' 'destroy a' \
	    'destroy --all' 'read a b.c' 'write a b.c' 'create cold a' 'pool fill'; do
		# shellcheck disable=SC2086 # words
		fails 3 no-daemon $command
	done
}

@test "a wrong command line: status 2, and nothing is asked" {
	fails 2 usage
	fails 2 usage nosuch
	fails 2 usage show
	fails 2 usage show a b
	fails 2 usage list a
	fails 2 usage create cold
	fails 2 usage config a
	fails 2 usage read a
	fails 2 usage write a
	fails 2 usage write a b.c d e
	fails 2 usage destroy
	fails 2 usage destroy a --all
	fails 2 usage pool empty
	fails 2 usage pool --wait
	fails 2 usage create cold a --wait soon
	fails 2 usage config a count.click --wait claimed
	fails 2 usage --nosuch list
	fails 2 usage create cold a -c nosuch.click
	says "'nosuch.click'"
	fails 2 usage create cold a -c .
	for limit in 0 -1 601 soon 1e3 ''; do
		fails 2 usage -t "$limit" ping
	done
	holds '.requests == 1' stats
}

@test "help: of all commands, and of each" {
	run -0 ctl help
	for command in create config read destroy list show pool templates \
	    stats ping version; do
		says "$command"
		run -0 ctl help "$command"
		says "usage: uvnfctl $command"
		run -0 ctl help
	done
	run -2 ctl help nosuch
}

@test "list: empty, then one line for each VNF" {
	run -0 ctl list
	[ "${#lines[@]}" -eq 1 ]
	all_hold '. == []' list
	ctl create cold b >/dev/null
	ctl create cold a >/dev/null
	run -0 ctl list
	[ "${#lines[@]}" -eq 3 ]
	says NAME STATE TEMPLATE SOURCE DOMID MAC BRIDGE DEV
	all_hold 'map(.name) == ["b", "a"] and
	    all(.state == "claimed" and .template == "cold")' list
}

@test "show: each field, as text and as JSON" {
	fill
	ctl create both a -c count.click --wait ready >/dev/null
	holds '.name == "a" and .template == "both" and .state == "ready" and
	    .source == "booted" and (.domid > 0) and (.error == null) and
	    (.uuid | test("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")) and
	    (.domain | startswith("uvnf-both-"))' show a
	holds '.domid as $id | [.vifs[].bridge] == ["br0", "br1"] and
	    [.vifs[].dev] == ["vif\($id).0", "vif\($id).1"] and
	    all(.vifs[].mac; test("^00:16:3e(:[0-9a-f]{2}){3}$")) and
	    .vifs[0].mac != .vifs[1].mac' show a
	run -0 ctl show a
	says 'name: a' 'state: ready' 'source: booted' 'vifs.1.bridge: br1' \
	    'stages_us.ready: '
	[ "$(ctl -j show a)" = "$(ctl -j list)" ]
}

@test "show: a name that no VNF has" {
	fails 1 no-vnf show nobody
	says "'nobody'"
	[ -z "$output" ]
}

@test "templates: what the configuration says" {
	run -0 ctl templates
	[ "${#lines[@]}" -eq 6 ]
	all_hold 'map(.name) ==
	    ["booted", "paused", "both", "cold", "carrier"]' templates
	all_hold 'all(.kernel == "/boot/clickos" and .type == "pv" and
	    .memory_mb == 8 and .vcpus == 1 and .layout == "data" and
	    .guest == "clickos" and .ready == "console")' templates
	all_hold 'map(.pool | [.paused, .booted]) ==
	    [[0, 2], [1, 0], [1, 1], [0, 0], [0, 1]]' templates
	all_hold 'map(.vifs | map(.bridge)) ==
	    [["br0"], ["br0"], ["br0", "br1"], ["br0"], ["br0"]]' templates
	all_hold '(map(has("config")) == [false, false, false, false, true])
	    and (.[4].config | endswith("count.click"))' templates
}

@test "stats: counts what happened" {
	fill
	holds '.vnfs == 0 and .clients == 1 and .builds == 6 and
	    .creates == {"armed": 0, "booted": 0, "paused": 0, "cold": 0} and
	    .destroys == 0 and .adopted == 0 and .refused == 0' stats
	ctl create booted a -c count.click --wait ready >/dev/null
	ctl create paused b >/dev/null
	ctl create cold c -c refused.click --wait started >/dev/null
	await holds '.state == "failed"' show c
	ctl destroy b >/dev/null
	fails 1 no-vnf show b
	holds '.vnfs == 2 and .destroys == 1 and .refused == 1 and
	    .creates == {"armed": 0, "booted": 1, "paused": 1, "cold": 1} and
	    .routers_failed == 1 and .crashes == 0 and .builds_failed == 0 and
	    .xenstore_requests > 0 and .hypercalls > 0' stats
	run -0 ctl stats
	says 'vnfs: 2' 'creates.booted: 1' 'routers_failed: 1'
}

@test "output that cannot be written: status 1" {
	run -1 --separate-stderr bash -c '"$1" list >/dev/full' - \
	    "$build/uvnfctl"
	says 'system: '
}

@test "the socket: -s before UVNF_SOCKET, in front and behind" {
	UVNF_SOCKET=/nonexistent run -0 ctl -s "$dir/socket" ping
	UVNF_SOCKET=/nonexistent run -0 ctl ping -s "$dir/socket"
	UVNF_SOCKET=/nonexistent run -3 ctl ping
}
