#!/bin/sh
# Lets whole nodes meet on loopback: pappus-full-node and pappus-node, and Grin's own server, which mine, synchronize,
# reorganize and are killed: `sh tests/interop/full.sh [--long] [--minutes N] [TEST...]`: --long runs those that take
# more than some minutes, too; N is the length of the last of them, by default 60. Needs cargo.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
. "$root/tests/interop/build_grin.sh"

case ${1-} in
  --help | -h) sed -n '2,4s/^# //p' "$0"; exit 0 ;;
esac
command -v cargo >/dev/null || { echo 'tests/interop/full.sh needs cargo: see https://rustup.rs' >&2; exit 1; }

install_missing g++ cmake ninja-build pkg-config $library_packages nlohmann-json3-dev libcli11-dev python3
build_full_nodes
exec python3 "$root/tests/interop/full.py" "$build/bin/pappus-node" "$build/bin/pappus-full-node" "$grin_server" "$@"
