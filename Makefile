# Elenchus. A bare `make` prints this list.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
UV_VERSION := 0.13.8
# one more than there are processors: a test that waits for a server or a process leaves its own to another
TEST_PROCESSES ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) + 1 )))
OCR_LANGUAGES ?= eng
OCR_PACKAGES = $(addprefix tesseract-ocr-,$(OCR_LANGUAGES))
UI := frontend
HAS_NODE = node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null
HAS_BROWSER = test -n "$$CHROMIUM" || command -v chromium chromium-browser google-chrome >/dev/null
define INSTALL_PACKAGES
{ command -v apt-get >/dev/null || { echo "This needs Debian or Ubuntu. Elsewhere $(ELSEWHERE)"; exit 1; }; \
	  [ "$$(id -u)" = 0 ] || { echo "Installing packages takes root: sudo make $@"; exit 1; }; \
	  install="apt-get install -qq -y --no-install-recommends $(PACKAGES)"; \
	  $$install >/dev/null 2>&1 || { apt-get update -qq && $$install; }; }
endef
export NEXT_TELEMETRY_DISABLED := 1
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE ?= copy

.PHONY: help
help: ## This list
	@grep -hE '^[a-z][a-z0-9-]*:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# ---- use

.PHONY: run
run: $(VENV)/.run ui-if-possible ## Start everything on one port (http://127.0.0.1:8000; honours PORT, DATA_DIR, MONGODB_URL, REDIS_URL, GOOGLE_API_KEY)
	@exec $(VENV)/bin/elenchus up

.PHONY: demo
demo: $(VENV)/.run ## Upload four sample documents, ask about them, print the cited answers, clean up
	@exec $(VENV)/bin/elenchus demo

.PHONY: ui ui-if-possible
ui: $(UI)/node_modules/.installed ## Build the web interface into frontend/out (needs Node 20 or newer; nothing to do when it is built)
	@cd $(UI) && node scripts/build-if-changed.mjs

ui-if-possible:
	@if $(HAS_NODE); then $(MAKE) --no-print-directory ui || echo "The web interface could not be built; the API serves without it."; \
	  else echo "Node 20 or newer is not here, so the web interface is not built; the API serves without it."; fi

.PHONY: readers ocr
readers: ## Install what scans and old Word documents (.doc) need (Debian and Ubuntu; OCR_LANGUAGES="eng deu fra")
readers: PACKAGES = $(OCR_PACKAGES) antiword
ocr: ## Install what text recognition in scans needs, alone
ocr: PACKAGES = $(OCR_PACKAGES)
readers ocr: ELSEWHERE = install Tesseract's language data, set TESSDATA_PREFIX to its folder, and install antiword.
readers ocr:
	@$(INSTALL_PACKAGES)

# ---- work on it

# The empty value undoes a shell's: without bytecode every process rewrites all tests' asserts anew, which takes it 6 s.
.PHONY: test
test: $(VENV)/.dev browser ui-test ## All tests, in parallel, against real servers that the tests start, and in a browser
	PYTHONDONTWRITEBYTECODE= $(VENV)/bin/pytest -n $(TEST_PROCESSES) --dist worksteal
	@$(MAKE) --no-print-directory ui-e2e

.PHONY: ui-test ui-e2e
ui-test: $(UI)/node_modules/.installed ## The interface's own tests
	cd $(UI) && npm test --silent

ui-e2e: $(VENV)/.dev browser ui ## The interface in a browser, against a whole Elenchus that the tests start
	cd $(UI) && PYTHON=$(abspath $(PY)) npm run --silent e2e

.PHONY: browser
browser: PACKAGES = chromium fonts-liberation
browser: ELSEWHERE = install Chromium or Chrome, and set CHROMIUM to its path if it is found under no usual name.
browser: ## Install Chromium for the browser's tests, unless there is one (Debian and Ubuntu; CHROMIUM names another)
	@$(HAS_BROWSER) || { echo "The browser's tests need Chromium, which is not here. Installing it …"; $(INSTALL_PACKAGES); }

.PHONY: screenshots
screenshots: $(VENV)/.dev browser ui ## Take the pictures of the README anew, of the interface as it is
	cd $(UI) && PYTHON=$(abspath $(PY)) npm run --silent screenshots

.PHONY: lint
lint: $(VENV)/.dev ## Style, types, architecture
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(MAKE) --no-print-directory ui-lint

.PHONY: ui-lint ui-api ui-size
ui-lint: $(VENV)/.dev $(UI)/node_modules/.installed ## Style and types of the interface, and whether its client fits the API
	cd $(UI) && npm run --silent lint && npm run --silent typecheck
	cd $(UI) && PYTHON=$(abspath $(PY)) npm run --silent generate-api -- --check

ui-api: $(VENV)/.dev $(UI)/node_modules/.installed ## Make the interface's client anew from the API
	cd $(UI) && PYTHON=$(abspath $(PY)) npm run --silent generate-api

ui-size: ui ## What each page of the interface loads first, against its limit
	cd $(UI) && npm run --silent size

.PHONY: check
check: lint test ## Everything that CI runs

.PHONY: fmt
fmt: $(VENV)/.dev ## Format and fix what can be fixed
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

.PHONY: types
types: $(VENV)/.dev ## mypy alone
	$(VENV)/bin/mypy

.PHONY: chaos
chaos: $(VENV)/.dev ## Workflows under workers killed and stopped, Redis wiped, the database dead (10 minutes)
	CHAOS_ROUNDS=6 $(VENV)/bin/pytest -q tests/workflows/chaos
	$(PY) -m tests.workflows.chaos.storm
	$(PY) -m tests.workflows.chaos.storm --executions 200 --usual --seconds-between 3 --most-open 40

.PHONY: bench
bench: $(VENV)/.dev ## Measure: one JSON line per figure, each against the raw limit in the same run
	@for script in benchmarks/*.py; do $(PY) $$script || exit 1; done

.PHONY: ui-bench
ui-bench: $(VENV)/.dev browser ui benchmarks/ui/node_modules/.installed ## Measure the interface: what a reader waits for, Lighthouse, passages found
	cd $(UI) && PYTHON=$(abspath $(PY)) npm run --silent figures
	PYTHON=$(abspath $(PY)) node benchmarks/ui/lighthouse.mjs
	PYTHON=$(abspath $(PY)) node benchmarks/ui/passages.mjs

.PHONY: lock
lock: $(VENV)/bin/uv ## Pin requirements/*.in anew into requirements/*.txt
	cd requirements && for name in base embedded dev; do \
	  ../$(UV) pip compile --quiet --universal --python-version 3.11 --no-annotate --custom-compile-command 'make lock' $$name.in -o $$name.txt || exit 1; done

.PHONY: clean
clean: ## Remove what can be rebuilt; DATA_DIR stays
	rm -rf benchmarks/ui/node_modules $(UI)/node_modules $(UI)/out $(UI)/.next $(UI)/public/pdfjs $(UI)/test-results
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- set-up, done by the targets above when it is needed

$(VENV)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
	  || { echo "Elenchus needs Python 3.11, 3.12 or 3.13. If you have one under another name: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(UI)/node_modules/.installed: $(UI)/package-lock.json
	@$(HAS_NODE) || { echo "The web interface needs Node 20 or newer with npm, to be built and tested: https://nodejs.org"; exit 1; }
	@echo "Installing what the web interface is built with …"
	@cd $(UI) && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

benchmarks/ui/node_modules/.installed: benchmarks/ui/package-lock.json
	@cd benchmarks/ui && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(VENV)/.run: $(VENV)/bin/uv requirements/base.txt requirements/embedded.txt pyproject.toml
	@echo "Installing what Elenchus needs into $(VENV) …"
	@$(UV) pip install --quiet --python $(PY) -r requirements/base.txt -r requirements/embedded.txt
	@$(UV) pip install --quiet --python $(PY) --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@$(UV) pip install --quiet --python $(PY) -r requirements/dev.txt
	@touch $@
