#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# Text from guests and clients never reaches a terminal, a log or a script
# as it is.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
}

teardown() {
	scenario_end
}

# Nothing in the files but printable ASCII and line feeds.
printable() {
	local file

	for file; do
		[ -s "$file" ]
		if LC_ALL=C tr -d '\n -~' <"$file" | grep -q .; then
			echo "$file has raw bytes:"
			cat -v "$file"
			return 1
		fi
	done
}

# fake_daemon LINE...: answers one request, whatever it is, with these.
fake_daemon() {
	cat >fake.sh <<-'EOF'
	echo 'HELLO protocol=1 version="0.1.0" backend="sim"'
	read -r tag rest
	while IFS= read -r line; do
		printf '%s %b\n' "$tag" "$line"
	done <said
	EOF
	printf '%s\n' "$@" >said
	# The one before it takes its socket with it.
	[ -z "${fake-}" ] || wait "$fake" || :
	socat "UNIX-LISTEN:$dir/fake" EXEC:'bash fake.sh' 3>&- &
	fake=$!
	await listens "$dir/fake"
}

# Bound is not enough: flags, the fourth field, say that it listens.
listens() {
	awk -v path="$1" '$4 == "00010000" && $NF == path { found = 1 }
	    END { exit !found }' /proc/net/unix
}

@test "read: a value with control characters, on the terminal" {
	daemon_start
	printf 'p :: Print(a\x1b[31m\x07\x7f\x9b\xc3\xa4\tb);\n' >odd.click
	ctl create cold a -c odd.click --wait ready >/dev/null
	ctl read a p.config >out
	[ "$(cat out)" = 'a\x1b[31m\x07\x7f\x9b\xc3\xa4'$'\t''b' ]
	tr -d '\t' <out >out2
	printable out2
}

@test "read: a value with control characters, as JSON" {
	daemon_start
	printf 'p :: Print(a\x1b[31m\x07"\\\\\x7f\n\tb);\n' >odd.click
	ctl create cold a -c odd.click --wait ready >/dev/null
	ctl -j read a p.config >out
	printable out
	[ "$(wc -l <out)" -eq 1 ]
	jq -e '.value == "a\u001b[31m\u0007\"\\\\\u007f\n\tb"' out
}

@test "read: a value in the protocol is one line of printable ASCII" {
	daemon_start
	printf 'p :: Print(a\x1b"\\\nOK\nERR x\r\xff);\n' >odd.click
	ctl create cold a -c odd.click --wait ready >/dev/null
	wire 'send:read a p.config\nping\n' reply:2 >out
	printable out
	[ "$(sed -n 1p out)" = \
	    'DATA value="a\x1b\"\\\nOK\nERR x\r\xff"' ]
	[ "$(wc -l <out)" -eq 3 ]
}

@test "read: line feeds and tabs of a value stay for people" {
	daemon_start
	printf 'p :: Print(a\n\tb);\n' >lines.click
	ctl create cold a -c lines.click --wait ready >/dev/null
	run -0 ctl read a p.config
	[ "$output" = $'a\n\tb' ]
}

@test "a guest's console: in the error, in show, list and the log" {
	daemon_start
	printf 'x :: Idle;\n\x1b]0;title\x07\n' >odd.click
	run -1 ctl create cold a -c odd.click --wait ready
	printf '%s\n' "$output" >out
	ctl show a >>out
	ctl list >>out
	ctl -j show a >>out
	wire 'send:show a\nlist\n' reply:2 >>out
	printable out log
	grep -qF '\x1b' out
	grep -qF '\x1b' log
	holds '.error.text | contains("near '"'"'\u001b'"'"'")' show a
}

@test "a client's own words come back escaped" {
	daemon_start
	for verb in show destroy; do
		run -1 ctl "$verb" $'\x1b[31m\xff'
		printf '%s\n' "$output" >>out
	done
	run -1 ctl create $'\x1b[31m' a
	printf '%s\n' "$output" >>out
	run -1 ctl create cold $'\x1b[31m'
	printf '%s\n' "$output" >>out
	run -1 ctl read a $'\x1b[31m.\x1b'
	printf '%s\n' "$output" >>out
	run -2 ctl $'\x1b[31m'
	printf '%s\n' "$output" >>out
	run -2 ctl create cold a -c $'no\x1b[31m'
	printf '%s\n' "$output" >>out
	run -3 ctl -s $'no\x1b[31m' ping
	printf '%s\n' "$output" >>out
	wire 'send:\x1b[31m\n"\\x1b[2J"\nping \xff=1\n' reply:3 >>out
	printable out log
	[ "$(grep -c 'x1b' out)" -ge 9 ]
}

@test "the client trusts no daemon: fields, tables and errors" {
	fake_daemon 'DATA name="a\\x1b[31m" state="\\x9b2J" template="\\r\\n"' \
	    'OK count=1'
	ctl -s fake list >out
	printable out
	[ "$(wc -l <out)" -eq 2 ]
	fake_daemon 'ERR no-vnf \\x1b[31mred'
	run -1 ctl -s fake list
	[ "$output" = 'uvnfctl: no-vnf: \x1b[31mred' ]
	fake_daemon 'DATA \x1b[31m="x"' OK
	run -1 ctl -s fake stats
	printf '%s\n' "$output" >out
	printable out
	[[ $output == 'uvnfctl: protocol: '* ]]
}

@test "console: carriage returns beside line feeds go, all others show" {
	fake_daemon 'DATA offset=0 text="a\\r\\nb\\n\\rc\\rd\\t\\x00\\r"' \
	    'DATA offset=11 text="\\n\\x9be\\r\\rf"' OK
	ctl -s fake console x >out
	printf 'a\nb\nc\\x0dd\t\\x00\n\\x9be\\x0d\\x0df' | cmp - out
	fake_daemon 'DATA seq=1 time_us=0 kind="\\x1bstate" name="\\x9b"' OK
	ctl -s fake events >out
	printable out
}
