# Read by each script that is called by name: what it says of itself, and that it refuses what it does not know before it
# installs, builds or runs anything.

# usage: prints the comment at the top of the script: how it is called, what it needs, how long it takes, what it writes.
# Its name is no argument of awk's, which takes one with a `=` for an assignment.
usage() { awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' <"$0"; }

# refuse REASON: ends the script with 2.
refuse() {
  echo "$0: $1" >&2
  usage >&2
  exit 2
}

# answer_help ARGUMENT...: if --help or -h is among them, prints the usage and ends the script.
answer_help() {
  for word; do
    case $word in --help | -h) usage; exit 0 ;; esac
  done
}

# refuse_all ARGUMENT...: for a script that takes none.
refuse_all() {
  answer_help "$@"
  [ $# -eq 0 ] || refuse "it takes no arguments: $1"
}

# check_options PROGRAM WORD... -- ARGUMENT...: the arguments are those of a program in Python, which are looked at by
# itself, with its option --check: if it refuses them, or was asked for help, this ends the script. Each WORD stands for
# a path that it is given later. Without Python, which is installed later, they are looked at when it runs.
check_options() {
  program=$1 words=
  shift
  while [ "$1" != -- ]; do words="$words $1"; shift; done
  shift
  for word; do
    case $word in --help | -h) usage; echo ;; esac
  done
  if ! command -v python3 >/dev/null; then answer_help "$@"; return 0; fi
  status=0
  # shellcheck disable=SC2086
  said=$(python3 "$program" $words "$@" --check) || status=$?
  [ -z "$said" ] || printf '%s\n' "$said"
  [ "$status" -eq 0 ] && [ -z "$said" ] || exit "$status"
}
