#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# Long lists, which go out in pieces.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
}

teardown() {
	scenario_end
}

# A list of some 1 MB, which no socket takes at once.
many_vnfs() {
	daemon_start build_ms=0 boot_ms=0 destroy_ms=0 memory_mb=100000
	run -0 wire 'many:3000:@{} create cold v{} wait=claimed\n' reply:3000
	[ "$(grep -c '^@[0-9]* OK' <<<"$output")" -eq 3000 ]
}

@test "a long list goes out as it is read, and others go on meanwhile" {
	local reader

	many_vnfs
	mkfifo begun goes
	wire 'send:@e events follow=true\n@l list\n' 'until:^@l DATA' \
	    tell:begun wait:goes 'until:^@e .*name="last"' >listed 3>&- &
	reader=$!
	read -r <begun
	run -0 wire "send:$(printf 'destroy v%d\\n' {2000..2499})" reply:500
	run -0 wire 'send:create cold last\n' reply
	echo >goes
	wait "$reader"
	# No event came within the list, though they waited.
	sed -n '/^@l DATA/,/^@l OK/p' listed >list
	run -1 grep -v '^@l ' list
	sed '1,/^@l OK/d' listed | grep -q '^@e EVENT .*name="v2000"'
	# Each is there once, in order, but for some that went meanwhile.
	[ "$(grep -c '^@l DATA name=".*" .* vifs.0.dev=' list)" -eq \
	    "$(sed -n 's/^@l OK count=//p' list)" ]
	sed -n 's/^@l DATA name="v\([0-9]*\)" .*/\1/p' list >names
	sort -n -u names | cmp - names
	[ "$(awk '$1 < 2000 || $1 > 2499' names | wc -l)" -eq 2500 ]
	[ "$(wc -l <names)" -lt 3000 ]
}

@test "a client that goes in the middle of a long list is forgotten" {
	many_vnfs
	run -0 wire 'send:list\n' 'until:^DATA'
	# Four at a time: what is behind them begins when the first one ends.
	run -0 wire 'send:@a list\n@b list\n@c list\n@d list\n@p ping\n' reply:5
	[ "$(grep -v DATA <<<"$output" | tr '\n' ,)" = \
	    '@a OK count=3000,@p OK,@b OK count=3000,@c OK count=3000,@d OK count=3000,' ]
	run -0 wire 'send:@a list\n@b list\n' 'until:^@b DATA'
	run -0 wire 'many:3000:@{} destroy v{}\n' reply:3000
	run -0 wire 'send:list\n' line
	[ "$output" = 'OK count=0' ]
}

@test "the daemon ends in the middle of long lists" {
	local reader

	many_vnfs
	mkfifo begun goes
	wire 'send:@e events follow=true\n@a list\n@b list\n' 'until:^@b DATA' \
	    tell:begun wait:goes eof >listed 3>&- &
	reader=$!
	read -r <begun
	kill -TERM "$daemon"
	daemon_wait
	echo >goes
	wait "$reader" || :
	daemon_start memory_mb=100000
}

# Where a turn of the loop is no step of some clock, a list of 188 pieces takes
# as many, however quick the machine is.
@test "the loop turns once for each piece of a list" {
	local tracer turns

	many_vnfs
	strace -qq -e trace=epoll_wait -e signal=none -o trace \
	    -p "$daemon" 3>&- &
	tracer=$!
	await grep -q '^TracerPid:.*[1-9]' "/proc/$daemon/status"
	run -0 wire 'send:list\n' reply
	kill -INT "$tracer"
	wait "$tracer" || :
	turns=$(grep -c '^epoll_wait(' trace)
	echo "$turns turns"
	[ "$turns" -ge 94 ] && [ "$turns" -le 400 ]
}
