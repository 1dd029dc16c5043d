# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# Generic guests: a Linux, whose kernel test/xen/run must be told to add as
# /boot/vmlinuz.  It runs as a PVH domain where it can: on an emulated CPU of
# Intel's it asks for a register that Xen, on AMD's virtualisation, lacks
# (test/xen/run --cpu max,-smap,-xsave,-rdtscp makes one of AMD's).

linux=/boot/vmlinuz

linux_type() {
	if grep -q GenuineIntel /proc/cpuinfo; then
		echo pv
	else
		echo pvh
	fi
}

# write_generic_config BOOTED
write_generic_config() {
	cat >"$work/uvnf.yaml" <<-END
	templates:
	  linux: {guest: generic, type: $(linux_type), kernel: $linux,
	    memory_mb: 128, ramdisk: $work/linux.cpio.gz,
	    cmdline: console=hvc0 quiet mark=seven,
	    ready: {console: "this is seven"}, pool: {booted: $1}}
	  running: {extends: linux, ready: running, pool: {booted: 0}}
	  noramdisk: {extends: running, ramdisk: /nowhere/ramdisk}
	END
}

# All that it does is to say what its command line has, and to power off.
make_ramdisk() {
	local d=$work/ramdisk
	mkdir -p "$d/bin" "$d/sbin" "$d/proc" "$d/dev"
	cp /usr/bin/busybox "$d/bin/busybox"
	printf '#!/bin/busybox sh\nexec /bin/busybox poweroff -f\n' \
	    >"$d/sbin/poweroff"
	chmod +x "$d/sbin/poweroff"
	cat >"$d/init" <<-'END'
	#!/bin/busybox sh
	/bin/busybox mount -t proc none /proc
	mark=$(/bin/busybox sed 's/.*mark=\([a-z]*\).*/\1/' /proc/cmdline)
	echo "this is $mark"
	while :; do /bin/busybox sleep 1000; done
	END
	chmod +x "$d/init"
	(cd "$d" && find . | cpio --quiet -o -H newc | gzip -1) \
	    >"$work/linux.cpio.gz"
}

no_clickos_tree() {
	! xenstore-ls "/local/domain/$(field "$1" .domid)/data/clickos"
}

is_of_type() {
	xl list -l "$(field "$1" .domid)" |
	    jq -e "(if type == \"array\" then .[0] else . end) |
		.config.c_info.type == \"$2\""
}

generic_life() {
	local type
	type=$(linux_type)
	check "a Linux ($type), until its console says what is awaited" \
	    ctl create linux web5 --wait ready
	check "it is a $type domain" is_of_type web5 "$type"
	check 'nothing of ClickOS is in its tree' no_clickos_tree web5
	check 'it was started, then ready' eval \
	    'ctl -j show web5 | jq -e ".stages_us | .started < .ready"'
	check 'it takes no configuration' refused bad-request \
	    config web5 "$work/22.click"
	check 'it has no handlers' refused bad-request read web5 cnt.count
	check 'it is paused' ctl pause web5
	check 'and resumed' ctl resume web5
	check 'it is rebooted' ctl reboot web5 --wait ready
	check 'it powers itself off' eval 'ctl -j shutdown web5 --force 30 |
	    tee /dev/stderr | grep clean'
}

part_generic() {
	if [ ! -r $linux ]; then
		skip 'a generic guest' "there is no $linux; test/check adds it"
		return
	fi
	make_ramdisk
	write_generic_config 0
	check 'uvnfd starts with generic templates' \
	    eval 'stop_daemon && start_daemon'
	generic_life
	check 'one that is ready when it runs' \
	    ctl create running web6 --wait ready
	check 'it is destroyed' ctl destroy web6 --wait freed
	check 'a ramdisk that is not there' refused build-failed \
	    create noramdisk web6
	write_generic_config 1
	check 'a pool for it' ctl reload
	check 'booted shells of it' ctl -t 200 pool fill linux --wait
	check 'one serves at once' ctl create linux web6 --wait ready
	check 'it is from the pool' [ "$(field web6 .source)" = booted ]
	check 'it is destroyed' ctl destroy web6 --wait freed
	check 'uvnfd stops in order' stop_daemon
	check 'nothing is left' no_leftovers
	write_config
	check 'uvnfd starts again' start_daemon
}
