#!/bin/sh
# Runs tests again and again until one fails, for a fault that shows once in a hundred runs.
#   sh tests/repeat.sh [--times N] [--load] [--slice K/N] [CTEST_ARGUMENT...]
# Each test runs N times (by default 200), with --load while as many others as there are processors do nothing but
# compute; --slice takes every Nth test, from the Kth on.
# Needs: a build of the tests: that of the last sh tests/run.sh, or that in the folder of the environment's PAPPUS_BUILD.
# Takes: N times as long as the tests. CI's tenth of them, five times, takes two and a half minutes on two cores.
# Writes: nothing but what the tests and ctest do, below the build folder.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/cmake/prepare.sh"
build=${PAPPUS_BUILD:-$build}

answer_help "$@"
times=200
slice=
load=
while [ $# -gt 0 ]; do
  case $1 in
    --times)
      times=${2-}
      case $times in '' | *[!0-9]* | 0*) refuse "--times is a number, not '$times'" ;; esac
      shift 2
      ;;
    --load) load=yes; shift ;;
    --slice)
      case ${2-} in
        *[!0-9/]* | */*/* | 0* | /* | */ | */0*) refuse "--slice is K/N, not '${2-}'" ;;
        */*) ;;
        *) refuse "--slice is K/N, not '${2-}'" ;;
      esac
      slice="-I ${2%/*},,${2#*/}"
      shift 2
      ;;
    *) break ;;
  esac
done
[ -e "$build/CTestTestfile.cmake" ] || { echo "There are no tests in $build: run sh tests/run.sh first" >&2; exit 1; }

busy=
if [ -n "$load" ]; then
  for _ in $(seq "$jobs"); do
    (while :; do :; done) &
    busy="$busy $!"
  done
  # shellcheck disable=SC2064,SC2086
  trap "kill $busy" EXIT
fi
# shellcheck disable=SC2086
ctest --test-dir "$build" --parallel "$jobs" --repeat "until-fail:$times" --output-on-failure \
  --no-tests=error $slice "$@" </dev/null
