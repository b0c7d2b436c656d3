# Every target does its own set-up: it works as the first command on a fresh clone with Python 3.11+ and make.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)  # root is who one is in many a container
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: lab demo test build site lint lock clean

lab: $(READY)  ## open JupyterLab on the first notebook
	$(BIN)/jupyter lab notebooks/0_start_here.ipynb $(AS_ROOT)

demo: $(READY)  ## build the release, grade a sample class, print the class table
	$(BIN)/python -m autograder.demo

test: $(READY) lint  ## run all tests
	$(BIN)/python -m pytest --numprocesses=2 --dist=loadfile

build: $(READY)  ## write notebooks/ and the check tables from solutions/
	$(BIN)/autograder build

site: $(READY)  ## the lessons, glossary and cheat sheet as pages to read without Jupyter
	$(BIN)/python -m autograder.site

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

lock:  ## choose the exact versions anew (needs uv)
	uv pip compile --universal --python-version 3.11 --all-extras --no-header --no-annotate --no-emit-index-url pyproject.toml -o requirements.lock

clean:  ## remove everything that git does not keep
	git clean -fdX

$(READY): pyproject.toml requirements.lock
	@command -v "$(PYTHON)" >/dev/null || { echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name yours: make PYTHON=python3.12 ..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; v = sys.version.split()[0]; sys.exit(None if sys.version_info >= (3, 11) else f"Python 3.11 or newer is needed, {v} was found. Name another one with: make PYTHON=python3.12 ...")'
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) comes without its venv module. On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	"$(PYTHON)" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock \
	  && $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable . \
	  || { echo "The packages could not be installed; pip says why above. Set-up needs the internet once: connect, then run the same command again." >&2; exit 1; }
	@$(BIN)/jupyter labextension disable --no-build "@jupyterlab/apputils-extension:announcements" >/dev/null 2>&1 || true
	@touch $@
