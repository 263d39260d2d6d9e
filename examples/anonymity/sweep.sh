#!/bin/sh
# Precision against the share of spies, for every scheme: writes a CSV file for each to a folder, and, if there is
# gnuplot, draws them to precision.svg there.
#   sh sweep.sh PROGRAM FOLDER [GRAPHS]      GRAPHS networks for each point, by default 20
set -eu
[ $# -ge 2 ] || { sed -n '2,4s/^# *//p' "$0" >&2; exit 2; }
program=$1
folder=$2
graphs=${3:-20}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mkdir -p "$folder"

# sweep NAME OPTION...
sweep() {
  name=$1
  shift
  echo "$name"
  "$program" --spies 0.05,0.1,0.15,0.2,0.25,0.3,0.35,0.4,0.45,0.5 --graphs "$graphs" --spread-graphs 0 \
    --csv "$folder/$name.csv" "$@" >"$folder/$name.txt"
}

sweep line --scheme grin --topology line --heard stems
sweep grin --scheme grin --topology 4-regular
sweep dandelion++ --scheme dandelion++ --topology 4-regular
sweep diffusion --scheme diffusion --topology 4-regular

if command -v gnuplot >/dev/null; then
  gnuplot -e "folder='$folder'" "$here/precision.gnuplot"
  echo "$folder/precision.svg"
fi
