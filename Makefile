# Everything is set up by the target that needs it: Python 3.11 or newer with venv, git and make are enough.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The newest Python that fits and runs: a name on the PATH may be a shim without a version behind it.
ifndef PYTHON
PYTHON := $(shell for name in python3.13 python3.12 python3.11 python3 python; do \
	if "$$name" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; \
	then command -v "$$name"; break; fi; done)
endif

VENV := .venv/bin
PIP_INSTALL := pip install --quiet --disable-pip-version-check --require-hashes --no-deps
INSTALLED := .venv/installed .venv-ministack/installed build/made
CHECKED := datavalut functions infra local tests examples bench evaluation

.PHONY: help demo test test-all up down psql check synth deploy destroy bench eval lock clean

help: ## show this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 12

demo: $(INSTALLED) ## a filtered database from the sample shop, through the whole stack
	@$(VENV)/python -m local.demo

test: $(INSTALLED) check ## all checks and all tests
	@$(VENV)/python -m pytest

test-all: test ## the tests, with many more random databases and all faults, and the benchmark
	@DATAVALUT_SUBSET_EXAMPLES=2000 DATAVALUT_BUILD_EXAMPLES=400 \
		$(VENV)/python -m pytest tests/integration/subset tests/integration/build
	@DATAVALUT_EVERY_FAULT=1 $(VENV)/python -m pytest tests/faults
	@$(MAKE) --no-print-directory bench

up: $(INSTALLED) ## start the local stack; prints its address
	@$(VENV)/python -m local.up

down: ## stop the local stack
	@if [ -x $(VENV)/python ]; then $(VENV)/python -m local.down; else echo "nothing was running"; fi

psql: $(INSTALLED) ## psql on the local stack's server, as its superuser; ARGS="-d sample_shop"
	@$(VENV)/python -m local.psql $(ARGS)

check: .venv/installed ## style, types, and which package may know which
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .
	@$(VENV)/mypy
	@$(VENV)/lint-imports

synth: .venv/installed ## CloudFormation template for AWS, in cdk.out
	@$(VENV)/python -m infra.app

deploy: .venv/installed ## deploy to the AWS account of your credentials; ARGS="-c architecture=arm64"
	@$(VENV)/python -m infra.cdk deploy $(ARGS)

destroy: .venv/installed ## remove the deployment from the account; docs/deployment.md says what stays
	@$(VENV)/python -m infra.cdk destroy $(ARGS)

eval: $(INSTALLED) ## how often the offline planner is right, refuses, or is silently wrong
	@$(VENV)/python -m evaluation

bench: $(INSTALLED) ## measure the engine and whole jobs against PostgreSQL's own programs
	@$(VENV)/python -m bench

# The lock files name no index, so that they install from any.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock"

lock: .venv/installed ## write the requirements' lock files anew
	cd requirements && ../$(VENV)/$(LOCK) development.in --output-file development.txt
	cd requirements && for layer in layer-api layer-authorizer layer-database; do \
		../$(VENV)/$(LOCK) --constraints development.txt $$layer.in --output-file $$layer.txt; done
	cd requirements && ../$(VENV)/$(LOCK) ministack.in --output-file ministack.txt

clean: down ## stop the stack, and remove its data and everything that was installed or built
	@if [ -x $(VENV)/python ]; then $(VENV)/python -m local.down --delete; fi
	rm -rf .venv .venv-ministack build cdk.out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/installed: requirements/development.txt
	@$(require_python)
	@echo "installing into .venv ($(PYTHON))"
	@$(PYTHON) -m venv --clear .venv
	@$(VENV)/python -m $(PIP_INSTALL) --requirement requirements/development.txt
	@touch $@

.venv-ministack/installed: requirements/ministack.txt .venv/installed
	@echo "installing into .venv-ministack"
	@$(VENV)/python -m venv --clear .venv-ministack
	@.venv-ministack/bin/python -m $(PIP_INSTALL) --requirement requirements/ministack.txt
	@touch $@

# `make up` makes it anew when something has changed that goes into it.
build/made: .venv/installed requirements/layer-api.txt requirements/layer-database.txt
	@echo "building the functions' layers and the template for this machine"
	@$(VENV)/python -m local.synthesis
	@touch $@

define require_python
if [ -z "$(PYTHON)" ]; then \
	echo "make: no Python 3.11, 3.12 or 3.13 with venv was found on the PATH; name one: make PYTHON=/path/to/python3.12" >&2; exit 1; fi
endef
