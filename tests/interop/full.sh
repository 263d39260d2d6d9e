#!/bin/sh
# Lets whole nodes meet on loopback: pappus-full-node and pappus-node, and Grin's own server, which mine, synchronize,
# reorganize and are killed. The last line is "N passed, N failed".
#   sh tests/interop/full.sh [OPTION...] [TEST...]
# Needs: cargo, newer than Debian 12's; installs what else is missing with apt, as root or with sudo.
# Takes: some 4 minutes; the first time 10 more to build Grin's chain and server; --long an hour more, see --minutes.
# Writes: build/release, and $XDG_CACHE_HOME/pappus/grin_full or ~/.cache/pappus/grin_full.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
. "$root/tests/interop/build_grin.sh"
check_options "$root/tests/interop/full.py" - - - -- "$@"
need_cargo

install_missing g++ cmake ninja-build pkg-config $library_packages nlohmann-json3-dev libcli11-dev python3
build_full_nodes
exec python3 "$root/tests/interop/full.py" "$build/bin/pappus-node" "$build/bin/pappus-full-node" "$grin_server" "$@"
