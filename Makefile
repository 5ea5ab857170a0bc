# Two commands matter: `make demo` and `make test`. Everything else is for daily work on the code.

# The first Python on the PATH that is new enough; `make PYTHON=/path/to/python demo` chooses another.
NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$python $(NEW_ENOUGH) 2>/dev/null; then echo $$python; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo ui test check format bench clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## the whole pipeline on a simulated marketplace: no account, no key, no network
	@$(BIN)/viang demo

ui: $(INSTALLED) ## the Dagster interface over the same data, on http://127.0.0.1:3000
	@$(BIN)/viang demo --ui

test: $(INSTALLED) ## the whole test suite, real Postgres included
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

check: $(INSTALLED) ## format, lint, types and the direction of dependencies
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: $(INSTALLED) ## rewrite the code in the house format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(INSTALLED) ## measure everything and put the figures into docs/benchmarks.md (about an hour)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev,bench]"
	@$(BIN)/python -m benchmarks --write docs/benchmarks.md

clean: ## remove the virtual environment and caches (data in VIANG_HOME stay)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info

# Installed again only when the declared or the pinned dependencies change.
$(INSTALLED): pyproject.toml constraints.txt
	@$(or $(PYTHON),false) $(NEW_ENOUGH) 2>/dev/null || { echo "Python 3.11 or newer is needed and was not found" \
		"on the PATH. Name one with: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing dependencies into $(VENV) (only when they change) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@
