#!/bin/sh
# A pappus-node with many peers that come and go for a long time: do memory, descriptors or coroutine frames leak?
#   sh tests/soak/run.sh [OPTION...]
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
# Takes: an hour, or the time of --minutes, which is one at least; the rule is meant for an hour, and laxer with less.
# Writes: build/release, and the files of --svg and --json.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
check_options "$root/tests/soak/soak.py" - -- "$@"

install_missing g++ cmake ninja-build pkg-config $library_packages nlohmann-json3-dev libcli11-dev gnuplot-nox python3
build_release pappus-node NODE
exec python3 "$root/tests/soak/soak.py" "$build/bin/pappus-node" "$@"
