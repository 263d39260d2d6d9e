#!/bin/sh
# Called by benchmarks/run.sh with the folder of the built programs; options go on to Google Benchmark.
set -eu
built=$1
shift
"$built/pappus_benchmark_book" "$@"
"$built/pappus_benchmark_broadcast"
exec "$built/pappus_benchmark_turns"
