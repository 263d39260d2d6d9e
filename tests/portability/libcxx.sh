#!/bin/sh
# Builds and runs the tests of coro, io, uv, sim and wire with clang 19 and its standard library, libc++, which checks
# how it is used. All that they link of C++ is pappus. The last line is "N passed, N failed", or begins with SKIPPED if
# clang 19 cannot be had.
#   sh tests/portability/libcxx.sh
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
# Takes: on two cores about a minute.
# Writes: build/libcxx.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
folder="$root/build/libcxx"
refuse_all "$@"

install_missing cmake ninja-build pkg-config ccache mold python3 $library_packages doctest-dev
if ! install_missing clang-19 libc++-19-dev libc++abi-19-dev; then
  echo 'SKIPPED: clang 19 with libc++ is not to be had here'
  exit 0
fi

cmake -S "$root" --preset clang-debug -B "$folder" --log-level=WARNING -D CMAKE_CXX_COMPILER=clang++-19 \
  -D CMAKE_CXX_FLAGS='-stdlib=libc++ -D_LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_DEBUG' -D CMAKE_CXX_FLAGS_DEBUG=-g0 \
  -D CMAKE_UNITY_BUILD=ON -D PAPPUS_TEST_DOCS=OFF -D PAPPUS_BUILD_EXAMPLES=OFF -D PAPPUS_BUILD_NODE=OFF >/dev/null
cmake --build "$folder" --target pappus_tests_coro pappus_tests_io pappus_tests_uv pappus_tests_sim pappus_tests_wire
run_tests "$folder" -L '^(coro|io|uv|sim|wire)$'
