# Read by the run.sh of each benchmark, which benchmarks/run.sh calls twice: with --check and the options, before anything
# is built, and then with the folder of the built programs and the options. Sets `root` to the folder of the project and
# `built` to that of the programs, empty with --check, and leaves the options as arguments.
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/cmake/prepare.sh"
built=$1
shift
[ "$built" != --check ] || built=

# check_google_options ARGUMENT...: refuses all but those of Google Benchmark.
check_google_options() {
  answer_help "$@"
  for word; do
    case $word in --benchmark_?*) ;; *) refuse "'$word' is no option of Google Benchmark" ;; esac
  done
}
