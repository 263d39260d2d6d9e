#!/bin/sh
# Whole nodes in one simulated network: how much faster than real time they run, and what they take.
#   sh benchmarks/run.sh sim [--quick | --profile]
# By default 1,000 nodes and 10,000. --quick: 1,000 for a short time. --profile: the same under perf, and which share of
# the time goes where.
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
#   4 GiB of memory, or with --quick 0.5 GiB; --profile needs perf.
# Takes: four minutes; --quick a few seconds.
# Writes: build/release.
set -eu
. "$(dirname -- "$0")/../support/start.sh"
answer_help "$@"
[ $# -le 1 ] || refuse 'one option at most'
case ${1-} in
  '' | --quick) ;;
  --profile) command -v perf >/dev/null || { echo "$0 --profile needs perf" >&2; exit 1; } ;;
  *) refuse "unknown option '$1'" ;;
esac
[ -n "$built" ] || exit 0
# Nodes are spread over much more memory than a processor has page table entries for.
GLIBC_TUNABLES=glibc.malloc.hugetlb=1
export GLIBC_TUNABLES
if [ "${1-}" != --profile ]; then exec "$built/pappus_benchmark_sim" "$@"; fi
samples=$(mktemp)
trap 'rm -f "$samples"' EXIT
perf record --quiet --freq 500 --output "$samples" "$built/pappus_benchmark_sim" --quick
perf report --input "$samples" --no-children --sort dso,symbol --field-separator ';' 2>/dev/null |
  python3 "$root/benchmarks/sim/shares.py"
