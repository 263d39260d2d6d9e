#!/bin/sh
# Lets pappus-node and a server of Grin's own grin_p2p crate talk to each other over loopback, and checks what each of
# them heard: `sh tests/interop/run.sh [--minutes N] [--jobs N] [TEST...]`: minutes of steady traffic, by
# default 10; classes of tests at once, by default 4, one after the other if some are named. Needs cargo.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
. "$root/tests/interop/build_grin.sh"

case ${1-} in
  --help | -h) sed -n '2,4s/^# //p' "$0"; exit 0 ;;
esac
command -v cargo >/dev/null || { echo 'tests/interop/run.sh needs cargo: see https://rustup.rs' >&2; exit 1; }

install_missing g++ cmake ninja-build pkg-config $library_packages nlohmann-json3-dev libcli11-dev \
  python3
build_release pappus-node NODE
build_grin
exec python3 "$root/tests/interop/interop.py" "$build/bin/pappus-node" "$grin" "$@"
