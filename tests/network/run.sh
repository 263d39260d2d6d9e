#!/bin/sh
# pappus-nodes in network namespaces whose links are cut and healed, and behind proxies that delay, slice, stall and
# reset: how long until each node has all its outbound peers again. `sh tests/network/run.sh [--cut SECONDS]
# [--nodes N] [--json FILE] [SCENARIO...]`; --help tells more. Some 25 minutes. Namespaces need root: without it their
# scenarios are skipped.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"

for word; do
  case $word in --help | -h | --list) exec python3 "$root/tests/network/network.py" - "$@" ;; esac
done
install_missing g++ cmake ninja-build pkg-config $library_packages nlohmann-json3-dev libcli11-dev iproute2 python3
build_release pappus-node NODE
exec python3 "$root/tests/network/network.py" "$build/bin/pappus-node" "$@"
