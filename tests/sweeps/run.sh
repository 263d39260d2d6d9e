#!/bin/sh
# Whole nodes stopped at each of their suspension points, and each of their allocations failing once, under the address
# sanitizer. Arguments: --distinct tries all points that differ, --all every one; by default a sample, as ctest does.
set -eu
root=$(cd -- "$(dirname -- "$0")/../.." && pwd)
cd "$root"
export PAPPUS_SWEEP=sample PAPPUS_SWEEP_JOBS="${PAPPUS_SWEEP_JOBS:-$(nproc)}"
for argument; do
  case $argument in
    --distinct) PAPPUS_SWEEP=distinct ;;
    --all) PAPPUS_SWEEP=all ;;
    *) echo "usage: $0 [--distinct | --all]" >&2; exit 2 ;;
  esac
done
cmake --preset clang-asan --log-level=WARNING >/dev/null
cmake --build --preset clang-asan --target pappus_tests_sweeps
status=0
for test in stops allocations; do
  "build/clang-asan/tests/sweeps_${test}_test" || status=1
done
exit "$status"
