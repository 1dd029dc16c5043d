# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# Guests that mean ill, memory that is not there, kernels that are none: it
# reports truly, serves the others, and heals when the cause is gone.

# write_enemies_config BALLAST-MB BIG-MB
write_enemies_config() {
	local word

	mkdir -p "$work/kernels"
	cp "$guest" "$work/kernels/clickos"
	cat >"$work/uvnf.yaml" <<-END
	templates:
	  good: {kernel: $guest, vifs: [{bridge: xenbr0}], pool: {booted: 1}}
	  answers: {extends: good, pool: {booted: 0},
	    cmdline: enemy=answers quirk.node-size=off}
	  own: {extends: good, kernel: $work/kernels/clickos}
	  ballast: {extends: good, memory_mb: $1, pool: {booted: 0}}
	  big: {extends: ballast, memory_mb: $2}
	END
	for word in crash late spin block flood tree; do
		echo "  $word: {extends: answers, cmdline: enemy=$word}"
	done >>"$work/uvnf.yaml"
}

# shelf TEMPLATE JQ-PATH [KIND]
shelf() {
	ctl -j pool | jq -r "select(.template == \"$1\" and
	    .kind == \"${3:-booted}\") | $2"
}

# has_failed TEMPLATE TIMES TEXT [KIND]: so often at least, and says why.
has_failed() {
	shelf "$1" . "${4:-booted}"
	[ "$(shelf "$1" .failed "${4:-booted}")" -ge "$2" ] &&
	    shelf "$1" .last_error "${4:-booted}" | grep "$3"
}

none_of() {
	xl list
	! domains | grep "^uvnf-$1-"
}

alarmed() {
	ctl -j events >"$work/events"
	jq -se "map(select(.kind == \"shell-failed\" and
	    .template == \"$1\")) | length > 0" "$work/events"
}

# Claims from the pool and the others' refill go on.
others_are_served() {
	check "$1: another template's VNF" ctl create good web9 \
	    -c "$work/26.click" --wait ready
	check "$1: it is from the pool" [ "$(field web9 .source)" = booted ]
	check "$1: it answers" pings 10.0.0.26
	check "$1: so does its handler" counted web9
	check "$1: the pool fills again" ctl pool fill good --wait
	check "$1: it is destroyed" ctl destroy web9 --wait freed
}

# Nothing but what a terminal shows.
printable() {
	head -c 2000 "$1"
	[ -s "$1" ] && ! LC_ALL=C tr -d '\n\t -~' <"$1" | grep -q .
}

# times_out TEMPLATE NAME FILE TEXT: its router never runs, and that is said.
times_out() {
	local status=0

	uvnfctl -t 25 create "$1" "$2" -c "$work/$3.click" --wait ready \
	    >"$work/out" 2>"$work/err" || status=$?
	cat "$work/out" "$work/err"
	[ $status -eq 4 ] && grep "$4" "$work/err" &&
	    [ "$(field "$2" .state)" = failed ]
}

# --- in boot

enemies_crash() {
	check 'crash: a shell is wanted' ctl pool set crash booted 1
	check 'crash: it is tried again, and said why' within 60 \
	    has_failed crash 3 'died while it booted'
	check 'crash: there is an event' alarmed crash
	others_are_served crash
	check 'crash: a VNF of it' refused guest-dead create crash web1 \
	    -c "$work/21.click" --wait ready
	check 'crash: it says so' grep 'crashed' "$work/err"
	check 'crash: its state' [ "$(field web1 .state)" = crashed ]
	check 'crash: its last words' eval \
	    'within 10 eval "ctl console web1 | grep fault"'
	check 'crash: it is destroyed' ctl destroy web1 --wait freed
	check 'crash: none is wanted any more' ctl pool set crash booted 0
	check 'crash: nothing is left' within 60 none_of crash
}

enemies_late() {
	check 'late: a shell is wanted' ctl pool set late booted 1
	check 'late: it is tried again, and said why' within 60 \
	    has_failed late 3 'died as soon as it had booted'
	others_are_served late
	check 'late: none is wanted any more' ctl pool set late booted 0
	check 'late: nothing is left' within 60 none_of late
}

enemies_hang() {
	check 'spin: two shells are wanted' ctl pool set spin booted 2
	check 'block: two shells are wanted' ctl pool set block booted 2
	others_are_served 'spin and block'
	check 'spin: a VNF of it' times_out spin web1 21 \
	    'has not announced itself'
	check 'block: a VNF of it' times_out block web2 22 \
	    'has not announced itself'
	check 'both are destroyed' ctl destroy web1 web2 --wait freed
	for t in spin block; do
		check "$t: the shell is given up, and said why" within 120 \
		    has_failed $t 1 'did not announce itself within 30 s'
		check "$t: there is an event" alarmed $t
		check "$t: none is wanted any more" ctl pool set $t booted 0
	done
	check 'spin: nothing is left' within 120 none_of spin
	check 'block: nothing is left' within 120 none_of block
}

# --- the console

# cpu_ticks: of the daemon.
cpu_ticks() {
	awk '{ print $14 + $15 }' "/proc/$(daemon_pid)/stat"
}

rss_kb() {
	awk '/^VmRSS:/ { print $2 }' "/proc/$(daemon_pid)/status"
}

# offset NAME: how much its console has said so far.
offset() {
	ctl -j console "$1" | jq -s '.[-1] | .offset + (.text | length)'
}

# Two of them say a lot; its share of a CPU, and of memory, is bounded.
flood_is_bounded() {
	local ticks kb at before=$SECONDS

	ticks=$(cpu_ticks)
	kb=$(rss_kb)
	at=$(offset web1)
	within 60 eval '[ "$(offset web1)" -gt $((at + 300000)) ]' || return
	ticks=$(($(cpu_ticks) - ticks))
	kb=$(($(rss_kb) - kb))
	echo "flood: $ticks ticks in $((SECONDS - before)) s, $kb KiB," \
	    "$(($(offset web1) - at)) bytes" | tee -a "$work/figures"
	[ "$ticks" -lt $(((SECONDS - before + 1) * 50)) ] && [ "$kb" -lt 1000 ]
}

flood_is_followed() {
	timeout 3 uvnfctl console -f web1 >"$work/followed"
	[ $? -eq 124 ] && [ "$(wc -c <"$work/followed")" -gt 16384 ] &&
	    printable "$work/followed"
}

flood_is_shown() {
	ctl console web1 >"$work/shown" && printable "$work/shown" &&
	    ctl -j console web1 | jq -se 'map(.text | length) | add <= 16384'
}

enemies_flood() {
	check 'flood: a VNF' ctl create flood web1 -c "$work/21.click" \
	    --wait ready
	check 'flood: it answers' pings 10.0.0.21
	check 'flood: another one' ctl create flood web2 -c "$work/22.click" \
	    --wait ready
	check 'flood: CPU and memory are bounded' flood_is_bounded
	cat "$work/figures"
	check 'flood: its console is shown, escaped' flood_is_shown
	check 'flood: it is followed, escaped' flood_is_followed
	others_are_served flood
	check 'flood: its handler answers' counted web1
	check 'flood: both are destroyed' ctl destroy web1 web2 --wait freed
}

# --- xenstore

nodes_of() {
	xenstore-ls -f "/local/domain/$1" | wc -l
}

tree_is_full() {
	local n

	n=$(nodes_of "$(field web1 .domid)")
	echo "$n nodes"
	[ "$n" -gt 1000 ] && ctl console web1 |
	    grep 'enemy: [4-9][0-9][0-9] nodes of'
}

tree_times_out() {
	local status=0

	uvnfctl -t 15 config web1 "$work/21.click" --wait ready \
	    >"$work/out" 2>"$work/err" || status=$?
	cat "$work/out" "$work/err"
	[ $status -eq 4 ] && grep -E 'vif is not connected|does not react' \
	    "$work/err" &&
	    [ "$(field web1 .state)" = failed ]
}

tree_is_freed() {
	local domid

	domid=$(field web1 .domid)
	ctl destroy web1 --wait freed &&
	    not xenstore-exists "/local/domain/$domid"
}

all_is_printable() {
	{ ctl show web1; ctl list; ctl -j show web1; ctl console web1; } \
	    >"$work/shown" && printable "$work/shown"
}

answers_escaped() {
	ctl read web2 cnt.count >"$work/shown" && printable "$work/shown" &&
	    ctl -j read web2 cnt.count | tee /dev/stderr |
	    jq -e '.value | contains("\u001b[2J")'
}

enemies_tree() {
	check 'tree: a shell' eval \
	    'ctl pool set tree booted 1 && ctl pool fill tree --wait'
	check 'tree: a VNF' ctl create tree web1
	check 'tree: it takes what it may have' within 200 tree_is_full
	check 'tree: it has no room for a router' tree_times_out
	check 'tree: what is told of it is printable' all_is_printable
	others_are_served tree
	check 'tree: uvnfd is killed' kill_daemon
	check 'tree: the next one starts' start_daemon
	check 'tree: it has adopted it' \
	    eval 'ctl -j show web1 | jq -e ".state == \"failed\""'
	check 'tree: what is told of it is printable' all_is_printable
	check 'tree: it is destroyed, its tree with it' tree_is_freed
	check 'answers: a VNF' ctl create answers web2 -c "$work/22.click" \
	    --wait ready
	check 'answers: they are escaped' answers_escaped
	check 'answers: it is destroyed' ctl destroy web2 --wait freed
}

# --- memory and kernels

enemies_memory() {
	check 'memory: half of it is taken' ctl create ballast web1
	check 'memory: a shell is wanted' ctl pool set big paused 1
	check 'memory: it does not fit' refused no-memory \
	    pool fill big --wait
	check 'memory: it says so' within 30 has_failed big 2 MiB paused
	check 'memory: nor does a VNF' refused no-memory create big web2
	check 'memory: there is an event' alarmed big
	others_are_served memory
	check 'memory: it is freed' ctl destroy web1 --wait freed
	check 'memory: the shell is built now' within 120 eval \
	    '[ "$(shelf big .have paused)" = 1 ]'
	check 'memory: nothing is wrong any more' \
	    [ "$(shelf big .last_error paused)" = '' ]
	check 'memory: it is a VNF' ctl create big web2
	check 'memory: none is wanted any more' ctl pool set big paused 0
	check 'memory: it is destroyed' ctl destroy web2 --wait freed
	check 'memory: nothing is left' within 60 none_of big
}

# kernel_fails WHAT: builds fail, and say of which file.
kernel_fails() {
	check "kernel $1: no shell" refused build-failed pool fill own --wait
	check "kernel $1: it says so" \
	    grep "$work/kernels/clickos" "$work/err"
	check "kernel $1: a VNF" refused build-failed create own web2
	check "kernel $1: it says so" \
	    grep "$work/kernels/clickos" "$work/err"
	check "kernel $1: nothing is left of it" refused no-vnf show web2
}

enemies_kernel() {
	check 'kernel: the pools are full' ctl pool fill --wait
	mv "$work/kernels" "$work/away"
	check 'kernel gone: the last shell serves' ctl create own web1 \
	    -c "$work/21.click" --wait ready
	check 'kernel gone: none follows, and it is said why' within 60 \
	    has_failed own 1 "$work/kernels/clickos"
	kernel_fails 'and its folder gone'
	others_are_served 'kernel gone'
	mkdir "$work/kernels"
	yes | head -c 500000 >"$work/kernels/clickos"
	kernel_fails 'of garbage'
	: >"$work/kernels/clickos"
	kernel_fails 'empty'
	head -c 20000 "$work/away/clickos" >"$work/kernels/clickos"
	kernel_fails 'cut short'
	cp "$work/away/clickos" "$work/kernels/clickos"
	check 'kernel: it is back, and so is the shell' within 120 eval \
	    '[ "$(shelf own .have)" = 1 ]'
	check 'kernel: nothing is wrong any more' \
	    [ "$(shelf own .last_error)" = '' ]
	check 'kernel: a VNF' ctl create own web2 -c "$work/22.click" \
	    --wait ready
	check 'kernel: both answer' eval 'pings 10.0.0.21 && pings 10.0.0.22'
	check 'kernel: all are destroyed' ctl destroy --all --wait freed
}

part_enemies() {
	local free

	free=$(xl info free_memory)
	write_enemies_config $((free / 2)) $((free / 2))
	check 'uvnfd starts with templates of enemies' \
	    eval 'stop_daemon && start_daemon && ctl pool fill --wait'
	if [ "${UVNF_GUEST_KIND:-}" = test ]; then
		enemies_crash
		enemies_late
		enemies_hang
		enemies_flood
		enemies_tree
	else
		skip 'guests that mean ill' "they are the test guest's"
	fi
	enemies_memory
	enemies_kernel
	check 'uvnfd stops in order' stop_daemon
	check 'nothing is left' no_leftovers
	write_config
	check 'uvnfd starts again' start_daemon
}
