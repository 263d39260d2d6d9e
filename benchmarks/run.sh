#!/bin/sh
# Builds a benchmark in Release and runs it, or several, one after the other.
#   sh benchmarks/run.sh NAME... [OPTION...]
#   sh benchmarks/run.sh NAME --help     what it measures, its options, what it needs, how long it takes
# OPTION: goes on to each benchmark named. benchmarks/README.md says what they measure and has the options and minutes of
# each, docs/reference/measurements.md what has come out.
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
# Takes: from a few seconds (core) to half an hour (dandelion): NAME --help says it of each.
# Writes: build/release.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/cmake/prepare.sh"

# A benchmark is a folder with a run.sh; benchmarks/support/start.sh says how that is called.
names() {
  for entry in "$root"/benchmarks/*/run.sh; do basename "${entry%/run.sh}"; done
}

# benchmark NAME ARGUMENT...
benchmark() {
  name=$1
  shift
  sh "$root/benchmarks/$name/run.sh" "$@"
}

case ${1-} in --help | -h) usage; echo "NAME:" $(names); exit 0 ;; esac
chosen=
while [ $# -gt 0 ]; do
  case $1 in -*) break ;; esac
  names | grep -Fqx -- "$1" || refuse "no benchmark is named '$1'; there are:$(names | sed 's/^/ /' | tr -d '\n')"
  chosen="$chosen $1"
  shift
done
[ -n "$chosen" ] || refuse "a NAME comes first; there are:$(names | sed 's/^/ /' | tr -d '\n')"
for name in $chosen; do benchmark "$name" --check "$@"; done
for word; do
  case $word in --help | -h) exit 0 ;; esac  # each has answered
done

# What they need besides the library and Google Benchmark: packages, and parts of the project.
packages=
parts=
targets=
for name in $chosen; do
  targets="$targets pappus_benchmarks_$name"
  case $name in
    bulk) packages="$packages nlohmann-json3-dev libcli11-dev python3" parts="$parts NODE" ;;
    dandelion) packages="$packages libcli11-dev gnuplot-nox parallel python3" parts="$parts EXAMPLES" ;;
    echo) packages="$packages libasio-dev valgrind python3" ;;
    scale) packages="$packages nlohmann-json3-dev libcli11-dev gnuplot-nox python3" parts="$parts NODE" ;;
    sim | wire) packages="$packages python3" ;;
    sync) packages="$packages nlohmann-json3-dev libcli11-dev doctest-dev python3" ;;
  esac
done
# shellcheck disable=SC2086
install_missing g++ cmake ninja-build pkg-config $library_packages libbenchmark-dev $packages
# shellcheck disable=SC2086
configure_release BENCHMARKS $parts
# shellcheck disable=SC2086
build_targets "$build" $targets
for name in $chosen; do benchmark "$name" "$build/benchmarks" "$@"; done
