# Read by tests/interop/run.sh, tests/interop/full.sh, tests/attacks/run.sh and some benchmarks: builds programs on Grin's
# own crates. What cargo builds is kept outside the checkout, since it takes a quarter of an hour and never changes.
# The caller has set `root` to the folder of the project, and read cmake/prepare.sh.

# need_cargo: ends the script with 1 if there is none.
need_cargo() {
  command -v cargo >/dev/null || { echo "$0 needs cargo 1.88 or newer: see https://rustup.rs" >&2; exit 1; }
}

# Leaves the path of the program on grin_p2p in `grin`.
build_grin() {
  command -v cargo >/dev/null || { echo 'There is no cargo here, which is 1.88 or newer: see https://rustup.rs' >&2; return 1; }
  CARGO_TARGET_DIR=${PAPPUS_GRIN_TARGET:-${XDG_CACHE_HOME:-$HOME/.cache}/pappus/grin}
  export CARGO_TARGET_DIR
  [ -e "$CARGO_TARGET_DIR/release" ] || echo "Building Grin's crates, once: this takes some 15 minutes."
  cargo build --release --locked --quiet --manifest-path "$root/tests/interop/grin/Cargo.toml" || return 1
  grin="$CARGO_TARGET_DIR/release/pappus-grin"
}

# The program on grin_servers, whose path it leaves in `grin_server`.
build_grin_server() {
  need_cargo
  target=${XDG_CACHE_HOME:-$HOME/.cache}/pappus/grin_full
  [ -e "$target/release" ] || echo "Building Grin's chain and server, once: this takes some 10 minutes."
  CARGO_TARGET_DIR="$target" cargo build --release --locked --quiet \
    --manifest-path "$root/tests/interop/grin_server/Cargo.toml" || return 1
  grin_server="$target/release/pappus-grin-server"
}

# The same, and pappus-full-node and pappus-node, in build/release.
build_full_nodes() {
  build_grin_server || return 1
  configure_release NODE FULL_NODE
  cmake "$build" -D PAPPUS_GRIN_CHAIN_TARGET="$target" >/dev/null
  build_targets "$build" pappus-node pappus-full-node
}
