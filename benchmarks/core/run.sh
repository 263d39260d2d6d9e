#!/bin/sh
# The lowest level: awaiting a task, timers, and events of the simulator.
#   sh benchmarks/run.sh core [OPTION...]
# OPTION: of Google Benchmark, such as --benchmark_filter=REGEX.
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
# Takes: a few seconds.
# Writes: build/release.
set -eu
. "$(dirname -- "$0")/../support/start.sh"
check_google_options "$@"
[ -n "$built" ] || exit 0
exec "$built/pappus_benchmark_core" "$@"
