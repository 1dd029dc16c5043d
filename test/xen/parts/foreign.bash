# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# What other hands do behind the daemon: it reports truly, serves the others,
# and heals when the cause is gone.

daemon_is() {
	[ "$(daemon_pid)" = "$1" ]
}

# A shell that something else has paused starts no router; that is said, and
# when the pause ends it is as good as any.
paused_shell() {
	local shell out

	shell=$(domains | grep -m 1 uvnf-booted)
	xl pause "$shell" || return
	# The shells are taken in turn: both are, this one among them.
	for i in 22 23; do
		uvnfctl -t 5 create booted "web$i" -c "$work/$i.click" \
		    --wait ready
	done
	out=$(ctl -j list | jq -r --arg d "$shell" \
	    'select(.domain == $d) | .name')
	[ "$(field "$out" .state)" = failed ] &&
	    [ "$(field "$out" .error.code)" = timeout ] &&
	    [ "$(field "$out" .paused_by_other)" = true ] &&
	    xl unpause "$shell" &&
	    ctl config "$out" "$work/${out#web}.click" --wait ready &&
	    pings 10.0.0.22 && pings 10.0.0.23
}

renamed() {
	local domid

	domid=$(field web1 .domid)
	xl rename "$domid" somebody-else &&
	    pings 10.0.0.21 &&
	    ctl config web1 "$work/24.click" --wait ready &&
	    pings 10.0.0.24 &&
	    ctl destroy web1 --wait freed &&
	    not xl domname "$domid"
}

# While xenstored stands still, what needs it waits and the rest is served.
xenstored_stops() {
	local pid client status=0

	local end=$((SECONDS + 5))

	pid=$(pgrep -x 'xenstored|oxenstored')
	kill -STOP "$pid"
	ctl create booted web2 -c "$work/22.click" --wait ready >out 2>&1 &
	client=$!
	while ((SECONDS < end && status == 0)); do
		ctl list >/dev/null && ctl ping >/dev/null &&
		    ctl pool >/dev/null || status=1
	done
	kill -0 "$client" || status=1
	kill -CONT "$pid"
	wait "$client" && [ "$status" = 0 ] && pings 10.0.0.22
}

# Without xenconsoled no console tells that a router runs: a handler does.
console_is_gone() {
	pkill -KILL -x xenconsoled && within 10 not pgrep -x xenconsoled &&
	    ctl create booted web2 -c "$work/22.click" --wait ready &&
	    pings 10.0.0.22
}

# Nor does one tell that a router failed: it is not ready for that.
failure_is_silent() {
	local status=0

	echo 'FromDevice(0) -> cnt :: Counter -> x :: NoSuchElement;' \
	    >"$work/bad.click"
	uvnfctl -t 12 create booted web5 -c "$work/bad.click" --wait ready \
	    2>"$work/err" || status=$?
	cat "$work/err"
	[ "$status" = 4 ] && grep -q '^uvnfctl: timeout: ' "$work/err" &&
	    [ "$(field web5 .state)" = failed ]
}

new_build_says_why() {
	refused build-failed create cold web3 -c "$work/23.click" &&
	    grep -q 'console' "$work/err"
}

console_comes_back() {
	xenconsoled --pid-file=/run/xen/xenconsoled.pid &&
	    within 30 ctl create cold web3 -c "$work/23.click" --wait ready &&
	    pings 10.0.0.23
}

# The console of a VNF that was there before is read anew: its router had never
# been started while somebody read it.
console_is_read_again() {
	ctl config web2 "$work/24.click" --wait ready &&
	    within 20 eval 'ctl config web2 "$work/22.click" --wait ready &&
	    ctl console web2 | tee /dev/stderr | grep -i driver'
}

console_is_shared() {
	local domid tap

	domid=$(field web2 .domid)
	xl console "$domid" < <(sleep 600) >"$work/stolen" 2>&1 &
	tap=$!
	within 60 eval 'ctl config web2 "$work/24.click" --wait ready >&2 &&
	    [ -s "$work/stolen" ]' && kill -0 "$tap" && pings 10.0.0.24
	local status=$?
	kill "$tap"
	return $status
}

renamed_shell() {
	local shell

	shell=$(domains | grep -m 1 uvnf-booted)
	xl rename "$shell" stolen-shell &&
	    ctl create booted web1 -c "$work/21.click" --wait ready &&
	    ctl create booted web2 -c "$work/22.click" --wait ready &&
	    pings 10.0.0.21 && pings 10.0.0.22 &&
	    ctl destroy web1 web2 --wait freed &&
	    not xl domid stolen-shell
}

# --- a domain that uvnfd did not make, under a name like one of its own -------

stranger=uvnf-booted-0badcafe

make_stranger() {
	cat >"$work/stranger.cfg" <<-END
	name = "$stranger"
	kernel = "$guest"
	memory = 8
	vcpus = 1
	END
	xl create -q "$work/stranger.cfg"
}

# Killed, started anew, its pools drained, all VNFs destroyed, stopped.
nothing_touches_it() {
	local before

	before=$(xl list "$stranger" | awk 'NR == 2 { print $1, $2, $3, $4 }')
	ctl create booted web1 -c "$work/21.click" --wait ready &&
	    kill_daemon && start_daemon && ctl pool drain &&
	    ctl destroy --all --wait freed && stop_daemon && start_daemon &&
	    ctl pool fill --wait
	echo "$before"
	xl list "$stranger"
	[ "$(xl list "$stranger" | awk 'NR == 2 { print $1, $2, $3, $4 }')" = \
	    "$before" ] && not eval 'ctl -j list | grep .' &&
	    xl destroy "$stranger"
}

# --- what uvnfd holds -----------------------------------------------------------

holds_little() {
	local pid status

	pid=$(daemon_pid)
	status=$(grep -E '^(Cap(Prm|Eff|Bnd)|NoNewPrivs|Seccomp):' \
	    "/proc/$pid/status")
	echo "$status"
	[ "$(awk '{ print $2 + 0 }' <<<"$status" | xargs)" = '4 4 4 1 2' ]
}

lock_is_its_own() {
	local holders

	holders=$(for pid in $(family_pids); do
		find "/proc/$pid/fd" -lname /run/uvnf/lock | cut -d / -f 3
	done)
	echo "$holders"
	[ "$holders" = "$(daemon_pid)" ]
}

kernel_is_gone() {
	local status=0

	mv "$guest" "$guest.away"
	refused build-failed create cold web5 -c "$work/25.click" &&
	    grep -q "$guest" "$work/err" || status=1
	ctl destroy web4 --wait freed || status=1
	mv "$guest.away" "$guest"
	[ "$status" = 0 ] && ctl create cold web5 -c "$work/25.click" \
	    --wait ready && pings 10.0.0.25
}

part_foreign() {
	local pid

	pid=$(daemon_pid)
	check 'uvnfd has one capability, and a filter' holds_little
	check 'nobody else has its lock' lock_is_its_own
	check 'the pools are full' ctl pool fill --wait
	check 'a shell that was paused by something else' paused_shell
	check 'all are destroyed' ctl destroy --all --wait freed
	creates booted web1 10.0.0.21 booted
	check 'a VNF whose domain was renamed' renamed
	check 'the pools are full' ctl pool fill --wait
	check 'xenstored stands still for a while' xenstored_stops
	check 'the pools fill' ctl pool fill --wait
	check 'all are destroyed' ctl destroy --all --wait freed
	check 'xenconsoled is killed: ready by a handler' console_is_gone
	check 'a router that fails without it: not ready' failure_is_silent
	check 'a build without it fails, and says why' new_build_says_why
	check 'it is started again: builds go well' console_comes_back
	check 'the console of an older VNF is back' console_is_read_again
	check 'xl console beside uvnfd' console_is_shared
	check 'all are destroyed' ctl destroy --all --wait freed
	check 'the pools are full' ctl pool fill --wait
	check 'a shell that was renamed' renamed_shell
	creates cold web4 10.0.0.26 cold
	check 'the kernel is gone for a while' kernel_is_gone
	check 'the pools fill' ctl pool fill --wait
	check 'all are destroyed' ctl destroy --all --wait freed
	check 'the daemon is still the same' daemon_is "$pid"
	check 'a domain of xl, named like a shell' make_stranger
	check 'is left alone, whatever uvnfd does' nothing_touches_it
}
