#!/usr/bin/env bash
# Who may import whom (ARCHITECTURE.md), asked of cargo itself. Needs nothing but cargo.
#
#   scripts/check-deps.sh              checks this workspace
#   scripts/check-deps.sh --self-test  breaks each rule in a copy of the manifests and expects to be caught
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ROOT=${CHECK_DEPS_ROOT:-$HERE}
FAULTS=0

fault() {
  printf 'check-deps: %s\n' "$*" >&2
  FAULTS=$((FAULTS + 1))
}

# tree ARGUMENT…: the packages that cargo finds, one name a line.
tree() {
  (cd "$ROOT" && cargo tree --quiet --offline --edges normal,build --prefix none --format '{p}' "$@") | awk '{ print $1 }' | sort -u
}

MEMBERS="domain pdf migrations provider-clients provider-sandbox persistence broker http-api rubrica tests"

# may CRATE OTHER…: of our own crates, CRATE imports these at most.
may() {
  local crate=$1 other direct
  shift
  direct=$(tree --package "$crate" --depth 1)
  for other in $direct; do
    [[ " $MEMBERS " == *" $other "* && $other != "$crate" ]] || continue
    [[ " $* " == *" $other "* ]] || fault "$crate must not import $other"
  done
}

# without CRATE PACKAGE…: none of these is anywhere below CRATE.
without() {
  local crate=$1 package below
  shift
  below=$(tree --package "$crate")
  for package in "$@"; do
    ! grep -qx -- "$package" <<<"$below" || fault "$crate must not contain $package, not even through others"
  done
}

# not_directly CRATE PACKAGE…: CRATE itself does not name these.
not_directly() {
  local crate=$1 package direct
  shift
  direct=$(tree --package "$crate" --depth 1)
  for package in "$@"; do
    ! grep -qx -- "$package" <<<"$direct" || fault "$crate must not use $package itself"
  done
}

may domain
may pdf
may migrations
may provider-sandbox
may provider-clients domain
may persistence domain migrations
may broker domain pdf persistence provider-clients
may http-api broker domain provider-clients
may rubrica domain pdf migrations provider-clients provider-sandbox persistence broker http-api

without domain tokio reqwest sea-orm sqlx actix-web utoipa object_store
without pdf tokio reqwest sea-orm sqlx actix-web utoipa object_store
without provider-clients sea-orm sqlx actix-web utoipa
without persistence actix-web utoipa
without broker actix-web utoipa
not_directly persistence reqwest
not_directly broker reqwest sea-orm sqlx object_store
not_directly http-api reqwest sea-orm sqlx object_store

# One TLS and crypto provider for the whole tree (aws-lc-rs).
EVERYTHING=$(tree --workspace --all-features)
for package in ring openssl openssl-sys native-tls; do
  ! grep -qx -- "$package" <<<"$EVERYTHING" || fault "$package must not be in the tree; see: cargo tree --workspace --invert $package"
done

# Within provider-clients only the transport knows the HTTP client, a vendor knows no other vendor, and what they share
# knows none. Every folder is a vendor's but these.
CLIENTS=$ROOT/crates/provider-clients/src
SHARED="provider shared transport"
while IFS= read -r file; do
  [ -z "$file" ] || fault "${file#"$ROOT"/} names reqwest; only the transport may"
done < <(grep -rlE '\breqwest::' "$CLIENTS" --include='*.rs' | grep -v '/transport/' || true)
VENDORS=$(for folder in "$CLIENTS"/*/mod.rs; do basename "$(dirname "$folder")"; done | grep -vxF -f <(tr ' ' '\n' <<<"$SHARED"))
for vendor in $VENDORS; do
  for other in $VENDORS; do
    [ "$other" != "$vendor" ] || continue
    ! grep -rqE "crate::$other\b" "$CLIENTS/$vendor" || fault "the vendor $vendor must not import the vendor $other"
  done
  for shared in $SHARED; do
    ! grep -rqE "crate::$vendor\b" "$CLIENTS/$shared" || fault "$shared, which vendors share, must not import the vendor $vendor"
  done
done

if [ "${1:-}" = --self-test ]; then
  [ "$FAULTS" = 0 ] || { echo "check-deps: the workspace itself breaks rules; mend it first" >&2; exit 1; }
  copy=$(mktemp -d)
  trap 'rm -rf "$copy"' EXIT
  # The manifests as they are; of the sources only that they exist.
  (cd "$ROOT" && find . \( -name target -o -name node_modules -o -name .git -o -name .venv \) -prune -o -type f \
    \( -name Cargo.toml -o -name Cargo.lock -o -name '*.rs' \) -print0 | xargs -0 cp --parents -t "$copy")
  find "$copy" -name '*.rs' -exec truncate -s 0 {} +
  mkdir "$copy/crates/provider-clients/src/acme"
  touch "$copy/crates/provider-clients/src/acme/mod.rs"

  # caught WHAT FILE LINE: adds LINE below [dependencies] (or at the end), expects a fault, takes it out again.
  caught() {
    local what=$1 file=$copy/$2 line=$3 kept
    kept=$(mktemp)
    cp "$file" "$kept"
    if grep -q '^\[dependencies\]' "$file"; then sed -i "s|^\[dependencies\]|&\n$line|" "$file"; else printf '%s\n' "$line" >>"$file"; fi
    if CHECK_DEPS_ROOT=$copy "${BASH_SOURCE[0]}" >/dev/null 2>"$copy/told"; then
      echo "check-deps: self-test: $what was not caught" >&2
      exit 1
    fi
    grep -q 'check-deps: .*must not\|check-deps: .*only the transport' "$copy/told" || { cat "$copy/told" >&2; exit 1; }
    echo "caught: $what: $(head -n 1 "$copy/told")"
    cp "$kept" "$file"
  }
  caught "an async runtime in the domain" crates/domain/Cargo.toml 'tokio.workspace = true'
  caught "the sandbox importing the domain" crates/provider-sandbox/Cargo.toml 'domain.workspace = true'
  caught "persistence knowing the clients" crates/persistence/Cargo.toml 'provider-clients.workspace = true'
  caught "clients knowing persistence" crates/provider-clients/Cargo.toml 'persistence.workspace = true'
  caught "the broker importing the API" crates/broker/Cargo.toml 'actix-web.workspace = true'
  caught "SQL in the API" crates/http-api/Cargo.toml 'sea-orm.workspace = true'
  caught "an HTTP client in a vendor's folder" crates/provider-clients/src/acme/mod.rs 'use reqwest::Client;'
  caught "a vendor knowing another" crates/provider-clients/src/acme/mod.rs 'use crate::viafirma::KIND;'
  caught "what is shared knowing a vendor" crates/provider-clients/src/shared/mod.rs 'use crate::acme::KIND;'
  echo "check-deps: every broken rule was caught"
fi

if [ "$FAULTS" -gt 0 ]; then
  echo "check-deps: $FAULTS rule(s) broken" >&2
  exit 1
fi
echo "check-deps: imports run one way"
