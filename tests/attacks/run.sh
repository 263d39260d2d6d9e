#!/bin/sh
# Attacks a running pappus-node in every way that is known, while an honest peer measures how it is served:
# `sh tests/attacks/run.sh [--short] [--list] [--scale N] [--grin] [--markdown FILE] [--json FILE] [ATTACK...]`;
# --help tells what is printed. Some 20 minutes, --short less than four; --grin takes ten more, and needs cargo.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
. "$root/tests/interop/build_grin.sh"

grin=
for word; do
  case $word in
    --help | -h | --list) exec python3 "$root/tests/attacks/attacks.py" - "$@" ;;
    --grin) grin=yes ;;
  esac
done
install_missing g++ cmake ninja-build pkg-config $library_packages nlohmann-json3-dev libcli11-dev python3
build_release pappus-node NODE
if [ -n "$grin" ]; then
  build_grin_server
  set -- --server "$grin_server" "$@"
fi
exec python3 "$root/tests/attacks/attacks.py" "$build/bin/pappus-node" "$@"
