#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# Consoles: what a guest said, what it says, and how that ends.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

boot='Simulated guest, booted'
up='[router_thread:158] Starting driver...'

setup() {
	scenario_begin
	echo 'FromDevice(0) -> arp :: ARPResponder(10.0.0.1 00:16:3e:00:00:01) -> ToDevice(0);' \
	    >talker.click
}

teardown() {
	scenario_end
}

# follow NAME: its console into out, until its end.
follow() {
	"$build/uvnfctl" console -f "$@" >out 2>err 3>&- &
	following=$!
	await grep -q booted out
}

# ended CODE: so did the follower, with status 1, in one line.
ended() {
	local status=0

	wait "$following" || status=$?
	[ "$status" -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] &&
	    grep -q "^uvnfctl: $1: " err && return
	echo "the follower ended with $status and said:"
	cat err
	return 1
}

# talk NAME TIMES: its guest says so many times 39 bytes.
talk() {
	wire "many:$2:@t{} write $1 arp.add value=true\n" "reply:$2" >/dev/null
}

@test "console: what a shell said at its boot, and its router" {
	daemon_start
	fill
	ctl create booted a -c count.click --wait ready >/dev/null
	run -0 ctl console a
	[ "$output" = "$boot"$'\n'"$up" ]
	all_hold 'map(.text) | add == "'"$boot"'\n'"$up"'\n"' console a
	all_hold '.[0].offset == 0 and all(keys == ["offset", "text"])' \
	    console a
}

@test "console: of a VNF that has said nothing" {
	daemon_start build_ms=60000
	wire 'send:@c create cold a\n@d console a\n' reply >out
	[ "$(cat out)" = '@d OK count=0' ]
	run -0 ctl console a
	[ -z "$output" ]
	ctl destroy a >/dev/null
	daemon_kill
	rm -f "$UVNF_SOCKET" state/journal
}

@test "console: the last 16 KiB of much" {
	daemon_start
	ctl create cold a -c talker.click --wait ready >/dev/null
	talk a 1000
	[ "$(ctl console a | wc -c)" -eq 16384 ]
	ctl console a | tail -n +2 | sort -u >said
	[ "$(cat said)" = 'arp: expected IP/MASK ETH' ]
	all_hold '.[0].offset > 0 and (map(.text | length) | add) == 16384 and
	    all(.text | length <= 1024)' console a
}

@test "console -f: what comes, until the VNF is destroyed" {
	daemon_start
	ctl create cold a -c talker.click --wait ready >/dev/null
	follow a
	talk a 3
	await grep -q ETH out
	ctl destroy a >/dev/null
	ended destroyed
	[ "$(head -n 2 out)" = "$boot"$'\n'"$up" ]
	[ "$(tail -n +3 out)" = "$(printf 'arp: expected IP/MASK ETH\n%.0s' \
	    1 2 3)" ]
}

@test "console -f: of a VNF that is being built" {
	daemon_start build_ms=8000
	ctl -t 30 create cold a -c count.click --wait ready >/dev/null 3>&- &
	creating=$!
	await ctl show a
	holds '.state == "creating"' show a
	follow a
	wait "$creating"
	ctl destroy a >/dev/null
	ended destroyed
	[ "$(cat out)" = "$boot"$'\n'"$up" ]
}

@test "console -f: across a reboot" {
	daemon_start
	ctl create cold a -c count.click --wait ready >/dev/null
	follow a
	ctl reboot a --wait ready >/dev/null
	ctl destroy a >/dev/null
	ended destroyed
	[ "$(grep -c "^$boot" out)" -eq 2 ]
}

@test "console -f: ends with the guest's last words" {
	daemon_start crash_after_ms=300
	ctl create cold a -c count.click --wait ready >/dev/null
	follow a
	ended guest-dead
	says_last='Simulated guest, page fault'
	[ "$(tail -n 1 out)" = "$says_last" ]
	run -0 ctl console a
	[ "${lines[-1]}" = "$says_last" ]
}

@test "console -f: of a VNF that has crashed already" {
	daemon_start crash_starts=1
	fails 1 guest-dead create cold a -c count.click --wait ready
	fails 1 guest-dead console -f a
	[[ $output == "$boot"* ]]
}

@test "console -f: the objects of -j, the last one says why" {
	daemon_start
	ctl create cold a >/dev/null
	"$build/uvnfctl" -j console -f a >out 2>err 3>&- &
	following=$!
	await grep -q booted out
	ctl destroy a >/dev/null
	ended destroyed
	[ "$(jq -s '.[-1].kind == "end" and
	    .[-1].error.code == "destroyed"' out)" = true ]
}

@test "console -f: several look on; the daemon ends" {
	daemon_start
	ctl create cold a >/dev/null
	"$build/uvnfctl" console -f a >out2 2>err2 3>&- &
	second=$!
	follow a
	await grep -q booted out2
	ctl create cold b >/dev/null
	ctl destroy a >/dev/null
	ended destroyed
	ends 1 "$second"
	follow b
	daemon_stop
	ends 3 "$following"
	grep -q '^uvnfctl: no-daemon: ' err
}

@test "console: what could steer a terminal is escaped, or raw for a file" {
	daemon_start
	for byte in 1b 07 9b 7f; do
		printf "x :: Idle;\x${byte}[2J" >"odd$byte.click"
		fails 1 router-failed create cold "a$byte" -c "odd$byte.click" \
		    --wait ready
		run -0 ctl console "a$byte"
		says "syntax error near '\\x$byte'"
		[ "$(ctl console "a$byte" | LC_ALL=C tr -d '\n -~' |
		    wc -c)" -eq 0 ]
		ctl console --raw "a$byte" >raw
		[ "$(LC_ALL=C tr -d '\n -~' <raw | od -An -tx1 |
		    tr -d ' \n')" = "$byte" ]
	done
	fails 2 usage console --raw -j a1b
	run -2 script -qec "'$build/uvnfctl' console --raw a1b" /dev/null
	says 'not for terminals'
	run -0 script -qec "'$build/uvnfctl' console a1b" /dev/null
	says "syntax error near '\\x1b'"
}

@test "console: lines that follow, with a tag, and what they count" {
	daemon_start
	ctl create cold a -c talker.click --wait ready >/dev/null
	wire 'send:@c console a follow=true\n@d console a follow=true\n' \
	    reply:2 'send:write a arp.add\n' 'until:^@d EVENT' reply \
	    'send:destroy a\n' 'until:^@c .*end' >out || :
	text='arp: expected IP/MASK ETH\n'
	grep -qF '@c EVENT kind="text" offset=' out
	grep -qF "@d EVENT kind=\"text\" offset=63 text=\"$text\"" out
	grep -q '^@c EVENT kind="end" error.code="destroyed" ' out
	[ "$(grep '^@c ' out | tail -n 1 | grep -c 'kind="end"')" -eq 1 ]
}

@test "console: one who does not read loses text, and no one else does" {
	daemon_start
	ctl create cold a -c talker.click --wait ready >/dev/null
	mkfifo go
	wire 'send:console a follow=true\n' reply wait:go 'until:kind="lost"' \
	    >slow 3>&- &
	reader=$!
	await grep -q '^OK' slow
	follow a
	talk a 12000
	: >go
	wait "$reader"
	grep -q '^EVENT kind="lost" bytes=[1-9]' slow
	ctl destroy a >/dev/null
	ended destroyed
	[ "$(grep -c ETH out)" -eq 12000 ]
}

@test "console: bad input" {
	daemon_start
	ctl create cold a >/dev/null
	run -0 wire 'send:console\nconsole a b\nconsole a follow=yes\n' \
	    'send:console a lines=3\nconsole nosuch\n' \
	    'send:console nosuch follow=true\n' reply:6
	[ "$(grep -c '^ERR bad-request ' <<<"$output")" -eq 4 ]
	[ "$(grep -c '^ERR no-vnf ' <<<"$output")" -eq 2 ]
	fails 2 usage console
	fails 2 usage console a b
	fails 1 bad-name console a=b
	fails 1 no-vnf console -f nosuch
	fails 2 usage console a --wait name
	run -0 wire 'many:65:@t{} console a follow=true\n' reply:65
	[ "$(grep -c 'ERR too-big ' <<<"$output")" -eq 1 ]
}
