#!/bin/sh
# Called by benchmarks/run.sh with the folder of the built programs; options go on to compare.py.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
grin=
case " $* " in
  *' --help '* | *' -h '*) ;;
  *)
    . "$root/tests/interop/build_grin.sh"
    build_grin || echo 'Without cargo there is nothing to compare with but the floors.' >&2
    ;;
esac
exec python3 "$here/compare.py" "$@" --grin "${grin:-}"
