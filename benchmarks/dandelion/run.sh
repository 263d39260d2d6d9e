#!/bin/sh
# Called by benchmarks/run.sh with the folder of the built programs. Options: --quick leaves out the many networks;
# --folder FOLDER keeps their results, as CSV and drawn.
set -eu
built=$1
shift
here=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
quick=
folder="$built/dandelion"
while [ $# -gt 0 ]; do
  case $1 in
    --quick) quick=yes ;;
    --folder) folder=$2; shift ;;
    *) sed -n '2,3s/^# *//p' "$0"; [ "$1" = --help ] && exit 0 || exit 2 ;;
  esac
  shift
done

"$built/pappus_benchmark_stempool"
[ -z "$quick" ] || exit 0
echo
python3 "$here/examples/anonymity/figures.py" "$built/../bin/pappus-anonymity" --full --csv-folder "$folder"
echo
rm -f "$folder/joblog"  # what an earlier run has found is found again
sh "$here/examples/anonymity/sweep.sh" "$built/../bin/pappus-anonymity" "$folder"
