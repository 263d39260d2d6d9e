#!/bin/sh
# Decoding and encoding of the bulkiest messages, beside grin_core on the same bytes and the least that it can take.
#   sh benchmarks/run.sh wire [OPTION...]
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
#   Without cargo there is nothing to compare with but that least.
# Takes: less than ten minutes; the first time 15 more, to build Grin's crates.
# Writes: build/release, and $PAPPUS_GRIN_TARGET, by default $XDG_CACHE_HOME/pappus/grin or ~/.cache/pappus/grin.
set -eu
. "$(dirname -- "$0")/../support/start.sh"
. "$root/tests/interop/build_grin.sh"
check_options "$root/benchmarks/wire/compare.py" - -- "$@"
[ -n "$built" ] || exit 0
grin=
build_grin || echo 'Without cargo there is nothing to compare with but the floors.' >&2
exec python3 "$root/benchmarks/wire/compare.py" "$built" "$@" --grin "$grin"
