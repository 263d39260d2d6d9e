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
refuse_all "$@"

skip() {
  echo "SKIPPED: $1"
  exit 0
}

[ "$(id -u)" -eq 0 ] || skip 'only root may make a network namespace'
unshare --net true 2>/dev/null || skip 'no network namespace may be made here'
install_missing g++ cmake ninja-build pkg-config $library_packages nlohmann-json3-dev libcli11-dev python3 iproute2
unshare --net ip link add name here type veth peer name there 2>/dev/null || skip 'no namespaces may be linked here'
build_release pappus-node NODE

folder="$root/build/portmap"
mkdir -p "$folder"
report=$folder/report
# shellcheck disable=SC2016
unshare --net sh -c 'ip link set lo up && exec python3 "$@"' run "$root/tests/portmap/gateway_test.py" \
  "$build/bin/pappus-node" >"$report" 2>&1 || true
cat "$report"
sed -n 's/^\[doctest\] test cases: .*| *\([0-9]*\) passed | *\([0-9]*\) failed.*/\1 passed, \2 failed/p' "$report" | tail -n 1
tail -n 1 "$report" | grep -q '| 0 failed |'
