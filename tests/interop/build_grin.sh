# Read by tests/interop/run.sh and benchmarks/wire/run.sh: builds the program on Grin's own crates and leaves its path in
# `grin`. What cargo builds is kept outside the checkout, since it takes a quarter of an hour and never changes.
# The caller has set `root` to the folder of the project.

build_grin() {
  command -v cargo >/dev/null || { echo 'There is no cargo here: see https://rustup.rs' >&2; return 1; }
  CARGO_TARGET_DIR=${PAPPUS_GRIN_TARGET:-${XDG_CACHE_HOME:-$HOME/.cache}/pappus/grin}
  export CARGO_TARGET_DIR
  [ -e "$CARGO_TARGET_DIR/release" ] || echo "Building Grin's crates, once: this takes some 15 minutes."
  cargo build --release --locked --quiet --manifest-path "$root/tests/interop/grin/Cargo.toml" || return 1
  grin="$CARGO_TARGET_DIR/release/pappus-grin"
}
