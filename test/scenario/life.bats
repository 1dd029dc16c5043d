#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# The life of a VNF between create and destroy.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
	cat >>uvnf.yaml <<-'EOF'
	  fragile: {kernel: /boot/clickos, vifs: [{bridge: br0}],
	    on_failure: destroy, on_crash: destroy}
	  phoenix: {kernel: /boot/clickos, vifs: [{bridge: br0}],
	    on_crash: restart}
	  old: {kernel: /boot/clickos, vifs: [{bridge: br0}], layout: root,
	    pool: {booted: 1}}
	  asked: {kernel: /boot/clickos, vifs: [{bridge: br0}],
	    ready: {handler: cnt.count}}
	EOF
}

teardown() {
	scenario_end
}

no_vnf() {
	ctl show "$1" 2>&1 | grep -q no-vnf
}

cold_builds() {
	[ "$(grep -c ' cold cold ' state/journal)" -eq "$1" ]
}

@test "stop and start: the same configuration again" {
	daemon_start
	run -0 ctl create booted a -c count.click --wait ready
	holds '.state == "claimed"' stop a
	fails 1 bad-state read a cnt.count
	holds '.state == "ready"' start a --wait ready
	run -0 ctl read a cnt.count
}

@test "stop and start: what they refuse" {
	daemon_start
	run -0 ctl create booted a
	fails 1 bad-state stop a
	says 'no router of it runs'
	fails 1 bad-state start a
	says 'no configuration to start with'
	run -0 ctl config a count.click --wait ready
	fails 1 bad-state start a
	says 'runs already'
	fails 1 no-vnf start nosuch
	fails 2 usage stop
	fails 2 usage stop a b
	fails 2 usage start a --remove
	fails 2 usage start a --wait claimed
}

@test "stop --remove: the configuration goes, too" {
	daemon_start
	run -0 ctl create booted a -c count.click --wait ready
	holds '.state == "claimed"' stop a --remove
	fails 1 bad-state start a
	says 'no configuration to start with'
	holds '.state == "ready"' config a other.click --wait ready
}

@test "start: a router that failed is tried again" {
	daemon_start
	fails 1 router-failed create booted a -c refused.click --wait ready
	fails 1 router-failed start a --wait ready
	holds '.state == "failed"' show a
	fails 1 bad-state stop a
}

@test "pause and resume: it goes on where it was" {
	daemon_start
	run -0 ctl create booted a -c count.click --wait ready
	holds '.state == "paused"' pause a
	fails 1 bad-state pause a
	fails 1 bad-state config a other.click
	says 'resume it first'
	fails 1 bad-state read a cnt.count
	fails 1 bad-state stop a
	fails 1 bad-state shutdown a
	fails 1 bad-state reboot a
	holds '.state == "ready" and (has("paused_by_other") | not)' resume a
	fails 1 bad-state resume a
	run -0 ctl read a cnt.count
}

@test "pause and resume: a VNF without a router, and one that failed" {
	daemon_start
	run -0 ctl create booted a
	holds '.state == "paused"' pause a
	holds '.state == "claimed"' resume a
	fails 1 router-failed config a refused.click --wait ready
	holds '.state == "paused" and .error.code == "router-failed"' pause a
	holds '.state == "failed" and .error.code == "router-failed"' resume a
}

@test "pause: not while its router starts; destroy while it is paused" {
	daemon_start start_ms=5000
	run -0 ctl create booted a -c count.click
	fails 1 busy pause a
	await holds '.state == "ready"' show a
	run -0 ctl pause a
	run -0 ctl destroy a --wait freed
	no_vnf a
}

@test "resume: somebody else's pause on top is told, and left alone" {
	daemon_start foreign_pauses=1 "host=$PWD/host"
	run -0 ctl create booted a -c count.click --wait ready
	run -0 ctl pause a
	fails 1 bad-state resume a
	says 'pauses nest' 'xl unpause'
	holds '.state == "paused" and .paused_by_other' show a
	daemon_kill
	daemon_start "host=$PWD/host"
	holds '.state == "paused" and .paused_by_other' show a
	fails 1 bad-state resume a
	run -0 ctl destroy a
}

@test "shutdown: clean, and the name is free" {
	daemon_start
	run -0 ctl create booted a -c count.click --wait ready
	run -0 ctl shutdown a
	[ "$output" = 'a shut down: clean' ]
	no_vnf a
	run -0 ctl create booted b
	holds '. == {name: "b", how: "clean"}' shutdown b
}

@test "shutdown: a wedged guest is destroyed after the limit" {
	daemon_start wedge_starts=1
	fails 4 timeout -t 0.5 create booted a -c count.click --wait ready
	says 'does not react'
	run -0 ctl shutdown a --force 0.3
	[ "$output" = 'a shut down: forced' ]
	no_vnf a
}

@test "shutdown: the request's own limit, and a destroy meanwhile" {
	daemon_start wedge_starts=2
	fails 4 timeout -t 0.3 create booted a -c count.click --wait ready
	fails 4 timeout -t 0.2 shutdown a --force 8
	says 'it is destroyed after 8000 ms'
	holds '.state == "stopping"' show a
	fails 1 busy config a count.click
	fails 1 busy shutdown a
	fails 1 busy pause a
	await no_vnf a
	fails 4 timeout -t 0.3 create booted b -c count.click --wait ready
	ctl shutdown b --force 60 >out 2>&1 3>&- &
	client=$!
	await holds '.state == "stopping"' show b
	run -0 ctl destroy b
	wait "$client" || status=$?
	[ "$status" -eq 1 ]
	grep -q '^uvnfctl: destroyed: ' out
}

@test "shutdown: wrong times" {
	daemon_start
	run -0 ctl create booted a
	fails 2 usage shutdown a --force soon
	fails 2 usage shutdown a --force 601
	fails 2 usage shutdown a --force -1
	run -0 wire 'send:shutdown a force_ms=x\n' reply
	[[ $output == *'ERR bad-request'* ]]
}

@test "reboot: another domain; name, MAC and configuration stay" {
	daemon_start
	run -0 ctl create booted a -c count.click --wait ready
	before=$(ctl -j show a)
	run -0 ctl -j reboot a --wait ready
	jq -e --argjson b "$before" '.name == "a" and .state == "ready" and
	    .domid != $b.domid and .uuid != $b.uuid and
	    .vifs[0].mac == $b.vifs[0].mac and .source == "cold"' <<<"$output"
	run -0 ctl read a cnt.count
}

@test "reboot: a VNF without a configuration, one that failed or crashed" {
	daemon_start crash_starts=1
	run -0 ctl create booted a
	holds '.state == "claimed"' reboot a --wait claimed
	fails 1 guest-dead config a count.click --wait ready
	fails 1 bad-state config a count.click
	says 'reboot it'
	holds '.state == "ready"' reboot a --wait ready
}

@test "reboot: a build that fails costs nothing" {
	echo 'templates: {cold: {kernel: /boot/clickos,
	    vifs: [{bridge: br0}]}}' >uvnf.yaml
	daemon_start memory_mb=75	# the reserve, and one domain
	run -0 ctl create cold b -c count.click --wait ready
	fails 1 no-memory reboot b
	holds '.state == "ready"' show b
	run -0 ctl read b cnt.count
}

@test "reboot: of a VNF without a configuration" {
	daemon_start
	run -0 ctl create cold a
	run -0 ctl -t 20 reboot a
	holds '.state == "claimed"' show a
	run -0 ctl -t 20 reboot a --wait ready
	holds '.state == "claimed"' show a
}

@test "reboot: destroyed while its new domain is built" {
	daemon_start build_ms=3000
	run -0 ctl create cold a -c count.click --wait ready
	run -0 wire 'send:@r reboot a\n@s reboot a\n@d destroy a wait=freed\n' \
	    reply:3
	says '@s ERR busy ' '@r ERR destroyed ' '@d OK'
}

@test "reboot: destroy --wait freed is for the domain being built, too" {
	daemon_start build_ms=5000
	run -0 ctl create cold a -c count.click --wait ready
	ctl -t 600 reboot a >/dev/null 2>&1 3>&- &
	await cold_builds 2
	run -0 ctl -t 600 destroy a --wait freed
	run -1 grep cold <<<"$(left_over)"
	wait $! && return 1
	true
}

@test "reboot: the time limit leaves it as it was" {
	daemon_start build_ms=2000
	run -0 ctl create cold a -c count.click --wait ready
	fails 4 timeout -t 0.1 reboot a
	holds '.state == "ready"' show a
}

@test "on_failure: destroy takes a VNF away whose router failed" {
	daemon_start
	fails 1 router-failed create fragile a -c refused.click --wait ready
	await no_vnf a
	run -0 ctl create fragile a -c count.click --wait ready
}

@test "on_crash: destroy takes a VNF away that crashed" {
	daemon_start crash_starts=1
	fails 1 guest-dead create fragile a -c count.click --wait ready
	await no_vnf a
}

@test "on_crash: restart brings it up again" {
	daemon_start crash_starts=1
	fails 1 guest-dead create phoenix a -c count.click --wait ready
	await holds '.state == "ready"' show a
	run -0 ctl read a cnt.count
}

@test "on_crash: restart counts one that dies in its restart once" {
	daemon_start crash_starts=2
	fails 1 guest-dead create phoenix a -c count.click --wait ready
	await holds '.state == "ready"' show a
	[ "$(grep -c 'vnf restarts name=a' log)" -eq 2 ]
	grep 'vnf restarts name=a in_ms=2000 restart=2' log
}

@test "on_crash: preserve is what happens otherwise" {
	daemon_start crash_starts=1
	fails 1 guest-dead create booted a -c count.click --wait ready
	holds '.state == "crashed" and .error.code == "guest-dead"' show a
}

@test "layout root: the guest's console tells that it booted" {
	daemon_start
	run -0 ctl pool fill --wait
	holds '.source == "booted" and .state == "ready"' \
	    create old a -c count.click --wait ready
	all_hold 'any(.name == "old" and .layout == "root")' templates
}

@test "ready handler: a configuration has it, or it is never ready" {
	daemon_start
	holds '.state == "ready"' create asked a -c count.click --wait ready
	fails 4 timeout -t 1 create asked b -c other.click --wait ready
	says 'handler that its template waits for has not answered'
	all_hold 'any(.name == "asked" and .ready.handler == "cnt.count")' \
	    templates
	run -0 ctl templates
	says ' cnt.count '
}

@test "two clients at one VNF: one is served, the other hears why not" {
	daemon_start start_ms=200
	run -0 ctl create booted a -c count.click --wait ready
	ctl stop a >out1 2>&1 3>&- &
	one=$!
	ctl stop a >out2 2>&1 3>&- &
	two=$!
	wait "$one" || :
	wait "$two" || :
	[ "$(grep -c '^uvnfctl: ' out1 out2 | awk -F: '{ n += $2 }
	    END { print n }')" -eq 1 ]
	grep -q '^uvnfctl: \(busy\|bad-state\): ' out1 out2
}
