#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# The configuration is read anew, by the verb and by SIGHUP.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
	cat >uvnf.yaml <<-'EOF'
	templates:
	  one: {kernel: /boot/clickos, vifs: [{bridge: br0}],
	    pool: {booted: 2}}
	  two: {kernel: /boot/clickos, config: count.click,
	    vifs: [{bridge: br0}], pool: {paused: 1, booted: 1}}
	EOF
}

teardown() {
	scenario_end
}

# shells TEMPLATE: the uuids of those that the journal has.
shells() {
	awk -v t="$1" '$2 == "build" && $4 == t { left[$3] = 1 }
	    $2 == "doom" || $2 == "gone" || $2 == "claim" { delete left[$3] }
	    END { for (u in left) print u }' state/journal | sort
}

# pool_of TEMPLATE JQ: of the two lines about it.
pool_of() {
	all_hold "map(select(.template == \"$1\")) | $2" pool
}

@test "reload: nothing has changed, and nothing changes" {
	daemon_start
	fill
	before=$(shells one; shells two)
	holds '. == {"templates": 2, "added": 0, "removed": 0, "changed": 0,
	    "shells": 0}' reload
	fill
	[ "$(shells one; shells two)" = "$before" ]
	run -0 ctl reload
	says 'templates: 2' 'changed: 0'
}

@test "reload: a template that changed gets other shells" {
	daemon_start
	fill
	one=$(shells one)
	two=$(shells two)
	sed -i 's/  two: {kernel/  two: {memory_mb: 9, kernel/' uvnf.yaml
	holds '.changed == 1 and .shells == 2' reload
	fill
	[ "$(shells one)" = "$one" ]
	[ "$(shells two | wc -l)" -eq 2 ]
	[ -z "$(comm -12 <(echo "$two") <(shells two))" ]
	holds '.templates == 2' reload
	all_hold 'map(select(.name == "two"))[0].memory_mb == 9' templates
}

@test "reload: VNFs go on, with the template that they were made of" {
	daemon_start
	fill
	ctl create two a --wait ready >/dev/null
	before=$(ctl -j show a)
	cat >uvnf.yaml <<-'EOF'
	templates:
	  three: {kernel: /boot/clickos, vifs: [{bridge: br0}]}
	EOF
	holds '.templates == 1 and .added == 1 and .removed == 2' reload
	[ "$(ctl -j show a)" = "$before" ]
	holds '.value == "0"' read a cnt.count
	ctl config a other.click --wait ready >/dev/null
	holds '.template == "two" and .state == "ready"' show a
	holds '.state == "ready"' reboot a --wait ready
	fails 1 no-template create two b
	all_hold 'map(.template) == ["three", "three", "three"]' pool
	await all_hold 'map(.name) == ["a"]' list
	[ -z "$(shells one)" ]
	ctl create three c -c count.click --wait ready >/dev/null
	ctl destroy a --wait freed
}

@test "reload: only the pool has changed: shells stay, or are too many" {
	daemon_start
	fill
	one=$(shells one)
	sed -i 's/pool: {booted: 2}/pool: {booted: 3}/' uvnf.yaml
	holds '.changed == 0 and .shells == 0' reload
	fill
	[ "$(comm -12 <(echo "$one") <(shells one))" = "$one" ]
	pool_of one '.[1].have == 3'
	sed -i 's/pool: {booted: 3}/pool: {booted: 1}/' uvnf.yaml
	holds '.changed == 0 and .shells == 2' reload
	pool_of one '.[1].have == 1 and .[1].target == 1'
}

@test "reload: a configuration that was written ahead has changed" {
	daemon_start
	fill
	echo 'r :: Counter(new);' >count.click
	holds '.changed == 1 and .shells == 2' reload
	fill
	ctl create two a --wait ready >/dev/null
	holds '.value == "new"' read a r.config
}

@test "reload: a kernel that was replaced under its name" {
	echo old >kernel
	sed -i "/one:/s,/boot/clickos,$dir/kernel," uvnf.yaml
	daemon_start
	fill
	holds '.changed == 0' reload
	echo newer >kernel.new
	mv kernel.new kernel
	holds '.changed == 1 and .shells == 2' reload
	fill
}

@test "reload: a file with an error changes nothing" {
	daemon_start
	fill
	before=$(shells one; shells two; ctl -j templates)
	sed -i 's/booted: 2/boted: 2/; 1i on_exit: destroy' uvnf.yaml
	fails 1 bad-config reload
	says 'uvnf.yaml:4:' "unknown key 'boted'"
	rm uvnf.yaml
	fails 1 bad-config reload
	says 'the file cannot be read'
	[ "$(shells one; shells two; ctl -j templates)" = "$before" ]
	ctl create two a --wait ready >/dev/null
}

@test "reload: what only a restart can change is refused, by its name" {
	daemon_start
	cp uvnf.yaml good.yaml
	for line in 'workers: 1' 'socket: {path: /nowhere}' \
	    'socket: {group: root}' 'socket: {mode: "0600"}'; do
		{
			echo "$line"
			cat good.yaml
		} >uvnf.yaml
		fails 1 bad-config reload
		word=${line#*\{}
		says "${word%%:*}" 'restart uvnfd'
	done
	cp good.yaml uvnf.yaml
	ctl reload >/dev/null
}

@test "reload: on_exit and memory_reserve_mb hold at once" {
	daemon_start
	ctl create one a -c count.click --wait ready >/dev/null
	fill
	sed -i '1i memory_reserve_mb: 65536\non_exit: destroy' uvnf.yaml
	holds '.shells == 0' reload
	# What is there still serves; nothing more is built.
	ctl create one b >/dev/null
	ctl create one c >/dev/null
	fails 1 no-memory create one d
	uuid=$(ctl -j show a | jq -r .uuid)
	daemon_stop
	grep -q "doom $uuid" state/journal
}

@test "reload: a FIFO is refused, so that the daemon never waits for it" {
	daemon_start
	rm uvnf.yaml
	mkfifo uvnf.yaml
	fails 1 bad-config reload
	says 'no regular file'
	sleep 1000 >uvnf.yaml &
	writer=$!
	fails 1 bad-config reload
	kill "$writer"
	run -0 ctl ping
}

@test "SIGHUP: the same, told in the log" {
	daemon_start
	fill
	sed -i 's/pool: {booted: 2}/pool: {booted: 3}/' uvnf.yaml
	kill -HUP "$daemon"
	await pool_of one '.[1].have == 3'
	await grep -q 'configuration reloaded templates=2 added=0' log
	echo 'nonsense' >uvnf.yaml
	kill -HUP "$daemon"
	await grep -q 'configuration not reloaded, the old one holds: ' log
	pool_of one '.[1].target == 3'
}

@test "reload: with builds and boots under way" {
	daemon_start build_ms=1000 boot_ms=300
	await all_hold 'map(.building) | add > 0' pool
	sed -i 's/  one: {kernel/  one: {memory_mb: 9, kernel/' uvnf.yaml
	for i in 11 12 13 14 15 16; do
		sed -i "s/memory_mb: [0-9]*/memory_mb: $i/" uvnf.yaml
		holds '.changed == 1' reload
	done
	fill
	pool_of one 'all(.have == .target and .building == 0)'
	pool_of two 'all(.have == .target and .building == 0)'
	holds '.builds_failed == 0' stats
	await [ "$(shells one | wc -l)" -eq 2 ]
}

@test "reload: beside creates that wait for their domain" {
	daemon_start build_ms=500
	sed -i '/two:/,$d' uvnf.yaml
	run -0 wire 'send:@c create two a wait=ready\n@r reload\n' reply:2
	says '@r OK' '@c OK'
	holds '.state == "ready" and .template == "two"' show a
}

@test "pool fill --wait: its template leaves" {
	daemon_start build_ms=2000
	sed -i '/two:/,$d' uvnf.yaml
	run -0 wire 'send:@f pool fill two wait=full\n@r reload\n' reply:2
	says '@r OK' "@f ERR no-template template 'two' has left"
}

@test "reload: bad requests" {
	daemon_start
	fails 2 usage reload now
	run -0 wire 'send:@a reload now\n@b reload wait=full\n' reply:2
	says '@a ERR bad-request' '@b ERR bad-request'
}
