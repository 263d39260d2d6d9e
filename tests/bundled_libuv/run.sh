#!/bin/sh
# Builds pappus with the libuv it can bring along instead of the system's, and runs the tests of coro, io and uv. The last
# line is "N passed, N failed", or begins with SKIPPED if no source can be had.
#   sh tests/bundled_libuv/run.sh [FOLDER]
# FOLDER has the source of libuv. By default that is the pinned archive or, where it cannot be downloaded, what the crate
# libuv-sys2 carries, a later version.
# Needs: Debian 12; installs what is missing with apt, as root or with sudo. The crate needs cargo.
# Takes: on two cores about a minute.
# Writes: build/bundled_libuv.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
folder="$root/build/bundled_libuv"
answer_help "$@"
[ $# -le 1 ] || refuse 'it takes one FOLDER'
source=${1-}
if [ -n "$source" ]; then
  [ -e "$source/include/uv.h" ] || refuse "there is no source of libuv in '$source'"
  source=$(cd "$source" && pwd)
fi

install_missing g++ cmake ninja-build pkg-config $library_packages doctest-dev
if [ -z "$source" ]; then
  source=$(libuv_source "$folder/vendor") || { echo 'SKIPPED: neither libuv nor cargo is to be had here'; exit 0; }
fi

cmake -S "$root" --preset gcc-release -B "$folder" --log-level=WARNING -D PAPPUS_BUNDLED_LIBUV=ON \
  -D FETCHCONTENT_SOURCE_DIR_LIBUV="$source" -D PAPPUS_BUILD_EXAMPLES=OFF -D PAPPUS_BUILD_NODE=OFF >/dev/null
cmake --build "$folder" --target pappus_tests_coro pappus_tests_io pappus_tests_uv
run_tests "$folder" -L '^(coro|io|uv)$'
