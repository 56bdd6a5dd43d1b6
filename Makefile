# The two commands: `make run` sets everything up and runs the main job; `make test` sets everything up and passes the tests.
PYTHON ?= python3
BIN := .venv/bin
unexport PYTHONDONTWRITEBYTECODE # each process would compile all of Kezek again

.PHONY: run test drill setup setup-test lint unit lock clean

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

# the long proof, an hour and a half: 1,000 faults under load, the long tests, then the endurance tests at their full size
drill: setup-test
	@$(BIN)/kezek drill --faults 1000
	@$(BIN)/python -m pytest -q -p no:cacheprovider -m long tests/unit tests/integration
	@KEZEK_DRILL=long $(BIN)/python -m pytest -q -p no:cacheprovider tests/integration/test_api_schema.py
	@KEZEK_DRILL=long $(BIN)/python -m pytest -s -q -p no:cacheprovider tests/endurance

lint:
	@$(BIN)/python tests/run.py --only lint

unit:
	@$(BIN)/python -m pytest -q -m "not long" tests/unit tests/stories

lock:
	@sh requirements/lock.sh

clean:
	rm -rf .kezek .venv api/kezek_api/static api/console/node_modules
