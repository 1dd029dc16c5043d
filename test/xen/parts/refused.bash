# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# What a guest refuses.

# guest_refuses TEXT WORDS: the reply has the guest's own complaint.
guest_refuses() {
	printf '%s\n' "$1" >"$work/bad.click"
	refused router-failed config web1 "$work/bad.click" --wait ready &&
	    grep -q "$2" "$work/err" && grep -q 'Router init failed!' "$work/err"
}

created_failed() {
	refused router-failed create booted web2 -c "$work/bad.click" \
	    --wait ready && [ "$(field web2 .state)" = failed ] &&
	    [ "$(field web2 .error.code)" = router-failed ]
}

unanswered() {
	local status=0
	uvnfctl -t 3 read web1 "$1" || status=$?
	[ $status -eq 4 ]
}

part_refused() {
	creates booted web1 10.0.0.21 booted
	check 'a syntax error' guest_refuses 'a :: Idle( -> Discard;' 'config:'
	check 'an unknown element class' \
	    guest_refuses 'Idle -> Nonsense -> Discard;' Nonsense
	check 'it is failed then' [ "$(field web1 .state)" = failed ]
	check 'create says it, too' created_failed
	check 'a good configuration revives it' \
	    ctl config web1 "$work/22.click" --wait ready
	check 'it answers' pings 10.0.0.22
	echo 'FromDevice(3) -> ToDevice(0);' >"$work/bad.click"
	check 'a vif that it lacks is refused before it is written' \
	    refused bad-config config web1 "$work/bad.click"
	: >"$work/empty.click"
	check 'an empty configuration is refused' \
	    refused bad-config config web1 "$work/empty.click"
	head -c 1000000 /dev/zero | tr '\0' '/' >"$work/huge.click"
	check 'one of a megabyte, too' \
	    refused too-big config web1 "$work/huge.click"
	check 'the VNF goes on' pings 10.0.0.22
	check 'an unknown handler ends at the time limit' \
	    unanswered cnt.nonsense
	check 'an unknown element, too' unanswered nonsense.count
	check 'a global handler is refused' refused bad-request read web1 count
	check 'the VNF goes on' pings 10.0.0.22
	check 'and its handlers answer' counted web1
	check 'all are destroyed' ctl destroy --all --wait freed
}
