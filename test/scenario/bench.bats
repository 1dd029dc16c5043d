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
	[ "$(json 'map(keys) | unique | length')" = 1 ]
	[ "$(json '.[0] | keys_unsorted | join(" ")')" = \
	    'tool source guest stage n p50_us p90_us p99_us' ]
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

# For 100 values the binomial bounds of the median are the 39th and the 62nd, if
# they may miss with 2.5 %: 78 by 62, and 124 by 39.
@test 'ratios have an interval where there are enough samples' {
	# shellcheck disable=SC2046
	put uvnfd booted started main $(seq 2 2 200)
	# shellcheck disable=SC2046
	put floor booted started main $(seq 1 100)
	pages
	target "started: p50 of a booted shell by the floor's" |
	    grep -F '| 2.00 (1.26 to 3.18) | **missed** |'
}

@test 'how often the answer stands for the vif is counted' {
	put uvnfd booted ready main 10 20 30
	put uvnfd booted first_ping main 12 20 30
	pages
	grep -F '| uvnfd | booted | ready | 3 | 0.02 | 0.03 |  | 2 |' \
	    "$BATS_TEST_TMPDIR/benchmarks.md"
}

# pair WHEN CLAIM FLOOR: a claim and the floor's beside it.
pair() {
	printf 'pair\t%s\t%s\t%s\n' "$@" >>"$samples"
}

@test 'the curve compares the fewest with the most VNFs' {
	put uvnfd booted started n=10 110
	put floor booted started n=10 100
	put uvnfd booted started n=100 999
	put uvnfd booted started n=500 230
	put floor booted started n=500 200
	put uvnfd booted started 'n=10 again' 5000
	# Medians of the differences, not differences of the medians.
	pair n=10 110 100
	pair n=10 111 101
	pair n=10 900 100
	pair n=500 230 200
	pages
	target "uvnfd's own share of a booted claim beside 500 VNFs running by that beside 10" |
	    grep -F '| at most 1.15 | 3.00 | **missed** | 1 of 114, 3 of 114: **too few** |'
	target "p50 of a booted shell by the floor's, both beside 500 running" |
	    grep -F '| at most 1.25 | 1.15 | met |'
	grep -F '| xenstored | 10 again |  | 5.00 |' \
	    "$BATS_TEST_TMPDIR/benchmarks.md"
	[ -s "$BATS_TEST_TMPDIR/curve.png" ]
}

@test 'a share that is none makes no ratio' {
	put uvnfd booted started n=10 90
	put uvnfd booted started n=500 230
	pair n=10 90 100
	pair n=500 230 200
	pages
	target "uvnfd's own share of a booted claim beside 500 VNFs running by that beside 10" |
	    grep -F 'not measured'
}

# part NAME LINE...: another file of samples, with tabs for its spaces.
part() {
	printf 'part %s\n' "$1" | tr ' ' '\t'
	printf '%s\n' "${@:2}" | tr ' ' '\t'
}

@test 'each part has a file, and its own conditions' {
	cd "$BATS_TEST_TMPDIR"
	part rounds 'condition guest test' 'condition host_load 0.1' \
	    'sample xl - started main 6000' 'end 0' >samples-rounds
	part refill 'condition guest other' 'condition host_load 7.7' \
	    'sample xl - started serial 9000' 'refill booted fill 3 3000' \
	    'end 0' >samples-refill
	part ocaml 'xenstored ocaml' 'sample floor booted started n=10 1000' \
	    >samples-ocaml
	part curve 'sample floor booted started n=10 2000' \
	    'refill booted n=10 10 90000' >samples-curve
	"$report" samples-* .
	# xl of the same boot, and the fills of that part alone
	grep -F '| refill: booted shells in the time of one xl create | at least 6 | 9.00 | met | 1 of 30, 3 of 90: **too few** |' \
	    benchmarks.md
	grep -F '| oxenstored | 10 |  |  | 1.00 |' benchmarks.md
	grep -F '| xenstored | 10 |  |  | 2.00 |' benchmarks.md
	grep -F "| host's load average before |  |  | 7.7 | 0.1 |" benchmarks.md
	[ "$(json '.[0].guest')" = test ]
	[ "$(json length)" = 1 ]
}

@test 'parts that are missing, cut or short are said' {
	cd "$BATS_TEST_TMPDIR"
	part rounds 'sample xl - started main 6000' 'end 0' >samples-rounds
	part curve 'sample floor booted started n=10 2000' >samples-curve
	printf 'sample\tfloor\tbooted\tstarted\tn=10\t1' >>samples-curve
	"$report" samples-rounds samples-curve .
	grep -F 'The part `curve` is incomplete' benchmarks.md
	# What the cut left of a sample of some milliseconds is no sample.
	grep -F '| xenstored | 10 |  |  | 2.00 |' benchmarks.md
	grep -F 'The part `refill` was not run.' benchmarks.md
	grep -F '1 launch of xl is too few: 30 are wanted.' benchmarks.md
	run grep -F 'The part `rounds` is incomplete' benchmarks.md
	[ "$status" -ne 0 ]
}

@test 'two boots are not taken for one' {
	cd "$BATS_TEST_TMPDIR"
	part rounds 'sample xl - started main 6000' 'end 0' >samples-rounds
	part again 'sample xl - started main 6000' 'end 0' >samples-again
	run "$report" samples-rounds samples-again .
	[ "$status" -ne 0 ]
	[[ $output == *"'rounds' and 'again' both have samples of 'main'"* ]]
	[ ! -e benchmarks.json ]
}

@test 'compare makes the pages of given samples, without a run' {
	cd "$BATS_TEST_TMPDIR"
	part rounds 'sample xl - started main 6000' 'end 0' >one
	part refill 'sample xl - started serial 9000' 'end 0' >other
	"$BATS_TEST_DIRNAME/../bench/compare" --samples one --samples other \
	    --out pages
	[ -s pages/cdf-started.png ]
	grep -F '| xl create, one at a time, p50 | 1 | 9.00 |' \
	    pages/benchmarks.md
	run "$BATS_TEST_DIRNAME/../bench/compare" --parts rounds,nonsense
	[ "$status" -eq 2 ]
}

@test 'the pages in doc are what their samples say' {
	local doc=$BATS_TEST_DIRNAME/../../doc part parts=()
	cd "$BATS_TEST_TMPDIR"
	# In the order of compare's, which is that of the page's columns.
	for part in rounds known refill curve ocaml; do
		[ ! -e "$doc/samples/$part" ] || parts+=("$doc/samples/$part")
	done
	"$report" "${parts[@]}" .
	cmp "$doc/benchmarks.md" benchmarks.md
	cmp "$doc/benchmarks.json" benchmarks.json
}

@test 'a target that is within the interval is said to be' {
	# shellcheck disable=SC2046
	put uvnfd booted started main $(seq 124 2 322)
	# shellcheck disable=SC2046
	put floor booted started main $(seq 101 200)
	pages
	target "started: p50 of a booted shell by the floor's" |
	    grep -F '| **missed**, or not |'
}

@test 'a configuration that was written ahead has a table' {
	put uvnfd-known booted started known 5000 5000
	put floor-known booted started known 4000
	put xl - started known 4000000
	pages
	grep -F '| uvnfd, the start alone | 2 of 120: **too few** | 5.00 |  | 800 |  |' \
	    "$BATS_TEST_TMPDIR/benchmarks.md"
	grep -F '| floor, the start alone | 1 of 120: **too few** | 4.00 |  | 1000 |  |' \
	    "$BATS_TEST_TMPDIR/benchmarks.md"
}

@test 'enough samples are said so' {
	# shellcheck disable=SC2046
	put uvnfd booted started main $(yes 10 | head -n 500)
	# shellcheck disable=SC2046
	put xl - started main $(yes 10000 | head -n 30)
	pages
	target 'started: p50 of xl by that of a booted shell' |
	    grep -F '| at least 1000 | 1000 (1000 to 1000) | met | 30, 500 |'
}

@test 'memory counts from none, consoles apart' {
	printf 'memory\t%s\t%s\t%s\t%s\n' 0 3000 0 9000 10 3100 1024 9500 \
	    500 4560 61440 11000 10 4400 1024 10500 >>"$samples"
	pages
	target 'uvnfd resident beside 500 VNFs, MiB' |
	    grep -F '| at most 12 | 4.45 | met |'
	target "for each VNF more, KiB, without the consoles' text" |
	    grep -F '| at most 4 | 3.00 | met |'
	grep -F '| 500 | 4560 | 61440 | 11000 |' \
	    "$BATS_TEST_TMPDIR/benchmarks.md"
}

@test 'a line goes through the medians at three sizes or more' {
	put uvnfd armed started n=10 1100
	put uvnfd armed started n=500 6000 6000 9000
	put floor booted started n=10 1000
	put floor booted started n=500 2000
	put uvnfd armed started n=100 2000
	put uvnfd armed started 'n=10 again' 1100
	pages
	grep -F '| xenstored | uvnfd armed, started | 1.00 | 10.0 | 1.00 |' \
	    "$BATS_TEST_TMPDIR/benchmarks.md"
	run grep -F '| xenstored | floor booted, started |' \
	    "$BATS_TEST_TMPDIR/benchmarks.md"
	[ "$status" -ne 0 ]
	printf 'condition\tguest\ttest\n' >"$samples"
	put uvnfd armed started n=10 1100
	pages
	grep -F 'No line is drawn through fewer than three sizes.' \
	    "$BATS_TEST_TMPDIR/benchmarks.md"
}

@test 'a floor that does less is said' {
	printf 'counts\tbooted\t3\t0\t2\t0\n' >>"$samples"
	pages
	grep -F 'With a booted shell uvnfd does more than the floor: 1 request and 0 hypercalls.' \
	    "$BATS_TEST_TMPDIR/benchmarks.md"
}

@test 'launches that failed are on the page' {
	put xl - started main 1
	printf 'failed\txl\t-\tstatus 3\n' >>"$samples"
	pages
	grep -F -- '- 1 of xl: status 3' "$BATS_TEST_TMPDIR/benchmarks.md"
}

@test 'what was dropped is counted on the page' {
	put xl - ready main 1
	printf 'dropped\tuvnfd\tbooted\tmain\ta build fell into it\t%s\n' \
	    7300 5100 >>"$samples"
	pages
	grep -F -- '- 2 of uvnfd booted, main: a build fell into it (`samples`); ms: 5.10, 7.30' \
	    "$BATS_TEST_TMPDIR/benchmarks.md"
	[ -s "$BATS_TEST_TMPDIR/cdf-ready.png" ]
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
