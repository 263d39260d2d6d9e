#!/bin/sh
# Large transfers: raw streams beside raw libuv, and an archive beside the relay of transactions to 1,000 peers.
#   sh benchmarks/run.sh bulk [OPTION...]
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
#   Two processors.
# Takes: some twenty minutes: the streams nine, the archive ten; with --quick five, of which the streams take one.
# Writes: build/release.
set -eu
. "$(dirname -- "$0")/../support/start.sh"
check_options "$root/benchmarks/bulk/bulk.py" - - -- "$@"
[ -n "$built" ] || exit 0
exec python3 "$root/benchmarks/bulk/bulk.py" "$built" "$build/bin/pappus-node" "$@"
