#!/bin/sh
# How fast a made-up chain is synchronized over simulated links, beside what limits it; with --grin a real one, from and
# beside Grin's own server.
#   sh benchmarks/run.sh sync
#   sh benchmarks/run.sh sync --grin [OPTION...]
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
#   --grin needs cargo, too.
# Takes: a few seconds; with --grin some two minutes, and the first time 10 more to build Grin's server.
# Writes: build/release; with --grin $XDG_CACHE_HOME/pappus or ~/.cache/pappus.
set -eu
. "$(dirname -- "$0")/../support/start.sh"
if [ "${1-}" != --grin ]; then
  case " $* " in *' --grin '*) refuse '--grin comes first' ;; esac
  answer_help "$@"
  [ $# -eq 0 ] || refuse "unknown option '$1'"
  [ -n "$built" ] || exit 0
  exec "$built/pappus_benchmark_sync"
fi
shift
. "$root/tests/interop/build_grin.sh"
check_options "$root/benchmarks/sync/grin.py" - - -- "$@"
need_cargo
[ -n "$built" ] || exit 0
build_full_nodes
exec python3 "$root/benchmarks/sync/grin.py" "$build/bin/pappus-full-node" "$grin_server" "$@"
