#!/bin/sh
# Builds in Release and runs every test, installing first what is missing. The last line is "N passed, N failed".
# Arguments go to ctest: `sh tests/run.sh -L wire` runs what is labelled wire.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/cmake/prepare.sh"

install_missing g++ cmake ninja-build pkg-config $library_packages doctest-dev \
  nlohmann-json3-dev libcli11-dev python3 parallel
build_release all NODE TESTS EXAMPLES
run_tests "$build" "$@"
