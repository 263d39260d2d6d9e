#!/bin/sh
# Called by benchmarks/run.sh with the folder of the built programs; options: --help.
set -eu
built=$1
shift
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
exec python3 "$root/benchmarks/bulk/bulk.py" "$built" "$build/bin/pappus-node" "$@"
