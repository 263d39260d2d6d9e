#!/bin/sh
# Lets pappus-nodes meet through real proxies: microsocks, and a Tor network of this machine's own, onion service
# included. The last line is "N passed, N failed", or "SKIPPED", with the reason, where that cannot be.
#   sh tests/proxies/run.sh
# Needs: Linux, and root, for a network namespace in which there is nothing but loopback: Tor is run nowhere else. Installs
#   what is missing with apt, but for the proxies, which are only unpacked, since their packages start them.
# Takes: about a minute, once pappus-node is built.
# Writes: build/release, build/proxies.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
. "$root/tests/support/namespaces.sh"
refuse_all "$@"

need_network_namespace
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
run_in_network_namespace "$folder/report" "$root/tests/proxies/proxies_test.py" \
  "$build/bin/pappus-node" "$programs" "$network"
