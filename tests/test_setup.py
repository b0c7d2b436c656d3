"""Set-up in every way: what docs/setup.md says exists and works, and what goes wrong says what to do."""

import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import types
import zipfile
from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "setup.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?ms)^```(text|bash|powershell)\n(.*?)^```", PAGE)
COMMANDS = [line for _, block in BLOCKS for line in block.splitlines()]
(COLAB_CELL,) = re.findall(r"(?ms)^```python\n(.*?)^```", PAGE)


def test_the_commands_name_what_exists():
    assert len(COMMANDS) >= 11
    for command in COMMANDS:
        for path in re.findall(r"\S+\.(?:ipynb|yml)", command):
            assert (ROOT / path.replace("\\", "/")).is_file(), command
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert f"conda activate {environment['name']}" in COMMANDS
    targets = re.findall(r"(?m)^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert {command.split()[1] for command in COMMANDS if command.startswith("make ")} <= set(targets)
    for name in ("uv.lock", ".venv"):
        ignored = subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT)
        assert ignored.returncode in (0, 128), f"{name} would be committed"  # 128: not a git clone


def test_every_system_has_its_lines():
    windows = [line for kind, block in BLOCKS if kind == "powershell" for line in block.splitlines()]
    unix = [line for kind, block in BLOCKS if kind == "bash" for line in block.splitlines() if "venv" in line]
    same = [line.replace("\\", "/").replace("Scripts", "bin").replace("py -m", "python3 -m") for line in windows]
    assert same == unix


def test_the_dev_container_has_only_keys_of_its_specification():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert set(container) <= {"name", "image", "postCreateCommand", "customizations"}
    assert container["image"].startswith("mcr.microsoft.com/devcontainers/python:3.")
    assert set(container["customizations"]) == {"codespaces", "vscode"}
    assert all((ROOT / path).is_file() for path in container["customizations"]["codespaces"]["openFiles"])
    assert container["postCreateCommand"] == "pip install --editable . && bash postBuild"


def test_binder_can_run_what_follows_the_build(tmp_path):
    script = ROOT / "postBuild"
    assert os.access(script, os.X_OK) and b"\r" not in script.read_bytes()
    done = subprocess.run(
        ["bash", script],
        env={**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


# --- Colab --------------------------------------------------------------------------------------------------


@pytest.fixture
def bundle(tmp_path):
    """A small student.zip, all of it in one folder, as bundles are."""
    path = tmp_path / "served" / "student.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("unit/workbook/__init__.py", "")
        packed.writestr("unit/data/churn.csv", "")
    return path


@pytest.fixture
def colab(monkeypatch):
    """The function of the page's cell; sys.path is put back afterwards."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    names = {}
    exec(COLAB_CELL.rpartition("\n\n\nprint(")[0], names)
    return names["fetch_workbook"]


def test_the_colab_cell_fetches_the_bundle_from_an_address(bundle, colab, tmp_path):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=bundle.parent)
    handler.log_message = None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        root = colab(f"http://127.0.0.1:{server.server_port}/student.zip", tmp_path / "content")
        server.shutdown()
    assert Path(root, "workbook", "__init__.py").is_file() and sys.path[0] == root


def test_the_colab_cell_takes_a_file_of_the_student(bundle, colab, tmp_path, monkeypatch):
    files = types.SimpleNamespace(upload=lambda: {"student (1).zip": bundle.read_bytes()})
    for name, module in (("google", types.ModuleType("google")), ("google.colab", types.SimpleNamespace(files=files))):
        monkeypatch.setitem(sys.modules, name, module)
    assert Path(colab("", tmp_path / "content"), "data").is_dir()


def test_the_colab_cell_says_so_when_it_is_another_file(colab, tmp_path):
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as packed:
        packed.writestr("readme.txt", "")
    with pytest.raises(FileNotFoundError, match="not the student bundle"):
        colab(other.as_uri(), tmp_path / "content")


# --- without a network --------------------------------------------------------------------------------------


def _can_cut_off():
    return shutil.which("unshare") and subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not _can_cut_off(), reason="no network namespaces here")
@pytest.mark.parametrize("name", ["0_start_here", "4_linear_regression/4.2_demo_world_happiness"])
def test_notebooks_run_without_a_network(name, tmp_path):
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    script = tmp_path / "notebook.py"
    code = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    script.write_text(code, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = ["unshare", "-rn", sys.executable, script]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "happiness" not in name or "stand-in" in done.stdout


# --- make ---------------------------------------------------------------------------------------------------


@pytest.fixture
def clone(tmp_path):
    """What make needs, in a folder whose name has a space."""
    folder = tmp_path / "my folder"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    return folder


def python_that(does, folder):
    """A Python that has first done something to itself."""
    path = folder / "other python"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "import sys; {does}; exec(sys.argv[1])" "$2"\n')
    path.chmod(0o755)
    return path


def make(folder, python, **environment):
    command = ["make", f"PYTHON={python}", "lab"]
    done = subprocess.run(command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True)
    assert done.returncode != 0
    return done.stderr


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
@pytest.mark.parametrize(
    ("does", "says"),
    [
        ("sys.version_info, sys.version = (3, 9), '3.9.2'", "Python 3.11 or newer is needed, 3.9.2 was found"),
        ("sys.modules['ensurepip'] = None", "sudo apt install python3-venv"),
    ],
)
def test_make_says_what_is_wrong_with_python(clone, does, says):
    assert says in make(clone, python_that(does, clone))
    assert not (clone / ".venv").exists()


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_make_says_that_there_is_no_such_python_or_no_network(clone):
    assert "There is no python9.99 here" in make(clone, "python9.99")
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}
    nowhere |= {"PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": "", "PIP_NO_CACHE_DIR": "1"}
    assert "Set-up needs the internet once" in make(clone, sys.executable, **nowhere)
    assert not (clone / ".venv" / ".ready").exists()
