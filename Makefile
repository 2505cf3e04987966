# The project's commands. Needs a Python 3.12 or later and, for demo, test and schema, PostgreSQL 15 or later.

PYTHON_IN_VENV := .venv/bin/python
INSTALLED := .venv/.installed

.PHONY: help demo test lint bench docs schema clean install

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

demo: $(INSTALLED) ## the main job on a simulated fleet, until Ctrl-C; ONCE=1 ends after it
	@$(PYTHON_IN_VENV) -m development.demo $(if $(ONCE),--once)

test: $(INSTALLED) ## all tests; ARGS="tests/netbox_gam/test_x.py" for some
	@$(PYTHON_IN_VENV) -m development.test $(ARGS)

lint: $(INSTALLED) ## style, types, import contracts
	$(PYTHON_IN_VENV) -m ruff check .
	$(PYTHON_IN_VENV) -m ruff format --check .
	$(PYTHON_IN_VENV) -m mypy
	.venv/bin/lint-imports

bench: $(INSTALLED) ## benchmarks; ONLY=name,name for some
	@$(PYTHON_IN_VENV) -m development.bench $(ONLY)

docs: $(INSTALLED) ## the documentation, into site/
	$(PYTHON_IN_VENV) -m mkdocs build --strict

schema: $(INSTALLED) ## the dump of NetBox's empty schema, after an upgrade of NetBox
	@$(PYTHON_IN_VENV) -m development.schema

install: $(INSTALLED) ## .venv with all that development needs

clean: ## removes what the other commands made
	rm -rf .venv .state site build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Make compares times, which a checkout changes; bootstrap.py compares what is wanted with what is there.
$(INSTALLED): pyproject.toml development/bootstrap.py
	@python=$$(development/find-python) && "$$python" development/bootstrap.py
