# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
# shellcheck shell=bash disable=SC2154
#
# Templates: parameters, CPUs, reload.

write_templates_config() {
	cat >"$work/uvnf.yaml" <<-END
	templates:
	  base: {abstract: true, kernel: $work/kernel,
	    vifs: [{bridge: xenbr0}]}
	  given: {extends: base, config: given.click, params: {ip: , hex: },
	    override: [params], pool: {booted: 1}}
	  whole: {extends: base, config: whole.click, pool: {booted: 1},
	    params: {ip: 10.0.0.31, hex: 0a00001f, mac_: '00:16:3e:00:00:31'}}
	  pinned: {extends: base, cpus: {affinity: "1", weight: 512, cap: 50},
	    pool: {paused: 1}}
	  nocpu: {extends: base, cpus: {affinity: "900-1023"}}
	END
}

# A ping responder whose address is a parameter, as another is its MAC.
write_template_files() {
	cp "$guest" "$work/kernel"
	responder 10.0.0.30 30 |
	    sed 's/10\.0\.0\.30/{{ip}}/; s/0a00001e/{{hex}}/
		s/00:16:3e:00:00:30/{{mac}}/' >"$work/given.click"
	sed 's/{{mac}}/{{ mac_ }}/' "$work/given.click" >"$work/whole.click"
	grep -q '30/{{hex}}' "$work/given.click" &&
	    grep -q 'ARPResponder({{ip}} {{mac}})' "$work/given.click"
}

# --- parameters

# The neighbour that dom0 has learnt is the VNF's own vif.
arp_told_its_mac() {
	local mac
	mac=$(field "$1" '.vifs[0].mac')
	ip neigh show "$2"
	ip neigh show "$2" | grep -q "lladdr $mac"
}

# The shell of a template has that text in its tree before it is claimed.
shell_has() {
	local id
	id=$(xl list | awk -v n="^uvnf-$1-" '$1 ~ n { print $2; exit }')
	xenstore-read "/local/domain/$id/data/clickos/0/config/0" |
	    grep -F "$2"
}

no_shell_has() {
	local id
	for id in $(xl list | awk '/^uvnf-given-/ { print $2 }'); do
		xenstore-read "/local/domain/$id/data/clickos/0/config/0" &&
		    return 1
	done
	true
}

templates_params() {
	check 'the pools fill' ctl pool fill given --wait
	check 'the pools fill' ctl pool fill whole --wait
	check 'what every VNF will have is written ahead' \
	    shell_has whole 'ARPResponder(10.0.0.31 00:16:3e:00:00:31)'
	check 'what differs between VNFs is not' no_shell_has
	check 'a VNF with its own address' ctl create given web1 \
	    --set ip=10.0.0.30 --set hex=0a00001e --wait ready
	check 'it came from a booted shell' \
	    [ "$(field web1 .source)" = booted ]
	check 'it answers pings' pings 10.0.0.30
	check 'it told its MAC address by ARP' arp_told_its_mac web1 10.0.0.30
	check 'a VNF with the defaults' ctl create whole web2 --wait ready
	check 'it answers pings' pings 10.0.0.31
	check 'a VNF with one of its own' ctl create whole web3 \
	    --set ip=10.0.0.32 --set hex=0a000020 \
	    --set mac_=00:16:3e:00:00:32 --wait ready
	check 'it answers pings' pings 10.0.0.32
	check 'a parameter without a value' refused bad-request \
	    create given web4 --set ip=10.0.0.33
	check 'a parameter that there is not' refused bad-request \
	    create whole web4 --set gw=10.0.0.1
	check 'a value that could be more' refused bad-request \
	    create whole web4 --set 'ip=1); x :: Idle('
	check 'what the template keeps to itself' refused bad-request \
	    config web1 "$work/22.click"
	check 'they are destroyed' ctl destroy web2 web3 --wait freed
}

# --- CPUs

domain_of() {
	xl list | awk -v n="^uvnf-$1-" '$1 ~ n { print $1; exit }'
}

runs_on() {
	xl vcpu-list "$1"
	xl vcpu-list "$1" | awk 'NR > 1 { print $7 }' | grep -qx "$2"
}

scheduled() {
	xl sched-credit2 -d "$1"
	xl sched-credit2 -d "$1" | grep -Eq "^$1 +[0-9]+ +$2 +$3\$"
}

templates_cpus() {
	check 'the pool fills' ctl pool fill pinned --wait
	check 'its shell may use one CPU only' \
	    runs_on "$(domain_of pinned)" 1
	check 'it has its weight and cap' scheduled "$(domain_of pinned)" 512 50
	check 'a VNF of it' ctl create pinned web4 -c "$work/22.click" \
	    --wait ready
	check 'it answers pings, capped as it is' pings 10.0.0.22
	check 'CPUs that the host lacks' refused build-failed create nocpu x
	check 'it says so' grep 'names no CPU of this host' "$work/err"
	check 'it is destroyed' ctl destroy web4 --wait freed
}

# --- reload; web1 runs all the time

shell_memory() {
	xl list
	xl list | awk -v n="^uvnf-$1-" '$1 ~ n { print $3 }' | grep -qx "$2"
}

gone() {
	! xl domid "$1"
}

reloads() {
	ctl -j reload | tee /dev/stderr | jq -e "$1"
}

templates_reload() {
	local before domid
	domid=$(field web1 .domid)
	check 'the pool fills' ctl pool fill whole --wait
	before=$(domain_of whole)
	check 'a reload that changes nothing' reloads \
	    '.changed == 0 and .shells == 0 and .added == 0 and .removed == 0'
	sed -i '/^  whole/s/extends/memory_mb: 9, extends/; /^  nocpu/d' \
	    "$work/uvnf.yaml"
	check 'a template has changed, and one has left' reloads \
	    '.changed == 1 and .removed == 1 and .shells >= 1'
	check 'its pool fills again' ctl pool fill whole --wait
	check 'with shells of the new kind' shell_memory whole 9
	check 'the old one goes' within 30 gone "$before"
	check 'the VNF did not notice' pings 10.0.0.30
	check 'it is the same domain' [ "$(field web1 .domid)" = "$domid" ]
	cp "$guest" "$work/kernel.new"
	mv "$work/kernel.new" "$work/kernel"
	check 'a kernel was replaced under its name' reloads '.changed >= 3'
	check 'the pools fill again' ctl pool fill --wait
	echo 'nonsense: 1' >>"$work/uvnf.yaml"
	check 'an error changes nothing' refused bad-config reload
	sed -i '$d' "$work/uvnf.yaml"
	check 'the pools are full' \
	    eval 'ctl -j pool | jq -se "all(.have == .target)"'
	sed -i '/^  whole/s/booted: 1/booted: 2/' "$work/uvnf.yaml"
	check 'SIGHUP' eval 'kill -HUP "$(daemon_pid)"'
	check 'has the pool grow' within 30 eval 'ctl -j pool |
	    jq -se "map(select(.template == \"whole\"))[1].have == 2"'
}

is_creating() {
	ctl -j show web7 | tee /dev/stderr | jq -e '.state == "creating"'
}

# A build is under way while its template changes and leaves: its worker
# stands still meanwhile.
templates_reload_midway() {
	# A worker that hangs in the middle of a request stops xenstored.
	check 'no shell of it' eval 'ctl pool drain pinned &&
	    within 30 eval "[ -z \"\$(domains | grep ^uvnf-pinned-)\" ]"'
	check 'the workers hang' hang 'uvnfd: worker'
	ctl create pinned web7 -c "$work/22.click" --wait ready \
	    >"$work/web7.out" 2>&1 &
	check 'a domain is being built' within 20 is_creating
	sed -i '/^  pinned/,/paused/d' "$work/uvnf.yaml"
	check 'its template leaves' reloads '.removed == 1'
	check 'the workers go on' go_on
	check 'it is built all the same' wait $!
	check 'as its template was' runs_on "$(field web7 .domain)" 1
	check 'and answers' pings 10.0.0.22
	check 'it is destroyed' ctl destroy web7 --wait freed
}

templates_left() {
	local uuid
	uuid=$(field web1 .uuid)
	check 'uvnfd is killed, its workers end' kill_daemon
	sed -i '/^  given/,/booted/d' "$work/uvnf.yaml"
	check 'the next one starts without its template' start_daemon
	check 'it adopts the VNF' [ "$(field web1 .uuid)" = "$uuid" ]
	check 'with its template and parameters' eval 'ctl -j show web1 |
	    jq -e ".template == \"given\" and .state == \"ready\""'
	check 'its handlers answer' counted web1
	check 'it takes a configuration' \
	    ctl config web1 "$work/23.click" --wait ready
	check 'and answers' pings 10.0.0.23
	check 'it is destroyed' ctl destroy web1 --wait freed
}

part_templates() {
	check 'a configuration with parameters' write_template_files
	write_templates_config
	check 'uvnfd -n checks it' uvnfd -n -f "$work/uvnf.yaml"
	check 'uvnfd starts with it' eval 'stop_daemon && start_daemon'
	templates_params
	templates_cpus
	templates_reload
	templates_reload_midway
	templates_left
	check 'uvnfd stops in order' stop_daemon
	check 'nothing is left' no_leftovers
	write_config
	check 'uvnfd starts again' start_daemon
}
