# Two commands are enough: `make demo` and `make test`. Each does all its own set-up.
VENV ?= .venv
export VENV

.DEFAULT_GOAL := help

help: ## show this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s'|'

setup: ## install what the interviewer needs, into .venv
	@scripts/setup.sh demo

demo: setup ## a recorded candidate is interviewed, scored and replayed: no microphone, no weights, no network
	$(VENV)/bin/interviewer demo

setup-test:
	@scripts/setup.sh test

test: setup-test ## run every test
	$(VENV)/bin/python -m pytest --cov --cov-report=term

lint: setup-test ## ruff, mypy --strict and the floors of the house
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

check-wheel: setup-test ## build the wheel, install it into an empty environment, run the demo from another folder
	scripts/check_wheel.sh

clean: ## remove what was built, keep .venv
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .coverage

.PHONY: help setup demo setup-test test lint check-wheel clean
