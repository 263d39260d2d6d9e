#!/bin/sh
# Runs a pappus-node behind a gateway that maps ports by PCP and NAT-PMP, each in a network namespace of its own. The last
# line is "N passed, N failed", or "SKIPPED", with the reason, where that cannot be.
#   sh tests/portmap/run.sh
# Needs: Linux, and root, for the namespaces. Installs what is missing with apt.
# Takes: a minute, once pappus-node is built: so often a node looks whether it has another gateway.
# Writes: build/release, build/portmap.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
. "$root/tests/support/namespaces.sh"
refuse_all "$@"

need_network_namespace
install_missing g++ cmake ninja-build pkg-config $library_packages nlohmann-json3-dev libcli11-dev python3 iproute2
unshare --net ip link add name here type veth peer name there 2>/dev/null || skip 'no namespaces may be linked here'
build_release pappus-node NODE

folder="$root/build/portmap"
mkdir -p "$folder"
run_in_network_namespace "$folder/report" "$root/tests/portmap/gateway_test.py" \
  "$build/bin/pappus-node"
