#!/bin/sh
# Cross-builds the tests of coro, io, uv, sim and portmap for Windows with mingw-w64, and runs them in wine. The last line
# is "N passed, N failed", or begins with SKIPPED if the tools or a source cannot be had. docs/reference/platforms.md says
# what is not tested.
#   sh tests/portability/mingw.sh [FOLDER]
# FOLDER has the source of libuv. By default that is the pinned archive or, where it cannot be downloaded, what the crate
# libuv-sys2 carries, a later version.
# Needs: Debian 12; installs what is missing with apt, as root or with sudo. The crate needs cargo.
# Takes: on two cores a minute and a half.
# Writes: build/mingw.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
folder="$root/build/mingw"
answer_help "$@"
source=${1-}
[ -z "$source" ] || [ -e "$source/include/uv.h" ] || refuse "there is no source of libuv in '$source'"

install_missing cmake ninja-build ccache python3 doctest-dev
if ! install_missing g++-mingw-w64-x86-64-posix wine wine64; then
  echo 'SKIPPED: mingw-w64 and wine are not to be had here'
  exit 0
fi
if [ -z "$source" ]; then
  source=$(libuv_source "$folder/vendor") || { echo 'SKIPPED: neither libuv nor cargo is to be had here'; exit 0; }
fi

# A copy, because the folder of the installed one has the headers of this system's libraries, too.
doctest="$folder/doctest"
mkdir -p "$doctest/include"
cp -r /usr/include/doctest "$doctest/include/"
cp /usr/lib/cmake/doctest/*.cmake "$doctest/"
sed -i "s|\"/usr\"|\"$doctest\"|" "$doctest/doctestTargets.cmake"

cmake -S "$root" -B "$folder" -G Ninja --toolchain "$root/tests/portability/mingw.cmake" --log-level=WARNING \
  -D CMAKE_BUILD_TYPE=Release -D CMAKE_CXX_FLAGS_RELEASE=-O1 -D CMAKE_UNITY_BUILD=ON -D PAPPUS_LOW_LEVELS_ONLY=ON \
  -D PAPPUS_BUNDLED_LIBUV=ON -D FETCHCONTENT_SOURCE_DIR_LIBUV="$source" \
  -D doctest_DIR="$doctest" >/dev/null
cmake --build "$folder" --target pappus_tests_coro pappus_tests_io pappus_tests_uv pappus_tests_sim pappus_tests_portmap

export WINEPREFIX="$folder/wine" WINEDEBUG=-all
wineboot --init >/dev/null 2>&1
run_tests "$folder"
