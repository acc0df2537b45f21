# What can be made here. Rust and a C compiler are enough for `make demo`, `make run` and `make test`; targets that need more
# say what is missing.

CARGO ?= cargo
RUBRICA = $(CARGO) run --quiet --package rubrica --
OPENAPI = openapi/openapi
SHELL = /bin/bash
.SHELLFLAGS = -eu -o pipefail -c
.DEFAULT_GOAL = help

.PHONY: help demo run test test-interop test-browser lint-openapi fmt check-fmt lint doc check-deps check-deps-self-test \
	openapi check-openapi bench chaos ci

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Build everything and carry one real PDF through every provider; the files come to demo-output/
	@$(CARGO) build --package rubrica
	@$(RUBRICA) demo --output demo-output

run: ## The same, then keep it running: Swagger UI, signers' pages, demo keys; Ctrl+C ends it
	@$(CARGO) build --package rubrica
	@$(RUBRICA) demo --output demo-output --keep-running

test: ## Run all tests; those on PostgreSQL where it answers (RUBRICA_REQUIRE_POSTGRES=1: they must run)
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	$(CARGO) test --workspace 2>&1 | tee "$$log"; \
	if grep -q 'ON POSTGRESQL' "$$log"; then \
	  printf '\n%s\n%s\n' '*** All tests passed, but ONLY ON SQLITE: PostgreSQL does not answer. ***' \
	    '*** Start it, or set TEST_POSTGRES_URL=postgres://user:password@host/database ***'; \
	else printf '\nAll tests passed, on SQLite and on PostgreSQL.\n'; fi

test-interop: ## Hold the results against other programs: pyHanko, OpenAPI tools (needs Python 3, Node.js)
	@scripts/test-interop.sh

test-browser: ## Drive Swagger UI and the signer's page in Chromium (needs Node.js, Chromium)
	@scripts/test-browser.sh

lint-openapi: ## Check the committed contract with validators and client generators (needs Python 3, Node.js)
	@scripts/lint-openapi.sh

fmt: ## Format the sources
	@$(CARGO) fmt --all

check-fmt: ## Fail when the sources are not formatted
	@$(CARGO) fmt --all --check

lint: ## Run clippy on everything; warnings are errors
	@$(CARGO) clippy --workspace --all-targets -- -D warnings

doc: ## Build the documentation; warnings are errors
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --document-private-items

check-deps: ## Prove that imports run one way
	@scripts/check-deps.sh

check-deps-self-test: ## Prove that the check above fails when a rule is broken
	@scripts/check-deps.sh --self-test

openapi: ## Write the published contract anew from the handlers
	@$(CARGO) build --package rubrica
	@mkdir -p openapi
	@$(RUBRICA) openapi --format json > $(OPENAPI).json.new && mv $(OPENAPI).json.new $(OPENAPI).json
	@$(RUBRICA) openapi --format yaml > $(OPENAPI).yaml.new && mv $(OPENAPI).yaml.new $(OPENAPI).yaml

check-openapi: ## Fail when the published contract is not what the handlers say
	@$(CARGO) build --package rubrica
	@for format in json yaml; do \
	  $(RUBRICA) openapi --format $$format | diff -u --label committed --label handlers $(OPENAPI).$$format - || \
	    { echo "openapi/ is not what the handlers say. Run \`make openapi\` and commit the change."; exit 1; }; \
	done

bench: ## Measure against references in the same run (release build)
	@scripts/bench.sh

chaos: ## Kill the broker at every point of its work, many times
	@$(CARGO) test --package tests --test crash

ci: ## Everything that a change must pass
	@.ci/run
