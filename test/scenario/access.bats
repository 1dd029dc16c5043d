#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# Several users on one socket: what each may do.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

# Numbers, for users that no host knows: none, an observer, two operators, an
# admin.
nobody=6000 observer=6001 alice=6002 bob=6003 admin=6004

setup() {
	[ "$EUID" -eq 0 ] || skip 'only root can be several users'
	scenario_begin
	# Reached by all of them, with the programs that they run.
	public=$(mktemp -d /tmp/uvnf-users.XXXXXX)
	chmod 755 "$public"
	install -m 755 "$build/uvnfctl" "$scenario/wire" "$public"
	export UVNF_SOCKET=$public/socket
	export ASAN_OPTIONS=log_path=$public/sanitizer
	export UBSAN_OPTIONS=log_path=$public/sanitizer:print_stacktrace=1
	use "observers: {users: [$observer], groups: [7001]}
		operators: {users: [$alice, $bob], groups: [7002]}
		admins: {users: [$admin], groups: [7003]}"
}

teardown() {
	local status=0

	[ -n "${public-}" ] || return 0
	scenario_end || status=1
	if compgen -G "$public/sanitizer*"; then
		cat "$public"/sanitizer*
		status=1
	fi
	rm -rf "$public"
	return "$status"
}

# use ACCESS [MORE]: the configuration with the lines of that map, and more
# keys of the file.
use() {
	write_files
	{
		echo 'socket: {mode: "0666"}'
		printf 'access:\n%s\n' "$1" | sed 's/^[	 ]*\([a-z]*: {\)/  \1/'
		printf '%s\n' "${2-}"
		cat uvnf.yaml
	} >new.yaml
	mv new.yaml uvnf.yaml
}

# as USER[:GROUP...] COMMAND...: as that user, in those groups, the first of
# which is the primary one.
as() {
	local ids
	IFS=: read -ra ids <<<"$1"

	shift
	if [ ${#ids[@]} -gt 2 ]; then
		setpriv --reuid "${ids[0]}" --regid "${ids[1]}" \
		    --groups "$(IFS=,; echo "${ids[*]:2}")" "$@"
	else
		setpriv --reuid "${ids[0]}" --regid "${ids[1]-60000}" \
		    --clear-groups "$@"
	fi
}

# ctl_as USER ARG...; talk_as USER STEP...
ctl_as() {
	as "$1" "$public/uvnfctl" "${@:2}"
}

talk_as() {
	as "$1" "$public/wire" "$UVNF_SOCKET" "${@:2}"
}

# denies USER ARG...: uvnfctl ARG... is denied, and says that it was this user.
denies() {
	run -1 --separate-stderr ctl_as "$@"
	[[ $stderr == "uvnfctl: denied: "*" ${1%%:*}"* &&
	    ${#stderr_lines[@]} -eq 1 ]] && return
	echo "'uvnfctl ${*:2}' as $1 is not denied: $output $stderr"
	return 1
}

# The rows of the table in uvnf-protocol(7): LEVEL REQUEST, a line each.
requests_of_the_page() {
	sed -n 's/^\.It Li \(.*\) Ta \([a-z]*\).*/\2 \1/p' \
	    "$scenario/../../man/uvnf-protocol.7" |
	    while read -r level list; do
		sed "s/ , /\n/g;s/^/$level /;s/\n/&$level /g" <<<"$list"
	    done
}

rank_of() {
	case $1 in
	none) echo 0 ;;
	observer) echo 1 ;;
	operator) echo 2 ;;
	admin) echo 3 ;;
	*) return 1 ;;
	esac
}

@test "every request, at every level: denied below the page's, and not above" {
	local level request user rank n=0

	daemon_start
	while read -r level request; do
		rank=0
		for user in $nobody $observer $alice $admin; do
			# One argument too many: it can do nothing.
			run -0 talk_as "$user" \
			    "send:$request a b c d e f\n" reply
			if ((rank < $(rank_of "$level"))); then
				says "ERR denied $request needs the level $level" \
				    "user $user has "
			else
				says 'ERR bad-request'
			fi
			rank=$((rank + 1))
			n=$((n + 1))
		done
	done < <(requests_of_the_page)
	[ "$n" -ge 100 ]
	# No request began, so nothing is there.
	all_hold '. == []' list
}

@test "no level: connected, greeted, and nothing else" {
	daemon_start
	run -0 talk_as $nobody \
	    'send:hello\nversion\nping\nlist\n@t list\nquit\n' reply:6 eof
	[ "$(grep -c '^OK' <<<"$output")" -eq 4 ]
	says 'ERR denied list needs the level observer, and user 6000 has none'
	says '@t ERR denied'
	denies $nobody list
	denies $nobody stats
	denies $nobody create cold a
	run -0 ctl_as $nobody ping
	# What follows a payload is still found at its place.
	run -0 talk_as $nobody 'send:create cold a config=5\nx::y;ping\n' \
	    reply reply
	says 'ERR denied' 'OK'
	# So is what is denied and makes no sense.
	run -0 talk_as $nobody 'send:nosuch\nlist a=b\n' reply:2
	says 'ERR bad-request' 'ERR denied'
}

@test "a level in person, by the primary group, by another one" {
	daemon_start
	ctl create cold web >/dev/null
	for user in $observer 6100:7001 6100:60000:7001 6100:60000:1:2:7001:3
	do
		run -0 ctl_as "$user" show web
		denies "$user" destroy web
	done
	for user in $admin 6100:7003 6100:7001:7002:7003; do
		run -0 ctl_as "$user" pool fill cold
	done
	denies 6100:60000:1:2:3 list
	denies 6100:7002 pool drain
	run -0 ctl_as 6100:7002 create cold other
}

@test "root, and without the key whoever connects, are admins" {
	daemon_start
	run -0 ctl reload
	daemon_stop
	sed -i '/^access:/,/admins:/d' uvnf.yaml
	daemon_start
	run -0 ctl_as $nobody create cold a
	run -0 ctl_as $nobody pool set cold booted 1
	run -0 ctl_as $nobody reload
}

@test "reload: levels change for connections that are open" {
	daemon_start
	coproc CLIENT { exec setpriv --reuid $nobody --regid 60000 \
	    --clear-groups socat - "UNIX-CONNECT:$UVNF_SOCKET" 3>&-; }
	local pid=$CLIENT_PID
	read -r -t 30 REPLY <&"${CLIENT[0]}"
	echo list >&"${CLIENT[1]}"
	read -r -t 30 REPLY <&"${CLIENT[0]}"
	[[ $REPLY == 'ERR denied '* ]]
	use "operators: {users: [$nobody]}"
	ctl reload >/dev/null
	echo list >&"${CLIENT[1]}"
	read -r -t 30 REPLY <&"${CLIENT[0]}"
	[ "$REPLY" = 'OK count=0' ]
	denies $alice list
	use ''
	run -1 --separate-stderr ctl reload
	says 'bad-config' 'access must be a map'
	echo list >&"${CLIENT[1]}"
	read -r -t 30 REPLY <&"${CLIENT[0]}"
	[ "$REPLY" = 'OK count=0' ]
	use 'observers: {users: [1]}'
	ctl reload >/dev/null
	echo quit >&"${CLIENT[1]}"
	read -r -t 30 REPLY <&"${CLIENT[0]}"
	[ "$REPLY" = OK ]
	wait "$pid"
}

@test "names that this host does not know: a warning, and nothing given" {
	use 'operators: {users: [no-such-user], groups: [no-such-group]}
		admins: {users: [nobody]}'
	run -0 --separate-stderr uvnfd -n
	says "uvnf.yaml:3:23: this host knows no user 'no-such-user'" \
	    "uvnf.yaml:3:47: this host knows no group 'no-such-group'"
	[ "${#stderr_lines[@]}" -eq 2 ]
	daemon_start
	[ "$(grep -c 'this host knows no' log)" -eq 2 ]
	denies $alice list
	run -0 ctl_as 65534 pool fill cold
}
