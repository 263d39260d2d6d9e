#!/bin/sh
# Runs pappus-chaos for many seeds on all processors, and merges the reports in the order of the seeds:
#   sh sweep.sh [-S MACHINES] [-s SIZE] PROGRAM FOLDER A..B [OPTION...]
# MACHINES: a file of GNU parallel's --sshloginfile, in which `:` is this machine; by default this one alone. SIZE: seeds
# of one job, by default 25. FOLDER gets report.jsonl, joblog and a file for each job; after an interruption the same call
# runs what is missing, and another one needs another folder. Exits with 1 if a run has broken a rule, with 2 if a run
# is missing. Needs GNU parallel.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../support/spread_jobs.sh"
usage() { sed -n '2,7s/^# //p' "$0"; }
machines=
size=25
while getopts S:s:h option; do
  case $option in
    S) machines=$(absolute "$OPTARG") ;;
    s) size=$OPTARG ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -ge 3 ] || { usage >&2; exit 2; }
program=$(absolute "$1")
folder=$2 first=${3%..*} last=${3#*..}
shift 3
case $first$last in *[!0-9]* | '') usage >&2; exit 2 ;; esac
mkdir -p "$folder"
cd "$folder"
same_call "$program" "$size" "$first..$last" "$@"

ranges() {
  begin=$first
  while [ "$begin" -le "$last" ]; do
    end=$((begin + size - 1))
    [ "$end" -le "$last" ] || end=$last
    echo "$begin..$end"
    begin=$((end + 1))
  done
}

# Broken rules are results: only what is worse makes a job fail.
ranges | spread_jobs "$machines" "$program" jsonl "$program --seeds {1} $* >{1}.part || [ \$? -eq 1 ]"
ranges | while read -r range; do cat "$range.jsonl" 2>/dev/null || true; done >report.jsonl

runs=$(wc -l <report.jsonl)
failed=$(grep -c '"ok":false' report.jsonl || true)
echo "$runs runs, $failed broke a rule"
missing=$((last - first + 1 - runs))
if [ "$missing" -ne 0 ]; then
  echo "$missing runs are missing" >&2
  exit 2
fi
[ "$failed" -eq 0 ]
