# What a fresh machine needs: Python 3.11 or newer and make. `make help` lists the targets.

SHELL := /bin/sh
PYTHON ?=
BIN := .venv/bin
READY := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help report test coverage mutation lab bench bench-peers bench-large lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

report: $(READY) ## run the demonstration study and say where its index is
	@$(BIN)/csat demo

test: $(READY) ## style, types and the whole test suite
	@echo "Checking style (ruff)"
	@$(BIN)/python -m ruff check --quiet .
	@$(BIN)/python -m ruff format --check --quiet .
	@echo "Checking types (mypy)"
	@$(BIN)/python -m mypy --no-error-summary
	@echo "Running the tests (pytest)"
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

coverage: $(READY) ## lines that the tests run, workers and started processes included; names the files below 95 %
	@rm -rf build/coverage && mkdir -p build/coverage
	@$(BIN)/python -m coverage run -m pytest -n auto --dist loadfile --no-loadscope-reorder -q
	@$(BIN)/python -m coverage combine -q
	@$(BIN)/python tests/benchmarks/coverage_table.py

mutation: $(READY) ## faults put into a sample of 300 places of the numeric rooms, and how many the tests see (half an hour)
	@$(BIN)/python tests/benchmarks/mutation.py $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

lab: $(READY) ## open JupyterLab
	@$(BIN)/python -m jupyterlab --LabApp.news_url=None --LabApp.extension_manager=readonly \
	    --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate

bench: $(READY) ## all speeds beside peers and floors, growth, bias and coverage; ONLY=part for one part, QUICK=1 for small sizes
	@$(BIN)/python tests/benchmarks/run.py $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick)

bench-peers: $(READY) ## compare numbers, speed and memory with seminr and pingouin, each in an environment of its own
	@$(BIN)/python tests/benchmarks/peers.py
	@$(BIN)/python tests/benchmarks/peers_pingouin.py

bench-large: $(READY) ## a fit of 100 million respondents from Parquet, in bounded memory
	@$(BIN)/python tests/benchmarks/large.py

lock: $(READY) ## pin the newest versions that pyproject.toml allows
	@echo "Writing requirements.lock"
	@$(BIN)/python -m uv pip compile --quiet --upgrade --universal --python-version 3.11 --extra dev \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	    --output-file requirements.lock pyproject.toml

clean: ## remove .venv and the tools' caches; reports and data stay
	@rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis build dist
	@find csat_lib tests notebooks -name __pycache__ -type d -prune -exec rm -rf {} +
	@find notebooks -name .ipynb_checkpoints -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@set -e; \
	new='import sys; sys.exit(sys.version_info < (3, 11))'; \
	if ! $(BIN)/python -c "$$new" 2>/dev/null; then \
	    found=; seen=; \
	    for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
	        version=$$("$$python" -c 'import platform; print(platform.python_version())' 2>/dev/null) || continue; \
	        if "$$python" -c "$$new"; then found=$$python; break; fi; \
	        seen="$$seen $$python is $$version."; \
	    done; \
	    if [ -z "$$found" ]; then \
	        echo "csat_lib needs Python 3.11 or newer, and none was found.$$seen" >&2; \
	        echo "Install one, or name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; \
	        exit 1; \
	    fi; \
	    echo "Creating .venv with $$found ($$version)"; \
	    if ! "$$found" -m venv --clear .venv; then \
	        echo "$$found cannot create a virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
	        exit 1; \
	    fi; \
	fi
	@echo "Installing the versions of requirements.lock (a minute or two)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile --no-deps -r requirements.lock
	@echo "Installing csat_lib"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@echo "Compiling, so that every kernel starts fast"
	@$(BIN)/python -m compileall -q -j 0 .venv/lib csat_lib >/dev/null 2>&1 || true
	@touch $(READY)
