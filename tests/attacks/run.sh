#!/bin/sh
# Attacks a running pappus-node in every way that is known, while an honest peer measures how it is served.
# docs/reference/attacks.md explains the table that is printed.
#   sh tests/attacks/run.sh [OPTION...] [ATTACK...]
# Needs: Debian 12; installs what is missing with apt, as root or with sudo. --grin needs cargo, too; attacks from IPv6
# need root, for a network namespace.
# Takes: on two cores some 20 minutes, with --short less than four; --grin ten more, and 10 the first time to build Grin.
# Writes: build/release; with --grin $XDG_CACHE_HOME/pappus or ~/.cache/pappus; the files of --markdown and --json.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
. "$root/tests/interop/build_grin.sh"
check_options "$root/tests/attacks/attacks.py" - -- "$@"

grin=
for word; do
  case $word in
    --list) exec python3 "$root/tests/attacks/attacks.py" - "$@" ;;
    --grin) grin=yes ;;
  esac
done
[ -z "$grin" ] || need_cargo
install_missing g++ cmake ninja-build pkg-config $library_packages nlohmann-json3-dev libcli11-dev python3 iproute2
build_release pappus-node NODE
if [ -n "$grin" ]; then
  build_grin_server
  set -- --server "$grin_server" "$@"
fi
set -- python3 "$root/tests/attacks/attacks.py" "$build/bin/pappus-node" "$@"
[ "$(id -u)" -eq 0 ] && unshare --net true 2>/dev/null || exec "$@"
# Where all addresses of IPv6 are this machine's.
# shellcheck disable=SC2016
exec unshare --net sh -c 'ip link set lo up
  ip -6 route add local default dev lo && echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind
  exec "$@"' run "$@"
