#!/bin/sh
# Called by benchmarks/run.sh with the folder of the built programs; options go on to Google Benchmark.
set -eu
built=$1
shift
"$built/pappus_benchmark_mailbox"
echo
"$built/pappus_benchmark_loopback"
echo
"$built/pappus_benchmark_archive"
echo
exec "$built/pappus_benchmark_filter" "$@"
