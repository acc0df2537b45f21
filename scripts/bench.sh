#!/usr/bin/env bash
# Measures Rubrica beside plain programs that do the same work, in release builds: `make bench`. Options go to the bench, for
# example `scripts/bench.sh --rounds 3`; how to read the figures is in docs/performance.md. Writes to target/ and leaves nothing
# there; a PostgreSQL database of its own is made and dropped.
set -euo pipefail

# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"
cd "$ROOT"

need cargo "Install Rust: https://rustup.rs"
say "Building in release mode"
cargo build --release --locked --package rubrica --package bench

# libpq and sqlx take it where the address names no user; sqlx does not know the user's own name in every shell.
export PGUSER=${PGUSER:-$(id -un)}
target=${CARGO_TARGET_DIR:-$ROOT/target}
say "Measuring"
exec "$target/release/bench" run --rubrica "$target/release/rubrica" --folder "$target" "$@"
