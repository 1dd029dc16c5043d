# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154,SC2034 # eval uses them
#
# Armed shells: routers that run before anybody asks for them, frozen.

# Six addresses in all; two for the shells of "armed".
write_armed_config() {
	cp "$examples/ping.click" "$work/ping.click"
	(cat "$work/ping.click"; echo 'FromDevice(1) -> Discard;') \
	    >"$work/both.click"
	echo 'x :: NoSuchElement; FromDevice(0) -> x -> Discard;' \
	    >"$work/broken.click"
	cat >"$work/uvnf.yaml" <<-END
	templates:
	  base:
	    abstract: true
	    kernel: $guest
	    vifs: [{bridge: xenbr0}]
	    config: ping.click
	    override: [config, params, vifs]
	  armed: {extends: base, pool: {armed: 2, booted: 1},
	    params: {ip: {range: 10.0.0.40-10.0.0.45}}}
	  scarce: {extends: base, pool: {armed: {target: 0, max: 3}},
	    params: {ip: {range: 10.0.0.46-10.0.0.47}}}
	  broken: {extends: base, config: broken.click}
	  two: {extends: base, vifs: [{bridge: xenbr0}, {bridge: xenbr1}],
	    params: {ip: 10.0.0.48}}
	  both: {extends: two, config: both.click}
	END
}

# --- what is seen of them

shells_of() {
	xl list | awk -v name="^uvnf-$1-" '$1 ~ name { print $2 }'
}

# ports_are STATE DOMID...: as the kernel counts them, 0 disabled, 3 forwarding.
ports_are() {
	local state=$1 id port seen=0
	shift
	for id; do
		for port in /sys/class/net/vif"$id".*/brport; do
			echo "$port: state $(<"$port/state")"
			[ "$(<"$port/state")" = "$state" ] || return 1
			seen=$((seen + 1))
		done
	done
	[ $seen -gt 0 ]
}

frozen() {
	local id
	xl list
	for id; do
		xl list "$id" | awk 'NR == 2 && $5 ~ /p/ { f = 1 }
		    END { exit !f }' || return 1
	done
	[ $# -gt 0 ]
}

# The armed shells of the template of that name.
frozen_ones() {
	local id
	for id in $(shells_of armed); do
		! frozen "$id" >/dev/null || echo "$id"
	done
}

# A frozen one takes no time, a running one may.
cpu_of() {
	local id
	for id; do
		xl list "$id" | awk 'NR == 2 { print $6 }'
	done
}

# pool_says TEMPLATE JQ-FILTER: of its armed shells.
pool_says() {
	ctl -j pool | jq -s -e --arg t "$1" "map(select(.template == \$t and
	    .kind == \"armed\"))[0] | $2"
}

ip_of() {
	field "$1" .params.ip
}

# The first ping, ARP and all.
first_ping() {
	ip neigh flush dev xenbr0 nud reachable nud stale nud delay \
	    nud probe nud failed
	ping -n -c 1 -W 5 "$(ip_of "$1")"
}

# --- a claim

# What a claim costs, asked for by the same connection behind it.
claim_counts() {
	printf '%s\n' stats 'create armed counted' stats quit | raw |
	    tee /dev/stderr | sed -n \
	    's/.*xenstore_requests=\([0-9]*\).* hypercalls=\([0-9]*\).*/\1 \2/p' |
	    awk 'NR == 1 { x = $1; h = $2 }
		NR == 2 { print "requests:", $1 - x, "hypercalls:", $2 - h }'
}

costs_nothing() {
	claim_counts | tee "$work/counts"
	grep -qx 'requests: 0 hypercalls: 1' "$work/counts"
}

armed_claim() {
	local ids before
	check 'armed: the pool fills' ctl pool fill --wait
	mapfile -t ids < <(frozen_ones)
	check 'armed: two are frozen' [ ${#ids[@]} -eq 2 ]
	check 'armed: their ports are closed' ports_are 0 "${ids[@]}"
	before=$(cpu_of "${ids[@]}")
	check 'armed: nothing is heard of them' \
	    eval 'silent 10.0.0.40 && silent 10.0.0.41'
	check 'armed: a VNF' ctl create armed web1 --wait ready
	check 'armed: it says where it came from' \
	    [ "$(field web1 .source)" = armed ]
	check 'armed: and which address it has' \
	    grep -x '10\.0\.0\.4[01]' <<<"$(ip_of web1)"
	check 'armed: its stages are in order' stages_reached web1
	check 'armed: its port is open' ports_are 3 "$(field web1 .domid)"
	check 'armed: it answers' first_ping web1
	check 'armed: its handlers, too' counted web1
	check 'armed: the other one took no time meanwhile' \
	    eval 'grep -qxF "$(cpu_of "${ids[1]}")" <<<"$before"'
	check 'armed: the pool fills' ctl pool fill --wait
	check 'armed: a claim is one hypercall, and no request of xenstore' \
	    costs_nothing
	sed -n 's/^requests/  &/p' "$work/counts"
	check 'armed: it answers' first_ping counted
	sed -n 's/.*time=/  the first ping took /p' "$work/said"
}

two_ports() {
	local id
	id=$(shells_of "$1")
	frozen "$id" && ports_are 0 "$id" && [ -e "/sys/class/net/vif$id.1" ]
}

armed_two() {
	check 'two vifs: a shell' \
	    eval 'ctl pool set both armed 1 && ctl pool fill both --wait'
	check 'two vifs: both ports are closed' two_ports both
	check 'two vifs: a VNF' ctl create both web5 --wait ready
	check 'two vifs: both ports are open' \
	    ports_are 3 "$(field web5 .domid)"
	check 'two vifs: it answers' first_ping web5
	check 'two vifs: no more' ctl pool set both armed 0
	check 'two vifs: it is destroyed' ctl destroy web5 --wait freed
	# A port that the router does not use has no carrier.
	check 'two vifs, one unused: a shell' \
	    eval 'ctl pool set two armed 1 && ctl pool fill two --wait'
	check 'two vifs, one unused: both ports are closed' two_ports two
	check 'two vifs, one unused: a VNF' ctl create two web5 --wait ready
	check 'two vifs, one unused: it answers' first_ping web5
	check 'two vifs, one unused: another configuration uses it' eval \
	    'ctl config web5 "$work/both.click" --wait ready &&
	    ports_are 3 "$(field web5 .domid)" && first_ping web5'
	check 'two vifs, one unused: no more' ctl pool set two armed 0
}

# Claims one after the other, slow enough that a refill goes on beside them.
claim_times() {
	local i
	ctl pool fill --wait >/dev/null || return
	for i in 1 2 3 4; do
		ctl -j create armed "busy$i" --wait ready |
		    jq -e '.source == "armed", .stages_us.ready'
		sleep 0.15
	done | tee "$work/times" | grep -c '^true$' | grep -qx 4
}

armed_busy() {
	ctl destroy --all --wait freed
	ctl pool set armed armed 4 >/dev/null
	check 'claims while a refill goes on' claim_times
	printf '  ready after %s us; the first one before the refill\n' \
	    "$(grep -v true "$work/times" | xargs)"
	ctl pool set armed armed 2 >/dev/null
	check 'all are destroyed' ctl destroy --all --wait freed
}

# --- what does not fit

# not_armed REASON ARG...: a create that is served otherwise, and says why.
not_armed() {
	local reason=$1
	shift
	ctl pool fill --wait && ctl create "$@" --wait ready &&
	    [ "$(field "$2" .not_armed)" = "$reason" ] &&
	    [ "$(field "$2" .source)" != armed ] && field "$2" .source
}

one_has_its_address() {
	local i source
	for i in 40 41 42 43 44 45; do
		ctl create armed probe --set "ip=10.0.0.$i" || return
		source=$(field probe .source)
		first_ping probe || return
		ctl destroy probe --wait freed || return
		ctl pool fill --wait
		[ "$source" != armed ] || return 0
	done
	return 1
}

armed_others() {
	responder 10.0.0.21 21 >"$work/21.click"
	check 'another configuration takes another shell' \
	    not_armed config armed web2 -c "$work/21.click"
	check 'it answers' pings 10.0.0.21
	check 'another address, too' \
	    not_armed params armed web3 --set ip=10.0.0.60
	check 'it answers' first_ping web3
	check 'and another bridge' \
	    not_armed vifs armed web4 --vif 0,bridge=xenbr1
	check 'all are destroyed' ctl destroy --all --wait freed
	check 'the pool fills' ctl pool fill --wait
	# Of the two that wait one has it: addresses go round.
	check 'the address of a shell is served from that shell' \
	    one_has_its_address
}

# --- what can go wrong

armed_exhausted() {
	local ip
	check 'a range of two: two shells' \
	    eval 'ctl pool set scarce armed 2 && ctl pool fill scarce --wait'
	check 'a third one finds no address' eval \
	    'ctl pool set scarce armed 3 &&
	    refused range-exhausted pool fill scarce --wait'
	check 'and the pool says so' pool_says scarce \
	    '.have == 2 and (.last_error | test("10.0.0.46-10.0.0.47"))'
	check 'both are VNFs' eval 'ctl create scarce s1 --wait ready &&
	    ctl create scarce s2 --wait ready'
	check 'a third one is refused' refused range-exhausted \
	    create scarce s3
	ip=$(ip_of s1)
	# Or a shell that is built meanwhile might have the address first.
	check 'the pool is emptied' ctl pool set scarce armed 0
	check 'one goes' ctl destroy s1 --wait freed
	check 'its address is free again' eval \
	    'ctl create scarce s3 --wait ready &&
	    [ "$(ip_of s3)" = "$ip" ] && first_ping s3'
	check 'all are destroyed' ctl destroy --all --wait freed
}

armed_broken() {
	check 'a shell that cannot be armed' ctl pool set broken armed 1
	check 'fails' refused router-failed pool fill broken --wait
	check 'with what its guest said' pool_says broken \
	    '.have == 0 and (.last_error | test("NoSuchElement"))'
	check 'it is given up' ctl pool set broken armed 0
	check 'and gone' within 30 eval '[ -z "$(shells_of broken)" ]'
}

# A foreign unpause spoils a shell, a foreign pause is seen.
armed_foreign() {
	local id
	check 'the pool fills' ctl pool fill --wait
	for id in $(frozen_ones); do
		xl unpause "$id"
	done
	check 'shells that something else has let run are not used' eval \
	    'ctl create armed web1 --wait ready &&
	    [ "$(field web1 .source)" = booted ] &&
	    [ "$(field web1 .not_armed)" = empty ]'
	check 'the pool fills again' ctl pool fill --wait
	for id in $(frozen_ones); do
		xl pause "$id"
	done
	check 'one that something else has paused, too, is told' \
	    refused bad-state create armed web2 --wait ready
	check 'it is paused' [ "$(field web2 .state)" = paused ]
	xl unpause "$(field web2 .domid)"
	check 'resume makes it right' ctl resume web2
	check 'it answers' first_ping web2
	check 'all are destroyed' ctl destroy --all --wait freed
	check 'their shells are given up' ctl pool drain armed
}

router_runs() {
	grep -q 4 <<<"$(for id in $(shells_of armed); do
		xenstore-read "/local/domain/0/backend/vif/$id/0/state"
	done 2>/dev/null)"
}

# The mover hangs, so the router runs, but its port is not closed.
armed_killed() {
	check 'uvnfd is killed between ready and frozen' eval \
	    'hang "uvnfd: mover" &&
	    ctl pool set armed armed 1 && within 30 router_runs &&
	    [ -z "$(frozen_ones)" ] && kill_now'
	check 'the next daemon starts' start_daemon
	check 'and its pools fill' ctl pool fill --wait
	check 'two armed shells and a booted one are all there is' within 30 \
	    eval '[ "$(domains | wc -l)" -eq 3 ]'
	check 'a VNF of it' eval 'ctl create armed web1 --wait ready &&
	    [ "$(field web1 .source)" = armed ] && first_ping web1'
	check 'the mover hangs at a claim' eval \
	    'ctl pool fill --wait && hang "uvnfd: mover" &&
	    ctl create armed web2 && [ "$(field web2 .state)" = started ] &&
	    kill_now'
	check 'the next daemon opens its port' eval 'start_daemon &&
	    within 20 eval "[ \$(field web2 .state) = ready ]" &&
	    first_ping web2'
	check 'the first one goes on' first_ping web1
	check 'all are destroyed' ctl destroy --all --wait freed
}

# What hangs is killed when the daemon is gone.
kill_now() {
	kill -KILL "$(daemon_pid)"
	within 20 all_ended && go_on
}

broadcasts() {
	while :; do
		ping -n -b -c 50 -i 0.02 -w 2 10.0.0.255 >/dev/null 2>&1
	done
}

# Longer than netback waits for a guest that takes no packets.
armed_long() {
	local seconds=${UVNF_FROZEN_S:-75} noise
	check "the pool fills" ctl pool fill --wait
	broadcasts &
	noise=$!
	sleep "$seconds"
	kill $noise
	check "frozen for $seconds s under broadcasts: their ports are closed" \
	    eval 'ports_are 0 $(frozen_ones)'
	check "a VNF of it" eval 'ctl create armed web1 --wait ready &&
	    [ "$(field web1 .source)" = armed ]'
	check "it answers" first_ping web1
	sed -n 's/.*time=/  the first ping took /p' "$work/said"
	check "all are destroyed" ctl destroy --all --wait freed
}

part_armed() {
	check 'uvnfd stops' stop_daemon
	write_armed_config
	check 'uvnfd starts with armed shells' start_daemon
	armed_claim
	armed_two
	armed_busy
	armed_others
	armed_exhausted
	armed_broken
	armed_foreign
	armed_killed
	armed_long
	check 'uvnfd stops' stop_daemon
	check 'no domain is left' within 30 no_domains
	check 'nothing else either' no_leftovers
	write_config
	check 'uvnfd starts again' start_daemon
}
