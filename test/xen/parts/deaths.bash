# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# Deaths.

# A helper for vifs that waits with a new one as long as $work/slow is there.  It
# goes the way of Open vSwitch's vifs and of users' scripts; where a worker plugs
# a vif in itself, test/steps/xen has it die.
write_slow_vif() {
	cat >"$work/slow-vif" <<-END
	#!/bin/bash
	if [ "\$1" = online ] && [ -e "$work/slow" ]; then
		touch "$work/in-vif"
		while [ -e "$work/slow" ]; do sleep 0.1; done
	fi
	exec /usr/libexec/uvnf/uvnf-vif "\$@"
	END
	chmod +x "$work/slow-vif"
}

# Sends the worker that builds, or the vif's helper that it waits for, a signal,
# and looks that it ends at once, that the error says so, and that the helper
# went with it.
create_while() {
	local helper worker whom=$1
	shift
	rm -f "$work/in-vif"
	touch "$work/slow"
	uvnfctl -t 120 create cold web2 >"$work/out" 2>"$work/err" &
	within 60 test -e "$work/in-vif" || return
	helper=$(pgrep -o -f "$work/slow-vif")
	worker=$(awk '{ print $4 }' "/proc/$helper/stat")
	kill "-$1" "${!whom}" && within 5 not kill -0 "$worker" || return
	wait $!
	cat "$work/out" "$work/err"
	grep -q "^uvnfctl: build-failed: .* was $2 by signal" "$work/err" &&
	    ! pgrep -f "$work/slow-vif" && rm "$work/slow"
}

spawner_stopped() {
	grep -q '^State:[[:space:]]*T' \
	    "/proc/$(pgrep -x 'uvnfd: spawner')/status"
}

# There is a worker that is not one of $1.
other_worker() {
	pgrep -x 'uvnfd: worker' | grep -qvxF "$1"
}

# A worker that is killed then is waited for, and replaced, by it alone.
spawner_goes_on() {
	local before
	before=$(pgrep -x 'uvnfd: worker') &&
	    pkill -STOP -x 'uvnfd: spawner' &&
	    kill -KILL "$(head -n 1 <<<"$before")" &&
	    within 30 other_worker "$before" && not spawner_stopped &&
	    ctl create cold web4 && ctl destroy web4 --wait freed
}

# The whole family is killed while a helper waits; it must not outlive them.
nobody_outlives_the_daemon() {
	rm -f "$work/in-vif"
	touch "$work/slow"
	uvnfctl -t 120 create cold web2 >"$work/out" 2>"$work/err" &
	within 60 test -e "$work/in-vif" && kill_daemon
	wait $!
	within 5 not pgrep -f "$work/slow-vif" && rm "$work/slow"
}

# The same, but nobody is left who would see to that, the spawner least of all.
killed_at_once() {
	rm -f "$work/in-vif"
	touch "$work/slow"
	uvnfctl -t 120 create cold web2 >"$work/out" 2>"$work/err" &
	within 60 test -e "$work/in-vif" &&
	    pkill -STOP -x 'uvnfd' && pkill -STOP -x 'uvnfd: spawner' &&
	    pkill -KILL -x 'uvnfd(: .*)?' && within 20 all_ended &&
	    pgrep -f "$work/slow-vif" >"$work/helpers"
	local status=$?
	wait $!
	return $status
}

# Whether one of those helpers runs; others may by then, for the pools.
any_helper_left() {
	pgrep -f "$work/slow-vif" | grep -xFf "$work/helpers"
}

next_one_ends_it() {
	UVNF_VIF=$work/slow-vif start_daemon && not any_helper_left &&
	    rm "$work/slow"
}

no_cold_domain() {
	! domains | grep '^uvnf-cold-\|null'
}

crashed_is_seen() {
	within 20 eval '[ "$(field web1 .state)" = crashed ]' &&
	    [ "$(field web1 .error.code)" = guest-dead ]
}

shell_is_replaced() {
	local shell
	shell=$(domains | grep -m 1 uvnf-paused)
	xl destroy "$shell"
	within 60 eval "! domains | grep -qx $shell" &&
	    within 60 eval 'ctl -j pool | jq -se "all(.have == .target)"'
}

part_deaths() {
	write_slow_vif
	check 'uvnfd starts with a vif helper of our own' eval \
	    'stop_daemon && UVNF_VIF=$work/slow-vif start_daemon &&
	    ctl pool fill --wait'
	creates booted web1 10.0.0.21 booted
	# Or the helper of a refill would be taken for that of a create.
	check 'the pools are full again' ctl pool fill --wait
	check 'a worker that is killed costs its build' \
	    create_while worker KILL killed
	check 'nothing of the build is left' within 60 no_cold_domain
	check 'a worker that is stopped costs its build' \
	    create_while worker STOP stopped
	check 'nothing of the build is left' within 60 no_cold_domain
	check 'and so does one whose helper is stopped' \
	    create_while helper STOP stopped
	check 'nothing of the build is left' within 60 no_cold_domain
	check 'the pool fills again' ctl pool fill --wait
	check 'a spawner that is stopped goes on' spawner_goes_on
	check 'uvnfd is killed, and all that it runs goes with it' \
	    nobody_outlives_the_daemon
	check 'the next one starts' \
	    eval 'UVNF_VIF=$work/slow-vif start_daemon'
	check 'nothing of the build is left' within 60 no_cold_domain
	check 'uvnfd and all its workers are killed at once' killed_at_once
	check 'the next one ends what they ran' next_one_ends_it
	check 'nothing of the build is left' within 60 no_cold_domain
	check 'the pool fills again' ctl pool fill --wait
	check 'the VNF goes on' pings 10.0.0.21
	creates cold web3 10.0.0.23 cold
	check 'a domain destroyed behind the daemon is noticed' \
	    eval 'xl destroy "$(field web1 .domain)" && crashed_is_seen'
	check 'it can be destroyed' ctl destroy web1 --wait freed
	check 'its name is free' ctl create booted web1
	ctl pool fill --wait >/dev/null
	check 'a shell that dies is replaced' shell_is_replaced
	check 'all are destroyed' ctl destroy --all --wait freed
	check 'uvnfd starts with its own again' \
	    eval 'stop_daemon && start_daemon'
}
