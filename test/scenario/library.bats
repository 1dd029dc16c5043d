#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# libuvnf as those who write programs get it: the example, and the header, the
# library, the pkg-config file and the manual page as they are installed.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
}

teardown() {
	scenario_end
}

top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

many() {
	"$build/examples/create-many" "$@"
}

# --- the example -----------------------------------------------------------

@test "create-many makes many VNFs at once and destroys them" {
	daemon_start build_ms=20
	fill
	run -0 many booted 100 count.click
	[ "${lines[-1]}" = '100 ready, 100 destroyed' ]
	[ "$(grep -cE '^many-[0-9]+ +booted( +[0-9]+){4}$' <<<"$output")" -ge 2 ]
	[ "$(grep -cE '^many-[0-9]+ +cold( +[0-9]+){4}$' <<<"$output")" -ge 1 ]
	[ "$(grep -c '^many-' <<<"$output")" -eq 100 ]
	holds '.vnfs == 0 and .destroys == 100' stats
}

@test "create-many gives VNFs the template's own configuration" {
	daemon_start
	run -0 many carrier 3
	[ "${lines[-1]}" = '3 ready, 3 destroyed' ]
}

@test "create-many destroys what failed to start, too" {
	daemon_start
	run -1 many booted 5 refused.click
	[ "${lines[-1]}" = '0 ready, 5 destroyed' ]
	[ "$(grep -c 'create: router-failed: ' <<<"$output")" -eq 5 ]
	holds '.vnfs == 0' stats
}

@test "create-many tells what the daemon refuses" {
	daemon_start
	run -1 many nosuch 2 count.click
	[ "$(grep -c 'create: no-template: .*nosuch' <<<"$output")" -eq 2 ]
	[ "${lines[-1]}" = '0 ready, 0 destroyed' ]
}

@test "create-many without a daemon, and with wrong arguments" {
	run -3 many booted 5 count.click
	[[ $output == *'connecting: no-daemon: '* ]]
	run -2 many booted
	run -2 many booted 0
	run -2 many booted 1001
	run -2 many booted 5x
	run -2 many booted 5 /nonexistent
}

# A daemon that is killed leaves nobody waiting.
@test "create-many is told when the daemon dies" {
	daemon_start build_ms=600000
	many cold 5 count.click >out 2>&1 3>&- &
	local client=$! status=0
	await all_hold 'length == 5' list
	daemon_kill
	wait "$client" || status=$?
	cat out
	[ "$status" -eq 1 ]
	[ "$(grep -c 'create: protocol: uvnfd hung up .*unknown$' out)" -eq 5 ]
	daemon_start		# it cleans up behind the killed one
}

# --- as installed ----------------------------------------------------------

# installed COMPILER ARG...: with what pkg-config says about $dir/root.
installed() {
	local pc sanitizers=()

	pc=$(find "$dir/root" -name uvnf.pc)
	export PKG_CONFIG_SYSROOT_DIR=$dir/root
	export PKG_CONFIG_LIBDIR=${pc%/*}
	library=$(pkg-config --libs-only-L uvnf | sed 's/^-L//; s/ *$//')
	if nm -D "$library/libuvnf.so" | grep -q __asan_init; then
		sanitizers=('-fsanitize=address,undefined')
	fi
	# shellcheck disable=SC2046 # words are wanted
	"$@" "${sanitizers[@]}" $(pkg-config --cflags --libs uvnf)
}

install_all() {
	make -s -C "$build" install DESTDIR="$dir/root" >install.log 2>&1 || {
		cat install.log
		return 1
	}
}

@test "a C program elsewhere is built with what is installed, and runs" {
	install_all
	find root -name libuvnf.3 | grep -q .
	find root -name create-many.c | grep -q .
	[ "$(PKG_CONFIG_LIBDIR=$(dirname "$(find root -name uvnf.pc)") \
	    pkg-config --modversion uvnf)" = "$("$build/uvnfctl" -V |
	    sed 's/^uvnfctl //')" ]
	installed cc -std=c99 -pedantic -Wall -Wextra -Werror -o prog \
	    "$(find root -name create-many.c)"
	daemon_start
	LD_LIBRARY_PATH=$library run -0 ./prog booted 2 count.click
	[ "${lines[-1]}" = '2 ready, 2 destroyed' ]
	readelf -d prog | grep -q 'NEEDED.*libuvnf\.so\.0'
}

@test "a C++ program can use the header" {
	command -v c++ >/dev/null || skip 'there is no C++ compiler'
	install_all
	cat >prog.cc <<-'EOF2'
	#include <uvnf.h>
	#include <cstring>

	static void done(struct uvnf *, const struct uvnf_reply *r, void *arg)
	{
		*static_cast<bool *>(arg) =
		    std::strcmp(uvnf_reply_word(r), "ok") == 0;
	}

	int main()
	{
		const char *argv[] = { "ping" };
		struct uvnf *u;
		bool ok = false;

		if (uvnf_start(nullptr, 5000, &u) < 0 ||
		    uvnf_submit(u, argv, 1, nullptr, 0, done, &ok, nullptr) < 0)
			return 2;
		while (uvnf_pending(u) > 0 && uvnf_wait(u, -1) == 0)
			;
		uvnf_close(u);
		return ok ? 0 : 1;
	}
	EOF2
	installed c++ -std=c++11 -pedantic -Wall -Wextra -Werror -o prog prog.cc
	daemon_start
	LD_LIBRARY_PATH=$library run -0 ./prog
}

# The N-th literal block of libuvnf(3) behind EXAMPLES, as C.
example() {
	sed '1,/^\.Sh EXAMPLES/d' "$top/man/libuvnf.3" |
	    awk -v n="$1" '/^\.Ed/ { inside = 0 } inside && i == n
		/^\.Bd/ { i++; inside = 1 }' | sed 's/\\e/\\/g'
}

@test "the examples of libuvnf(3) are C and do what they say" {
	install_all
	{
		printf '#include <%s>\n' err.h inttypes.h poll.h stdio.h uvnf.h
		example 2
		echo 'int main(void) {'
		example 1
		echo 'if (uvnf_open(NULL, 5000, &u) < 0) return 1;'
		echo 'int rc = destroy_both(u); uvnf_close(u); return rc; }'
	} >prog.c
	installed cc -Wall -Wextra -Werror -o prog prog.c
	daemon_start
	for name in a b web1; do
		ctl create cold $name
	done
	domid=$(ctl -j show web1 | jq .domid)
	LD_LIBRARY_PATH=$library run -0 ./prog
	[ "${lines[0]}" = "domain $domid" ]
	[ "$(sort <<<"${lines[1]}
${lines[2]}")" = "a: ok
b: ok" ]
	all_hold 'map(.name) == ["web1"]' list
}
