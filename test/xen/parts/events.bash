# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# Events, consoles, and VNFs as jobs.

# told JQ-FILTER: of the array of all that the follower was told.
told() {
	cat "$work/events"
	jq -es "$1" "$work/events"
}

states_of() {
	jq -rs "map(select(.name == \"$1\" and .kind == \"state\") | .to) |
	    join(\" \")" "$work/events"
}

went_through() {
	within 10 eval '[[ "$(states_of '"$1"')" == *"'"$2"'" ]]'
}

# in_background NAME COMMAND...: with its output in $work/NAME.out and .err
in_background() {
	local name=$1
	shift
	"$@" >"$work/$name.out" 2>"$work/$name.err" &
	background=$!
}

# ended STATUS [CODE NAME]: so did the one in the background.
ended() {
	local status=0
	wait "$background" || status=$?
	echo "status $status"
	[ $# -eq 1 ] || cat "$work/$3.err"
	[ $status -eq "$1" ] &&
	    { [ $# -eq 1 ] || grep -q "^uvnfctl: $2: " "$work/$3.err"; }
}

console_has() {
	ctl console "$1" | tee /dev/stderr | grep -q "$2"
}

# job NAME ADDRESS [OPTION]...: run, until it answers pings.
job() {
	local name=$1 address=$2
	shift 2
	in_background job uvnfctl -t 60 run booted "$name" \
	    -c "$work/${address##*.}.click" "$@"
	within 60 eval '[ "$(field '"$name"' .state 2>&1)" = ready ]' &&
	    pings "$address"
}

job_goes_on() {
	kill -0 "$background" && pings "$1"
}

free_again() {
	refused no-vnf show "$1"
}

part_events_told() {
	uvnfctl -j events -f >"$work/events" &
	follower=$!
	creates booted web1 10.0.0.21 booted
	check 'its states are told' \
	    went_through web1 'claimed started ready'
	check 'the guest said so itself' console_has web1 'Starting driver'
	check 'what it said as a shell is there, too' \
	    console_has web1 '"main"'
	in_background console uvnfctl console -f web1
	check 'its console is followed' \
	    within 10 grep -q 'Starting driver' "$work/console.out"
	check 'another configuration' \
	    ctl config web1 "$work/22.click" --wait ready
	check 'shows on the console' within 10 eval \
	    '[ "$(grep -c "Starting driver" "$work/console.out")" -eq 2 ]'
	echo 'Idle -> Nonsense -> Discard;' >"$work/bad.click"
	check 'one that the guest refuses' refused router-failed \
	    config web1 "$work/bad.click" --wait ready
	check 'is told with its reason' within 10 told '.[-1] |
	    .to == "failed" and (.error.text | contains("Nonsense"))'
	check 'and shows on the console' \
	    within 10 grep -q 'Router init failed!' "$work/console.out"
	check 'it is destroyed' ctl destroy web1
	check 'which ends its console' ended 1 destroyed console
	check 'and is told' went_through web1 'failed stopping none'
}

part_events_deaths() {
	local shell
	creates booted web1 10.0.0.21 booted
	in_background console uvnfctl console -f web1
	check 'it crashes' crash web1
	check 'which ends its console' ended 1 guest-dead console
	check 'and is told' went_through web1 'ready crashed'
	check 'it is destroyed' ctl destroy web1
	creates booted web1 10.0.0.21 booted
	check 'it is destroyed behind the daemon' \
	    xl destroy "$(field web1 .domain)"
	check 'which is told' went_through web1 'ready crashed'
	check 'it is destroyed' ctl destroy web1
	ctl pool fill --wait >/dev/null
	shell=$(domains | grep -m 1 uvnf-booted)
	check 'a shell is destroyed behind the daemon' xl destroy "$shell"
	check 'which is told' within 20 told \
	    'any(.kind == "shell-died" and .template == "booted")'
	kill "$follower"
}

part_events_run() {
	ctl pool fill --wait >/dev/null
	check 'a job runs' job web1 10.0.0.21 --wait freed
	check 'its console is printed' \
	    within 10 grep -q 'Starting driver' "$work/job.out"
	domid=$(field web1 .domid)
	kill "$background"
	check 'SIGTERM: status 0' ended 0
	check 'its name is free' free_again web1
	check 'its domain is gone' not xl list "$domid"
	check 'a job runs' job web1 10.0.0.21
	check 'it crashes' crash web1
	check 'status 5' ended 5 guest-dead job
	check 'its name is free' free_again web1
	ctl pool fill --wait >/dev/null
	check 'a job runs' job web1 10.0.0.21
	check 'it is destroyed behind the daemon' \
	    xl destroy "$(field web1 .domain)"
	check 'status 5' ended 5 guest-dead job
	check 'its name is free' free_again web1
	check 'a job runs' job web1 10.0.0.21
	check 'another client destroys it' ctl destroy web1
	check 'status 6' ended 6 destroyed job
	in_background job uvnfctl -t 60 run booted web1 -c "$work/bad.click"
	check 'a router that fails: status 1' ended 1 router-failed job
	check 'its console was printed' \
	    grep -q 'Router init failed!' "$work/job.out"
	check 'its name is free' free_again web1
}

part_events_restart() {
	ctl pool fill --wait >/dev/null
	check 'a job runs' job web1 10.0.0.21
	check 'uvnfd is killed' kill_daemon
	check 'the job goes on' job_goes_on 10.0.0.21
	check 'the next daemon starts' start_daemon
	check 'and says whom it adopted' eval 'ctl -j events web1 |
	    jq -es ".[0].kind == \"adopted\" and .[0].to == \"ready\""'
	check 'the job goes on' job_goes_on 10.0.0.21
	check 'another configuration' \
	    ctl config web1 "$work/22.click" --wait ready
	check 'shows on its console' within 10 eval \
	    '[ "$(grep -c "Starting driver" "$work/job.out")" -ge 2 ]'
	check 'uvnfd stops in order' stop_daemon
	check 'the job goes on' job_goes_on 10.0.0.22
	check 'uvnfd starts again' start_daemon
	check 'the job finds it' within 30 eval \
	    '[ "$(ctl -j stats | jq .clients)" -eq 2 ]'
	kill "$background"
	check 'SIGTERM: status 0' ended 0
	check 'its name is free' free_again web1
	check 'all is destroyed' ctl destroy --all --wait freed
}

part_events() {
	part_events_told
	part_events_deaths
	part_events_run
	part_events_restart
}
