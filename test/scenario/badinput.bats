#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# Bad input through the client.  Each gets a clear error, and loses nothing:
# another VNF and another client are asked at the end of every test.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
	daemon_start
	bystander_begin
}

teardown() {
	local status=0

	if [ -n "${BATS_TEST_COMPLETED-}" ]; then
		bystander_end || status=1
	fi
	all_hold 'map(select(.name != "bystander" and .name != "a")) == []' \
	    list || status=1
	scenario_end || status=1
	return "$status"
}

@test "an unknown template" {
	fails 1 no-template create nosuch a
	says "'nosuch'"
	fails 1 no-template create nosuch a -c count.click
	fails 1 no-template create '' a
}

@test "an unknown name" {
	fails 1 no-vnf show nosuch
	fails 1 no-vnf destroy nosuch
	fails 1 no-vnf config nosuch count.click
	fails 1 no-vnf read nosuch a.b
	says "'nosuch'"
}

@test "a name that is taken" {
	fails 1 name-taken create cold bystander
	says "'bystander'"
	fails 1 name-taken create booted bystander -c other.click
}

@test "names with characters that no name has" {
	for name in a/b /a . .. .a -a _a 'a b' ' a' $'a\nb' $'a\tb' 'a"b' \
	    'a\b' "a'b" a=b 'a;b' 'a*' 'a%s%n' $'a\x1b[31m' $'\xff' ä ''; do
		fails 1 bad-name create cold -- "$name"
	done
}

@test "a name of 300 characters, of 64, and of 63" {
	for length in 300 4000 64; do
		fails 1 bad-name create cold "$(printf "%0${length}d" 0)"
	done
	name=$(printf '%063d' 0)
	holds ".name == \"$name\"" create cold "$name"
	holds ".name == \"$name\"" show "$name"
	ctl destroy "$name"
}

@test "a name that does not fit a request's line" {
	fails 1 too-big create cold "$(printf '%05000d' 0)"
	fails 1 too-big show "$(printf '%05000d' 0)"
}

@test "odd names in the other verbs" {
	for name in a/b $'a\nb' a=b ''; do
		run -1 --separate-stderr ctl show "$name"
		run -1 --separate-stderr ctl destroy "$name"
		run -1 --separate-stderr ctl config "$name" count.click
		run -1 --separate-stderr ctl read "$name" a.b
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
}

@test "a configuration that is empty" {
	: >empty.click
	fails 1 bad-config create cold a -c empty.click
	says empty
	fails 1 bad-config create cold a -c /dev/null
	printf ' \n\t\n' >blank.click
	fails 1 bad-config create cold a -c blank.click
	fails 1 bad-config config bystander empty.click
}

@test "a configuration of 1 MB" {
	yes '// a comment' 2>/dev/null | head -c 1000000 >large.click || :
	fails 1 too-big create cold a -c large.click
	says 262144
	fails 1 too-big config bystander large.click
	fails 1 too-big config bystander - <large.click
	fails 1 too-big create cold a -c /dev/zero
}

@test "a configuration of the size that is just allowed" {
	{
		echo 'x :: Idle;'
		yes '// a comment' 2>/dev/null || :
	} | head -c 262144 >largest.click || :
	holds '.state == "ready"' create cold a -c largest.click --wait ready
	fails 1 too-big config a - < <(cat largest.click count.click)
	ctl destroy a
}

@test "a configuration with a NUL byte" {
	printf 'x :: Idle;\n\0\n' >nul.click
	fails 1 bad-config create cold a -c nul.click
	says 'line 2' NUL
}

@test "a configuration that names a vif which is not there" {
	fill
	requests=$(stat_of xenstore_requests)
	for text in 'FromDevice(1) -> Discard;' 'Idle -> ToDevice(7);' \
	    'f :: FromDevice(DEVID 3); f -> Discard;' \
	    'FromDevice(99999999999999) -> Discard;'; do
		echo "$text" >absent.click
		fails 1 bad-config create cold a -c absent.click
		says 'line 1' vif 0
		fails 1 bad-config config bystander absent.click
	done
	# Nothing of it came near a guest.
	[ "$(stat_of xenstore_requests)" -eq "$requests" ]
	# What looks like one is none, and both's second vif is there.
	printf '// FromDevice(5)\nx :: Idle;\n' >comment.click
	holds '.state == "ready"' create cold a -c comment.click --wait ready
	ctl destroy a
	echo 'FromDevice(1) -> Discard;' >second.click
	holds '.state == "ready"' create both a -c second.click --wait ready
	ctl destroy a
}

@test "a configuration that the guest refuses" {
	fails 1 router-failed create cold a -c refused.click --wait ready
	says "config:3: unknown element class 'NoSuchElement'"
	printf 'x :: Counter(;\n' >open.click
	fails 1 router-failed config a open.click --wait ready
	says "expected ')'"
	ctl destroy a
}

@test "a configuration of garbage" {
	head -c 5000 "$build/uvnfctl" | tr -d '\0' >garbage.click
	run --separate-stderr ctl create cold a -c garbage.click --wait ready
	[ "$status" -eq 0 ] || [[ $stderr == *': router-failed: '* ]]
	ctl destroy a
}

@test "time limits that are none" {
	for limit in 0 0.0 -1 nan inf 1e9 601 600.001 ' ' 1s; do
		fails 2 usage -t "$limit" create cold a
	done
}

@test "a client that is killed while its create is served" {
	# It goes on: nobody is there to hear how it ended.
	ctl -t 60 create cold a -c count.click --wait ready >/dev/null 3>&- &
	client=$!
	await holds '.name == "a"' show a
	kill -KILL "$client" 2>/dev/null || :
	wait "$client" || :
	await holds '.state == "ready"' show a
	ctl destroy a
}

@test "a thing on the socket that is no daemon" {
	socat "UNIX-LISTEN:$dir/odd,fork" 'SYSTEM:echo nonsense' 3>&- &
	odd=$!
	await test -S odd
	fails 1 protocol -s "$dir/odd" ping
	kill "$odd"
	wait "$odd" || :
	touch plain
	fails 3 no-daemon -s "$dir/plain" ping
	fails 3 no-daemon -s "$dir" ping
}

@test "options that are not understood" {
	fails 2 usage list --foo
	says "'--foo' is unknown here"
	fails 2 usage pool fill --wait=full
	says "'--wait=full' takes no value"
	fails 2 usage create cold a -c
	says "'-c' needs a value"
	fails 2 usage create cold a count.click
	says "not 'count.click'; a configuration goes with -c FILE"
	fails 2 usage -s '' list
	says 'the path of the socket is empty'
}
