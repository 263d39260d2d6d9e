#!/bin/sh
# Eight nodes on this machine pass a real Grin transaction along, private at first. Exits 0 only if all eight nodes
# report the transaction.
#   sh examples/demo.sh
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
# Takes: a few seconds, after the build of pappus-node.
# Writes: build/release, and stores of the nodes in a folder for temporary files, which it removes.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/cmake/prepare.sh"
refuse_all "$@"

install_missing g++ cmake ninja-build pkg-config $library_packages nlohmann-json3-dev libcli11-dev \
  python3
build_release pappus-node NODE
exec python3 "$root/examples/mini_node/demo.py" "$build/bin/pappus-node" \
  "$root/tests/data/grin/two_outputs.v3.hex" "$root/tests/data/grin/two_outputs.kernels"
