#!/bin/sh
# A pappus-node with thousands of peers, beside a server on bare epoll and, with --grin, one on Grin's own crate.
#   sh benchmarks/run.sh scale [OPTION...]
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
#   Two processors; more descriptors for a process than peers (ulimit -n). --grin needs cargo, too.
# Takes: some ten minutes: 70 s for each of two servers and four numbers of peers, and the time to connect them. With
#   --peers 1000 10000 --seconds 12 two minutes on two cores, with --grin, too, ten; --grin the first time 15 more, to
#   build Grin's crates.
# Writes: build/release; with --grin $PAPPUS_GRIN_TARGET, by default $XDG_CACHE_HOME/pappus/grin or
#   ~/.cache/pappus/grin; the files of --json and --svg.
set -eu
. "$(dirname -- "$0")/../support/start.sh"
. "$root/tests/interop/build_grin.sh"
check_options "$root/benchmarks/scale/scale.py" - - - -- "$@"
grin=
for option; do
  [ "$option" = --grin ] || continue
  need_cargo
  [ -z "$built" ] || build_grin
done
[ -n "$built" ] || exit 0
exec python3 "$root/benchmarks/scale/scale.py" "$built" "$build/bin/pappus-node" "$grin" "$@"
