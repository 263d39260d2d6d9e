#!/bin/sh
# Lets pappus-node and a server of Grin's own grin_p2p crate talk to each other over loopback, and checks what each of
# them heard. The last line is "N passed, N failed".
#   sh tests/interop/run.sh [OPTION...] [TEST...]
# Needs: cargo, newer than Debian 12's; installs what else is missing with apt, as root or with sudo.
# Takes: with --minutes 1 less than two minutes, by default ten more; the first time some 15 minutes to build Grin's crates.
# Writes: build/release, and $PAPPUS_GRIN_TARGET, by default $XDG_CACHE_HOME/pappus/grin or ~/.cache/pappus/grin.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
. "$root/tests/interop/build_grin.sh"
check_options "$root/tests/interop/interop.py" - - -- "$@"
need_cargo

install_missing g++ cmake ninja-build pkg-config $library_packages nlohmann-json3-dev libcli11-dev \
  python3
build_release pappus-node NODE
build_grin
exec python3 "$root/tests/interop/interop.py" "$build/bin/pappus-node" "$grin" "$@"
