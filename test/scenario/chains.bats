#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors

# Chains: several VNFs and the bridges between them, out of one file.

# shellcheck disable=SC2154 # lib.bash sets them
load lib.bash

setup() {
	scenario_begin
	cat >uvnf.yaml <<-'EOF'
	templates:
	  router: {kernel: /boot/clickos, override: [config, params, vifs],
	    vifs: [{bridge: br0}, {bridge: none}], pool: {booted: 2}}
	  server: {kernel: /boot/clickos, override: [config, params, vifs],
	    vifs: [{bridge: br0}], config: server.click, pool: {booted: 1},
	    params: {ip: 10.0.0.1}}
	EOF
	echo 'r :: ARPResponder({{ip}});' >server.click
	echo 'FromDevice(0) -> a :: Counter -> ToDevice(1);' >fw.click
	echo 'FromDevice(0) -> b :: Counter -> ToDevice(1);' >lim.click
	cat >chain.yaml <<-'EOF'
	chain: ddos
	links:
	  outside: {bridge: br0}
	  inner:
	  dmz: {}
	vnfs:
	  fw: {template: router, config: fw.click, links: [outside, inner]}
	  lim: {template: router, config: lim.click, links: [inner, dmz]}
	  web: {template: server, set: {ip: 10.0.0.7}, links: [dmz]}
	EOF
}

teardown() {
	scenario_end
}

# shown FILTER: of all VNFs.
shown() {
	all_hold "$1" list
}

domids() {
	ctl -j list | jq -r '"\(.name) \(.domid)"' | sort
}

# edit SED-PROGRAM: of the chain's file.
edit() {
	sed -i "$1" chain.yaml
}

@test "apply: all VNFs and bridges, in their places" {
	daemon_start
	run -0 ctl apply chain.yaml
	says 'bridge ddos-inner made' 'bridge ddos-dmz made' \
	    'ddos.fw ready: ' 'ddos.web ready: ' \
	    'ddos: 3 created, 0 changed, 0 destroyed, 0 kept; bridges: 2 made'
	shown 'length == 3 and all(.state == "ready" and .chain == "ddos")'
	holds '[.vifs[].bridge] == ["br0", "ddos-inner"]' show ddos.fw
	holds '[.vifs[].bridge] == ["ddos-inner", "ddos-dmz"]' show ddos.lim
	holds '[.vifs[].bridge] == ["ddos-dmz"] and
	    .params.ip == "10.0.0.7"' show ddos.web
	all_hold 'map([.name, .chain, .vifs]) | sort == [
	    ["ddos-dmz", "ddos", 2], ["ddos-inner", "ddos", 2]]' bridge
	holds '.value == "0"' read ddos.fw a.count
}

@test "apply: twice changes nothing" {
	daemon_start
	ctl apply chain.yaml
	before=$(domids)
	run -0 ctl apply chain.yaml
	says 'ddos: nothing to do'
	[ "$(domids)" = "$before" ]
	holds '. == {"chain": "ddos", "kept": 3, "created": 0, "changed": 0,
	    "destroyed": 0, "bridges_made": 0, "bridges_deleted": 0}' \
	    apply chain.yaml
}

@test "apply: what differs, and no more" {
	daemon_start
	ctl apply chain.yaml
	before=$(domids)
	echo 'FromDevice(0) -> c :: Counter -> ToDevice(1);' >lim.click
	run -0 ctl apply chain.yaml -n
	says 'ddos.lim would be given another configuration' \
	    'ddos.fw stays as it is'
	all_hold 'sort_by(.name) == [{"name": "ddos.fw", "would": "keep"},
	    {"name": "ddos.lim", "would": "config"},
	    {"name": "ddos.web", "would": "keep"}]' apply chain.yaml -n
	run -0 ctl apply chain.yaml
	says 'ddos: 0 created, 1 changed, 0 destroyed, 2 kept'
	[ "$(domids)" = "$before" ]
	holds '.value == "0"' read ddos.lim c.count
	# Another value needs another start, here another domain.
	edit 's/10.0.0.7/10.0.0.8/'
	run -0 ctl apply chain.yaml
	says '0 created, 1 changed, 0 destroyed, 2 kept'
	holds '.params.ip == "10.0.0.8"' show ddos.web
	# One more, and one less with its link.
	edit '/lim:/d; /dmz:/d; s/\[dmz\]/[inner]/'
	echo '  more: {template: server, links: [outside]}' >>chain.yaml
	run -0 ctl apply chain.yaml
	says 'ddos.lim destroyed' 'bridge ddos-dmz deleted' \
	    '1 created, 1 changed, 1 destroyed, 1 kept; bridges: 0 made, 1'
	shown 'map(.name) | sort == ["ddos.fw", "ddos.more", "ddos.web"]'
	all_hold 'map([.name, .vifs]) == [["ddos-inner", 2]]' bridge
	run -0 ctl apply chain.yaml
	says 'nothing to do'
}

@test "apply: mends what failed, was stopped, or was changed by hand" {
	daemon_start
	ctl apply chain.yaml
	ctl stop ddos.fw
	run -0 ctl apply chain.yaml
	says '0 created, 1 changed, 0 destroyed, 2 kept'
	holds '.state == "ready"' show ddos.fw
	fails 1 router-failed config ddos.lim <(echo 'x :: NoSuch;') \
	    --wait ready
	run -0 ctl apply chain.yaml
	says '1 changed'
	holds '.value == "0"' read ddos.lim b.count
	ctl config ddos.fw lim.click --wait ready
	run -0 ctl apply chain.yaml
	says '1 changed'
	holds '.value == "0"' read ddos.fw a.count
	ctl destroy ddos.web --wait freed
	run -0 ctl apply chain.yaml
	says '1 created'
}

@test "delete: nothing is left, twice" {
	daemon_start
	ctl create server mine
	ctl apply chain.yaml
	run -0 ctl delete chain.yaml -n
	says 'ddos.fw would be destroyed' 'bridge ddos-dmz would be deleted'
	edit 's/config: fw.click/config: nosuch.click/'
	run -0 ctl delete chain.yaml
	says 'ddos.lim destroyed' 'bridge ddos-inner deleted' \
	    'ddos: 0 created, 0 changed, 3 destroyed'
	shown 'map(.name) == ["mine"]'
	all_hold '. == []' bridge
	run -0 ctl delete chain.yaml
	says 'ddos: nothing to do'
}

@test "apply: all or nothing" {
	daemon_start
	echo 'x :: NoSuchElement;' >lim.click
	run -1 --separate-stderr ctl apply chain.yaml
	says 'uvnfctl: router-failed: ddos.lim: ' NoSuchElement
	shown '. == []'
	all_hold '. == []' bridge
	edit 's/lim.click/fw.click/'
	ctl apply chain.yaml
	shown 'length == 3'
}

@test "apply: a bridge that cannot be made" {
	daemon_start fail_bridges=1
	run -1 --separate-stderr ctl apply chain.yaml
	says 'uvnfctl: system: ddos-' fail_bridges
	shown '. == []'
	all_hold '. == []' bridge
	ctl apply chain.yaml
}

@test "apply: two at once take nothing from each other" {
	daemon_start build_ms=50
	for _ in 1 2 3; do
		ctl apply chain.yaml >one.out 2>&1 &
		other=$!
		ctl apply chain.yaml >two.out 2>&1 || :
		wait $other || :
		# Each did all, or took back its own: perhaps one that the
		# other had found there.
		ctl apply chain.yaml
		shown 'length == 3 and all(.state == "ready")'
		ctl delete chain.yaml
		shown '. == []'
		all_hold '. == []' bridge
	done
}

@test "apply: what belongs to others stays theirs" {
	daemon_start
	ctl create server ddos.web --wait ready
	before=$(ctl -j show ddos.web)
	fails 1 name-taken apply chain.yaml
	says "'ddos.web' already, which does not belong to the chain"
	[ "$(ctl -j show ddos.web)" = "$before" ]
	shown 'length == 1'
	all_hold '. == []' bridge
	ctl destroy ddos.web
	ctl bridge create ddos-dmz
	run -1 --separate-stderr ctl apply chain.yaml
	says "name-taken: ddos-dmz: the bridge 'ddos-dmz' was made for no chain"
	shown '. == []'
	all_hold 'map(.name) == ["ddos-dmz"]' bridge
	# What was not of the chain is not deleted with it.
	run -0 ctl delete chain.yaml
	all_hold 'map(.name) == ["ddos-dmz"]' bridge
}

@test "apply: files with errors change nothing" {
	daemon_start
	while IFS='|' read -r change why; do
		cp chain.yaml bad.yaml
		sed -i "$change" bad.yaml
		fails 1 bad-config apply bad.yaml
		says "$why"
	done <<-'EOF'
	1d|bad.yaml:1:1: the file lacks the key chain
	s/chain: ddos/chain: a b/|bad.yaml:1:8: 'a b' is no name for a chain
	/^vnfs:/,$d|the chain lacks the key vnfs
	s/^vnfs:/vnfz:/|unknown key 'vnfz' in the file; did you mean vnfs?
	s/template: server, //|bad.yaml:9:3: VNF web lacks the key template
	s/  web:/  fw:/|bad.yaml:9:3: 'fw' is here for the second time; the first is in
	s/  dmz:/  inner:/|'inner' is here for the second time
	s/\[dmz\]/[nosuch]/|bad.yaml:9:56: there is no link 'nosuch'
	s/\[dmz\]/[dmz, dmz]/|web joins the link dmz twice
	s/  dmz:.*/  dmz: {bridge: br0}/|the links outside and dmz are both the bridge br0; make them one link
	s/\[inner, dmz\]/[outside, inner]/; s/\[dmz\]/[dmz]/|a loop: fw - inner - lim - outside - fw
	s/\[dmz\]/[inner]/; s/\[inner, dmz\]/[inner]/|no VNF joins the link dmz
	s/fw.click/nosuch.click/|the config nosuch.click of fw cannot be read
	s/set: {ip: 10.0.0.7}/set: [1]/|set must be a map
	s/  web:/  a b:/|'a b' is no name for a VNF of this chain
	s/links: \[dmz\]/color: red/|unknown key 'color' in VNF web
	EOF
	sed 's/template: server/template: nosuch/' chain.yaml >bad.yaml
	fails 1 no-template apply bad.yaml
	sed 's/, dmz\]/]/; s/\[dmz\]/[inner]/; /dmz:/d' chain.yaml >bad.yaml
	fails 1 bad-config apply bad.yaml
	says "ddos.lim: template 'router' has 2 vifs, but the chain has 1 link"
	fails 1 bad-config apply nosuch.yaml
	fails 2 usage apply
	fails 2 usage delete a b
	shown '. == []'
	all_hold '. == []' bridge
}

@test "apply: a link that is no way through makes no loop" {
	daemon_start
	edit 's/  dmz: {}/  dmz: {}\n  mgmt: {bridge: br0, transit: false}/
	    s/\[inner, dmz\]/[mgmt, dmz]/; s/\[outside, inner\]/[mgmt, inner]/
	    /outside:/d; s/\[dmz\]/[inner]/'
	ctl apply chain.yaml
}

@test "bridge: made, listed, deleted when nothing uses it" {
	daemon_start
	run -0 ctl bridge create uv1
	says 'bridge uv1 made'
	ctl bridge create uv1
	run -0 ctl bridge
	says NAME CHAIN VIFS uv1
	ctl create server a --vif 0,bridge=uv1 --wait ready
	fails 1 bad-state bridge delete uv1
	says "1 vif of VNFs is plugged into the bridge 'uv1'"
	ctl destroy a
	holds '. == {"name": "uv1", "deleted": true}' bridge delete uv1
	fails 1 bad-name bridge delete uv1
	says "uvnfd has made no bridge 'uv1'"
	fails 1 bad-name bridge create a-name-of-16-char
	fails 1 bad-name bridge create none
	fails 2 usage bridge create
	fails 2 usage bridge paint uv1
	run -0 wire 'send:bridge create\nbridge paint x\nbridge chain=a\n' \
	    'send:bridge delete x chain=a\nbridge create x chain=/\n' reply:5
	says 'ERR bad-request bridge create has too few arguments' \
	    'ERR bad-request only' 'does not take' 'ERR bad-name'
	all_hold '. == []' bridge
}

@test "bridge: kept by the next daemon" {
	daemon_start
	ctl bridge create uv1
	ctl bridge create uv2
	ctl bridge delete uv1
	daemon_stop
	daemon_start
	all_hold 'map(.name) == ["uv2"]' bridge
}

@test "chain and spec: words that a VNF is found by" {
	daemon_start
	run -0 wire \
	    'send:create server a spec=x\ncreate server a chain=/\n' \
	    'send:create server a chain=c spec=a/b\n' reply:3
	says 'ERR bad-request spec= goes with chain=' 'ERR bad-name' \
	    'ERR bad-request spec='
	run -0 wire 'send:create server a chain=c spec=1-2\n' reply:1
	says 'chain="c" spec="1-2"'
	ctl create server b
	run -0 wire 'send:config b config=10 spec=3\nx :: Idle;\n' reply:1
	says "ERR bad-request 'b' belongs to no chain"
}

@test "the examples that come with uvnf, as HACKING.md tries them" {
	cp "$scenario"/../../examples/* .
	daemon_start
	all_hold 'length > 2' templates
	run -0 ctl apply chain.yaml
	all_hold 'map(.state) == ["ready", "ready", "ready"]' list
	run -0 ctl delete chain.yaml
	run -0 ctl create answer a --wait ready
	run -0 ctl create responder b -c ping-10.click --wait ready
	run -0 ctl destroy a b --wait freed
}
