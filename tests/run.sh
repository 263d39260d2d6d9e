#!/bin/sh
# Builds in Release and runs every test. The last line is "N passed, N failed".
#   sh tests/run.sh [CTEST_ARGUMENT...]
#   sh tests/run.sh -L wire     only what is labelled wire: the tests of one folder
#   sh tests/run.sh -N          lists the tests, after a build
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
# Takes: on two cores 4 to 5 minutes with a filled compiler cache, longer the first time.
# Writes: build/release, and the compiler cache, build/ccache unless CCACHE_DIR names another.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/cmake/prepare.sh"
answer_help "$@"

install_missing g++ cmake ninja-build pkg-config $library_packages doctest-dev \
  nlohmann-json3-dev libcli11-dev python3 parallel
build_release all NODE TESTS EXAMPLES
run_tests "$build" "$@"
