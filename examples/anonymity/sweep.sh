#!/bin/sh
# Precision against the share of spies, for every scheme, on all processors.
#   sh examples/anonymity/sweep.sh [-S MACHINES] PROGRAM FOLDER [GRAPHS [OPTION...]]
# PROGRAM: pappus-anonymity, as it was built. GRAPHS: networks for each point, by default 20. OPTION: goes on to the
# program. MACHINES: a file of GNU parallel's --sshloginfile, in which `:` is this machine; by default this one alone.
# Exits with 2 if a point is missing: the same call runs what is missing, and another one needs another folder.
# Needs: GNU parallel, and gnuplot for the plot.
# Takes: less than half an hour on two cores with 20 networks for each point.
# Writes: FOLDER: a CSV file for each scheme, precision.svg, joblog, and a file for each point.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../../cmake/usage.sh"
. "$here/../support/spread_jobs.sh"
answer_help "$@"
machines=
while getopts S: option; do
  case $option in
    S) machines=$(absolute "$OPTARG") ;;
    *) refuse "unknown option" ;;
  esac
done
shift $((OPTIND - 1))
[ $# -ge 2 ] || refuse 'it takes a PROGRAM and a FOLDER'
{ [ -f "$1" ] && [ -x "$1" ]; } || refuse "there is no program '$1'"
program=$(absolute "$1")
folder=$2
graphs=${3:-20}
case $graphs in *[!0-9]*) refuse "GRAPHS is a number, not '$graphs'" ;; esac
shift 2
[ $# -eq 0 ] || shift
mkdir -p "$folder"
cd "$folder"
same_call "$program" "$graphs" "$@"

shares='0.05 0.1 0.15 0.2 0.25 0.3 0.35 0.4 0.45 0.5'
schemes='line grin dandelion++ diffusion private'
arguments_of() {
  case $1 in
    line) echo --scheme grin --topology line --heard stems ;;
    *) echo --scheme "$1" --topology 4-regular ;;
  esac
}
# A job is a point: what is found with one share of spies does not depend on the other shares.
points() {
  for scheme in $schemes; do
    for share in $shares; do echo "$scheme-$share $(arguments_of "$scheme") --spies $share"; done
  done
}

points | spread_jobs "$machines" "$program" point \
  "$(quoted "$program") {=2 uq() =} --graphs $graphs --spread-graphs 0 --threads 1 --quiet --csv {1}.part \
  $(quoted "$@") >/dev/null"
missing=0
for scheme in $schemes; do
  set --
  for share in $shares; do
    if [ -e "$scheme-$share.point" ]; then set -- "$@" "$scheme-$share.point"; else missing=$((missing + 1)); fi
  done
  [ $# -eq 0 ] || awk 'NR == 1 || FNR != 1' "$@" >"$scheme.csv"  # the header once
done
if [ "$missing" -ne 0 ]; then
  echo "$missing points are missing" >&2
  exit 2
fi
if command -v gnuplot >/dev/null; then
  gnuplot -e "folder='.'" "$here/precision.gnuplot"
  echo "$folder/precision.svg"
fi
