# Needs Python 3.11 or newer with venv, make, and a package registry; nothing else, and no rights.

# The newest Python that is new enough and can make a virtual environment.
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
INSTALLED := .venv/installed

# A system and its tests are many processes, and each would compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := run

.PHONY: help run install test test-slow test-services lint lint-api format pictures shots bench faults story clean lock

help:  ## list what can be made
	@sed -nE 's/^([a-z-]+):.*  ## (.*)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

run: $(INSTALLED)  ## start everything; Ctrl-C stops it
	@exec $(BIN)/agrimarket up

story: $(INSTALLED)  ## play the whole story against what `make run` started
	@$(BIN)/agrimarket story

install: $(INSTALLED)  ## make .venv, with every dependency at its locked version

$(INSTALLED): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "agrimarket needs Python 3.11 or newer with the venv module (Debian: apt install python3-venv)."; exit 1; }
	@echo "Installing into .venv with $(PYTHON); only the first time takes long."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

test: $(INSTALLED)  ## all tests; they start what they need
	@$(BIN)/python -m pytest -n auto --maxprocesses 8

test-slow: $(INSTALLED)  ## the tests that `make test` leaves out because they take long
	@$(BIN)/python -m pytest -n auto --maxprocesses 8 -m slow

test-services: $(INSTALLED)  ## the tests on servers named by AGRIMARKET_TEST_SERVER, …_AMQP and …_REDIS
	@$(BIN)/python -m pytest -n auto --maxprocesses 8 --ignore tests/e2e --ignore tests/embedded --ignore tests/embedded_parts

lint: $(INSTALLED)  ## ruff, pyright and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

lint-api: $(INSTALLED)  ## the OpenAPI document by OpenAPI's and OWASP's rules, where there is Node
	@.ci/lint-api

format: $(INSTALLED)  ## let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pictures: $(INSTALLED)  ## draw the tables and pictures of docs/ anew from the code
	@$(BIN)/python -m tests.architecture.drawing

shots: $(INSTALLED)  ## take README's pictures anew, from what `make run` started
	@$(BIN)/python -m tests.e2e.pictures

bench: $(INSTALLED)  ## figures beside their physical limits (docs/benchmarks.md)
	@$(BIN)/python -m tests.benchmarks

faults: $(INSTALLED)  ## kill processes, servers and sessions, and count what is lost; QUICK=1 for a tenth of it
	@$(BIN)/python -m pytest tests/faults -s

clean:  ## remove the data folder; refused while a system runs on it
	@$(PYTHON) -m agrimarket.embedded.folder

lock: $(INSTALLED)  ## resolve the dependencies anew
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header --no-annotate --quiet -o requirements.lock
