# Read by scripts whose tests run in a network namespace with nothing but loopback, after cmake/prepare.sh.

skip() {
  echo "SKIPPED: $1"
  exit 0
}

# Skips where no such namespace may be made.
need_network_namespace() {
  [ "$(id -u)" -eq 0 ] || skip 'only root may make a network namespace'
  unshare --net true 2>/dev/null || skip 'no network namespace may be made here'
}

# run_in_network_namespace REPORT SCRIPT ARGUMENT...: runs tests in Python; prints what they print, which is kept in the
# file REPORT, and "N passed, N failed".
run_in_network_namespace() {
  report=$1
  shift
  # shellcheck disable=SC2016
  unshare --net sh -c 'ip link set lo up && exec python3 "$@"' run "$@" >"$report" 2>&1 || true
  cat "$report"
  sed -n 's/^\[doctest\] test cases: .*| *\([0-9]*\) passed | *\([0-9]*\) failed.*/\1 passed, \2 failed/p' "$report" | tail -n 1
  tail -n 1 "$report" | grep -q '| 0 failed |'
}
