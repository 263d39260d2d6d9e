#!/bin/sh
# Builds the fuzzers with clang, grows their first inputs from tests/data, and runs each.
#   sh tests/fuzz/run.sh [RUNS [NAME...]]
# RUNS of each, by default 20,000. NAME: decode, round_trip, frame_assembler, session, hash, portmap, tls; by default all.
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
# Takes: on two cores less than a minute with 20,000 runs, after a build with the sanitizers.
# Writes: build/clang-asan; build/fuzz, in which also an input lies that fails.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"

answer_help "$@"
all='decode round_trip frame_assembler session hash portmap tls'
runs=${1:-20000}
[ $# -eq 0 ] || shift
case $runs in *[!0-9]*) refuse "RUNS is a number, not '$runs'" ;; esac
for name; do
  case " $all " in *" $name "*) ;; *) refuse "there is no fuzzer '$name'" ;; esac
done

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
