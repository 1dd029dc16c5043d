# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# Configurations as large as uvnf takes them, and larger.

# large_config ADDRESS BYTES: a responder and very many elements besides.
large_config()
{
	awk -v size="$2" -v responder="$(responder "$1" 0)" 'BEGIN {
		text = responder "\n// and what is only there\n"
		for (i = 0; length(text) + length(line) < size - 200; i++) {
			line = sprintf("Idle -> s%d :: Strip(%d)\n" \
			    "    -> c%d :: Counter -> d%d :: Discard;" \
			    " // %s\n", i, i % 99, i, i, "one more of them" \
			    ", of no use, to make a large configuration of" \
			    " it; it does nothing else than that")
			text = text line
		}
		last = "Idle -> last :: Counter -> Discard;\n"
		printf "%s%s", text, last
	}'
}

# configure_large FILE: in chunks of 992 bytes, some with each command.
configure_large()
{
	local chunk i=0 pairs=()
	mkdir "$work/chunks"
	split -b 992 -a 4 -d "$1" "$work/chunks/"
	xenstore-rm "$root/0/config" 2>/dev/null
	for chunk in "$work"/chunks/*; do
		# What a command substitution takes off, a space makes good.
		pairs+=("$root/0/config/$i" "$(cat "$chunk"; echo x)")
		pairs[-1]=${pairs[-1]%x}
		i=$((i + 1))
		((${#pairs[@]} < 40)) && continue
		xenstore-write -- "${pairs[@]}"
		pairs=()
	done
	((${#pairs[@]} == 0)) || xenstore-write -- "${pairs[@]}"
	rm -r "$work/chunks"
	echo "  $(stat -c %s "$1") bytes in $i chunks," \
	    "$(grep -oE '::|Idle' "$1" | wc -l) elements and some"
}

has_decided()
{
	said 'Starting driver...' || said 'Router init failed!'
}

# try_large NAME ADDRESS BYTES MEMORY
try_large()
{
	local t
	boot "$1" 1 "$4"
	large_config "$2" "$3" >"$work/large.click"
	configure_large "$work/large.click"
	t=$(now_ms)
	status Running
	within 600 has_decided
	check "$1: $3 bytes start in $4 MB" started_times 1
	echo "  $(($(now_ms) - t)) ms from Running to the router"
	check "$1: it answers" within 50 answers_all "$2"
	check "$1: the last element is there" handler_is last class Counter
	status Halted
	check "$1: it stops" within 100 said 'Router 0 stoped.'
	configure "$(responder "$2" 0)"
	status Running
	check "$1: a short one starts after it" \
	    within 50 answers_all "$2"
	check "$1: nothing is left of the long one" \
	    not read_handler last class
	ask_shutdown poweroff
	check "$1: it shuts down" within 100 gone
	finish
}

part_large()
{
	try_large large 10.0.0.24 204800 8
	try_large larger 10.0.0.25 262144 8
	try_large tight 10.0.0.26 204800 6
}
