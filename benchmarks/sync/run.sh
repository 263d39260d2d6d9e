#!/bin/sh
# Called by benchmarks/run.sh with the folder of the built programs. With --grin it is compared with Grin's own server
# instead, which takes cargo; options after it: --help.
set -eu
built=$1
shift
if [ "${1-}" != --grin ]; then exec "$built/pappus_benchmark_sync" "$@"; fi
shift
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
. "$root/tests/interop/build_grin.sh"
build_full_nodes
exec python3 "$root/benchmarks/sync/grin.py" "$build/bin/pappus-full-node" "$grin_server" "$@"
