#!/bin/sh
# Builds the benchmarks in Release and runs those named, installing first what is missing.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/cmake/prepare.sh"

# A benchmark is a folder with a run.sh, called with the folder of the built programs, or a .cpp on Google Benchmark.
names() {
  for entry in "$root"/benchmarks/*/run.sh "$root"/benchmarks/*.cpp; do
    [ -e "$entry" ] || continue
    entry=${entry%/run.sh}
    basename "$entry" .cpp
  done
}

usage() {
  printf 'usage: sh benchmarks/run.sh NAME... [OPTION...]\nnames:%s\n' "$(names | sort | sed 's/^/ /' | tr -d '\n')"
  echo 'Options go on to each benchmark named; --help behind a name lists them.'
}

case ${1-} in
  --help | -h) usage; exit 0 ;;
  '') usage >&2; exit 2 ;;
esac
chosen=
while [ $# -gt 0 ]; do
  case $1 in -*) break ;; esac
  chosen="$chosen $1"
  shift
done
for name in $chosen; do
  names | grep -qx -- "$name" || { echo "benchmarks/run.sh: no benchmark named '$name'" >&2; usage >&2; exit 2; }
done

install_missing g++ cmake ninja-build pkg-config $library_packages libbenchmark-dev \
  libasio-dev valgrind nlohmann-json3-dev libcli11-dev gnuplot-nox parallel python3
build_release all NODE BENCHMARKS EXAMPLES
for name in $chosen; do
  if [ -e "$root/benchmarks/$name/run.sh" ]; then
    sh "$root/benchmarks/$name/run.sh" "$build/benchmarks" "$@"
  else
    "$build/benchmarks/pappus_benchmark_$name" "$@"
  fi
done
