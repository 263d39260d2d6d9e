#!/bin/sh
# Called by benchmarks/run.sh with the folder of the built programs; options: --help. --profile needs perf.
set -eu
built=$1
shift
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# Nodes are spread over much more memory than a processor has page table entries for.
GLIBC_TUNABLES=glibc.malloc.hugetlb=1
export GLIBC_TUNABLES
if [ "${1-}" != --profile ]; then exec "$built/pappus_benchmark_sim" "$@"; fi
samples=$(mktemp)
trap 'rm -f "$samples"' EXIT
perf record --quiet --freq 500 --output "$samples" "$built/pappus_benchmark_sim" --quick
perf report --input "$samples" --no-children --sort dso,symbol --field-separator ';' 2>/dev/null |
  python3 "$here/shares.py"
