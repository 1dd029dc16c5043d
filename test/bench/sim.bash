# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# A uvnfd on simulated domains in the working folder, without delays, for what
# measures that.  To be sourced; $build is the build folder.

daemon=

end_daemon() {
	[ -n "$daemon" ] || return 0
	kill -TERM "$daemon" 2>/dev/null
	wait "$daemon" || :
	daemon=
}

# start_daemon COMMAND...: uvnfd with uvnf.yaml, run by that command or, without
# one, by itself.  What it says goes to the file said.
start_daemon() {
	local line zero='build_ms=0,boot_ms=0,vif_ms=0,start_ms=0,destroy_ms=0'

	mkfifo log
	UVNF_SIM=memory_mb=100000000,$zero "$@" "$build/uvnfd" -b sim \
	    -f uvnf.yaml -s socket -S state >log 2>&1 &
	daemon=$!
	exec 7<log
	while read -r line <&7; do
		[[ $line != *'uvnfd serves'* ]] || break
		echo "$line" >>said
	done
	cat <&7 >>said &
}

# create_others TEMPLATE N: so many VNFs, that run.
create_others() {
	local i

	{
		for ((i = 0; i < $2; i++)); do
			echo "create $1 other-$i wait=started config=9"
			echo 'x::Idle;'
		done
		echo quit
	} | socat -t 600 - UNIX-CONNECT:socket >replies
	[ "$(grep -c '^OK$' replies)" -eq $(($2 + 1)) ]
}
