# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# Bad requests.

hangs_up_in_payload() {
	printf 'create booted web9 config=1000\nFromDevice' | raw
	refused no-vnf show web9
}

endless_line() {
	head -c 100000 /dev/zero | tr '\0' x | raw
	ctl ping
}

part_requests() {
	creates booted web1 10.0.0.21 booted
	check 'an unknown verb' eval 'printf "fly\n" | raw | grep "^ERR bad-req"'
	check 'an unknown template' refused no-template create nonsense web2
	check 'an unknown name' refused no-vnf destroy web2
	check 'a name that is taken' refused name-taken create booted web1
	check 'a name with a slash' refused bad-name create booted a/b
	check 'a name with a newline' refused bad-name create booted $'a\nb'
	check 'a name of 300 characters' refused bad-name create booted \
	    "$(printf 'a%.0s' {1..300})"
	check 'a client that hangs up in its payload' hangs_up_in_payload
	check 'a line without an end' endless_line
	check 'a kernel that does not exist' \
	    eval 'refused build-failed create nofile web2 &&
	    grep -q /nowhere/clickos "$work/err"'
	check 'a kernel that is none' eval \
	    'refused build-failed create nokernel web2 &&
	    grep -q /etc/passwd "$work/err"'
	check 'a bridge that does not exist' eval \
	    'refused build-failed create nobridge web2 &&
	    grep -q xenbr9 "$work/err"'
	check 'nothing of them is left' \
	    eval 'xl list; ! domains | grep -E "uvnf-no"'
	check 'the VNF goes on' pings 10.0.0.21
	check 'all are destroyed' ctl destroy --all --wait freed
}
