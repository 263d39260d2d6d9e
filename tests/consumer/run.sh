#!/bin/sh
# Builds and runs the consumer against pappus in five ways: installed and found by CMake, also each low level alone and
# without what the others need; the low levels alone, built and installed without what the others need; installed and
# found by pkg-config, also by programs without exceptions; and as a subdirectory, as a shared library, whose exports are
# checked.
#   sh tests/consumer/run.sh [BUILD_FOLDER]
# BUILD_FOLDER: by default build/release. It is built already, by sh tests/run.sh or by the preset gcc-release.
# Needs: what pappus is built with; it installs no package.
# Takes: on two cores some 4 minutes.
# Writes: build/consumer, in which it installs.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/usage.sh"
answer_help "$@"
[ $# -le 1 ] || refuse "one folder at most"
built=${1:-$root/build/release}
[ -e "$built/CMakeCache.txt" ] || refuse "nothing has been built in '$built': run sh tests/run.sh first"
work="$root/build/consumer"
here="$root/tests/consumer"
compiler=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$built/CMakeCache.txt")

# The installed copy is moved, so that a path into the place it was first installed to would show.
rm -rf "$work"
cmake --install "$built" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/installed"

# consume SOURCE_FOLDER NAME CMAKE_ARGUMENT...: configures and builds. A package that is forbidden may be one that is
# not looked for, which is no reason for a warning.
consume() {
  source=$1
  folder="$work/$2"
  shift 2
  cmake -S "$source" -B "$folder" -G Ninja --log-level=WARNING --no-warn-unused-cli \
    -D CMAKE_CXX_COMPILER="$compiler" "$@" >/dev/null
  cmake --build "$folder" >"$folder/build.log" || { cat "$folder/build.log" >&2; return 1; }
}

# consume_levels NAME PREFIX: links each low level of the pappus installed there, without what the others need.
consume_levels() {
  # shellcheck disable=SC2086
  consume "$here/levels" "$1" -D CMAKE_PREFIX_PATH="$2" $forbidden
  for level in coro io uv sim portmap; do
    "$work/$1/$level"
    needs=$(ldd "$work/$1/$level")
    if echo "$needs" | grep -E 'fmt|sqlite|zip|sodium|ssl' >&2; then
      echo "pappus::$level needs these" >&2
      return 1
    fi
  done
}

forbidden=
for package in fmt libsodium libzip OpenSSL SQLite3 SQLiteCpp concurrentqueue; do
  forbidden="$forbidden -D CMAKE_DISABLE_FIND_PACKAGE_$package=ON"
done

echo 'find_package:'
consume "$here" found -D CMAKE_PREFIX_PATH="$work/installed"
"$work/found/consumer"

echo 'find_package, the low levels alone:'
consume_levels levels "$work/installed"

echo 'the low levels alone, built and found:'
# shellcheck disable=SC2086
consume "$root" low -D PAPPUS_LOW_LEVELS_ONLY=ON -D CMAKE_BUILD_TYPE=Release $forbidden
cmake --install "$work/low" --prefix "$work/low_installed" >/dev/null
consume_levels low_levels "$work/low_installed"

echo 'installed beside the library:'
for file in bin/pappus-node share/doc/pappus/LICENSE share/man/man1/pappus-node.1; do
  [ -s "$work/installed/$file" ] || { echo "$file is missing" >&2; exit 1; }
  echo "  $file"
done

echo 'pkg-config:'
pc=$(find "$work/installed" -name pappus.pc)
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046
"$compiler" -std=c++20 "$here/main.cpp" -o "$work/consumer" $(pkg-config --cflags --libs pappus)
"$work/consumer"

echo 'without exceptions:'
for each in "$compiler" clang++; do
  command -v "$each" >/dev/null || { echo "  SKIPPED: there is no $each"; continue; }
  # shellcheck disable=SC2046
  for source in "$here"/no_exceptions.cpp "$here"/levels/*.cpp; do
    "$each" -std=c++20 -fno-exceptions -fno-rtti "$source" -o "$work/no_exceptions" $(pkg-config --cflags --libs pappus)
    "$work/no_exceptions"
  done
  echo "  $(basename "$each")"
done

echo 'add_subdirectory, shared:'
consume "$here" subdirectory -D PAPPUS_SOURCE="$root" -D BUILD_SHARED_LIBS=ON
"$work/subdirectory/consumer"
library="$work/subdirectory/pappus/libpappus.so"
ours='^_Z(Z|GV|GVZ|T[ISTV]|T[chv][a-z0-9_]*)?NK?[OR]?6pappus'
nm --dynamic --defined-only "$library" >"$work/exported"
awk -v ours="$ours" '$3 !~ ours { print; others++ }
     END { if (others || NR < 1000) exit 1; print "  libpappus exports " NR " names, all in its own namespace" }' \
  "$work/exported" || { echo 'libpappus exports what is not its own, or too little' >&2; exit 1; }
find "$work/subdirectory/pappus" -name '*.o' -exec nm --defined-only --extern-only {} + |
  awk -v ours="$ours" '$3 ~ ours { print $3 }' | sort -u >"$work/defined"
awk '{ print $3 }' "$work/exported" | sort | comm -23 "$work/defined" - >"$work/missing"
[ -s "$work/defined" ] && [ ! -s "$work/missing" ] ||
  { cat "$work/missing" >&2; echo 'libpappus does not export these names of its own' >&2; exit 1; }
