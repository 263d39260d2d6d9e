#!/bin/sh
# Builds and runs the consumer against pappus in three ways: installed and found by CMake, installed and found by
# pkg-config, and as a subdirectory. sh tests/consumer/run.sh [BUILD_FOLDER], by default build/release, already built.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
built=${1:-$root/build/release}
work="$root/build/consumer"
here="$root/tests/consumer"
compiler=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$built/CMakeCache.txt")

# The installed copy is moved, so that a path into the place it was first installed to would show.
rm -rf "$work"
cmake --install "$built" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/installed"

# consume NAME CMAKE_ARGUMENT...
consume() {
  folder="$work/$1"
  shift
  cmake -S "$here" -B "$folder" -G Ninja --log-level=WARNING -D CMAKE_CXX_COMPILER="$compiler" "$@" >/dev/null
  cmake --build "$folder" >"$folder/build.log" || { cat "$folder/build.log" >&2; return 1; }
  "$folder/consumer"
}

echo 'find_package:'
consume found -D CMAKE_PREFIX_PATH="$work/installed"

echo 'pkg-config:'
pc=$(find "$work/installed" -name pappus.pc)
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046
"$compiler" -std=c++20 "$here/main.cpp" -o "$work/consumer" $(pkg-config --cflags --libs pappus)
"$work/consumer"

echo 'add_subdirectory:'
consume subdirectory -D PAPPUS_SOURCE="$root"
