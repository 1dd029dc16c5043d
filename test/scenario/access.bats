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
	# Reached by all of them, with the program that they run.
	public=$(mktemp -d /tmp/uvnf-users.XXXXXX)
	chmod 755 "$public"
	install -m 755 "$build/uvnfctl" "$public"
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

# ctl_as USER[:GROUP...] ARG..., talk_as USER[:GROUP...] STEP...: as that user,
# in those groups, the first of which is the primary one.
ctl_as() {
	local ids
	IFS=: read -ra ids <<<"$1"

	if [ ${#ids[@]} -gt 2 ]; then
		setpriv --reuid "${ids[0]}" --regid "${ids[1]}" \
		    --groups "$(IFS=,; echo "${ids[*]:2}")" \
		    "$public/uvnfctl" "${@:2}"
	else
		setpriv --reuid "${ids[0]}" --regid "${ids[1]-60000}" \
		    --clear-groups "$public/uvnfctl" "${@:2}"
	fi
}

talk_as() {
	local who=$1

	[[ $who == *:* ]] || who+=:60000
	WIRE_AS=$who wire "${@:2}"
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
	sed -n 's/^\.It Li \([^T]*\) Ta \([a-z]*\).*/\2 \1/p' \
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
	local level request user rank=0 i rows all=

	daemon_start
	mapfile -t rows < <(requests_of_the_page)
	[ "${#rows[@]}" -ge 25 ]
	for request in "${rows[@]}"; do
		# Arguments too many: it can do nothing.
		all+="${request#* } a b c d e f\n"
	done
	for user in $nobody $observer $alice $admin; do
		run -0 talk_as "$user" "send:$all" "reply:${#rows[@]}"
		for i in "${!rows[@]}"; do
			read -r level request <<<"${rows[i]}"
			if ((rank < $(rank_of "$level"))); then
				[[ ${lines[i]} == "ERR denied $request needs the level $level,"*" user $user has "* ]]
			else
				[[ ${lines[i]} == 'ERR bad-request '* ]]
			fi
		done
		rank=$((rank + 1))
	done
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
		run -0 ctl_as "$user" stats reset
	done
	denies 6100:7002 stats reset
	run -0 ctl_as 6100:7002 stats
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

# What each of the levels has, one after another: alice makes one VNF, then
# ARG... is asked by everybody.
foreign_requests=('config v config=8' 'read v cnt.count' 'write v cnt.reset'
    'start v' 'stop v' 'pause v' 'resume v' 'reboot v' 'shutdown v'
    'destroy v' 'console v' 'console v follow=true')

@test "a VNF of another user: nothing but a look at it" {
	local request user all=

	daemon_start
	ctl_as $alice create cold v >/dev/null
	ctl_as $alice config v - <count.click >/dev/null
	for request in "${foreign_requests[@]}"; do
		all+="$request\nx :: y;\n"
	done
	for user in $bob $observer; do
		run -0 talk_as $user "send:$all" \
		    "reply:$((2 * ${#foreign_requests[@]} - 1))"
		[ "$(grep -c '^ERR denied' <<<"$output")" -eq \
		    "${#foreign_requests[@]}" ]
		run -0 talk_as $user 'send:show v\nlist\nevents v\n' reply:3
		[ "$(grep -c " uid=$alice " <<<"$output")" -eq 2 ]
		[ "$(grep -c '^OK' <<<"$output")" -eq 3 ]
	done
	run -0 talk_as $bob 'send:destroy v\n' reply
	says "the VNF 'v' belongs to user $alice, and user $bob was not granted"
	# For one that is not there, it is no matter whose it might be.
	run -0 talk_as $bob 'send:destroy w\n' reply
	says 'ERR no-vnf'
	run -0 talk_as $bob 'send:create cold v\n' reply
	says 'ERR name-taken'
	holds '.state == "started" or .state == "ready"' show v
}

@test "what a console said, quoted in an error: for those who may read it" {
	local user

	daemon_start
	run -1 ctl_as $alice create cold v -c - --wait ready <refused.click
	says '; its console: '
	for user in $alice $admin; do
		run -0 talk_as $user 'send:show v\nlist\nevents v\n' reply:3
		[ "$(grep -c '; its console: ' <<<"$output")" -eq 3 ]
	done
	for user in $bob $observer; do
		run -0 talk_as $user 'send:show v\nlist\nevents v\n' reply:3
		[ "$(grep -c "error.text=\"the guest refused the configuration of 'v'\"" \
		    <<<"$output")" -eq 3 ]
		[[ $output != *'its console'* ]]
	done
}

@test "a VNF of one's own: whatever there is to do with it" {
	local user

	for user in $alice $admin 0; do
		[ -n "$daemon" ] || daemon_start
		ctl_as $alice create cold v >/dev/null
		run -0 ctl_as "$user" config v - --wait ready <count.click
		run -0 ctl_as "$user" read v cnt.count
		run -0 ctl_as "$user" write v cnt.reset
		run -0 ctl_as "$user" stop v
		run -0 ctl_as "$user" start v --wait ready
		run -0 ctl_as "$user" pause v
		run -0 ctl_as "$user" resume v
		run -0 ctl_as "$user" reboot v --wait ready
		holds ".uid == $alice" show v
		run -0 ctl_as "$user" console v
		run -0 ctl_as "$user" shutdown v
		run -0 ctl_as $alice create cold v
		run -0 ctl_as "$user" destroy v
	done
}

@test "grants: of one user to another, in one direction, until a reload" {
	use "operators: {users: [$alice, $bob]}
		grants: {$bob: [$alice]}"
	daemon_start
	ctl_as $alice create cold a >/dev/null
	ctl_as $bob create cold b >/dev/null
	run -0 ctl_as $bob pause a
	run -0 ctl_as $bob console a
	denies $alice pause b
	denies $alice console b
	ctl_as $bob bridge create uvb >/dev/null
	ctl_as $alice bridge create uva >/dev/null
	run -0 ctl_as $bob bridge delete uva
	denies $alice bridge delete uvb
	use "operators: {users: [$alice, $bob]}"
	ctl reload >/dev/null
	denies $bob resume a
	run -0 ctl_as $alice resume a
}

@test "bridges: only their owner's, or an admin's, to delete or to share" {
	daemon_start
	ctl_as $alice bridge create uv1 >/dev/null
	all_hold "length == 1 and .[0].uid == $alice" bridge
	denies $bob bridge delete uv1
	denies $bob bridge create uv1
	says "the bridge 'uv1' belongs to user $alice"
	run -0 ctl_as $alice bridge create uv1
	run -0 ctl_as $observer bridge
	run -0 ctl_as $admin bridge delete uv1
	run -0 ctl_as $bob bridge create uv1
	daemon_stop
	# The next daemon still knows.
	daemon_start
	all_hold "length == 1 and .[0].uid == $bob" bridge
	denies $alice bridge delete uv1
	run -0 ctl_as $bob bridge delete uv1
}

@test "bridges: one that a template names is an admin's to make" {
	daemon_start
	run -1 --separate-stderr ctl_as $alice bridge create br0
	[[ $stderr == 'uvnfctl: denied: '* ]]
	says "has a vif in a bridge 'br0', which is an admin's to make"
	run -0 ctl_as $admin bridge create br0
	denies $alice bridge delete br0
}

@test "bridges: no name that the kernel or netback has other plans for" {
	daemon_start
	for name in br%d %d 'vif7.0' vif; do
		run -1 --separate-stderr ctl_as $alice bridge create "$name"
		[[ $stderr == "uvnfctl: bad-name: '$name' is no name for a bridge: "* ]]
	done
	run -0 ctl_as $alice bridge create uvif1
	all_hold 'map(.name) == ["uvif1"]' bridge
}

@test "quotas: bridges, 256 unless it is said otherwise" {
	with_quotas '{}'
	daemon_start
	with_quotas '{default: {bridges: 2}}'
	ctl reload >/dev/null
	for n in 1 2; do
		run -0 ctl_as $alice bridge create uv$n
	done
	exceeds $alice bridge create uv3
	says 'may have bridges: 2, has 2 and would need 1 more'
	# One that is there is no more.
	run -0 ctl_as $alice bridge create uv1
	has $alice '.bridges == {"used": 2, "max": 2}'
	run -0 ctl quota
	says BRIDGES
	run -0 ctl_as $admin bridge create uv4
	run -0 ctl_as $bob bridge create uv5
	daemon_stop
	daemon_start fail_bridges=1
	has $alice '.bridges.used == 2'
	run -1 ctl_as $bob bridge create uv6
	has $bob '.bridges.used == 1'
	run -0 ctl_as $alice bridge delete uv1
	run -0 ctl_as $alice bridge create uv3
	exceeds $alice bridge create uv1
}

@test "bridges: nobody else's VNF is plugged into one" {
	cat >>uvnf.yaml <<-'EOF'
	  free:
	    kernel: /boot/clickos
	    vifs: [{bridge: br0}]
	    override: [config, vifs]
	EOF
	daemon_start
	ctl_as $alice bridge create uv1 >/dev/null
	denies $bob create free b --vif 0,bridge=uv1
	says "the bridge 'uv1' belongs to user $alice"
	fails 1 no-vnf show b
	run -0 ctl_as $bob create free b --vif 0,bridge=br1
	run -0 ctl_as $alice create free a --vif 0,bridge=uv1
	run -0 ctl_as $admin create free c --vif 0,bridge=uv1
	all_hold '.[0].vifs == 2' bridge
}

@test "bridges: none is made that another user's VNF is on its way into" {
	sed -i '/pool:/d' uvnf.yaml
	cat >>uvnf.yaml <<-'EOF'
	  free:
	    kernel: /boot/clickos
	    vifs: [{bridge: br0}]
	    override: [config, vifs]
	workers: 1
	EOF
	daemon_start build_ms=4000
	talk_as $bob 'send:@a create cold b1\n@b create free b2 vifs.0.bridge=uvx\n' \
	    reply:2 >/dev/null 3>&- &
	await all_hold 'any(.name == "b2")' list
	run -1 --separate-stderr ctl_as $alice bridge create uvx
	[[ $stderr == "uvnfctl: name-taken: the VNF 'b2' of user $bob is to be "* ]]
	wait $!
	run -1 ctl_as $alice bridge create uvx
	# One's own is no matter.
	run -0 ctl_as $bob bridge create uvx
	run -0 ctl_as $bob bridge create uvx
	ctl_as $bob destroy b2 --wait freed
	run -0 ctl_as $bob bridge delete uvx
	run -0 ctl_as $alice bridge create uvx
}

@test "destroy --all: what is one's own, and how many are left" {
	daemon_start
	for n in 1 2; do
		ctl_as $alice create cold "a$n" >/dev/null
	done
	ctl_as $bob create cold b1 >/dev/null
	ctl create cold r1 >/dev/null
	run -0 --separate-stderr ctl_as $alice destroy --all
	[ "$output" = 'a1 destroyed
a2 destroyed' ]
	[ "$stderr" = 'uvnfctl: left: 2 VNFs of other users' ]
	run -0 --separate-stderr ctl_as $observer -j destroy --all
	[ "$output" = '' ]
	[ "$stderr" = 'uvnfctl: left: 2 VNFs of other users' ]
	all_hold 'map(.name) == ["b1", "r1"]' list
	# One that is named is asked for.
	denies $alice destroy b1
	# Whose level was taken away is told, and does not believe it is done.
	use "observers: {users: [$bob]}"
	ctl reload >/dev/null
	run -1 --separate-stderr ctl_as $bob destroy --all
	[[ $stderr == 'uvnfctl: denied: '*$'\n'*'left: 1 VNF of other users' ]]
	run -0 --separate-stderr ctl destroy --all
	[ "$stderr" = '' ]
	all_hold '. == []' list
}

@test "text shows the owner by name, where there is one" {
	daemon_start
	run -0 ctl_as $alice create cold a
	says "owner $alice"
	run -0 ctl create cold r
	says 'owner root'
	run -0 ctl list
	says "OWNER" "$alice" root
	run -0 ctl show r
	says 'uid: 0 (root)'
	run -0 ctl show a
	[[ $output == *"uid: $alice"$'\n'* ]]
	holds ".uid == $alice and (has(\"owner\") | not)" show a
}

@test "what is followed ends when a reload takes it away" {
	daemon_start
	mkfifo -m 666 "$public/go"
	ctl_as $alice create cold a >/dev/null
	talk_as $alice \
	    'send:@e events follow=true\n@c console a follow=true\n@p ping\n' \
	    'until:@p OK' "tell:$public/go" 'until:@e EVENT kind="end"' \
	    "tell:$public/go" 'until:@c EVENT kind="end"' \
	    'send:@q ping\n' 'until:@q OK' >followed 3>&- &
	local pid=$!
	read -r <"$public/go"
	use "observers: {users: [$observer]}"
	ctl reload >/dev/null
	read -r <"$public/go"
	# It says something, which is not for her any more.
	ctl config a count.click --wait ready >/dev/null
	wait "$pid"
	grep -q '^@e EVENT kind="end" error.code="denied"' followed
	grep -q '^@c EVENT kind="end" error.code="denied"' followed
	[ "$(grep -c 'EVENT kind="text"' followed)" -eq 0 ]
}

# --- who did what ----------------------------------------------------------

# logs TEXT...: the log gets a line about a request that is this.
logs() {
	local text

	for text; do
		await grep -qxF "uvnfd: info: request answered $text" log ||
			return
	done
}

@test "the log: each request that changes something, once it is answered" {
	daemon_start
	run -0 talk_as $alice \
	    'send:create cold a\nread a x.y timeout_ms=1\nstop a\npause a\n' \
	    'send:resume a\nwrite a x\nbridge create uv1\nlist\nshow a\n' \
	    'send:pool drain cold\nstats\nquota\nevents\nping\nreload\n' \
	    'send:console a\nbridge delete uv1\nstart a\nconfig a config=5\nIdle;' \
	    'send:reboot a\npool set cold\npool fill\nstats reset\n' \
	    'send:shutdown a force_ms=100\ndestroy a\n' reply:25
	run -0 talk_as $bob 'send:create cold b\n@t destroy b\n' reply:2
	pid="pid=[0-9]*"
	await grep -q 'name="b"' log
	await grep -q 'verb="destroy".*name="b"' log
	run -0 sed -n 's/^uvnfd: info: request answered //p' log
	[ "$(sed "s/ $pid / /" <<<"$output")" = "\
uid=$alice verb=\"create\" result=\"ok\" name=\"a\" template=\"cold\"
uid=$alice verb=\"stop\" result=\"bad-state\" name=\"a\"
uid=$alice verb=\"pause\" result=\"ok\" name=\"a\"
uid=$alice verb=\"resume\" result=\"ok\" name=\"a\"
uid=$alice verb=\"write\" result=\"bad-request\" name=\"a\"
uid=$alice verb=\"bridge create\" result=\"ok\" bridge=\"uv1\"
uid=$alice verb=\"pool drain\" result=\"denied\" template=\"cold\"
uid=$alice verb=\"reload\" result=\"denied\"
uid=$alice verb=\"bridge delete\" result=\"ok\" bridge=\"uv1\"
uid=$alice verb=\"start\" result=\"bad-state\" name=\"a\"
uid=$alice verb=\"config\" result=\"ok\" name=\"a\"
uid=$alice verb=\"reboot\" result=\"ok\" name=\"a\"
uid=$alice verb=\"pool set\" result=\"denied\" template=\"cold\"
uid=$alice verb=\"pool fill\" result=\"denied\"
uid=$alice verb=\"stats reset\" result=\"denied\"
uid=$alice verb=\"shutdown\" result=\"ok\" name=\"a\"
uid=$alice verb=\"destroy\" result=\"no-vnf\" name=\"a\"
uid=$bob verb=\"create\" result=\"ok\" name=\"b\" template=\"cold\"
uid=$bob verb=\"destroy\" result=\"ok\" name=\"b\"" ]
}

@test "the log: the client's process, its odd words, and one who hangs up" {
	daemon_start build_ms=300
	coproc CLIENT { exec socat - "UNIX-CONNECT:$UVNF_SOCKET" 3>&-; }
	local pid=$CLIENT_PID
	read -r -t 30 REPLY <&"${CLIENT[0]}"
	echo 'destroy "x result=ok\n\"uid=1\x1b[31m"' >&"${CLIENT[1]}"
	read -r -t 30 REPLY <&"${CLIENT[0]}"
	[[ $REPLY == 'ERR no-vnf '* ]]
	logs "uid=0 pid=$pid verb=\"destroy\" result=\"no-vnf\" name=\"x result=ok\\n\\\"uid=1\\x1b[31m\""
	echo quit >&"${CLIENT[1]}"
	wait "$pid"
	# What goes on when nobody waits for it is told all the same.
	run -0 talk_as $alice 'send:create cold gone\n'
	await grep -qE "uid=$alice .*verb=\"create\" result=\"ok\" name=\"gone\"" log
}

# --- files -----------------------------------------------------------------

@test "no request names a file of the host" {
	daemon_start
	write_files
	run -0 wire \
	    'send:create cold a vifs.0.script=/bin/sh\n' \
	    'send:create cold a vifs.0.kernel=/boot/other\n' \
	    'send:create cold a kernel=/boot/other\n' \
	    'send:create cold a ramdisk=/etc/shadow\n' \
	    'send:create cold a cmdline=x\ncreate cold a ready=x\n' \
	    'send:create ../cold a\ncreate /boot/clickos a\n' \
	    'send:create cold ../../a\ncreate cold /a\n' \
	    'send:create cold a chain=../x\n' \
	    'send:create cold a chain=x spec=/etc/x\n' \
	    'send:create cold a set.../x=1\n' \
	    'send:create cold a vifs.0.bridge=../br0\n' \
	    'send:create cold a vifs.0.ovs=/br0\n' \
	    'send:bridge create ../x\nbridge create /x\n' \
	    'send:reload /etc/passwd\nreload file=/etc/passwd\n' \
	    'send:pool fill /x\npool set ../x booted 1\n' \
	    'send:show ../a\ndestroy /a\nconsole ../a\nevents ../a\n' \
	    reply:25
	[ "$(grep -c '^ERR ' <<<"$output")" -eq 25 ]
	[ "$(grep -cE '^ERR (bad-request|bad-name|no-template|no-vnf) ' \
	    <<<"$output")" -eq 25 ]
	ctl create cold a -c count.click --wait ready >/dev/null
	run -0 wire 'send:read a ../../x.y\nread a /x.y\nread a x//y.z\n' \
	    'send:write a x/.y\nread a x.y/z\nread a ../x\n' reply:6
	[ "$(grep -c '^ERR bad-request ' <<<"$output")" -eq 6 ]
	# A payload is a text, never the name of one.
	run -0 wire 'send:create cold b config=/etc/passwd\n' reply eof
	says 'ERR bad-request' 'is no length in bytes'
	all_hold 'map(.name) == ["a"]' list
}

# --- quotas ----------------------------------------------------------------

with_quotas() {
	use "operators: {users: [$alice, $bob]}
		admins: {users: [$admin]}" "quotas: $1"
	# Others than the defaults: 8 MiB and one virtual CPU.
	cat >>uvnf.yaml <<-'EOF'
	  big:
	    kernel: /boot/clickos
	    vifs: [{bridge: br0}]
	    memory_mb: 24
	    vcpus: 3
	EOF
}

# has USER FILTER: what the daemon counts of a user's.
has() {
	all_hold "map(select(.uid == $1)) | .[0] | $2" quota
}

exceeds() {
	run -1 --separate-stderr ctl_as "$@"
	[[ $stderr == "uvnfctl: quota: "*"user $1 may have "* &&
	    ${#stderr_lines[@]} -eq 1 ]] && return
	echo "'uvnfctl ${*:2}' as $1 exceeds no quota: $output $stderr"
	return 1
}

@test "quotas: vnfs, memory_mb and vcpus, and again after a destroy" {
	with_quotas "{default: {vnfs: 2, memory_mb: 40, vcpus: 5}, users: {
	    $bob: {vnfs: 3, vcpus: 3}}}"
	daemon_start
	ctl_as $alice create cold a1 >/dev/null
	ctl_as $alice create booted a2 >/dev/null
	has $alice '.vnfs == {"used": 2, "max": 2} and
	    .memory_mb == {"used": 16, "max": 40} and
	    .vcpus == {"used": 2, "max": 5} and .builds == {"used": 0}'
	exceeds $alice create cold a3
	says 'may have vnfs: 2, has 2 and would need 1 more'
	exceeds $alice create booted a3
	fails 1 no-vnf show a3
	ctl_as $alice destroy a1 --wait freed
	ctl_as $alice create big a3 >/dev/null
	has $alice '.memory_mb.used == 32 and .vcpus.used == 4'
	ctl_as $alice destroy a3
	ctl_as $bob create big b1 >/dev/null
	exceeds $bob create cold b2
	says 'may have vcpus: 3, has 3'
	with_quotas "{default: {memory_mb: 31}}"
	ctl reload >/dev/null
	has $bob '.memory_mb == {"used": 24, "max": 31} and
	    .vnfs == {"used": 1}'
	exceeds $bob create cold b2
	says 'may have memory_mb: 31, has 24 and would need 8 more'
	# Nobody loses anything to a smaller quota.
	with_quotas "{default: {vnfs: 0}}"
	ctl reload >/dev/null
	exceeds $bob create cold b2
	run -0 ctl_as $bob config b1 - <count.click
	run -0 ctl_as $bob reboot b1
	# Admins are counted, too, and not limited.
	ctl_as $admin create cold c1 >/dev/null
	ctl create cold c2 >/dev/null
	has $admin '.vnfs == {"used": 1, "max": 0}'
	has 0 '.vnfs.used == 1'
	# What an admin takes away is the owner's again.
	run -0 ctl destroy --all --wait freed
	# Who has only a connection to ask with.
	all_hold 'length == 1 and .[0].uid == 0 and .[0].vnfs.used == 0 and
	    .[0].memory_mb.used == 0 and .[0].connections.used == 1' quota
}

@test "quotas: what fails gives back what it took" {
	with_quotas '{default: {vnfs: 1}}'
	sed -i '/pool:/d' uvnf.yaml
	daemon_start fail_builds=3
	for n in 1 2 3; do
		run -1 --separate-stderr ctl_as $alice create cold a
		[[ $stderr == 'uvnfctl: build-failed: '* ]]
	done
	run -1 --separate-stderr ctl_as $alice create nosuch a
	run -1 --separate-stderr ctl_as $alice create cold a -c - \
	    --wait ready <refused.click
	[[ $stderr == 'uvnfctl: router-failed: '* ]]
	exceeds $alice create cold b
	run -0 ctl_as $alice shutdown a --force 0
	run -0 ctl_as $alice create cold b
	exceeds $alice create cold c
	# Of two at once, one.
	ctl_as $alice destroy b
	run -0 talk_as $alice 'send:@a create cold a\n@b create cold b\n' \
	    reply:2
	[ "$(grep -c ' OK' <<<"$output")" -eq 1 ]
	[ "$(grep -c ' ERR quota ' <<<"$output")" -eq 1 ]
}

@test "quotas: memory counts until the domain is gone, the name does not" {
	with_quotas '{default: {vnfs: 2, memory_mb: 16}}'
	daemon_start destroy_ms=500
	# In one piece, so that all of it is asked before the domain is gone.
	run -0 talk_as $alice 'send:create cold a\ncreate cold b\n' reply:2 \
	    'send:destroy a\nquota\ncreate cold c\n' reply:3
	says "DATA uid=$alice vnfs.used=1 vnfs.max=2 memory_mb.used=16 " \
	    'ERR quota' 'may have memory_mb: 16, has 16 and would need 8 more'
	run -0 ctl_as $alice destroy b --wait freed
	await all_hold 'all(.vnfs.used == 0 and .memory_mb.used == 0)' quota
	run -0 ctl_as $alice create cold c
	# A reboot gives the old domain's back when that is gone, too.
	run -0 ctl_as $alice reboot c
	await has $alice '.vnfs.used == 1 and .memory_mb.used == 8'
}

@test "quotas: memory of a domain whose VNF went while it was built" {
	with_quotas '{default: {memory_mb: 16}}'
	sed -i '/pool:/d' uvnf.yaml
	daemon_start build_ms=500 destroy_ms=4000
	run -0 talk_as $alice \
	    'send:@a create cold a\n@b create cold b timeout_ms=100\n' \
	    'send:@d destroy a\n@q quota\n@c create cold c\n' \
	    'until:^@q DATA.* vnfs.used=1 .*memory_mb.used=16 ' \
	    'until:^@c ERR quota .* has 16 and would need 8 more' \
	    'until:^@b ERR timeout'
	has $alice '.vnfs.used == 0 and .memory_mb.used == 16'
	# The same once they are there and are being destroyed.
	await has $alice '.builds.used == 0'
	has $alice '.memory_mb.used == 16'
	exceeds $alice create cold c
	await all_hold 'all(.memory_mb.used == 0)' quota
	# What is never built costs nothing.
	ctl_as $alice create cold c
	run -0 talk_as $alice 'send:@r reboot c timeout_ms=100\n' \
	    'until:^@r ERR timeout'
	has $alice '.memory_mb.used == 16'
	await has $alice '.memory_mb.used == 8'
}

@test "chains: only their owner, or who was granted that, adds to one" {
	daemon_start
	run -0 talk_as $alice \
	    'send:create cold a chain=web\nbridge create uv1 chain=net\n' reply:2
	run -0 talk_as $bob 'send:create cold b chain=web spec=x\n' \
	    'send:bridge create uv2 chain=web\ncreate cold b chain=net\n' \
	    'send:create cold b chain=own config=1\nx' reply:4
	says "ERR denied the chain 'web' belongs to user $alice, and user $bob" \
	    "ERR denied the chain 'net' belongs to user $alice, and user $bob"
	[ "$(grep -c '^ERR denied' <<<"$output")" -eq 3 ]
	all_hold 'map([.name, .chain]) | sort == [["a", "web"], ["b", "own"]]' \
	    list
	all_hold 'map(.name) == ["uv1"]' bridge
	# A config cannot move a VNF into one.
	run -0 talk_as $bob 'send:config b chain=web config=1\nx' reply
	says 'ERR bad-request'
	run -0 talk_as $admin 'send:create cold d chain=web\n' reply
	# It is whose the oldest of its VNFs is.
	run -0 ctl_as $alice destroy a
	run -0 talk_as $alice 'send:create cold a chain=web\n' reply
	says "ERR denied the chain 'web' belongs to user $admin"
	run -0 ctl_as $admin destroy d
	run -0 talk_as $bob 'send:create cold d chain=web\n' reply
	says OK
}

@test "quotas: builds on demand, until they have ended" {
	with_quotas '{default: {builds: 2}}'
	sed -i '/pool:/d' uvnf.yaml
	daemon_start build_ms=1500
	# In one piece, so that all of it is asked before a build has ended.
	run -0 talk_as $alice \
	    'send:@a create cold a\n@b create cold b\n@c create cold c\n@l quota\n@d destroy a\n@e create cold e\n' \
	    'until:^@c ERR quota user .* may have builds: 2, has 2 and' \
	    'until:^@l DATA.* builds.used=2 builds.max=2' \
	    'until:^@d OK' 'until:^@e ERR quota' 'until:^@b OK'
	# One that was destroyed while it was built has ended with its build.
	await has $alice '.builds.used == 0 and .vnfs.used == 1'
	# A reboot for which there is no room leaves the VNF as it is.
	run -0 talk_as $alice \
	    'send:@a create cold p\n@b create cold q\n@c reboot b\n' \
	    'until:^@c DATA name="b".*state="claimed"' 'until:^@c ERR quota'
	# Another user waits for nothing of that.
	run -0 ctl_as $bob create cold z
}

# hold USER N: N connections of that user, by a process in the background,
# until `let_go'.
hold() {
	rm -f "$public/held" "$public/go"
	mkfifo -m 666 "$public/held" "$public/go"
	WIRE_MANY=$2 talk_as "$1" "tell:$public/held" "wait:$public/go" 3>&- &
	holder=$!
	read -r -t 60 <>"$public/held"
}

let_go() {
	echo >"$public/go"
	wait "$holder"
}

@test "quotas: connections, 256 unless it is said otherwise" {
	with_quotas '{}'
	daemon_start
	hold $alice 256
	exceeds $alice ping
	says 'may have connections: 256, has 256 and would need 1 more'
	# Neither others nor admins wait.
	run -0 ctl_as $bob ping
	run -0 ctl_as $admin ping
	let_go
	await ctl_as $alice ping
	with_quotas "{default: {connections: 2}, users: {$bob: {connections: 3}}}"
	ctl reload >/dev/null
	hold $bob 3
	has $bob '.connections == {"used": 3, "max": 3}'
	exceeds $bob list
	let_go
	hold $nobody 2
	exceeds $nobody ping
	let_go
	hold $admin 20
	run -0 ctl_as $admin ping
	let_go
	with_quotas "{default: {connections: 0}}"
	ctl reload >/dev/null
	exceeds $alice ping
	run -0 ctl ping
}

@test "quotas: what is followed, on all connections, 512 unless it is said otherwise" {
	with_quotas '{default: {follows: 3}}'
	daemon_start
	mkfifo -m 666 "$public/held" "$public/go"
	talk_as $alice 'many:2:events follow=true\n' reply:2 \
	    "tell:$public/held" "wait:$public/go" 3>&- >/dev/null &
	holder=$!
	read -r -t 60 <>"$public/held"
	has $alice '.follows == {"used": 2, "max": 3}'
	run -0 talk_as $alice 'many:2:events follow=true\n' \
	    'until:^OK' 'until:^ERR quota user .* may have follows: 3, has 3'
	# With what they held on to when they went.
	await has $alice '.follows.used == 2'
	run -0 talk_as $admin 'many:9:events follow=true\n' 'until:^OK'
	run -0 talk_as $bob 'many:3:events follow=true\n' 'until:^OK'
	echo >"$public/go"
	wait "$holder"
	await all_hold 'all(.follows.used == 0)' quota
	run -0 ctl quota
	says FOLLOWS
}

@test "quota: a line for each user who has anything" {
	with_quotas '{default: {vnfs: 5}}'
	daemon_start
	run -0 ctl quota
	says USER VNFS MEMORY_MB VCPUS BUILDS
	ctl_as $bob create cold b >/dev/null
	ctl create cold r >/dev/null
	run -0 ctl quota
	[[ ${lines[1]} == 'root '* && ${lines[2]} == "$bob "* ]]
	all_hold 'map(.uid) == ([0, 6003])' quota
	fails 2 usage quota a
	run -0 wire 'send:quota a\nquota a=b\n' reply:2
	[ "$(grep -c 'ERR bad-request' <<<"$output")" -eq 2 ]
}

@test "10,000 connections: 4096 are served, the rest is told, and root comes in" {
	local holder go

	ulimit -n 12000 || skip 'no 12,000 descriptors here'
	daemon_start
	mkfifo go
	# An admin: the others are under a quota.
	setpriv --reuid "$admin" --regid 60000 --clear-groups \
	    "$scenario/many" "$UVNF_SOCKET" 10000 <go >out 3>&- &
	holder=$!
	exec {go}>go
	await grep -q refused out
	[ "$(cat out)" = '4096 greeted, 5904 refused: too-big' ]
	holds '.clients == 4097' stats
	run -0 ctl create cold a -c count.click --wait ready
	exec {go}>&-
	wait "$holder"
	await holds '.clients == 1' stats
	run -0 ctl destroy a --wait freed
}

@test "uvnf-bench of who may make nothing speaks of no remains" {
	install -m 755 "$build/uvnf-bench" "$public"
	daemon_start
	run -1 setpriv --reuid "$observer" --regid 60000 --clear-groups \
	    "$public/uvnf-bench" -n 3 -w 0 cold
	says 'failed: 3 of create: denied: '
	[[ $output != *'could not be destroyed'* ]]
}
