# Read by the sweep.sh of pappus-chaos and of pappus-anonymity: runs many jobs of one program with GNU parallel, on all
# processors and, if asked to, on other machines. What a job writes depends on its arguments alone, so that the reports
# are the same byte for byte, wherever the jobs ran.

# absolute FILE: its path from the root.
absolute() { echo "$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"; }

# quoted WORD...: the words as a shell reads them, for a COMMAND.
quoted() {
  for word; do printf "'%s' " "$(printf '%s' "$word" | sed "s/'/'\\\\''/g")"; done
}

# same_call PROGRAM ARGUMENTS...: notes the call in this folder. Results of an earlier call with other arguments, or of
# another build of the program, would be taken for this one's: then it ends with 2.
same_call() {
  call="$(cksum <"$1") $*"
  if [ -e call ] && [ "$call" != "$(cat call)" ]; then
    echo "$PWD has results of another call, or of another build of $1: give another folder" >&2
    exit 2
  fi
  echo "$call" >call
}

# spread_jobs MACHINES PROGRAM ENDING COMMAND: runs COMMAND for each line `NAME ARGUMENTS...` of the standard input, which
# has NAME for {1} and ARGUMENTS for {2}, and writes NAME.part in this folder; NAME.part becomes NAME.ENDING when it is
# complete. MACHINES: a file of GNU parallel's --sshloginfile, in which `:` is this machine, or nothing: this one alone.
# The program is copied to the others, with the same path. A job that fails, or whose machine dies, is tried again,
# elsewhere if it can. `joblog` says what ran where; after an interruption the same call runs what is missing.
spread_jobs() {
  command -v parallel >/dev/null || { echo 'GNU parallel is missing' >&2; exit 2; }
  each="$4 && mv {1}.part {1}.$3"
  if [ -n "$1" ]; then
    set -- --sshloginfile "$1" --basefile "$2" --workdir "$PWD" --return "{1}.$3" --cleanup
  else
    set --
  fi
  sed 's/ /\t/' | parallel --will-cite --colsep '\t' --joblog joblog --retries 3 --resume-failed "$@" "$each" || true
}
