#!/bin/sh
# The address book, bans and the store; then broadcasts beside a bare loop of writes; then the longest turns of the loop.
#   sh benchmarks/run.sh peers [OPTION...]
# OPTION: of Google Benchmark, for the address book, bans and the store, which come first.
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
# Takes: two and a half minutes.
# Writes: build/release, and stores in a folder for temporary files, which it removes.
set -eu
. "$(dirname -- "$0")/../support/start.sh"
check_google_options "$@"
[ -n "$built" ] || exit 0
"$built/pappus_benchmark_book" "$@"
"$built/pappus_benchmark_broadcast"
exec "$built/pappus_benchmark_turns"
