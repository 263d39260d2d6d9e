#!/bin/sh
# Shows that pappus-chaos finds bugs: for each patch of tests/chaos/planted builds the library with it, runs seeds of 20
# nodes until one breaks a rule, and shrinks that run. Fails if a bug is not found, or needs more than 10 faults. The last
# line is "N passed, N failed". docs/guides/chaos.md has more.
#   sh tests/chaos/planted.sh [--seeds N] [PATCH...]
#   sh tests/chaos/planted.sh --list
# N: seeds at most, by default 2,000. PATCH: a name of --list, or a file; by default all of tests/chaos/planted.
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
# Takes: on two cores some fifteen minutes.
# Writes: build/planted: a copy of the tree, compiled file by file there, so that one patch costs one file; a report of
#   each run that has failed.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
planted="$root/tests/chaos/planted"
answer_help "$@"
seeds=2000
left=$#
while [ "$left" -gt 0 ]; do
  case $1 in
    --list) for each in "$planted"/*.patch; do basename "$each" .patch; done; exit 0 ;;
    --seeds)
      seeds=${2-}
      case $seeds in '' | *[!0-9]*) refuse "--seeds is a number, not '$seeds'" ;; esac
      shift
      left=$((left - 1))
      ;;
    -*) refuse "unknown option '$1'" ;;
    *)
      each=$1
      [ -f "$each" ] || each="$planted/$1.patch"
      [ -f "$each" ] || refuse "there is no patch '$1'; --list names them"
      set -- "$@" "$(cd "$(dirname "$each")" && pwd)/$(basename "$each")"  # behind those that are not read yet
      ;;
  esac
  shift
  left=$((left - 1))
done
[ $# -gt 0 ] || set -- "$planted"/*.patch
install_missing g++ cmake ninja-build pkg-config patch $library_packages libcli11-dev

work="$root/build/planted"
step=10
most_faults=10

mkdir -p "$work/source"
for each in CMakeLists.txt CMakePresets.json cmake examples include src tests docs README.md; do
  cp -Rp "$root/$each" "$work/source/"
done
cmake -S "$work/source" -B "$work/build" -G Ninja --log-level=WARNING -D CMAKE_BUILD_TYPE=Release \
  -D CMAKE_UNITY_BUILD=OFF -D PAPPUS_BUILD_TESTS=OFF -D PAPPUS_BUILD_NODE=OFF >/dev/null
program="$work/build/bin/pappus-chaos"

# hunt NAME: one line, with the seed, the faults that are left and the rule.
hunt() {
  first=1
  while [ "$first" -le "$seeds" ]; do
    range="$first..$((first + step - 1))"
    if ! "$program" --nodes 20 --seeds "$range" --jobs "$jobs" >"$work/$1.jsonl" 2>/dev/null; then
      seed=$(sed -nE '/"ok":false/{s/.*"seed":([0-9]+),.*/\1/p;q}' "$work/$1.jsonl")
      "$program" --nodes 20 --seeds "$seed" --jobs "$jobs" --shrink >"$work/$1.jsonl" 2>/dev/null || true
      left=$(sed -nE 's/.*"shrunk_to":([0-9]+),.*/\1/p' "$work/$1.jsonl")
      rule=$(sed -nE 's/.*"rule":"([^"]*)".*/\1/p' "$work/$1.jsonl")
      echo "$1: seed $seed, $left faults left: $rule"
      [ "$left" -le "$most_faults" ]
      return
    fi
    first=$((first + step))
  done
  echo "$1: not found in $seeds seeds"
  return 1
}

# Also when it is interrupted: a bug that stays in the copy would be found in place of the next one.
applied=
undo() {
  [ -z "$applied" ] || (cd "$work/source" && patch -p1 --quiet --reverse <"$applied")
  applied=
}
trap undo EXIT
trap 'exit 130' INT TERM

missed=0
for patch in "$@"; do
  name=$(basename "$patch" .patch)
  (cd "$work/source" && patch -p1 --quiet <"$patch")
  applied=$patch
  cmake --build "$work/build" --target pappus-chaos >"$work/$name.log" 2>&1 || { tail -n 20 "$work/$name.log"; exit 1; }
  hunt "$name" || missed=$((missed + 1))
  undo
done
echo "$(($# - missed)) passed, $missed failed"
[ "$missed" -eq 0 ]
