# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# What a create costs, from the read of its request to the write of its
# answer: requests to xenstored, round trips for them, hypercalls and system
# calls, as strace counts them; and what the build of a shell does.

talk_begin() {
	coproc TALK { exec socat -t 10 - UNIX:/run/uvnf/uvnf.sock; }
	read -r -t 60 <&"${TALK[0]}"
}

talk_end() {
	local pid=$TALK_PID
	echo quit >&"${TALK[1]}"
	wait "$pid"
}

# ask LINE [FILE]: a request in one write, its reply's lines on stdout.
ask() {
	local line
	{
		printf '%s\n' "$1"
		[ -z "${2:-}" ] || cat "$2"
	} >"$work/request"
	cat "$work/request" >&"${TALK[1]}"
	while read -r -t 60 line <&"${TALK[0]}"; do
		printf '%s\n' "$line"
		[[ $line != ERR* ]] || return 1
		[[ $line != OK* ]] || return 0
	done
	return 1
}

# trace_begin FILE PID OPTION...: strace of it, which trace_end ends.
trace_begin() {
	local file=$1 pid=$2
	shift 2
	strace -qq -s 8192 -e signal=none -o "$file" "$@" -p "$pid" &
	tracers+=($!)
	within 20 grep -q '^TracerPid:[[:space:]]*[1-9]' "/proc/$pid/status"
}

trace_end() {
	local pid
	for pid in "${tracers[@]}"; do
		kill -INT "$pid"
		wait "$pid" 2>/dev/null
	done
	tracers=()
}

# of_create: what the daemon did for it, with the read and the write, without
# what it did for the pool meanwhile: from a new shell's uuid to the order to
# the worker that builds it.
of_create() {
	awk '/^read\(.*"create / { on = 1 }
	    /^getrandom\(/ { pool = 1 }
	    on && !pool
	    /^sendmsg\(/ { pool = 0 }
	    on && /^writev?\(.*DATA name=/ { exit }' "$work/trace"
}

# calls PATTERN: how many of those match.
calls() {
	grep -cE "$1" "$work/window" || :
}

# What is sent to xenstored: each request that a create makes has a path in it,
# and a configuration has none of the kind.  A sendto counts also without one.
to_xenstored() {
	grep -E '^sendto\(|^(sendmsg|writev?)\(.*/local/domain/' \
	    "$work/window" || :
}

requests() {
	to_xenstored | { grep -o '/local/domain/' || :; } | wc -l
}

# count_create TEMPLATE WAIT [FILE]: of a VNF called counted, as a line in
# $work/line.
count_create() {
	local config='' mover
	tracers=()
	[ -z "${3:-}" ] || config=" config=$(wc -c <"$3")"
	: >"$work/netlink"
	for mover in $(pgrep -x 'uvnfd: mover'); do
		trace_begin "$work/netlink.$mover" "$mover" -yy \
		    -e trace=sendto,sendmsg || return
	done
	trace_begin "$work/trace" "$(daemon_pid)" || return
	ask "create $1 counted wait=$2$config" ${3:+"$3"} >"$work/answer"
	trace_end
	cat "$work"/netlink.* >"$work/netlink"
	rm -f "$work"/netlink.*
	of_create >"$work/window"
	grep -q '^OK' "$work/answer" && [ -s "$work/window" ] || {
		cat "$work/answer" "$work/trace"
		return 1
	}
	echo "requests=$(requests)" \
	    "trips=$(to_xenstored | wc -l)" \
	    "hypercalls=$(calls '^ioctl\(')" \
	    "netlink=$(grep -c '<NETLINK' "$work/netlink")" \
	    "forks=$(calls '^(clone|clone3|fork|vfork)\(')" \
	    "opens=$(calls '^open')" "calls=$(wc -l <"$work/window")" \
	    "answers=$(calls '^writev?\(.*DATA name=')" \
	    >"$work/line"
}

# within_limits LINE LIMITS: each KEY<=N, KEY>=N or KEY==N of the second holds
# in the first.
within_limits() {
	local limit key value
	for limit in $2; do
		key=${limit%%[<=>]*}
		value=$(sed -n "s/.*\b$key=\([0-9]*\).*/\1/p" <<<"$1")
		[ -n "$value" ] && let "value ${limit#"$key"}" || {
			echo "not $limit: $1"
			return 1
		}
	done
}

# keeps_to SOURCE LIMITS TEMPLATE WAIT [FILE]: what else happens on the host may
# fall into the time of one create, so two of three have to keep to them.  Those
# that do not are shown, well or not.
keeps_to() {
	local source=$1 limits=$2 line got try kept=0
	shift 2
	for try in 1 2 3; do
		ctl pool fill "$1" --wait >/dev/null && talk_begin || return
		count_create "$@" || return
		talk_end
		line=$(<"$work/line")
		got=$(field counted .source)
		ctl destroy counted --wait freed >/dev/null
		echo "$try: $got $line" | tee -a "$work/costs"
		[ "$got" = "$source" ] || return
		if within_limits "$line" "$limits" >"$work/beyond"; then
			((++kept < 2)) || return 0
			continue
		fi
		sed 's/^/beyond its limits: /' "$work/beyond" |
		    tee -a "$work/costs"
		cut -c 1-300 "$work/window" "$work/netlink"
	done
	return 1
}

# What a worker does to build the shell that a claim has taken; requests of
# libxenstore's own would be two write(2) and more each.
count_build() {
	local worker line
	tracers=()
	rm -f "$work"/build.*
	ctl pool fill paused --wait >/dev/null || return
	for worker in $(pgrep -x 'uvnfd: worker'); do
		trace_begin "$work/build.$worker" "$worker" \
		    -e trace=sendto,write || return
	done
	ctl create paused counted --wait claimed &&
	    ctl pool fill paused --wait >/dev/null || return
	trace_end
	ctl destroy counted --wait freed >/dev/null || return
	cat "$work"/build.* >"$work/window"
	line="requests=$(requests) trips=$(calls '^sendto\(')"
	line+=" writes=$(calls '^write\(')"
	echo "a build: $line" | tee -a "$work/costs"
	within_limits "$line" "$1"
}

# The responder, with line feeds up to what one chunk takes.
full_chunk() {
	head -c 992 /dev/zero | tr '\0' '\n' |
	    cat "$work/21.click" - | head -c 992 >"$work/992.click"
	[ "$(wc -c <"$work/992.click")" -eq 992 ]
}

add_armed() {
	cat >>"$work/uvnf.yaml" <<-END
	  counted: {kernel: $guest, vifs: [{bridge: xenbr0}],
	    config: known.click, pool: {armed: 1}}
	END
	ctl reload
}

part_counts() {
	# And the window ends with the answer, not in what was left out of it.
	local none='forks==0 opens==0 answers==1'
	: >"$work/costs"
	check 'a configuration of 992 bytes' full_chunk
	check 'from a booted shell: one round trip, no hypercall' keeps_to \
	    booted "requests==2 trips==1 hypercalls==0 $none
	    calls<=12" booted started "$work/992.click"
	check 'from a paused one until it is claimed: a hypercall' keeps_to \
	    paused "requests==0 trips==0 hypercalls==1 $none calls<=12" \
	    paused claimed "$work/992.click"
	# One trip for the configuration; then the guest announces itself, and
	# one for its start, in which the watch for that is given up, too.
	check 'from a paused one: a hypercall, two round trips' keeps_to \
	    paused "requests==3 trips==2 hypercalls==1 $none" \
	    paused started "$work/992.click"
	check 'without a configuration of its own: one request' keeps_to \
	    booted "requests==1 trips==1 hypercalls==0 $none calls<=12" \
	    known started
	check 'a template with an armed shell' add_armed
	check 'from an armed one: a hypercall, no request' keeps_to \
	    armed "requests==0 trips==0 hypercalls==1 $none
	    calls<=12" counted started
	# The pool begins to build the next one meanwhile: no hypercalls here.
	check 'until it is ready: one request to the kernel' keeps_to \
	    armed "requests==0 trips==0 netlink==1 $none" \
	    counted ready
	check 'a build: changes of a transaction leave together' count_build \
	    'requests>=100 trips<=90 writes<=40'
	sed 's/^/  /' "$work/costs"
	write_config
	check 'and without it again' ctl reload
}
