#!/bin/sh
# TLS over a connection in memory, beside bare OpenSSL between its memory BIOs: handshakes of both sides, and bytes
# encrypted and decrypted by one core.
#   sh benchmarks/run.sh transports [OPTION...]
# OPTION: of Google Benchmark, such as --benchmark_filter=REGEX.
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
# Takes: half a minute.
# Writes: build/release.
set -eu
. "$(dirname -- "$0")/../support/start.sh"
check_google_options "$@"
[ -n "$built" ] || exit 0
exec "$built/pappus_benchmark_tls" "$@"
