# Two commands do everything on a machine with python3 (3.11), pip, git and make:
#   make run    the main job: the bundled recording becomes tracks on a live map
#   make test   all tests
# The environment is built once, in this folder, from the locks in requirements/.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: run test check lint types contracts style bench web web-check lock clean help

PYTHON ?= python3
UV := .tools/bin/uv
BIN := .venv/bin

run: .venv/run.stamp ## play the bundled recording on the live map
	$(BIN)/sidelook run

test: .venv/dev.stamp ## all tests
	$(BIN)/pytest -n auto

check: lint types contracts style ## lint, types, import contracts, style figures

lint: .venv/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/dev.stamp
	$(BIN)/mypy

contracts: .venv/dev.stamp
	$(BIN)/lint-imports

style: .venv/dev.stamp
	$(BIN)/python scripts/style_row.py

bench: .venv/bench.stamp ## every benchmark, beside its peers
	$(BIN)/python benchmarks/run_all.py

web: ## rebuild the console's page (needs node and npm)
	cd web && npm ci --no-audit --no-fund && npm run build

web-check: web ## prove that the tree holds what the source builds
	git diff --exit-code --stat -- src/sidelook/console/static
	test -z "$$(git status --porcelain -- src/sidelook/console/static)"
	cd web && npm run check && npm test

lock: $(UV) ## renew the hashed requirement files
	$(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 \
	  pyproject.toml -o requirements/run.txt
	$(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 \
	  pyproject.toml --group test --group check -c requirements/run.txt -o requirements/dev.txt
	$(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 \
	  pyproject.toml --group test --group check --group bench -c requirements/dev.txt -o requirements/bench.txt
	$(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 \
	  requirements/build.in -c requirements/bench.txt -o requirements/build.txt

# Debian refuses pip outside a virtual environment and ships no ensurepip, so uv comes first, into .tools.
$(UV):
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-warn-script-location --target .tools uv

.venv/%.stamp: requirements/%.txt requirements/build.txt pyproject.toml | $(UV)
	test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
	$(UV) pip install --quiet --require-hashes -r requirements/$*.txt -r requirements/build.txt
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@echo "compiling the tracker, once (half a minute)"
	$(BIN)/sidelook track src/sidelook/data/island.4607 > .venv/first-tracks.txt
	touch $@

clean: ## remove what make built
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist

help:
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST)
