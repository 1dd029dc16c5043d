# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
#
# shellcheck shell=bash disable=SC2034,SC2154
#
# The life that test/steps kills uvnfd in, and what must be true behind it.
# Every command that was acknowledged is kept in `is`, as NAME=STATE; the one
# that was under way when uvnfd died may have happened or not.

declare -A is		# of each VNF: the state that was acknowledged
pending=		# the VNF of the command that was not
verb=			# that command's
ended=			# yes: the life came to its end

# act NAME STATE ARG...: has uvnfctl do something, after which the VNF is in
# that state (none: gone).  1 when uvnfd is no longer there.
act() {
	local name=$1 state=$2

	shift 2
	pending=$name verb=$1
	ctl "$@" >/dev/null 2>>errors || return 1
	is[$name]=$state
	pending=
}

life() {
	is=() pending='' ended=no
	ctl pool fill --wait >/dev/null 2>>errors || return 0
	act a ready create booted a -c count.click --wait ready || return 0
	act b ready create paused b -c count.click --wait ready || return 0
	act c ready create cold c -c count.click --wait ready || return 0
	act d ready create armed d --wait ready || return 0
	act e claimed create booted e || return 0
	act a ready config a other.click --wait ready || return 0
	act b paused pause b || return 0
	act b ready resume b || return 0
	act c claimed stop c || return 0
	act c ready start c --wait ready || return 0
	act e ready config e count.click --wait ready || return 0
	act f ready create booted f -c count.click --vif "0,bridge=$other_bridge" \
	    --wait ready || return 0
	act d ready reboot d --wait ready || return 0
	act bridge made bridge create br7 || return 0
	act bridge none bridge delete br7 || return 0
	act e none destroy e --wait freed || return 0
	act c none shutdown c || return 0
	ended=yes
}

# A VNF that was acknowledged is as it was, or as the last command made it.
truth_of() {
	local name=$1 wanted=$2 state i

	state=$(ctl -j show "$name" 2>/dev/null | jq -r .state) || :
	if [ "$wanted" = none ]; then
		[ -z "$state" ] && return
		echo "$name was destroyed, and is $state"
		return 1
	fi
	for ((i = 0; i < 100; i++)); do
		[ "$state" = started ] || break
		sleep 0.05	# its router comes up, which no reply tells
		state=$(ctl -j show "$name" | jq -r .state)
	done
	if [ "$state" != "$wanted" ]; then
		echo "$name was $wanted, and is ${state:-gone}"
		return 1
	fi
	# It is our pause, which a resume undoes.
	if [ "$wanted" = paused ]; then
		ctl resume "$name" >/dev/null || return
	fi
	[ "$wanted" = claimed ] || ctl read "$name" cnt.class >/dev/null
}

# What it ran before it runs again, or starts when it is told to.
keeps_its_configuration() {
	local name=$1 state i

	for ((i = 0; i < 100; i++)); do
		state=$(ctl -j show "$name" | jq -r .state)
		case $state in
		started) sleep 0.05 ;;
		paused) ctl resume "$name" >/dev/null || break ;;
		claimed) ctl start "$name" --wait ready >/dev/null || break ;;
		*) break ;;
		esac
	done
	ctl read "$name" cnt.class >/dev/null && return
	echo "$name is $state, and does not run what it ran before"
	return 1
}

# The VNF that was under way is gone, or usable.
truth_of_pending() {
	local name=$1

	if [ "$name" = bridge ]; then
		ctl bridge create br7 >/dev/null && ctl bridge delete br7
		return
	fi
	if ! ctl show "$name" >/dev/null 2>&1; then
		case $name-${is[$name]-new} in
		*-new) return 0 ;;
		c-*|e-*) return 0 ;;	# being destroyed
		esac
		echo "$name is lost"
		return 1
	fi
	case $verb in
	start|stop|pause|resume|reboot)
		keeps_its_configuration "$name" || return ;;
	esac
	if [ "$(ctl -j show "$name" | jq -r .state)" = paused ]; then
		ctl resume "$name" >/dev/null || return
	fi
	ctl config "$name" other.click --wait ready >/dev/null &&
	    ctl read "$name" end.class >/dev/null && return
	echo "$name cannot be used any more"
	return 1
}

truth() {
	local name bad=0

	for name in "${!is[@]}"; do
		[ "$name" = "$pending" ] || [ "$name" = bridge ] ||
			truth_of "$name" "${is[$name]}" || bad=1
	done
	if [ -n "$pending" ]; then
		truth_of_pending "$pending" || bad=1
	fi
	nobody_else || bad=1
	return "$bad"
}

# Every domain is a VNF's or a shell's, and every pool comes to be full.
nobody_else() {
	local domains wanted

	ctl pool fill --wait >/dev/null || return
	wanted=$(($(ctl -j list | wc -l) +
	    $(ctl -j pool | jq -s 'map(.have) | add')))
	domains=$(domains_now)
	[ "$domains" -eq "$wanted" ] && return
	echo "there are $domains domains for $wanted VNFs and shells"
	return 1
}
