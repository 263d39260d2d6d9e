#!/bin/sh
# A round trip of 64 bytes over loopback, beside bare epoll, raw libuv in C and Asio.
#   sh benchmarks/run.sh echo [OPTION...]
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
# Takes: some six minutes, with --quick two.
# Writes: build/release, and the file of --markdown.
set -eu
. "$(dirname -- "$0")/../support/start.sh"
check_options "$root/benchmarks/echo/echo.py" - -- "$@"
[ -n "$built" ] || exit 0
exec python3 "$root/benchmarks/echo/echo.py" "$built" "$@"
