#!/bin/sh
# Called by benchmarks/run.sh with the folder of the built programs; options: --help. With --grin a server on Grin's own
# crate is measured, too, which takes cargo.
set -eu
built=$1
shift
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
grin=
for option; do
  [ "$option" = --grin ] || continue
  . "$root/tests/interop/build_grin.sh"
  build_grin
done
exec python3 "$root/benchmarks/scale/scale.py" "$built" "$build/bin/pappus-node" "$grin" "$@"
