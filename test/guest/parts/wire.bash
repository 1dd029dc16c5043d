# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154,SC2034
#
# A guest between two bridges, and at the far end of each a network namespace:
# 10.0.0.3 is outside, 10.0.0.2 inside.  In dom0 itself no address answers on
# both bridges, and no packet finds another way.

# make_end NAME BRIDGE ADDRESS
make_end()
{
	ip -batch - <<-END
	netns add $1
	link add to-$1 type veth peer name eth0 netns $1
	link set to-$1 master $2 up
	END
	ip -n "$1" -batch - <<-END
	link set lo up
	link set eth0 up
	addr add $3/24 dev eth0
	END
}

make_ends()
{
	ip link add xenbr1 type bridge
	ip link set xenbr1 up
	make_end outside xenbr0 10.0.0.3
	make_end inside xenbr1 10.0.0.2
	bridges=(xenbr0 xenbr1)
}

remove_ends()
{
	local side
	# A namespace outlives its name while one of its sockets does.
	for side in outside inside; do
		ip link del "to-$side"
		ip netns del "$side"
	done
	ip link del xenbr1
	bridges=()
}

outside()
{
	ip netns exec outside "$@"
}

inside()
{
	ip netns exec inside "$@"
}

# A guest of that name with vif 0 outside and vif 1 inside, and its router.
start_between()
{
	make_ends
	boot "$1" 2
	configure "$2"
	status Running
	check "$1: it runs" within 80 said 'Starting driver...'
	check "$1: both vifs are attached" both_attached
}

both_attached()
{
	within 50 backend 4 0 && within 50 backend 4 1
}

end_between()
{
	ask_shutdown poweroff
	check "$name: it shuts down" within 100 gone
	finish
	remove_ends
}

# Of pings that differ in size, and of those of the whole frame.
pings_of_all_sizes()
{
	local size
	for size in 0 17 56 1000 1472; do
		"$@" -q -c 2 -i 0.2 -W 2 -M 'do' -s $size >"$work/ping" &&
		    grep -q ' 2 received' "$work/ping" && continue
		cat "$work/ping"
		return 1
	done
}

once()
{
	"$@" -q -c 1 -W 1 >/dev/null
}

five()
{
	"$@" -q -c 5 -i 0.2 -W 2 >"$work/ping"
	grep -q ' 5 received' "$work/ping" || ! cat "$work/ping"
}

part_wire()
{
	start_between wire 'FromDevice(0) -> in :: Counter -> ToDevice(1);
	    FromDevice(1) -> out :: Counter -> ToDevice(0);'
	check "pings pass it from outside, ARP first" \
	    within 50 once outside ping 10.0.0.2
	check "of all sizes" pings_of_all_sizes outside ping 10.0.0.2
	ip -n outside neigh flush dev eth0
	ip -n inside neigh flush dev eth0
	check "and from inside" pings_of_all_sizes inside ping 10.0.0.3
	check "what came in is counted" handler_over in count 20
	check "what went out, too" handler_over out count 20
	status Halted
	within 50 said 'Router 0 stoped.'
	check "stopped, nothing passes" not once outside ping 10.0.0.2
	status Running
	check "started again, it does" within 80 once outside ping 10.0.0.2
	end_between
}

# serve PORT WHERE: a listener that says hello.
serve()
{
	"$2" socat TCP-LISTEN:"$1",reuseaddr,fork SYSTEM:'echo hello' &
	servers+=($!)
	within 50 "$2" grep -q ":$(printf %04X "$1") .* 0A " /proc/net/tcp
}

# fetch WHERE HOST PORT: from there.
fetch()
{
	[[ $("$1" socat -t 5 - TCP:"$2:$3",connect-timeout=3 </dev/null \
	    2>/dev/null) == hello ]]
}

part_firewall()
{
	local dropped servers=()
	start_between firewall "$(cat "$here/../../examples/firewall.click")"
	check "pings pass" within 50 once outside ping 10.0.0.2
	check "of all sizes" pings_of_all_sizes outside ping 10.0.0.2
	check "and from inside" pings_of_all_sizes inside ping 10.0.0.3
	check "none was dropped" handler_is dropped count 0
	serve 80 inside
	serve 81 inside
	serve 81 outside
	check "a connection to port 80 passes" fetch outside 10.0.0.2 80
	check "one to port 81 does not" not fetch outside 10.0.0.2 81
	check "it was dropped" handler_over dropped count 1
	dropped=$value
	check "a connection from inside passes" fetch inside 10.0.0.3 81
	check "and pings still do" five outside ping 10.0.0.2
	check "of these none was dropped" handler_is dropped count "$dropped"
	echo x | outside socat -u - UDP-SENDTO:10.0.0.2:9
	check "a datagram is" within 50 \
	    handler_over dropped count $((dropped + 1))
	kill "${servers[@]}"
	wait "${servers[@]}" 2>/dev/null
	end_between
}

# count ELEMENT: its packets so far.
count()
{
	read_handler "$1" count && echo "$value"
}

# flood COMMAND...: pings, far more of them than the limiter lets through.
# Sets sent and received, by how much the handlers passed, dropped and out
# grew (through, lost, out), and the milliseconds of the flood and of all this.
flood()
{
	local began before_passed before_dropped before_out
	before_passed=$(count passed)
	before_dropped=$(count dropped)
	before_out=$(count out)
	began=$(now_ms)
	"$@" -q -l 100 -c 600 -i 0.002 -W 1 >"$work/flood"
	through=$(($(count passed) - before_passed))
	lost=$(($(count dropped) - before_dropped))
	out=$(($(count out) - before_out))
	all_ms=$(($(now_ms) - began))
	sent=$(awk '/transmitted/ { print $1 }' "$work/flood")
	received=$(awk '/transmitted/ { print $4 }' "$work/flood")
	flood_ms=$(sed -n 's/.* time \([0-9]*\)ms$/\1/p' "$work/flood")
	echo "  $sent sent in $flood_ms ms, $received answered;" \
	    "$through passed, $lost dropped, $out went out"
}

# The limiter's rate is 50 a second, of which it has a second's in hand.
check_limited()
{
	check "$1: some are dropped" [ "$lost" -gt 0 ]
	check "$1: not more pass than the rate allows" \
	    [ "$through" -le $((50 * all_ms / 1000 + 52)) ]
	if ((sent * 1000 / flood_ms >= 100)); then
		check "$1: and not much less" \
		    [ "$through" -ge $((50 * flood_ms / 1000 / 2)) ]
	else
		skip "$1: and not much less" "this machine floods too slowly"
	fi
	# But for a few that are answered when ping waits no longer.
	check "$1: those that passed are answered" eval \
	    '((received <= through && received * 10 >= through * 9))'
}

part_limiter()
{
	local sent received through lost out all_ms flood_ms
	start_between limiter "$(cat "$here/../../examples/limiter.click")"
	check "pings pass" within 50 once outside ping 10.0.0.2
	check "a few a second all do" five outside ping 10.0.0.2
	flood outside ping 10.0.0.2
	check_limited "from outside"
	check "each packet is counted" [ $((through + lost)) = "$sent" ]
	flood inside ping 10.0.0.3
	check "from inside: all requests go out" [ "$out" -ge "$sent" ]
	check_limited "replies"
	check "after the flood all is as before" five outside ping 10.0.0.2
	end_between
}
