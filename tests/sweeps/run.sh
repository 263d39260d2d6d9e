#!/bin/sh
# Whole nodes stopped at each of their suspension points, and each of their allocations failing once, under the address
# sanitizer. Each point is tried in a process of its own.
#   sh tests/sweeps/run.sh [--distinct | --all] [stops] [allocations]
# By default it tries a sample of the points, as ctest does; with --distinct all that differ in where the coroutines are,
# or in the call stack of the allocation; with --all every one. By default both stops and allocations.
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
# Takes: the sample a minute on two cores, after a build with the sanitizers; --distinct tries 36 times as many
#   allocations, which is a quarter of an hour; --all much more.
# Writes: build/clang-asan.
# Environment: PAPPUS_SWEEP_JOBS, processes at once, by default one for each processor; PAPPUS_SWEEP_ONLY, the number of
#   the only point to try, as a failure names it: with an allocation its call stack is printed, too.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
answer_help "$@"
PAPPUS_SWEEP=sample
tests=
for word; do
  case $word in
    --distinct | --all) PAPPUS_SWEEP=${word#--} ;;
    stops | allocations) tests="$tests $word" ;;
    *) refuse "'$word' is none of --distinct, --all, stops, allocations" ;;
  esac
done
PAPPUS_SWEEP_JOBS=${PAPPUS_SWEEP_JOBS:-$jobs}
for number in "$PAPPUS_SWEEP_JOBS" "${PAPPUS_SWEEP_ONLY-0}"; do
  case $number in '' | *[!0-9]*) refuse "PAPPUS_SWEEP_JOBS and PAPPUS_SWEEP_ONLY are numbers, not '$number'" ;; esac
done
export PAPPUS_SWEEP PAPPUS_SWEEP_JOBS

install_missing clang cmake ninja-build pkg-config libclang-rt-14-dev $library_packages doctest-dev \
  nlohmann-json3-dev libcli11-dev python3
cmake -S "$root" --preset clang-asan --log-level=WARNING >/dev/null
cmake --build "$root/build/clang-asan" --target pappus_tests_sweeps
status=0
for test in ${tests:-stops allocations}; do
  "$root/build/clang-asan/tests/sweeps_${test}_test" || status=1
done
exit "$status"
