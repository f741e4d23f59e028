# Needs Python 3.11 or newer with venv, make, and a package registry; nothing else, and no rights.

# The newest Python that is new enough and can make a virtual environment.
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
INSTALLED := .venv/installed

# A system and its tests are many processes, and each would compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run install test test-services lint bench faults story clean lock

run: $(INSTALLED)  ## start everything; Ctrl-C stops it
	@exec $(BIN)/agrimarket up

story: $(INSTALLED)  ## play the whole story against what `make run` started
	@$(BIN)/agrimarket story

install: $(INSTALLED)

$(INSTALLED): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "agrimarket needs Python 3.11 or newer with the venv module (Debian: apt install python3-venv)."; exit 1; }
	@echo "Installing into .venv with $(PYTHON); only the first time takes long."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

test: $(INSTALLED)
	@$(BIN)/python -m pytest -n auto --maxprocesses 8

test-services: $(INSTALLED)  ## the tests on servers named by AGRIMARKET_TEST_SERVER, …_AMQP and …_REDIS
	@$(BIN)/python -m pytest -n auto --maxprocesses 8 --ignore tests/e2e --ignore tests/embedded --ignore tests/embedded_parts

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

bench: $(INSTALLED)
	@$(BIN)/python -m tests.benchmarks

faults: $(INSTALLED)  ## the fault matrix; with QUICK=1 a tenth of it, in two minutes
	@$(BIN)/python -m pytest tests/faults -s

clean:  ## remove the data folder; refused while a system runs on it
	@$(PYTHON) -m agrimarket.embedded.folder

lock: $(INSTALLED)  ## resolve the dependencies anew
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header --no-annotate --quiet -o requirements.lock
