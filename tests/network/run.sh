#!/bin/sh
# pappus-nodes in network namespaces whose links are cut and healed, and behind proxies that delay, slice, stall and
# reset: how long until each node has all its outbound peers again?
#   sh tests/network/run.sh [OPTION...] [SCENARIO...]
# Needs: Debian 12; installs what is missing with apt, as root or with sudo. Network namespaces need root: without it
#   their scenarios are skipped, and the last line counts those that ran.
# Takes: some 25 minutes; --cut and --nodes shorten it. It waits more than it computes.
# Writes: build/release, and the file of --json.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
check_options "$root/tests/network/network.py" - -- "$@"

for word; do
  case $word in --list) exec python3 "$root/tests/network/network.py" - "$@" ;; esac
done
install_missing g++ cmake ninja-build pkg-config $library_packages nlohmann-json3-dev libcli11-dev iproute2 python3
build_release pappus-node NODE
exec python3 "$root/tests/network/network.py" "$build/bin/pappus-node" "$@"
