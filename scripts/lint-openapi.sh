#!/usr/bin/env bash
# Checks the committed contract by itself: is it a valid OpenAPI 3.1 document, does it follow the usual rules, and do the
# generators of two languages make a client of it that their compilers accept?
set -euo pipefail

# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

CONTRACT=$ROOT/openapi/openapi.json
[ -s "$CONTRACT" ] || fail "openapi/openapi.json is missing. Run: make openapi"
python_tools
node_tools tests/interop
BIN=$ROOT/tests/interop/node_modules/.bin

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

say "Validity (openapi-spec-validator)"
"$ROOT/.venv/bin/openapi-spec-validator" "$CONTRACT"

say "Rules (spectral)"
"$BIN/spectral" lint --fail-severity=warn --ruleset "$ROOT/tests/interop/spectral.yaml" "$CONTRACT"

say "TypeScript client (openapi-typescript, tsc)"
"$BIN/openapi-typescript" "$CONTRACT" --output "$scratch/api.d.ts" >/dev/null
cp "$ROOT/tests/interop/client.ts" "$ROOT/tests/interop/tsconfig.json" "$scratch/"
"$BIN/tsc" --project "$scratch"
echo "accepted"

say "Python client (openapi-python-client)"
"$ROOT/.venv/bin/python" "$ROOT/tests/interop/for_python.py" "$CONTRACT" >"$scratch/for_python.json"
PATH=$ROOT/.venv/bin:$PATH openapi-python-client generate --path "$scratch/for_python.json" --meta none --fail-on-warning \
  --config "$ROOT/tests/interop/python-client.yaml" --output-path "$scratch/rubrica_client" ||
  fail "No complete Python client can be made of the contract."
(cd "$scratch" && "$ROOT/.venv/bin/python" "$ROOT/tests/interop/import_client.py" rubrica_client)
