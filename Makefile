# The two commands: `make run` sets everything up and runs the main job; `make test` sets everything up and passes the tests.
PYTHON ?= python3
BIN := .venv/bin
export PYTHONDONTWRITEBYTECODE ?=

.PHONY: run test setup setup-test lint unit lock clean

run: setup
	@exec $(BIN)/kezek up

setup:
	@$(PYTHON) api/kezek_api/provision/bootstrap.py run
	@$(BIN)/kezek setup

setup-test:
	@$(PYTHON) api/kezek_api/provision/bootstrap.py test
	@$(BIN)/kezek setup --tests

test: setup-test
	@$(BIN)/python tests/run.py

lint:
	@$(BIN)/python tests/run.py --only lint

unit:
	@$(BIN)/python -m pytest -q tests/unit tests/stories

lock:
	@sh requirements/lock.sh

clean:
	rm -rf .kezek .venv api/kezek_api/static api/console/node_modules
