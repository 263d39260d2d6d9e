#!/bin/sh
# An event of the stempool; then how well spies find out who made a transaction, in many simulated networks.
#   sh benchmarks/run.sh dandelion [--quick] [--folder FOLDER]
# --quick leaves out the networks. FOLDER: keeps what is found in them, as CSV and drawn; by default
# build/release/benchmarks/dandelion.
# Needs: Debian 12; installs what is missing with apt, as root or with sudo.
# Takes: half an hour on two cores, with --quick a few seconds.
# Writes: build/release, and FOLDER.
set -eu
. "$(dirname -- "$0")/../support/start.sh"
answer_help "$@"
quick=
folder="$built/dandelion"
while [ $# -gt 0 ]; do
  case $1 in
    --quick) quick=yes ;;
    --folder)
      [ -n "${2-}" ] || refuse '--folder needs a FOLDER'
      folder=$2
      shift
      ;;
    *) refuse "unknown option '$1'" ;;
  esac
  shift
done
[ -n "$built" ] || exit 0

"$built/pappus_benchmark_stempool"
[ -z "$quick" ] || exit 0
echo
python3 "$root/examples/anonymity/figures.py" "$build/bin/pappus-anonymity" --full --csv-folder "$folder"
echo
rm -f "$folder/joblog"  # what an earlier run has found is found again
sh "$root/examples/anonymity/sweep.sh" "$build/bin/pappus-anonymity" "$folder"
