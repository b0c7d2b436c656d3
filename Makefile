# Every target does its own set-up: it works as the first command on a fresh clone with Python 3.11+ and make.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: lab demo test build reference lint lock clean

lab: $(READY)  ## open JupyterLab on the notebooks
	$(BIN)/jupyter lab --notebook-dir=notebooks

demo: $(READY)  ## build the release, grade a sample class, print the class table
	$(BIN)/python -m autograder.demo

test: $(READY) lint  ## run all tests
	$(BIN)/python -m pytest

build: $(READY)  ## write notebooks/ and the check tables from solutions/
	$(BIN)/autograder build

reference: $(READY)  ## the glossary and the cheat sheet as pages to print
	$(BIN)/jupyter nbconvert --to html --output-dir build/reference --log-level WARN notebooks/glossary.ipynb notebooks/cheat_sheet.ipynb
	@echo "Written to build/reference/."

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

lock:  ## choose the exact versions anew (needs uv)
	uv pip compile --universal --python-version 3.11 --all-extras --no-header --no-annotate --no-emit-index-url pyproject.toml -o requirements.lock

clean:  ## remove everything that git does not keep
	git clean -fdX

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; v = sys.version.split()[0]; sys.exit(None if sys.version_info >= (3, 11) else f"Python 3.11 or newer is needed, {v} was found. Name another one with: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@
