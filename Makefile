# Two commands: `make demo` and `make test`. Each does all of its own set-up and says what is missing.
VENV ?= .venv
BIN := $(VENV)/bin
FLOORS := twoway listener models responders desk
export VENV

.DEFAULT_GOAL := help
.PHONY: help demo test test-bluesky chaos chaos-short lint types format clean

help: ## What can be done here
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' $(MAKEFILE_LIST)

demo: $(VENV)/.core ## A fictional brand's desk in the browser: no account, no key, no network
	@$(BIN)/twoway demo $(ARGS)

test: $(VENV)/.test ## All tests; ARGS="-k mail" chooses some
	@$(BIN)/pytest -q $(ARGS)

test-bluesky: $(VENV)/.test build/bluesky/.done ## The real Bluesky network on this machine (Node, PostgreSQL, Redis)
	@$(BIN)/pytest -q tests/network $(ARGS)

chaos: $(VENV)/.test ## Ten minutes in which everything goes wrong, counted on the platform; ARGS="--seed 7" plays one again
	@$(BIN)/python -m tests.chaos --kills 1000 $(ARGS)

chaos-short: $(VENV)/.test ## Less than a minute of that; `make test` runs it too
	@$(BIN)/python -m tests.chaos --short $(ARGS)

lint: $(VENV)/.test ## Style and common mistakes
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/.test ## Types
	@$(BIN)/mypy

format: $(VENV)/.test ## Put the code into shape
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

clean: ## Remove what was built here; your twoway.toml and databases stay
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find $(FLOORS) tests -name __pycache__ -prune -exec rm -rf {} +

# The marker files make the second call instant.
build/bluesky/.done: .ci/bluesky tests/servers/bluesky_network/package-lock.json
	@.ci/bluesky

$(VENV)/.core: pyproject.toml constraints.txt
	@.ci/install core
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt
	@.ci/install test
	@touch $(VENV)/.core $@
