#!/bin/sh
# Called by benchmarks/run.sh with the folder of the built programs. Options: --help.
set -eu
built=$1
shift
exec "$built/pappus_benchmark_sync" "$@"
