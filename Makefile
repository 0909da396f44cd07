# Everything a newcomer or CI does, by name. Needs make and Python 3.11 or newer, nothing else: `make help`.

# The first interpreter that is new enough; PYTHON=... chooses another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
PORT ?= 8000
DATA ?= data/demo
FRESH ?=
ARGS ?=
# How many tests run at once: as many as there are cores, up to four. JOBS=0 runs them one after another, in this process.
JOBS ?= auto

bin := .venv/bin
pip := $(bin)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test check lint schema migrations messages bench lock clean

help:  ## Say what there is to make
	@echo "Usage: make <what> [PYTHON=python3.13]"
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1|\2/p' "$(firstword $(MAKEFILE_LIST))" | while IFS='|' read -r name text; do printf '%-14s %s\n' "$$name" "$$text"; done

setup: .venv/dev.stamp  ## Leave everything that running, testing and checking needs in .venv/
	@echo "Ready: $(bin)/abonent --help"

demo: .venv/run.stamp  ## Try it: PORT=8000, DATA=data/demo (its folder), FRESH=1 (start over)
	@$(bin)/abonent demo --port "$(PORT)" --data "$(DATA)" $(if $(filter-out 0,$(FRESH)),--fresh)

test: .venv/dev.stamp  ## Run the whole suite on SQLite, then on a real PostgreSQL; ARGS="-k reading -x" goes to pytest
	@failed=; for database in sqlite "postgres --stored-only"; do \
		printf '\n=== The suite on %s ===\n' "$$database"; \
		$(bin)/python -m pytest -n "$(JOBS)" --maxprocesses 4 --dist loadfile --no-loadscope-reorder --database $$database $(ARGS) || failed="$$failed $${database%% *}"; \
	done; \
	if [ -n "$$failed" ]; then echo "Failed on:$$failed" >&2; exit 1; fi

check: .venv/dev.stamp  ## What CI runs: lint, snapshots, migrations, catalogs, weights and the tests
	@.ci/check

lint: .venv/dev.stamp  ## Style, types and templates
	$(bin)/ruff check .
	$(bin)/mypy
	@if [ -d templates ]; then echo $(bin)/djlint templates --lint --quiet; $(bin)/djlint templates --lint --quiet; fi

schema: .venv/dev.stamp  ## Write the schema's snapshot, schema/schema.graphql
	$(bin)/abonent schema --write

migrations: .venv/dev.stamp  ## Write the migration that the models need, if any; NAME=add_branch names it
	$(bin)/python -m tortoise -c models.database.TORTOISE makemigrations $(if $(NAME),-n "$(NAME)")

messages: .venv/dev.stamp  ## Collect texts into templates/locale, for translation
	$(bin)/python -m jobs.messages

bench: .venv/dev.stamp  ## Measure: ratios within one run
	@for file in $$(grep -l __main__ benchmarks/*.py); do echo "== $$file"; $(bin)/python -m "benchmarks.$$(basename "$$file" .py)" || exit 1; done

lock: .venv/dev.stamp  ## Choose versions anew and write both lock files (needs uv in .venv: pip install uv)
	$(bin)/uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
		--no-config --no-emit-index-url --no-annotate --no-header --upgrade -o requirements.lock
	$(bin)/uv pip compile pyproject.toml --group build --group dev --universal --python-version 3.11 --generate-hashes \
		--no-config --no-emit-index-url --no-annotate --no-header -c requirements.lock -o requirements-dev.lock

clean:  ## Remove .venv and what tools left behind; data/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The stamps say which lock file the environment was last made from.
.venv/run.stamp: requirements.lock pyproject.toml | .venv/made.stamp
	$(pip) install --require-hashes -r requirements.lock
	$(pip) install --quiet --no-build-isolation --no-deps -e .
	@touch $@

.venv/dev.stamp: requirements-dev.lock .venv/run.stamp
	$(pip) install --require-hashes -r requirements-dev.lock
	@touch $@

.venv/made.stamp:
	@if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
		echo "Abonent needs Python 3.11 or newer: none found$(if $(PYTHON), as $(PYTHON)). Choose one with: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; fi
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) has no venv module. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Making .venv with $(PYTHON)"
	@rm -rf .venv && "$(PYTHON)" -m venv .venv && touch $@
