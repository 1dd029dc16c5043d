# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# What launch finds in dom0: the tools' configurations, all of the same guest,
# in $work.  To be sourced behind test/xen/lib.bash.

uuid=b0000000-0000-4000-8000-000000000001
guest_cpus=		# those that all guests are to stay on, or any

# What uvnfd has by its templates, the others have by files of their own.
# write_xl NAME [SCRIPT]
write_xl() {
	local cpus=${guest_cpus:+"cpus = \"$guest_cpus\""}

	cat >"$work/$1.cfg" <<-END
	name = "bench"
	uuid = "$uuid"
	type = "pv"
	kernel = "$guest"
	memory = 8
	vif = ["bridge=xenbr0${2:+,script=$2}"]
	$cpus
	END
}

# write_xml NAME [SCRIPT]
write_xml() {
	cat >"$work/$1.xml" <<-END
	<domain type='xen'>
	  <name>bench</name>
	  <uuid>$uuid</uuid>
	  <memory unit='MiB'>8</memory>
	  <vcpu${guest_cpus:+ cpuset='$guest_cpus'}>1</vcpu>
	  <os>
	    <type arch='x86_64' machine='xenpv'>linux</type>
	    <kernel>$guest</kernel>
	  </os>
	  <devices>
	    <interface type='bridge'>
	      <source bridge='xenbr0'/>
	      ${2:+<script path='$2'/>}
	    </interface>
	    <console type='pty'/>
	  </devices>
	</domain>
	END
}

# The least that a hotplug script may do: two commands.
write_script() {
	cat >"$work/vif-fast" <<-'END'
	#!/bin/sh
	[ "$1" = online ] || exit 0
	ip link set "$vif" master xenbr0 up
	xenstore-write "$XENBUS_PATH/hotplug-status" connected
	END
	chmod 755 "$work/vif-fast"
}

# One template for each source, whose pool launch fills; "known" is booted, with
# its configuration ahead.  The floor has its own, and so has the crowd that
# runs beside the others.
write_templates() {
	local cpus=${guest_cpus:+", cpus: {affinity: \"$guest_cpus\"}"}

	responder 10.0.0.50 50 >"$work/bench.click"
	responder 10.0.1.50 51 >"$work/crowd.click"
	cat >"$work/uvnf.yaml" <<-END
	templates:
	  base: {abstract: true, kernel: $guest, memory_mb: 8,
	    vifs: [{bridge: xenbr0}]$cpus}
	  armed: {extends: base, config: bench.click}
	  booted: {extends: base}
	  known: {extends: base, config: bench.click}
	  paused: {extends: base}
	  cold: {extends: base}
	  fbooted: {extends: base}
	  fknown: {extends: base, config: bench.click}
	  fpaused: {extends: base}
	  churn: {extends: base}
	  crowd: {extends: base, config: crowd.click,
	    vifs: [{bridge: crowdbr}]}
	END
}
