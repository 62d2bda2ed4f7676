# Everything a fresh machine needs: `make demo` or `make test`. `make help` lists the rest.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# what is installed is compiled where it is first imported: where that may not be kept, every process does it anew
unexport PYTHONDONTWRITEBYTECODE

VENV ?= .venv
BIN := $(VENV)/bin
EXTRAS ?= dev,postgres,spark
STAMP := $(VENV)/.installed
DEMO_RECORDS ?= 2000
DEMO_OUT ?= build/demo
STORE ?= sqlite:///$(DEMO_OUT)/hub.db
PORT ?= 8000
SERVE ?= 1
# more than the two cores: many tests wait for processes that they start
WORKERS ?= 3
# real lists and judged pairs, which are no part of the project
DATA ?= ../shared/data
# `resolver` holds `api` and `models` as links
TYPED = resolver tests benchmarks

.PHONY: help setup demo test check bench train serve docs screenshots lock clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: $(STAMP)  ## make .venv with everything (does nothing where it is up to date)

$(STAMP): pyproject.toml constraints.txt
	@python=$$(.ci/system) && { test -x $(BIN)/python || $$python -m venv $(VENV); }
	@echo "installing into $(VENV) (some minutes the first time)" >&2
	@.ci/install $(VENV) $(EXTRAS)
	@echo "compiling the kernels (two minutes, once)" >&2
	@$(BIN)/resolver demo --records 300 --out build/warm >/dev/null
	@rm -rf build/warm/hub.db*
	@$(BIN)/resolver dedupe build/warm/lists --store sqlite:///build/warm/hub.db >/dev/null
	@$(BIN)/resolver serve --store sqlite:///build/warm/hub.db --prepare 2>/dev/null
	@touch $@

demo: setup  ## make a small world of agencies, resolve it, say where the report lies, and serve it (not with SERVE=0)
	$(BIN)/resolver demo --records $(DEMO_RECORDS) --out $(DEMO_OUT)
	@rm -rf $(DEMO_OUT)/hub.db*
	@$(BIN)/resolver dedupe $(DEMO_OUT)/lists --store $(STORE) >/dev/null
	@echo "Serve it: make serve, then http://127.0.0.1:$(PORT)/check?name=Ivan+Petrov (docs/serve.md) and the steward's desk (docs/desk.md)"
	@if [ "$(SERVE)" != 0 ]; then echo "Serving now; open the link to the steward's desk below, stop with Ctrl-C."; exec $(BIN)/resolver serve --store $(STORE) --port $(PORT); fi

test: setup  ## the whole test suite
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

check: setup  ## lint, types, import rules
	$(BIN)/ruff check .
	$(BIN)/mypy $(TYPED)
	$(BIN)/python -m pytest -q tests/test_layering.py

bench: setup  ## quality and speed on the data at hand
	$(BIN)/python -m benchmarks

train: setup  ## fit the shipped model anew, on the lists and judged pairs in DATA
	@test -d $(DATA)/raw || { echo "error: no lists in $(DATA)/raw (say where they are: make train DATA=folder)" >&2; exit 1; }
	$(BIN)/resolver train $(DATA)/raw/us_ofac_sdn $(DATA)/raw/us_ofac_cons $(DATA)/raw/un_sc/consolidated_2026-02.xml \
		--judged $(DATA)/truth/ofac_un_pairs.csv --out models

serve: setup  ## the HTTP service, on what `make demo` has resolved or on STORE=URL
	$(BIN)/resolver serve --store $(STORE) --port $(PORT)

docs: setup  ## make the pages that are generated
	$(BIN)/resolver formats --markdown > docs/formats.md
	$(BIN)/resolver comparators --markdown > docs/comparators.md
	$(BIN)/resolver settings --markdown > docs/settings.md

screenshots: setup  ## take the pictures in docs/images anew, from generated data (needs chromium and chromedriver)
	$(BIN)/python -m benchmarks.screenshots

lock: setup  ## choose the exact versions anew, within what pyproject.toml allows
	$(BIN)/python -m pip install --quiet --constraint constraints.txt uv
	{ echo '# Exact versions of everything, for `make setup`. Made by `make lock`; do not edit.'; \
	  $(BIN)/uv pip compile --quiet pyproject.toml --all-extras --universal --no-emit-index-url --no-header --no-annotate; } > constraints.new
	mv constraints.new constraints.txt

clean:  ## remove what was made here, the virtual environment included
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
