# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash
#
# What the scripts that run in dom0 share: checks and their count, a private
# configuration, the daemon, pings.

passed=0 failed=0 skipped=0
work=$(mktemp -d)
# shellcheck disable=SC2034
guest=${UVNF_GUEST:-/var/lib/uvnf/clickos_x86_64}
examples=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../examples" && pwd)

# check WHAT COMMAND...: one test.  What COMMAND printed is shown on failure.
check() {
	local what=$1
	shift
	if "$@" >"$work/said" 2>&1; then
		printf 'ok: %s\n' "$what"
		passed=$((passed + 1))
		return
	fi
	printf 'not ok: %s\n' "$what"
	sed 's/^/  | /' "$work/said"
	failed=$((failed + 1))
}

skip() {
	printf 'SKIPPED: %s: %s\n' "$1" "$2"
	skipped=$((skipped + 1))
}

not() {
	! "$@"
}

# within SECONDS COMMAND...: tries until it succeeds.
within() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# sums up PART: prints the closing line; the status says whether all is well.
sum_up() {
	printf '%s: %d passed, %d failed, %d skipped\n' "$1" $passed $failed \
	    $skipped
	[ $failed -eq 0 ] && [ $passed -gt 0 ]
}

ctl() {
	uvnfctl -t 60 "$@"
}

# Starts in a quarter of jq's time under emulation.
jq() {
	gojq "$@"
}

# field NAME JQ-PATH: of a VNF.
field() {
	ctl -j show "$1" | jq -r "$2"
}

# refused CODE COMMAND...: uvnfctl fails with 1 and this code, in one line.
refused() {
	local code=$1 status=0
	shift
	ctl "$@" >"$work/out" 2>"$work/err" || status=$?
	cat "$work/out" "$work/err"
	[ $status -eq 1 ] && [ "$(wc -l <"$work/err")" -eq 1 ] &&
	    grep -q "^uvnfctl: $code: " "$work/err"
}

start_daemon() {
	uvnfd -d -v -f "$work/uvnf.yaml" "$@"
}

daemon_pid() {
	pgrep -x uvnfd
}

# The daemon, its spawner and its workers.
family_pids() {
	pgrep -x 'uvnfd(: .*)?'
}

all_ended() {
	! family_pids >/dev/null
}

# hang NAME: the processes of this name hang, as if they waited in the kernel:
# unlike those that are stopped, nobody is told of it. Until go_on.
hung=/sys/fs/cgroup/hung
hang() {
	local pid
	mkdir -p $hung || return
	for pid in $(pgrep -x "$1"); do
		echo "$pid" >$hung/cgroup.procs || return
	done
	echo 1 >$hung/cgroup.freeze && within 10 grep -qx 'frozen 1' \
	    $hung/cgroup.events
}

go_on() {
	local pid
	echo 0 >$hung/cgroup.freeze
	while read -r pid; do
		echo "$pid" >/sys/fs/cgroup/cgroup.procs
	done <$hung/cgroup.procs
}

# Pss of all of them, in KiB.
family_pss() {
	local pid total=0
	for pid in $(family_pids); do
		total=$((total +
		    $(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup")))
	done
	echo $total
}

# responder ADDRESS MAC-TAIL [VIF]: a ping responder, from the example.
responder() {
	local hex
	# shellcheck disable=SC2046,SC2183
	hex=$(printf '%02x%02x%02x%02x' $(tr . ' ' <<<"$1"))
	sed "s/10\.0\.0\.10/$1/; s/0a00000a/$hex/; s/00:00:10/00:00:$2/
	    s/Device(0)/Device(${3:-0})/" "$examples/ping-10.click"
}

# A bridge loses its carrier, and dom0 its neighbours behind it, when no port
# forwards: this port always does.
keep_carrier() {
	ip link add "keep-$1" type veth peer name "kept-$1" &&
	    ip link set "kept-$1" up &&
	    ip link set "keep-$1" master "$1" up
}

# A neighbour that is known for good, so that no lost ARP request is measured.
know() {
	ip neigh replace "$1" lladdr "00:16:3e:00:00:$2" dev "${3:-xenbr0}" \
	    nud permanent
}

# When nothing answers, what it takes to find out where a packet stays: who
# is to have it, which ports forward, what passed, how far the rings are.
pings() {
	ping -n -c 1 -i 0.2 -w 20 "$1" && return
	echo "nothing answers for $1:"
	ip neigh show to "$1"
	bridge fdb show
	bridge -d link show
	ip -s link
	mountpoint -q /sys/kernel/debug ||
	    mount -t debugfs none /sys/kernel/debug
	grep -H . /sys/kernel/debug/xen-netback/*/io_ring_q* 2>/dev/null
	xenstore-ls -f /local/domain/0/backend/vif | grep -E '/(state|hotplug)'
	xl list
	return 1
}

silent() {
	! ping -n -c 2 -i 0.2 -W 1 "$1"
}

domains() {
	xl list | awk 'NR > 2 { print $1 }'
}

# In MiB, as the hypervisor counts.
free_memory() {
	xl info free_memory
}

no_domains() {
	domains
	[ -z "$(domains)" ]
}

# What domains have, and may leave behind: xenstore nodes, net devices, files.
leftovers() {
	xenstore-list /local/domain | grep -vx 0
	xenstore-list /libxl | grep -vx 0
	xenstore-list /vm | grep -vx '00000000-0000-0000-0000-000000000000'
	xenstore-list /local/domain/0/backend/vif
	ip -o link | grep -o 'vif[0-9]*\.[0-9]*'
	find /var/lib/xen -maxdepth 1 -name 'userdata-*' ! -name '*-d.0.*'
	return 0
}

no_leftovers() {
	local left
	left=$(leftovers)
	printf '%s\n' "$left"
	[ -z "$left" ]
}
