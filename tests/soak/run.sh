#!/bin/sh
# A pappus-node with many peers that come and go for a long time: `sh tests/soak/run.sh [--minutes N] [--peers N]
# [--svg FILE] [--json FILE]`; --help tells what is done, and when memory, descriptors and coroutine frames are steady.
# An hour by default.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"

case ${1-} in --help | -h) exec python3 "$root/tests/soak/soak.py" - --help ;; esac
install_missing g++ cmake ninja-build pkg-config $library_packages nlohmann-json3-dev libcli11-dev gnuplot-nox python3
build_release pappus-node NODE
exec python3 "$root/tests/soak/soak.py" "$build/bin/pappus-node" "$@"
