#!/bin/sh
# Builds the fuzzers with clang, grows their first inputs from tests/data, and runs each: `sh tests/fuzz/run.sh RUNS`,
# by default 20,000 for each; `sh tests/fuzz/run.sh RUNS NAME...` for some alone. What they find lies in build/fuzz.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"

case ${1-} in
  --help | -h) sed -n '2,3s/^# //p' "$0"; exit 0 ;;
esac
runs=${1:-20000}
[ $# -eq 0 ] || shift
all='decode round_trip frame_assembler session hash'

install_missing clang cmake ninja-build pkg-config libclang-rt-14-dev $library_packages doctest-dev \
  nlohmann-json3-dev libcli11-dev python3
cmake -S "$root" --preset clang-asan --log-level=WARNING >/dev/null
targets=
for name in ${*:-$all}; do targets="$targets fuzz_${name}_fuzz"; done
# shellcheck disable=SC2086
cmake --build "$root/build/clang-asan" --target $targets
work="$root/build/fuzz"
python3 "$root/tests/fuzz/corpus.py" "$root/tests/data" "$work/corpus"
cd "$work"
for name in ${*:-$all}; do
  case $name in
    decode | round_trip) longest=16384 ;;
    *) longest=8192 ;;
  esac
  mkdir -p "$work/grown/$name"
  printf '%s: ' "$name"
  "$root/build/clang-asan/tests/fuzz_${name}_fuzz" -runs="$runs" -seed=1 -max_len="$longest" -rss_limit_mb=4096 \
    "$work/grown/$name" "$work/corpus/$name" 2>"$work/$name.log" || { cat "$work/$name.log"; exit 1; }
  tail -n 1 "$work/$name.log"
done
