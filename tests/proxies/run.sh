#!/bin/sh
# Lets pappus-nodes meet through real proxies: microsocks, and a Tor network of this machine's own, onion service
# included. The last line is "N passed, N failed", or "SKIPPED", with the reason, where that cannot be.
#   sh tests/proxies/run.sh
# Needs: Linux, and root, for a network namespace in which there is nothing but loopback: Tor is run nowhere else. Installs
#   what is missing with apt, but for the proxies, which are only unpacked, since their packages start them.
# Takes: some two minutes, once pappus-node is built.
# Writes: build/release, build/proxies.
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
command -v apt-get >/dev/null || skip 'there is no apt-get here, with which the proxies are downloaded'

folder="$root/build/proxies"
programs="$folder/package/usr/bin"
install_missing g++ cmake ninja-build pkg-config $library_packages nlohmann-json3-dev libcli11-dev python3 iproute2 \
  libevent-2.1-7
if ! [ -x "$programs/tor" ]; then
  mkdir -p "$folder/package"
  (cd "$folder" && apt-get -qq download tor microsocks) || skip 'Tor and microsocks cannot be downloaded here'
  for package in "$folder"/*.deb; do dpkg-deb --extract "$package" "$folder/package"; done
fi
build_release pappus-node NODE

network="$folder/network"
rm -rf "$network"
mkdir -p "$network"
report=$folder/report
# shellcheck disable=SC2016
unshare --net sh -c 'ip link set lo up && exec python3 "$@"' run "$root/tests/proxies/proxies_test.py" \
  "$build/bin/pappus-node" "$programs" "$network" >"$report" 2>&1 || true
cat "$report"
sed -n 's/^\[doctest\] test cases: .*| *\([0-9]*\) passed | *\([0-9]*\) failed.*/\1 passed, \2 failed/p' "$report" | tail -n 1
tail -n 1 "$report" | grep -q '| 0 failed |'
