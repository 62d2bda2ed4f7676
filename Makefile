# Everything a fresh machine needs: `make demo` or `make test`. `make help` lists the rest.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Compiled kernels and modules are kept beside their sources; without that every process compiles them again.
unexport PYTHONDONTWRITEBYTECODE

VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SERVICE := $(VENV)/.service
KERNELS := $(VENV)/.kernels
DEMO_RECORDS ?= 2000
DEMO_OUT ?= build/demo
STORE ?= sqlite:///$(DEMO_OUT)/hub.db
PORT ?= 8000
SERVE ?= 1
# One more than two cores: many tests wait for processes that they start.
WORKERS ?= 3
# Real lists and judged pairs, which are not part of the project.
DATA ?= ../shared/data
# `resolver` holds `api` and `models` as links
TYPED = resolver tests benchmarks

.PHONY: help setup demo test check quick nightly bench train serve docs pages screenshots wheels lock clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: $(STAMP)  ## create .venv with everything; does nothing if it is up to date

# What the package and its service need, without tools: enough for `make demo`, and installed without a compiler.
$(SERVICE): pyproject.toml deploy/requirements.txt
	@python=$$(.ci/system python) && { test -x $(BIN)/python || $$python -m venv $(VENV); }
	@echo "installing into $(VENV) (a minute the first time)" >&2
	@.ci/install $(VENV) deploy/requirements.txt --editable .
	@touch $@

# The kernels in machine code, where there is a compiler: the first run starts at once.
$(KERNELS): $(SERVICE)
	@if $(BIN)/python .ci/compile_kernels.py; then :; \
	else echo "note: no machine code of the kernels: they are compiled when they are first called" >&2; fi
	@touch $@

$(STAMP): $(SERVICE) constraints.txt
	@.ci/system >/dev/null
	@echo "installing tools and libraries for tests into $(VENV) (some minutes the first time)" >&2
	@.ci/install $(VENV) constraints.txt --editable .
	@echo "compiling the kernels (two minutes, once)" >&2
	@# twice at once: as machine code, and as they are compiled when they are called
	@rm -rf build/compiled build/warm
	@if [ -d resolver/runtime/compiled ]; then mkdir -p build && mv resolver/runtime/compiled build/compiled; fi
	@$(BIN)/python .ci/compile_kernels.py "" build/compiled >&2 & code=$$!; \
	$(BIN)/resolver demo --records 300 --out build/warm >/dev/null; \
	$(BIN)/resolver dedupe build/warm/lists --store sqlite:///build/warm/hub.db >/dev/null; \
	$(BIN)/resolver serve --store sqlite:///build/warm/hub.db --prepare 2>/dev/null; \
	if wait $$code; then mv build/compiled resolver/runtime/compiled; \
	else echo "note: no machine code of the kernels: they are compiled when they are first called" >&2; fi
	@touch $(KERNELS)
	@touch $@

demo: $(KERNELS)  ## generate lists of several agencies, dedupe them and serve the result (SERVE=0: stop after the batch)
	@mkdir -p $(DEMO_OUT)
	$(BIN)/resolver demo --records $(DEMO_RECORDS) --out $(DEMO_OUT) | tee $(DEMO_OUT)/summary.txt
	@rm -rf $(DEMO_OUT)/hub.db*
	@$(BIN)/resolver dedupe $(DEMO_OUT)/lists --store $(STORE) >/dev/null
	@echo "Serve it: make serve, then http://127.0.0.1:$(PORT)$$(grep -o '/check?.*' $(DEMO_OUT)/summary.txt) (docs/how-to/serve.md) and the steward's desk (docs/how-to/desk.md)"
	@if [ "$(SERVE)" != 0 ]; then echo "Serving now; open the link to the steward's desk below, stop with Ctrl-C."; exec $(BIN)/resolver serve --store $(STORE) --port $(PORT); fi

test: setup  ## run all tests except those marked nightly
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not nightly"

check: setup  ## lint, format, types, layering and style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(TYPED)
	$(BIN)/python -m pytest -q tests/test_layering.py tests/test_style.py

quick: setup  ## lint, types and the fast tests, in under 90 seconds
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(TYPED)
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not slow and not nightly"

nightly: setup  ## run every test, and compare behavior with the recorded baseline
	TEST_EXAMPLES=nightly $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m benchmarks.behavior compare --data $(DATA)

bench: setup  ## measure quality and speed, peers included, on the data in DATA
	$(BIN)/python -m benchmarks

train: setup  ## train the shipped models again, on the lists and judged pairs in DATA
	@test -d $(DATA)/raw || { echo "error: no lists in $(DATA)/raw (say where they are: make train DATA=folder)" >&2; exit 1; }
	$(BIN)/resolver train $(DATA)/raw/us_ofac_sdn $(DATA)/raw/us_ofac_cons $(DATA)/raw/un_sc/consolidated_2026-02.xml \
		--judged $(DATA)/truth/ofac_un_pairs.csv --judged $(DATA)/truth/ofac_un_pairs_more.csv --out models
	$(BIN)/resolver train $(DATA)/raw/eu_journal $(DATA)/raw/us_bis_dpl $(DATA)/raw/us_congress --checks-only --model models --out models

serve: setup  ## run the HTTP service on the store of `make demo`, or on STORE=URL
	$(BIN)/resolver serve --store $(STORE) --port $(PORT)

docs: setup pages  ## build the documentation site in build/site, in strict mode
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir build/site

pages: setup  ## write the reference pages that are generated from tables
	$(BIN)/resolver formats --markdown > docs/reference/formats.md
	$(BIN)/resolver comparators --markdown > docs/reference/comparators.md
	$(BIN)/resolver settings --markdown > docs/reference/settings.md
	$(BIN)/python .ci/licenses.py > docs/reference/licenses.md

screenshots: setup  ## take the pictures in docs/images from generated data (needs chromium and chromedriver)
	$(BIN)/python -m benchmarks.screenshots

# Hashes of all files of a version: those of other platforms and Pythons, too.
LOCK = $(BIN)/uv pip compile --quiet pyproject.toml --group build --universal --generate-hashes \
	--no-emit-index-url --no-header --no-annotate

wheels: setup  ## build a wheel for this platform and Python in dist, with its kernels compiled
	.ci/wheels $(BIN)/python dist

lock: setup  ## write constraints.txt and deploy/requirements.txt: the newest versions that pyproject.toml allows
	$(BIN)/python -m pip install --quiet uv
	{ echo '# Exact versions and hashes of everything, for `make setup`. Made by `make lock`; do not edit.'; \
	  $(LOCK) --all-extras; } > constraints.new
	mv constraints.new constraints.txt
	{ echo '# What the service needs, in the versions of constraints.txt. Made by `make lock`; do not edit.'; \
	  $(LOCK) --extra postgres --extra server --extra source --constraint constraints.txt; } > deploy/requirements.new
	mv deploy/requirements.new deploy/requirements.txt

clean:  ## remove build products and the virtual environment
	rm -rf $(VENV) build dist resolver/runtime/compiled .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
