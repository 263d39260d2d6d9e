#!/bin/sh
# Eight nodes on this machine pass a real Grin transaction along, private at first: builds pappus-node, installing first
# what is missing, and runs the demonstration. Exits 0 only if all eight nodes report the transaction.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/cmake/prepare.sh"

install_missing g++ cmake ninja-build pkg-config $library_packages nlohmann-json3-dev libcli11-dev \
  python3
build_release pappus-node NODE
exec python3 "$root/examples/mini_node/demo.py" "$build/bin/pappus-node" \
  "$root/tests/data/grin/two_outputs.v3.hex" "$root/tests/data/grin/two_outputs.kernels"
