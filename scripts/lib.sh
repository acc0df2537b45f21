# Shared by the scripts of this folder and by .ci/run; sourced, not run. Everything it makes lies inside the clone and is ignored by git.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\n==> %s\n' "$*"; }

fail() {
  printf '\nerror: %s\n' "$*" >&2
  exit 1
}

# need TOOL SENTENCE: stops with the sentence when the tool is not installed.
need() { command -v "$1" >/dev/null 2>&1 || fail "$1 is missing. $2"; }

# Makes .venv with the pinned Python tools; does nothing when it already holds them.
python_tools() {
  need python3 "Install Python 3.11 or later."
  local pins=$ROOT/tests/interop stamp=$ROOT/.venv/.pins
  if ! cat "$pins/requirements.txt" "$pins/constraints.txt" | cmp -s - "$stamp"; then
    say "Installing the pinned Python tools into .venv"
    rm -rf "$ROOT/.venv"
    python3 -m venv "$ROOT/.venv" || fail "python3 has no venv module. On Debian: apt-get install python3-venv"
    "$ROOT/.venv/bin/pip" install --quiet --disable-pip-version-check -r "$pins/requirements.txt" ||
      fail "The Python tools of tests/interop/requirements.txt could not be installed."
    cat "$pins/requirements.txt" "$pins/constraints.txt" >"$stamp"
  fi
}

# node_tools FOLDER: installs the folder's package-lock.json; does nothing when node_modules already matches it.
node_tools() {
  need node "Install Node.js 20 or later."
  need npm "Install npm."
  local folder=$ROOT/$1
  if ! cmp -s "$folder/package-lock.json" "$folder/node_modules/.lock"; then
    say "Installing the pinned Node packages of $1"
    npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --silent ||
      fail "The Node packages of $1/package-lock.json could not be installed."
    cp "$folder/package-lock.json" "$folder/node_modules/.lock"
  fi
}

# postgres_server: makes sure that PostgreSQL answers on 127.0.0.1 and that the tests may create databases there.
postgres_server() {
  need pg_isready "Install PostgreSQL. On Debian: apt-get install postgresql"
  if ! pg_isready -q -h 127.0.0.1; then
    local cluster
    cluster=$(pg_lsclusters --no-header | awk 'NR == 1 { print $1, $2 }')
    [ -n "$cluster" ] || fail "PostgreSQL is installed but has no cluster. On Debian: pg_createcluster 15 main"
    say "Starting PostgreSQL $cluster"
    # shellcheck disable=SC2086 # version and name are two words
    pg_ctlcluster --skip-systemctl-redirect $cluster start || fail "PostgreSQL could not be started."
    wait_until 30 "PostgreSQL" pg_isready -q -h 127.0.0.1
  fi
  # Where the tests look by themselves; on a server that asks for passwords a role of their own is made.
  local url=${TEST_POSTGRES_URL:-postgres://postgres@127.0.0.1:5432/test}
  if ! psql --no-psqlrc --no-password --quiet --dbname "$url" --command 'SELECT 1' >/dev/null 2>&1; then
    [ -z "${TEST_POSTGRES_URL:-}" ] || fail "PostgreSQL does not let TEST_POSTGRES_URL in."
    say "Making the role rubrica_test in PostgreSQL"
    runuser -u postgres -- psql --no-psqlrc --quiet --dbname postgres --set ON_ERROR_STOP=1 >/dev/null <<'SQL' ||
SELECT 'CREATE ROLE rubrica_test' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rubrica_test') \gexec
ALTER ROLE rubrica_test LOGIN CREATEDB PASSWORD 'rubrica_test';
SQL
      fail "No role for the tests could be made in PostgreSQL. Set TEST_POSTGRES_URL."
    export TEST_POSTGRES_URL=postgres://rubrica_test:rubrica_test@127.0.0.1:5432/postgres
  fi
}

# wait_until SECONDS WHAT COMMAND…: repeats the command until it succeeds.
wait_until() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || fail "$what did not answer in time."
    sleep 0.2
  done
}

# broker_up FOLDER: starts what `make run` starts (broker, simulated providers, one envelope carried through) with its data and
# logs in FOLDER, and waits until it is there. Sets API_URL, SANDBOX_URL and API_KEY, as a person would read them there.
broker_up() {
  local folder=$1
  say "Starting the broker with simulated providers"
  (cd "$ROOT" && cargo build --locked --quiet --package rubrica) || fail "The broker does not build."
  : >"$folder/demo.txt"
  NO_COLOR=1 "${CARGO_TARGET_DIR:-$ROOT/target}/debug/rubrica" demo --keep-running --verbose --output "$folder/demo" \
    >"$folder/demo.txt" 2>"$folder/broker.log" &
  BROKER_PID=$!
  local deadline=$((SECONDS + 120))
  until grep -q 'API key' "$folder/demo.txt"; do
    if ! kill -0 "$BROKER_PID" 2>/dev/null || ((SECONDS > deadline)); then
      cat "$folder/broker.log" "$folder/demo.txt" >&2
      fail "The demo did not get to its end."
    fi
    sleep 0.2
  done
  cat "$folder/demo.txt"
  API_URL=$(sed -nE 's|.*Swagger UI +(http[^ ]+)/docs.*|\1|p' "$folder/demo.txt")
  SANDBOX_URL=$(sed -nE "s|.*Signers' pages +(http[^ ]+)/ .*|\1|p" "$folder/demo.txt")
  API_KEY=$(sed -nE 's|.*API key \(tenant\) +([^ ]+).*|\1|p' "$folder/demo.txt")
  [ -n "$API_URL" ] && [ -n "$SANDBOX_URL" ] && [ -n "$API_KEY" ] || fail "The demo does not print its addresses and keys as expected."
  export API_URL SANDBOX_URL API_KEY
}

# broker_down: stops the broker of broker_up, if there is one.
broker_down() {
  [ -n "${BROKER_PID:-}" ] || return 0
  kill "$BROKER_PID" 2>/dev/null || true
  wait "$BROKER_PID" 2>/dev/null || true
  BROKER_PID=
}
