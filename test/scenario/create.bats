#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# create: where a VNF comes from, when the answer comes, what it says.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
}

teardown() {
	scenario_end
}

in_order='.stages_us | .claimed <= .configured and
    .configured <= .started and .started <= .ready'

@test "from a booted shell, up to ready" {
	daemon_start
	fill
	holds '.source == "booted" and .state == "ready"' \
	    create booted a -c count.click --wait ready
	holds "$in_order" show a
	holds '.value == "0"' read a cnt.count
}

@test "from a paused shell, up to ready" {
	daemon_start
	fill
	holds '.source == "paused" and .state == "ready"' \
	    create paused a -c count.click --wait ready
	holds "$in_order" show a
}

@test "from nothing, built on demand, up to ready" {
	daemon_start
	holds '.source == "cold" and .state == "ready"' \
	    create cold a -c count.click --wait ready
	holds "$in_order" show a
}

@test "the pool's shells first, booted before paused, then cold" {
	daemon_start
	fill
	run -0 wire 'send:create both a\ncreate both b\ncreate both c\n' \
	    reply:3
	[ "$(grep -c '^OK' <<<"$output")" -eq 3 ]
	all_hold 'map(.source) == ["booted", "paused", "cold"]' list
}

@test "text: the source, the domid and the stages on one line" {
	daemon_start
	run -0 ctl create cold a -c count.click --wait ready
	[[ ${lines[0]} =~ ^'a ready: cold domain, domid '[0-9]+', claimed ' ]]
	[[ ${lines[0]} =~ configured.*started.*ready ]]
	[[ ${lines[1]} =~ 'vif 0: mac 00:16:3e:'.*'bridge br0, dev vif' ]]
}

@test "without a configuration: claimed, and no other stage" {
	daemon_start
	holds '.state == "claimed" and (.stages_us | keys == ["claimed"])' \
	    create cold a
	holds '.state == "claimed"' show a
}

@test "with a configuration: answered when started, ready soon after" {
	daemon_start start_ms=300
	holds '.state == "started" and
	    (.stages_us | has("started") and (has("ready") | not))' \
	    create cold a -c count.click
	await holds '.state == "ready"' show a
	[ "$(stages_of a)" = 'claimed configured started ready' ]
}

@test "--wait claimed with a configuration: the rest goes on" {
	daemon_start start_ms=300
	holds '.stages_us | has("claimed") and (has("ready") | not)' \
	    create cold a -c count.click --wait claimed
	await holds '.state == "ready"' show a
}

@test "--wait started and --wait ready need a configuration" {
	daemon_start
	fails 1 bad-request create cold a --wait started
	fails 1 bad-request create cold a --wait ready
	all_hold '. == []' list
	holds '.state == "claimed"' create cold a --wait claimed
}

@test "a template's own configuration is used, and can be replaced" {
	daemon_start
	fill
	holds '.state == "started" or .state == "ready"' create carrier a
	await holds '.state == "ready"' show a
	holds '.value == "0"' read a cnt.count
	holds '.state == "ready"' \
	    create carrier b -c other.click --wait ready
	holds '.value == "0"' read b other.count
	fails 4 timeout -t 0.1 read b cnt.count
}

@test "the configuration from standard input" {
	daemon_start
	ctl create cold a -c - --wait ready <other.click >/dev/null
	holds '.value == "0"' read a other.count
}

@test "what a claim asks of xenstore and of Xen" {
	daemon_start
	fill
	xenstore=$(stat_of xenstore_requests)
	hypercalls=$(stat_of hypercalls)
	# In one go: no refill is to be counted with it.
	run -0 wire 'send:create booted a config=30\nFromDevice(0) ->' \
	    'send: Discard;     stats\n' reply reply
	# One chunk and the start, no hypercall.
	says " xenstore_requests=$((xenstore + 2)) " \
	    " hypercalls=$hypercalls "
}

@test "what a claim asks when the shell has its configuration" {
	daemon_start
	fill
	xenstore=$(stat_of xenstore_requests)
	hypercalls=$(stat_of hypercalls)
	run -0 wire 'send:create carrier a\nstats\n' reply reply
	says " xenstore_requests=$((xenstore + 1)) " \
	    " hypercalls=$hypercalls "
}

@test "while it is being built: creating, without a domain; busy" {
	daemon_start build_ms=8000
	wire 'send:create cold a\n' reply >reply 3>&- &
	client=$!
	await holds '.state == "creating" and .source == "cold" and
	    (has("domid") | not) and .vifs == []' show a
	run -0 ctl list
	says a creating
	fails 1 busy config a count.click
	fails 1 name-taken create cold a
	fails 1 bad-state read a cnt.count
	wait "$client"
	holds '.state == "claimed"' show a
	fails 1 bad-state read a cnt.count
}

@test "the time limit while it is being built: nothing stays" {
	daemon_start build_ms=1000
	fails 4 timeout -t 0.1 create cold a
	says 'being built'
	[ -z "$output" ]
	all_hold '. == []' list
	holds '.source == "cold"' create cold a
}

@test "the time limit while its guest boots: failed, then configured" {
	daemon_start boot_ms=1000
	fails 4 timeout -t 0.2 create cold a -c count.click
	says 'announced itself' 'a failed: '
	holds '.state == "failed" and .error.code == "timeout"' show a
	holds '.state == "ready" and (has("error") | not)' \
	    config a other.click --wait ready
}

@test "the time limit in JSON: what is left is an object on stdout" {
	daemon_start boot_ms=1000
	run -4 --separate-stderr ctl -j -t 0.2 create cold a -c count.click
	jq -e '.state == "failed" and .error.code == "timeout"' <<<"$output"
	[[ $stderr == 'uvnfctl: timeout: '* ]]
}

@test "many at once: each its own name, domain, uuid and MAC" {
	daemon_start
	run -0 wire 'many:50:@t{} create booted v{} config=12 wait=ready\nx :: Idle;  ' \
	    reply:50
	[ "$(grep -c '^@t[0-9]* OK' <<<"$output")" -eq 50 ]
	all_hold 'length == 50 and all(.state == "ready") and
	    ([.[].domid] | unique | length == 50) and
	    ([.[].uuid] | unique | length == 50) and
	    ([.[].vifs[].mac] | unique | length == 50)' list
	run -0 ctl destroy --all --wait freed
	all_hold '. == []' list
}
