#!/bin/sh
# What lies between a node and its application: mailboxes, loopback between threads, archives, and the filters of what
# peers have.
#   sh benchmarks/run.sh integration [OPTION...]
# OPTION: of Google Benchmark, for the filters, which come last.
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
# Takes: half a minute.
# Writes: build/release, and archives in a folder for temporary files, which it removes.
set -eu
. "$(dirname -- "$0")/../support/start.sh"
check_google_options "$@"
[ -n "$built" ] || exit 0
"$built/pappus_benchmark_mailbox"
echo
"$built/pappus_benchmark_loopback"
echo
"$built/pappus_benchmark_archive"
echo
exec "$built/pappus_benchmark_filter" "$@"
