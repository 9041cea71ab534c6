# Yinuo. `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= .yinuo
ROUNDS ?= 100
SEED ?= 1
SCALE ?= default

.DEFAULT_GOAL := help
.PHONY: help demo fengxian test lint up down bench chaos storm docs lock clean

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

demo: $(VENV)/demo.stamp ## three weeks of a county on a fresh stack; MESSAGES=FILE DIRECTORY=DIR for your own messages
	$(BIN)/yinuo demo $(if $(MESSAGES),--messages "$(MESSAGES)") $(if $(DIRECTORY),--directory "$(DIRECTORY)") $(if $(LABELLED),--labelled "$(LABELLED)")

fengxian: $(VENV)/demo.stamp ## replay Feng County's first half of 2021 against what was published; SEED_OF=N for another county, KILL=1 kills each process once
	$(BIN)/yinuo demo fengxian $(if $(SEED_OF),--seed $(SEED_OF)) $(if $(KILL),--kill)

test: $(VENV)/dev.stamp ## lint, types, import rules and all tests, on real Kafka and PostgreSQL
	sh deploy/promtool.sh
	sh deploy/chromium.sh
	$(MAKE) lint
	@# Tests of single parts share all cores; a file of tests shares one stack; what measures or kills has the machine to itself.
	$(BIN)/pytest --numprocesses=auto --quiet tests/unit tests/architecture tests/contract
	$(BIN)/pytest --numprocesses=auto --dist=loadfile --durations=15 tests/integration
	$(BIN)/pytest --durations=15 tests/e2e

lint: $(VENV)/dev.stamp ## style, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

up: $(VENV)/demo.stamp ## start the stack in the background and print its addresses
	$(BIN)/yinuo up --data $(DATA)

down: ## stop it
	$(BIN)/yinuo down --data $(DATA)

bench: $(VENV)/demo.stamp ## measure speed beside its limits; writes bench/latest.json; SCALE=full with 10 M cases of history
	$(BIN)/python -m services.dev.bench --scale $(SCALE)

chaos: $(VENV)/demo.stamp ## kill processes under load: ROUNDS=100 SEED=1
	$(BIN)/python -m services.dev.chaos --rounds $(ROUNDS) --seed $(SEED)

storm: $(VENV)/demo.stamp ## kill schedulers on a busy Monday of letters, circulars and mails: ROUNDS=100 SEED=1
	$(BIN)/python -m services.dev.storm --rounds $(ROUNDS) --seed $(SEED)

docs: $(VENV)/dev.stamp ## make docs/flow.md, the AsyncAPI document and the schemas anew
	$(BIN)/python -m services.dev.contract_documents

lock: ## resolve the dependencies anew (needs uv)
	for set in "dev --extra embedded --extra dev" "demo --extra embedded" "services"; do \
	  set -- $$set; name=$$1; shift; \
	  uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	    $$@ pyproject.toml -o requirements/$$name.txt || exit 1; \
	done

clean: ## delete the virtual environment and what tools left behind
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Yinuo needs Python 3.11 or newer; this is $$($(PYTHON) --version). Name another with PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing (Debian: apt install python3-venv)"; exit 1; }

$(VENV)/demo.stamp: requirements/demo.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing the pinned packages into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/demo.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/demo.stamp
	@echo "Installing the pinned packages for tests into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@
