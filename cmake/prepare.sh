# Read by tests/run.sh, examples/demo.sh, benchmarks/run.sh and .ci/run: installs what is missing, builds, runs tests.
# It lives here because it is part of how pappus is built. The caller has set `root` to the folder of the project.
. "$root/cmake/usage.sh"

build="$root/build/release"
jobs=$(nproc 2>/dev/null || echo 2)
export CCACHE_DIR="${CCACHE_DIR:-$root/build/ccache}"  # nothing lands outside the build folder
export CCACHE_SLOPPINESS=pch_defines,time_macros  # a precompiled header is looked up by its content
export CCACHE_COMMENTS=true  # also by its comments: a compiler includes twice a header that differs from a precompiled one
export PYTHONDONTWRITEBYTECODE=1

# What the library itself is built on; for install_missing.
library_packages='libuv1-dev libfmt-dev libsodium-dev libssl-dev libzip-dev libsqlitecpp-dev libsqlite3-dev
  libconcurrentqueue-dev'

# A program counts as present however it was installed; a library only as a package.
is_present() {
  case $1 in
    g++ | cmake | ccache | clang | clang-tidy | clang-format | pkg-config | python3 | valgrind) command -v "$1" ;;
    ninja-build) command -v ninja ;;
    *) dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -x installed ;;
  esac >/dev/null
}

# install_missing PACKAGE...: through apt, as root or with sudo. Touches no network when nothing is missing.
install_missing() {
  missing=
  for package; do
    is_present "$package" || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  if ! command -v apt-get >/dev/null; then
    echo "No apt-get here. Going on in the hope that you have the like of:$missing" >&2
    return 0
  fi
  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    command -v sudo >/dev/null || { echo "Run as root: apt-get install$missing" >&2; return 1; }
  fi
  echo "Installing:$missing"
  $as_root apt-get -qq update
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $missing >/dev/null
}

# libuv_source FOLDER: prints the value of FETCHCONTENT_SOURCE_DIR_LIBUV with which PAPPUS_BUNDLED_LIBUV finds a source:
# nothing, if the pinned archive can be downloaded, or else what the crate libuv-sys2 carries, put into FOLDER. Fails if
# neither can be had.
libuv_source() {
  url=$(sed -n 's/^ *URL "\(.*\)"$/\1/p' "$root/cmake/dependencies.cmake")
  crate="$root/tests/bundled_libuv"
  if cmake -D URL="$url" -P "$crate/can_download.cmake" 2>/dev/null; then return 0; fi
  if ! command -v cargo >/dev/null; then return 1; fi
  cargo vendor --quiet --locked --manifest-path "$crate/Cargo.toml" "$1" >/dev/null || return 1
  echo "$1/libuv-sys2/libuv"
}

# configure_release PART...: for g++, in build/release. Of NODE, FULL_NODE, TESTS, EXAMPLES and BENCHMARKS only the parts
# named are configured, for each needs packages that the others do not.
configure_release() {
  parts=
  for part in NODE FULL_NODE TESTS EXAMPLES BENCHMARKS; do parts="$parts -D PAPPUS_BUILD_$part=OFF"; done
  for part; do parts="$parts -D PAPPUS_BUILD_$part=ON"; done
  # shellcheck disable=SC2086
  cmake -S "$root" --preset gcc-release -B "$build" --log-level=WARNING $parts >/dev/null
}

# build_release TARGET PART...: configures it with these parts and builds a target.
build_release() {
  target=$1
  shift
  configure_release "$@"
  build_targets "$build" "$target"
}

# build_targets FOLDER TARGET...: with a second attempt, since a compiler or linker now and then fails for no reason of
# the source. A fault of the source fails twice.
build_targets() {
  where=$1
  shift
  cmake --build "$where" --target "$@" && return 0
  echo 'The build failed. The second attempt:'
  cmake --build "$where" --target "$@"
}

# run_tests BUILD_FOLDER [CTEST_ARGUMENT...]: ends with the line "N passed, N failed", test cases over all programs.
run_tests() {
  folder=$1
  shift
  report="$folder/tests.xml"
  rm -f "$report"
  # The sizes keep ctest from cutting the summary, which is each program's last line, out of the report.
  ctest --test-dir "$folder" --parallel "$jobs" --output-on-failure --no-tests=error --output-junit "$report" \
    --test-output-size-passed 100000000 --test-output-size-failed 100000000 "$@" </dev/null || true
  awk -f "$root/cmake/count_tests.awk" "$report"
}
