#!/usr/bin/env bash
# Drives the API's own pages in Chromium as a developer would: Swagger UI from Authorize to the signed document, and the
# simulated provider's page for each signer. Screenshots go to browser-output/.
set -euo pipefail

# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need cargo "Install Rust: https://rustup.rs"
CHROMIUM=${CHROMIUM:-$(command -v chromium || true)}
[ -x "$CHROMIUM" ] || fail "Chromium is missing. On Debian: apt-get install chromium; elsewhere set CHROMIUM to its path."
export CHROMIUM
node_tools tests/browser

scratch=$(mktemp -d)
trap 'broker_down; rm -rf "$scratch"' EXIT
broker_up "$scratch"

export OUTPUT=$ROOT/browser-output CONTRACT=$ROOT/tests/samples/contrato-trabajo-es.pdf
rm -rf "$OUTPUT"
mkdir -p "$OUTPUT"
say "Driving $("$CHROMIUM" --version 2>/dev/null | head -n 1)"
if ! node --test --test-reporter=spec "$ROOT"/tests/browser/*.test.mjs; then
  cp "$scratch/broker.log" "$OUTPUT/"
  fail "The browser test failed; the broker's log and the screenshots are in browser-output/."
fi
say "Screenshots are in browser-output/."
