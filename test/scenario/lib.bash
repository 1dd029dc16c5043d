# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
#
# shellcheck shell=bash disable=SC2154
#
# What the scenarios share: a private daemon on simulated domains in a folder
# of its own, and words to say what is expected of it.  A *.bats file loads
# this; its setup calls scenario_begin, its teardown scenario_end.

bats_require_minimum_version 1.8.0

# Debian's programs, which test/setup installed, not others of their names: a
# version manager's python3 takes several times as long to start.
PATH=/usr/bin:/bin:$PATH

scenario=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${UVNF_BUILD:-$scenario/../../build}
build=$(cd "$build" && pwd)
daemon=		# its process while it runs
copying=	# the one that copies its log
under=()	# what it runs under, with UVNF_VALGRIND=1
if [ -n "${UVNF_VALGRIND:-}" ]; then
	under=(valgrind -q --error-exitcode=99 --leak-check=full
	    --errors-for-leak-kinds=definite)
fi

ctl() {
	"$build/uvnfctl" "$@"
}

# wire STEP...: talks the protocol itself, see the program.
wire() {
	"$scenario/wire" "$UVNF_SOCKET" "$@"
}

write_files() {
	cat >uvnf.yaml <<-'EOF'
	templates:
	  booted:
	    kernel: /boot/clickos
	    vifs: [{bridge: br0}]
	    pool: {booted: 2}
	  paused:
	    kernel: /boot/clickos
	    vifs: [{bridge: br0}]
	    pool: {paused: 1}
	  both:
	    kernel: /boot/clickos
	    vifs: [{bridge: br0}, {bridge: br1}]
	    pool: {paused: 1, booted: 1}
	  cold:
	    kernel: /boot/clickos
	    vifs: [{bridge: br0}]
	  carrier:
	    kernel: /boot/clickos
	    vifs: [{bridge: br0}]
	    config: count.click
	    pool: {booted: 1}
	EOF
	echo 'FromDevice(0) -> cnt :: Counter -> Discard;' >count.click
	echo 'FromDevice(0) -> other :: Counter -> Discard;' >other.click
	printf 'x :: Idle;\n\nf :: NoSuchElement;\n' >refused.click
}

# setup of every file.
scenario_begin() {
	dir=$(mktemp -d "${BATS_TEST_TMPDIR:-/tmp}/uvnf.XXXXXX")
	cd "$dir" || return
	export UVNF_SOCKET=$dir/socket
	export ASAN_OPTIONS=log_path=$dir/sanitizer
	export UBSAN_OPTIONS=log_path=$dir/sanitizer:print_stacktrace=1
	unset UVNF_SIM
	write_files
}

# teardown of every file: what must be true at the end of any scenario.
scenario_end() {
	local status=0

	if [ -n "$daemon" ]; then
		daemon_stop || status=1
	fi
	clean_end || status=1
	cd /
	rm -rf "$dir"
	return "$status"
}

# uvnfd in the foreground, for runs that end by themselves.
uvnfd() {
	"$build/uvnfd" -b sim -f "$dir/uvnf.yaml" -s "$UVNF_SOCKET" \
	    -S "$dir/state" "$@"
}

# daemon_start [KNOB=NUMBER]...: starts it and waits for the line in its log
# that says that it serves.
daemon_start() {
	local line in

	rm -f log.fifo
	mkfifo log.fifo
	UVNF_SIM=$* "${under[@]}" "$build/uvnfd" -v -b sim -f uvnf.yaml \
	    -s "$UVNF_SOCKET" -S state 2>log.fifo 3>&- &
	daemon=$!
	exec {in}<log.fifo
	while read -r line <&"$in"; do
		printf '%s\n' "$line" >>log
		if [[ $line == *'uvnfd serves'* ]]; then
			cat <&"$in" >>log 3>&- &
			copying=$!
			exec {in}<&-
			return 0
		fi
	done
	echo 'the daemon did not start:'
	cat log
	daemon=
	return 1
}

# daemon_wait: until it ended by itself; it must say that all went well.
daemon_wait() {
	local status=0

	wait "$daemon" || status=$?
	wait "$copying" || :
	daemon=
	if [ "$status" -ne 0 ] || [ -e "$UVNF_SOCKET" ]; then
		echo "the daemon ended with $status; its log:"
		cat log
		return 1
	fi
}

daemon_stop() {
	kill -TERM "$daemon"
	daemon_wait
}

# Without a chance to clean up; all of its log is there then.
daemon_kill() {
	kill -KILL "$daemon"
	wait "$daemon" || :
	wait "$copying" || :
	daemon=
}

# Domains that the journal announced and whose end it does not have, but for
# instances that were left running.
left_over() {
	[ -e state/journal ] || return 0
	awk '$2 == "build" { left[$3] = $0 }
	    $2 == "claim" { instance[$3] = 1 }
	    $2 == "doom" { delete instance[$3] }
	    $2 == "gone" { delete left[$3] }
	    END { for (u in left) if (!(u in instance)) print left[u] }' \
	    state/journal
}

# No report of a sanitizer, no failed assertion, no domain left.
clean_end() {
	local bad=0 report

	for report in sanitizer.*; do
		[ -e "$report" ] || continue
		cat "$report"
		bad=1
	done
	if [ -e log ] && grep -E 'Assertion|Sanitizer|runtime error' log; then
		bad=1
	fi
	if [ -n "$(left_over)" ]; then
		echo "left in the journal: $(left_over)"
		bad=1
	fi
	return "$bad"
}

# --- what is expected ------------------------------------------------------

# holds FILTER ARG...: uvnfctl -j ARG... succeeds, and the jq FILTER is true
# of the object that it prints.
holds() {
	local filter=$1 out

	shift
	out=$(ctl -j "$@") || return
	jq -e "$filter" <<<"$out" >/dev/null && return
	echo "of 'uvnfctl -j $*', this is not true: $filter"
	printf '%s\n' "$out"
	return 1
}

# all_hold FILTER ARG...: the same for the array of all objects printed.
all_hold() {
	local filter=$1 out

	shift
	out=$(ctl -j "$@") || return
	jq -es "$filter" <<<"$out" >/dev/null && return
	echo "of 'uvnfctl -j $*', this is not true: $filter"
	printf '%s\n' "$out"
	return 1
}

# ends_with_error PROGRAM COMMAND STATUS CODE ARG...: COMMAND ARG... exits so,
# with one line of PROGRAM's.
ends_with_error() {
	local program=$1 command=$2 wanted=$3 code=$4

	shift 4
	run "-$wanted" --separate-stderr "$command" "$@"
	[[ $stderr == "$program: $code: "* && ${#stderr_lines[@]} -eq 1 ]] &&
		return
	echo "stderr of '$program $*' is not one line about $code:"
	printf '%s\n' "$stderr"
	return 1
}

# fails STATUS CODE ARG...: uvnfctl ARG... exits so and says so in one line.
# $output and $stderr are left for more questions.
fails() {
	ends_with_error uvnfctl ctl "$@"
}

# says TEXT...: each is in what the last run printed, on stdout or stderr.
says() {
	local text

	for text; do
		[[ $output$'\n'${stderr-} == *"$text"* ]] && continue
		echo "not said: $text"
		printf '%s\n' "$output" "${stderr-}"
		return 1
	done
}

# await COMMAND...: until it succeeds; bounded.  For what no reply tells.
await() {
	local i

	for ((i = 0; i < 600; i++)); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.05
	done
	"$@"
}

# ends STATUS PROCESS: here, since a subshell cannot wait for it.
ends() {
	local status=0

	wait "$2" || status=$?
	[ "$status" -eq "$1" ] && return
	echo "it ended with $status, not $1"
	return 1
}

# Every pool is full.
fill() {
	ctl pool fill --wait >/dev/null
}

# --- somebody else ---------------------------------------------------------

# A VNF and a client that have nothing to do with the test, and must not
# notice it.
bystander_begin() {
	ctl create cold bystander -c count.click --wait ready >/dev/null
	bystander_domid=$(ctl -j show bystander | jq .domid)
	coproc BYSTANDER {
		exec socat - "UNIX-CONNECT:$UVNF_SOCKET" 3>&-
	}
	read -r -t 30 REPLY <&"${BYSTANDER[0]}"
	[[ $REPLY == 'HELLO protocol=1 '* ]]
}

bystander_is_well() {
	holds ".state == \"ready\" and .domid == $bystander_domid" \
	    show bystander
	holds '.value == "0"' read bystander cnt.count
	echo 'ping' >&"${BYSTANDER[1]}"
	read -r -t 30 REPLY <&"${BYSTANDER[0]}"
	[ "$REPLY" = OK ] && return
	echo "the other client got: $REPLY"
	return 1
}

bystander_end() {
	local pid=$BYSTANDER_PID

	bystander_is_well || return
	echo quit >&"${BYSTANDER[1]}"
	wait "$pid"
}

# --- figures ---------------------------------------------------------------

# stat KEY: one of the daemon's counts.
stat_of() {
	ctl -j stats | jq ".$1"
}

# The stages that a VNF reached, in their order.
stages_of() {
	ctl -j show "$1" | jq -r '.stages_us | to_entries | sort_by(.value) |
	    map(.key) | join(" ")'
}
