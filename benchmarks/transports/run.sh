#!/bin/sh
# What transports cost beside what lies underneath, in CPU time: round trips and long streams over loopback by TCP, SOCKS5,
# TLS, and TLS over SOCKS5, beside libuv alone and OpenSSL over it; a transaction that a node sends to a thousand peers by
# private links, beside OpenSSL that encrypts and sends the same; and TLS over a connection in memory, beside bare OpenSSL
# between its memory BIOs: handshakes of both sides, and bytes encrypted and decrypted by one core.
#   sh benchmarks/run.sh transports [OPTION...]
# OPTION: of Google Benchmark, such as --benchmark_filter=REGEX; then TLS in memory alone.
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
# Takes: a minute and a half.
# Writes: build/release.
set -eu
. "$(dirname -- "$0")/../support/start.sh"
check_google_options "$@"
[ -n "$built" ] || exit 0
if [ $# -eq 0 ]; then
  "$built/pappus_benchmark_transports"
  echo
  "$built/pappus_benchmark_tls_broadcast"
  echo
fi
exec "$built/pappus_benchmark_tls" "$@"
