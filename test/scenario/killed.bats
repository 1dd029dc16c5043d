#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
#
# What a daemon that was killed at a chosen moment leaves to the next one;
# test/steps/sim kills it at all of them.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
	sed -i '/pool:/d' uvnf.yaml
}

teardown() {
	scenario_end
}

# on_record N WORDS: the journal has so many such lines.
on_record() {
	[ "$(grep -c "^[0-9a-f]* $2" state/journal)" -ge "$1" ]
}

# The daemon is killed, and another one serves.
killed() {
	daemon_kill
	daemon_start "host=$PWD/host"
}

# A VNF that may have half of a configuration.
killed_in_a_config() {
	daemon_start "host=$PWD/host" write_ms=3000
	ctl create cold a -c count.click >/dev/null
	ctl stop a >/dev/null
	ctl config a other.click 2>/dev/null &
	await on_record 1 'config '
	killed
}

is_ready() {
	await holds '.state == "ready"' show "$1"
	[ "$(ctl read "$1" cnt.class)" = Counter ]
}

@test "killed in a reboot: while the new domain gets its configuration" {
	daemon_start "host=$PWD/host" write_ms=3000
	ctl create cold a -c count.click --wait ready >/dev/null
	domid=$(ctl -j show a | jq .domid)
	ctl reboot a 2>/dev/null &
	await on_record 2 'built '
	killed
	is_ready a
	holds ".domid == $domid" show a
}

@test "killed in a reboot: before the router of the new domain is started" {
	daemon_start "host=$PWD/host" boot_ms=4000 write_ms=100
	ctl create cold a -c count.click --wait ready >/dev/null
	domid=$(ctl -j show a | jq .domid)
	ctl reboot a 2>/dev/null &
	await on_record 2 'claim .* a '
	killed
	holds ".domid != $domid" show a
	is_ready a
	ctl stop a >/dev/null
	holds '.state == "claimed"' show a
	killed
	holds '.state == "claimed"' show a
	ctl start a --wait ready >/dev/null
	is_ready a
}

@test "killed in the restart of one that crashed" {
	printf '  again:\n    extends: cold\n    on_crash: restart\n' >>uvnf.yaml
	daemon_start "host=$PWD/host" boot_ms=4000 crash_after_ms=100
	ctl create again a -c count.click --wait ready >/dev/null
	await on_record 2 'claim .* a '
	killed
	is_ready a
}

# What is on record of a VNF; the rest is the daemon's.
record_of() {
	grep -F "$(ctl -j show "$1" | jq -r .uuid)" state/journal
}

@test "a restart writes nothing that a kill within it would make a lie" {
	daemon_start "host=$PWD/host"
	ctl create cold a -c count.click --wait ready >/dev/null
	ctl create cold b -c count.click --wait ready >/dev/null
	ctl pause a >/dev/null
	fails 1 router-failed config b refused.click --wait ready
	killed
	record_of a >before
	record_of b >>before
	killed
	record_of a >after
	record_of b >>after
	cmp before after
	# Each state once, the pause twice, and the state that it is from.
	[ "$(grep -c ' state ' after)" -eq 4 ]
	holds '.state == "paused"' show a
	ctl resume a >/dev/null
	is_ready a
}

@test "killed in a config: the VNF is not started on half of it, ever" {
	killed_in_a_config
	fails 1 bad-state start a
	ctl pause a >/dev/null
	killed
	ctl resume a >/dev/null
	fails 1 bad-state start a
	killed
	fails 1 bad-state start a
	says 'being configured'
	ctl config a count.click --wait ready >/dev/null
	killed
	is_ready a
}

@test "killed in a config: nor does a reboot take half of it along" {
	killed_in_a_config
	holds '.state == "claimed"' reboot a
	fails 1 bad-state start a
	says 'no configuration to start with'
	killed
	fails 1 bad-state start a
	says 'no configuration to start with'
	ctl config a count.click --wait ready >/dev/null
	is_ready a
}

@test "killed while an armed VNF starts anew: it is not taken for ready" {
	printf '  web:\n    extends: cold\n    config: count.click\n' >>uvnf.yaml
	printf '    override: [config]\n    pool: {armed: 1}\n' >>uvnf.yaml
	daemon_start "host=$PWD/host" start_ms=3000
	ctl pool fill --wait >/dev/null
	holds '.source == "armed"' create web a --wait ready
	# It never comes up, nor does it connect its vif.
	printf 'FromDevice(0) -> Discard; \001' >odd.click
	holds '.state == "started"' config a odd.click
	killed
	await holds '.state == "failed" and .error.code == "router-failed"' \
	    show a
}

# The next daemon leaves what the journal does not name alone.
@test "killed before what a failed build left is gone: the next one ends it" {
	mkdir host
	daemon_start "host=$PWD/host" spoil_builds=1 fail_destroys=1000000
	fails 1 build-failed create cold a
	[ "$(find host -type f | wc -l)" -eq 1 ]
	killed
	await eval '[ "$(find host -type f | wc -l)" -eq 0 ]'
}

@test "killed in a config over one that was refused: failed, and mended" {
	daemon_start "host=$PWD/host" write_ms=3000
	ctl create cold a >/dev/null
	fails 1 router-failed config a refused.click --wait ready
	echo 'i :: Idle;' >idle.click
	ctl config a idle.click 2>/dev/null &
	await on_record 2 'config '
	killed
	holds '.state == "failed"' show a
	fails 1 bad-state start a
	fails 1 bad-state read a i.class
	ctl -t 20 config a count.click --wait ready >/dev/null
	is_ready a
}
