#!/bin/sh
# Runs pappus-chaos for many seeds on all processors, and merges the reports in the order of the seeds.
#   sh examples/chaos/sweep.sh [-S MACHINES] [-s SIZE] PROGRAM FOLDER A..B [OPTION...]
# PROGRAM: pappus-chaos, as it was built. A..B: the seeds. OPTION: one of a run, such as --nodes; goes on to the program,
# which refuses a wrong one before anything runs. SIZE: seeds of one job, by default 25. MACHINES: a file of GNU
# parallel's --sshloginfile, in which `:` is this machine; by default this one alone.
# Exits with 1 if a run has broken a rule, with 2 if an option is wrong or a run is missing: the same call runs what is
# missing, and another one needs another folder.
# Needs: GNU parallel.
# Takes: on two cores 23 s for 100 seeds of 20 nodes; more nodes take more than in proportion.
# Writes: FOLDER: report.jsonl, joblog, and a file for each job.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../../cmake/usage.sh"
. "$here/../support/spread_jobs.sh"
answer_help "$@"
machines=
size=25
while getopts S:s: option; do
  case $option in
    S) machines=$(absolute "$OPTARG") ;;
    s) size=$OPTARG ;;
    *) refuse "unknown option" ;;
  esac
done
shift $((OPTIND - 1))
[ $# -ge 3 ] || refuse 'it takes a PROGRAM, a FOLDER and seeds'
{ [ -f "$1" ] && [ -x "$1" ]; } || refuse "there is no program '$1'"
case $size in '' | *[!0-9]* | 0*) refuse "SIZE is a number, not '$size'" ;; esac
program=$(absolute "$1")
folder=$2 first=${3%..*} last=${3#*..}
case $first in '' | *[!0-9]* | 0?*) refuse "seeds are A..B, not '$3'" ;; esac
case $last in '' | *[!0-9]* | 0?*) refuse "seeds are A..B, not '$3'" ;; esac
[ "$first" -le "$last" ] || refuse "seeds are A..B, not '$3'"
shift 3
for word; do
  case $word in --print-plan | --list-faults | --version) refuse "'$word' runs nothing" ;; esac
done
# The program looks at its options before anything is written; with this one more it runs nothing.
"$program" --seeds "$first" "$@" --print-plan >/dev/null || exit 2
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
ranges | spread_jobs "$machines" "$program" jsonl \
  "$(quoted "$program") --seeds {1} $(quoted "$@") >{1}.part || [ \$? -eq 1 ]"
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
