#!/usr/bin/env bash
# Holds the broker against programs of others: pyHanko examines the demo's signed document, generators make clients of the
# contract, and Schemathesis sends a running broker what the contract allows and what it does not.
set -euo pipefail

# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need cargo "Install Rust: https://rustup.rs"
need curl "Install curl."
python_tools

scratch=$(mktemp -d)
trap 'broker_down; rm -rf "$scratch"' EXIT

"$ROOT/scripts/lint-openapi.sh"

broker_up "$scratch"

say "The demo's signed documents (pyHanko)"
curl -fsS "$SANDBOX_URL/_sandbox/ca.pem" -o "$scratch/root.pem"
signed=("$scratch"/demo/*/*signed*.pdf)
[ -f "${signed[0]}" ] || fail "The demo left no signed document."
for document in "${signed[@]}"; do
  provider=$(basename "$(dirname "$document")")
  name=$(basename "$document")
  echo "$provider: $name"
  # Whose names are on the signatures, in order; Viafirma's signers have certificates of the simulator's.
  case "$provider/$name" in
    efirma_go/*) signers=("Jesús Sánchez Alonso" "Lucía Fernández Gil") ;;
    gofirmex/*) signers=("Camila Rojas Paz" "Diego Soto Vega") ;;
    firma_virtual/*) signers=("Camila Rojas Paz" "Diego Soto Vega" "Notaría de prueba") ;;
    viafirma/*-2.pdf) signers=("PEREZ GARCIA ANA - 12345678Z" "PEREZ GARCIA ANA - 87654321X") ;;
    viafirma/*) signers=("PEREZ GARCIA ANA - 12345678Z") ;;
    arqsign/*) signers=("João Silva Souza" "Ana Costa Lima") ;;
    *) fail "Nobody said who signs at $provider." ;;
  esac
  original=("--original=$ROOT/tests/samples/${name%-signed*}.pdf")
  # ArqSign adds a page with the signatures before it signs.
  if [ "$provider" = arqsign ]; then original=(); fi
  "$ROOT/.venv/bin/python" "$ROOT/tests/interop/verify_signed_pdf.py" "$document" --root "$scratch/root.pem" \
    "${original[@]}" "${signers[@]/#/--signer=}" || fail "pyHanko does not accept a signed document of the demo."
done

say "Requests made from the contract (Schemathesis)"
# It leaves notes for a next run in the working folder.
(cd "$scratch" && "$ROOT/.venv/bin/schemathesis" run "$API_URL/openapi.json" --url "$API_URL" --header "Authorization: Bearer $API_KEY" \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
  --phases examples,coverage,fuzzing --max-examples 15 --max-time 150 --seed 1 --generation-database none --request-timeout 45 \
  --suppress-health-check all --warnings off --no-color) ||
  { tail -n 40 "$scratch/broker.log" >&2; fail "Schemathesis found an answer that the contract does not allow."; }
# The web server reports what is not HTTP as an error of its own; everything else that is an error here is ours.
if grep -E '^[^ ]+ +ERROR |panicked at' "$scratch/broker.log" | grep -v ' actix_http::'; then
  fail "The broker logged errors during these requests, see above."
fi
