#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# The line protocol itself: order, tags, payloads, limits, and abuse. After
# each test another VNF and another client must not have noticed anything.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
	daemon_start "${knobs[@]}"
	bystander_begin
}

teardown() {
	local status=0

	if [ -n "${BATS_TEST_COMPLETED-}" ]; then
		bystander_end || status=1
		await holds '.clients == 1' stats || status=1
	fi
	scenario_end || status=1
	return "$status"
}

knobs=(build_ms=200)

# line N TEXT: the N-th line of the output, from 0 on, begins so.
line() {
	[[ ${lines[$1]-} == "$2"* ]] && return
	echo "line $1 does not begin with '$2':"
	printf '%s\n' "$output"
	return 1
}

# --- requests --------------------------------------------------------------

@test "verbs without a VNF: hello, version, ping, stats, quit" {
	run -0 wire 'send:hello\nversion\nping\nstats\nquit\nping\n' reply:5 \
	    eof
	line 0 'DATA protocol=1 version="'
	[ "${lines[0]}" = "${lines[2]}" ]
	line 4 OK
	line 5 'DATA uptime_s='
	line 7 OK
	line 8 eof
}

@test "many requests in one write are answered in their order" {
	run -0 wire 'send:create cold a\nshow a\ndestroy a\nshow a\nping\n' \
	    reply:5
	line 0 'DATA name="a"'
	line 1 OK
	line 2 'DATA name="a"'
	line 4 OK
	line 5 'ERR no-vnf '
	line 6 OK
}

@test "a request that comes byte by byte" {
	run -0 wire send:p send:i send:n send:g 'send:\n' reply
	line 0 OK
}

@test "spaces, tabs, quotes, CRLF and empty lines" {
	run -0 wire 'send:\n\r\n  \n\t ping \t\r\n"ping"\n' \
	    'send:show   "bystander"\r\nshow "by\\x73tander"\n' reply:4
	line 0 OK
	line 1 OK
	line 2 'DATA name="bystander"'
	line 4 'DATA name="bystander"'
}

@test "requests that are malformed are answered, and the next one served" {
	for text in nosuch PING 'ping x' 'ping x=1' show 'show a b' '=1' \
	    'show "a' 'show a"b' 'show "a"b' 'show "\\x00"' 'show "\\q"' \
	    'create cold' 'create cold a wait=soon' 'pool empty' \
	    'destroy a wait=1' 'pool fill wait=maybe' 'list timeout_ms=1' \
	    'destroy a timeout_ms=0' 'destroy a timeout_ms=600001' \
	    'destroy a timeout_ms=-1' 'destroy a timeout_ms=1s' \
	    'destroy a timeout_ms=' 'destroy wait=name a' \
	    'destroy a wait=name wait=name' 'destroy a Wait=name' \
	    'config bystander' '@a' '@' '@a@b ping' '@ä ping' 'pi\x00ng' \
	    '\x00' '\x1bping' '\xff\xfe'; do
		run -0 wire "send:$text\nping\n" reply:2
		[[ ${lines[0]} =~ ^(@a )?'ERR bad-request '. ]] ||
			line 0 "ERR bad-request, for $text"
		line 1 OK
	done
}

@test "a verb that is unknown is named" {
	run -0 wire 'send:frobnicate\n' reply
	line 0 "ERR bad-request no verb is called 'frobnicate'"
}

@test "32 words are taken, 33 are too many" {
	words=$(printf ' x%.0s' {1..31})
	run -0 wire "send:ping$words\nping$words x\nping\n" reply:3
	line 0 'ERR bad-request '
	line 1 'ERR too-big '
	line 2 OK
}

# --- tags ------------------------------------------------------------------

@test "tagged requests run side by side" {
	run -0 wire 'send:@slow create cold a\n@fast ping\n' reply:2
	line 0 '@fast OK'
	line 1 '@slow DATA name="a"'
	line 2 '@slow OK'
	ctl destroy a
}

@test "an untagged request waits for the tagged ones before it" {
	run -0 wire 'send:@slow create cold a\nping\n@late ping\n' reply:3
	line 0 '@slow DATA '
	line 1 '@slow OK'
	line 2 OK
	line 3 '@late OK'
	ctl destroy a
}

@test "an untagged request holds back what is behind it" {
	run -0 wire 'send:create cold a\n@t ping\n' reply:2
	line 0 'DATA name="a"'
	line 2 '@t OK'
	ctl destroy a
}

@test "each line of a reply carries the tag, errors too" {
	run -0 wire 'send:@a pool\n@b show nobody\n@c nosuch\n' reply:3
	[ "$(grep -c '^@a DATA ' <<<"$output")" -eq 15 ]
	grep -q '^@a OK' <<<"$output"
	grep -q '^@b ERR no-vnf ' <<<"$output"
	grep -q '^@c ERR bad-request ' <<<"$output"
}

@test "a tag of 32 characters is taken, one of 33 is not" {
	tag=$(printf '%032d' 0)
	run -0 wire "send:@$tag ping\n@0$tag ping\n@A-z_.9 ping\n" reply:3
	line 0 "@$tag OK"
	line 1 'ERR bad-request '
	line 2 '@A-z_.9 OK'
}

@test "100 tagged requests at once: all are answered" {
	run -0 wire 'many:100:@t{} create cold v{}\n' 'send:@last ping\n' \
	    reply:101
	for ((i = 0; i < 100; i++)); do
		grep -q "^@t$i OK" <<<"$output"
	done
	all_hold 'length == 101' list
	run -0 wire 'many:100:@t{} destroy v{} wait=freed\n' reply:100
	[ "$(grep -c '^@t[0-9]* OK$' <<<"$output")" -eq 100 ]
}

# --- payloads --------------------------------------------------------------

@test "a payload is counted, whatever its bytes look like" {
	run -0 wire 'send:create cold a config=22 wait=ready\n' \
	    'send:x :: Idle;\ndestroy a\n\nping\nshow a\n' reply:3
	line 0 'DATA name="a"'
	line 1 OK
	line 2 OK
	line 3 'DATA name="a"'
	ctl destroy a
}

@test "a payload that comes in pieces" {
	run -0 wire 'send:create cold a config=11 wait=ready\nx :' send:: \
	    'send: Idle;\npi' 'send:ng\n' reply:2
	line 0 'DATA name="a"'
	line 1 OK
	line 2 OK
	ctl destroy a
}

@test "a payload behind a request that is refused is not taken for lines" {
	for request in 'nosuch config=10' 'ping config=10' \
	    'create nosuch a config=10' 'create cold a/b config=10' \
	    'config nobody config=10' 'create cold a wait=no config=10' \
	    'create cold config=10' 'create cold bystander config=10' \
	    'show bystander config=10' '@t create nosuch a config=10'; do
		run -0 wire "send:$request\ndestroy x\nping\n" reply:2 \
		    'send:quit\n' reply eof
		[[ ${lines[0]} =~ ^(@t )?'ERR '. ]]
		line 1 OK
		line 2 OK
		line 3 eof
	done
}

@test "a malformed line with a payload: nothing of it is taken for a line" {
	for request in 'create cold a config=10 config=10' \
	    'create cold "a config=10' 'create cold config=10 a' \
	    'create cold "\\q" config=10' 'cre\x00ate cold a config=10'; do
		run -0 wire "send:$request\n" \
		    'send:destroy bystander\n' reply eof
		line 0 'ERR bad-request '
		line 1 eof
	done
}

@test "a line that is too long and has a payload: neither is" {
	run -0 wire 'send:create cold a wait=' 'many:5000:x' \
	    'send: config=18\ndestroy bystander\n' reply eof
	line 0 'ERR too-big '
	line 1 eof
	# Also where the word comes in two reads.
	run -0 wire 'many:5000:x' 'send: con' 'send:fig=18\ndestroy a\n' \
	    reply eof
	line 1 eof
}

@test "lengths of 0" {
	run -0 wire 'send:create cold a config=0\nping\n' \
	    'send:config bystander config=0\nping\n' reply:4
	line 0 'ERR bad-config '
	line 1 OK
	line 2 'DATA name="bystander"'
	line 3 'ERR bad-config '
	line 4 OK
}

@test "a length over the limit is skipped to its end" {
	run -0 wire 'send:create cold a config=262145\n' 'many:262144:x' \
	    'send:\nping\n' reply:2
	line 0 'ERR too-big '
	line 1 OK
	run -0 wire 'send:config bystander config=1000000\n' \
	    'many:125000:destroy\n' 'send:ping\n' reply:2
	line 0 'ERR too-big '
	line 1 OK
}

@test "a length that is none: answered, and the connection ended" {
	for length in -1 '' x 1x 0x10 1e3 +5 ' 5' '""' 1.5 1073741825 \
	    4294967296 18446744073709551616 99999999999999999999999; do
		run -0 wire "send:create cold a config=$length\nping\n" \
		    reply eof
		line 0 'ERR bad-request '
		line 1 eof
	done
	all_hold 'map(.name) == ["bystander"]' list
}

@test "the largest length that is skipped, then a hang-up" {
	run -0 wire 'send:create cold a config=1073741824\n' 'many:1000:x'
	run -0 wire 'send:ping\n' reply
	all_hold 'map(.name) == ["bystander"]' list
}

@test "a client that hangs up in the middle of a payload" {
	run -0 wire 'send:create cold a config=100\nx :: Idle;'
	run -0 wire 'send:config bystander config=100\nx :: Idle;'
	run -0 wire 'send:create cold a config=100\nx :: Idle;' shut eof
	all_hold 'map(.name) == ["bystander"]' list
}

@test "a client that hangs up in the middle of a line" {
	run -0 wire 'send:destroy bystander'
	run -0 wire 'send:destroy bystander' shut eof
	line 0 eof
}

@test "a client that hangs up while its requests are served" {
	run -0 wire 'many:20:@t{} create cold v{}\n' 'send:@p ping\n' reply
	await all_hold 'length == 21 and all(.state != "creating")' list
	ctl destroy v{0..19} --wait freed
}

@test "half-close: what was asked is still answered" {
	run -0 wire 'send:@a create cold a\n@b ping\nshow a\n' shut reply:3 \
	    eof
	line 0 '@b OK'
	line 2 '@a OK'
	line 3 'DATA name="a"'
	line 5 eof
	ctl destroy a
}

# --- limits and abuse ------------------------------------------------------

@test "a line of 4096 bytes is taken, one of 4097 is not" {
	run -0 wire 'send:ping' 'many:4091: ' 'send:\n' 'send:ping' \
	    'many:4092: ' 'send:\nping\n' reply:3
	line 0 OK
	line 1 'ERR too-big '
	line 2 OK
}

@test "lines of 5000 bytes and of a megabyte" {
	for bytes in 5000 1000000; do
		run -0 wire "many:$bytes:x" 'send:\nping\n' reply:2
		line 0 'ERR too-big '
		line 1 OK
	done
}

@test "a line without an end, then a hang-up" {
	run -0 wire 'many:1000000:x'
	run -0 wire 'many:5000:x' shut eof
	run -0 wire 'send:ping\n' reply
	line 0 OK
}

@test "thousands of bytes of garbage" {
	run -0 wire noise:300000 'send:\n'
	run -0 wire noise:3000 shut
	run -0 wire 'many:20000:\x00\n'
	run -0 wire 'many:20000:\n' 'send:ping\n' reply
	line 0 OK
}

@test "a reader that never reads is cut off" {
	run -0 wire 'flood:100000:templates\n'
	run -0 wire 'flood:100000:@t{} templates\n'
	run -0 wire 'send:ping\n' reply
}

@test "readers that never read: few of a user's together" {
	local bytes i

	bytes=$(wire 'send:templates\n' reply | wc -c)
	for ((i = 0; i < 30; i++)); do
		mkfifo "go$i"
		wire "many:$((3800000 / bytes)):templates\n" "wait:go$i" \
		    3>&- >/dev/null &
		clients[i]=$!
	done
	# What the kernel keeps of each is not uvnfd's.
	await awk '/reads too slowly is cut off/ { n++ } END { exit n < 18 }' log
	run -0 wire 'send:templates\n' reply
	for ((i = 0; i < 30; i++)); do
		echo >"go$i"
		wait "${clients[i]}"
	done
}

@test "a reader that reads late gets all of it" {
	run -0 wire 'many:2000:@t{} templates\n' reply:2000
	[ "$(grep -c ' OK count=5$' <<<"$output")" -eq 2000 ]
}

@test "many connections at once" {
	for ((i = 0; i < 20; i++)); do
		WIRE_MANY=5 wire 'send:ping\n' reply "wait:go$i" >"out$i" \
		    3>&- &
		clients[i]=$!
		mkfifo "go$i"
	done
	await holds '.clients >= 102' stats
	for ((i = 0; i < 20; i++)); do
		echo >"go$i"
		wait "${clients[i]}"
		[ "$(cat "out$i")" = OK ]
	done
}

@test "empty lines: ignored, in any number, and no reason to wait" {
	run -0 wire 'send:\n \t\r\n\n  ping\n\n\r\n  ' 'send:\nping\n' reply:2
	[ "$output" = $'OK\nOK' ]
	run -0 wire 'many:100000:\n' 'send:ping\n' reply
	[ "$output" = OK ]
	run -0 wire 'send:@a create cold a\n\n@b ping\n\n' reply:2
	ctl destroy a --wait freed
}
