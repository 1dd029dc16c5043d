#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
#
# test/bench/report: from samples to the pages.

setup() {
	report=$BATS_TEST_DIRNAME/../bench/report
	samples=$BATS_TEST_TMPDIR/samples
	printf 'condition\tguest\ttest\n' >"$samples"
}

# put TOOL SOURCE STAGE WHEN US...: samples.
put() {
	local us
	for us in "${@:5}"; do
		printf 'sample\t%s\t%s\t%s\t%s\t%s\n' "${@:1:4}" "$us"
	done >>"$samples"
}

pages() {
	"$report" "$samples" "$BATS_TEST_TMPDIR"
}

json() {
	jq -r "$1" "$BATS_TEST_TMPDIR/benchmarks.json"
}

target() {
	grep -F -- "| $1 |" "$BATS_TEST_TMPDIR/benchmarks.md"
}

@test 'quantiles are nearest ranks; p99 takes 100 samples' {
	# shellcheck disable=SC2046
	put uvnfd booted started main $(seq 1 100)
	# shellcheck disable=SC2046
	put xl - started main $(seq 1 99)
	pages
	[ "$(json '.[0] | [.tool, .source, .guest, .stage, .n, .p50_us, .p90_us,
	    .p99_us] | @csv')" = '"uvnfd","booted","test","started",100,50,90,99' ]
	[ "$(json '.[1] | [.tool, .source, .p99_us] | @csv')" = '"xl",,' ]
}

@test 'targets are judged by what was measured' {
	put uvnfd booted started main 10 10 10
	put xl - started main 10000 10000
	put virsh - started main 9990 9990
	pages
	target 'started: p50 of xl by that of a booted shell' |
	    grep -F '| at least 1000 | 1000 | met |'
	target 'started: p50 of virsh by that of a booted shell' |
	    grep -F '| at least 1000 | 999 | **missed** |'
	target 'started: p50 of a booted shell by the floor'"'"'s' |
	    grep -F 'not measured'
}

@test 'the curve compares the fewest with the most VNFs' {
	put uvnfd booted started n=10 110
	put floor booted started n=10 100
	put uvnfd booted started n=100 999
	put uvnfd booted started n=500 230
	put floor booted started n=500 200
	pages
	target "uvnfd's own share of a booted claim beside 500 VNFs running by that beside 10" |
	    grep -F '| at most 1.15 | 3.00 | **missed** |'
	target "p50 of a booted shell by the floor's, both beside 500 running" |
	    grep -F '| at most 1.25 | 1.15 | met |'
	[ -s "$BATS_TEST_TMPDIR/curve.png" ]
}

@test 'launches that failed are on the page' {
	put xl - started main 1
	printf 'failed\txl\t-\tstatus 3\n' >>"$samples"
	pages
	grep -F -- '- 1 of xl: status 3' "$BATS_TEST_TMPDIR/benchmarks.md"
}

@test 'what is not understood is an error with its line' {
	printf 'sample\txl\t-\tstarted\tmain\tsoon\n' >>"$samples"
	run pages
	[ "$status" -ne 0 ]
	[[ $output == *"$samples:2: not understood"* ]]
	printf 'nonsense\n' >"$samples"
	run pages
	[ "$status" -ne 0 ]
}

@test 'the short table has ratios to xl' {
	put uvnfd booted started main 10
	put xl - started main 12345
	run "$report" "$samples"
	[ "$status" -eq 0 ]
	[[ $output =~ 'uvnfd booted'\ +1\ +'0.01 ( 1234.5)' ]]
}
