"""The students' zip file: complete, the same each time, without answers, and enough to work with."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile

import nbformat
import pytest
from typer.testing import CliRunner

from autograder import build, bundle, tasks, unit, written
from autograder.cli import app
from tests.test_build import answer_lines, squeeze, wrong_version_lines

TASK, BOOK = "log_loss", "2_inverse_logit_and_log_loss/2.3_assignment_predict_and_evaluate.ipynb"
ANSWER = """\
def log_loss(y, p):
    q = np.clip(p, 1e-9, 1 - 1e-9)
    return -np.mean(np.log(np.where(y == 1, q, 1 - q)))
"""


@pytest.fixture(scope="module")
def files():
    return bundle.contents()


def test_the_same_bytes_each_time(files):
    assert bundle.pack(files) == bundle.pack(bundle.contents())


def test_all_that_students_need_and_nothing_else(files):
    folders = {name.partition("/")[0] for name in files}
    assert folders == {
        "notebooks", "workbook", "data", "README.md", "SETUP.md", "pyproject.toml", "constraints.txt",
        "environment.yml", "Makefile",
    }  # fmt: skip
    shipped = {name for name in files if name.endswith(".ipynb")}
    assert shipped == {
        f"notebooks/{p.relative_to(build.NOTEBOOKS).as_posix()}" for p in build.NOTEBOOKS.rglob("*.ipynb")
    }
    tables = {path.relative_to(unit.ROOT).as_posix() for path in (unit.ROOT / "workbook").rglob("*.json")}
    assert {name for name in files if name.endswith(".json") and name.startswith("workbook")} == tables
    project = tomllib.loads((unit.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own = tomllib.loads(files["pyproject.toml"].decode())["project"]
    assert own["dependencies"] == project["dependencies"] and "optional-dependencies" not in own
    assert own["requires-python"] == project["requires-python"] and "scripts" not in own
    assert "churn.csv" in files["data/README.md"].decode() and "data/churn.csv" in files


def test_its_commands_are_the_projects_own(files):
    readme, setup = files["README.md"].decode(), files["SETUP.md"].decode()
    own = (unit.ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"(?ms)^```\n(.*?)^```", readme)
    commands = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    assert {"make lab", ".venv/bin/python -m workbook submit 2"} <= set(commands)
    assert [c for c in commands if c not in own and c not in setup] == []
    assert "Binder" not in setup and "Codespaces" not in setup and "## Colab" in setup
    links = re.findall(r"\]\(#([^)]*)\)", setup)
    headings = {re.sub(r"\W+", "-", h.lower()) for h in re.findall(r"(?m)^## (.*)", setup)}
    assert links and set(links) <= headings


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_its_make_says_what_is_wrong_and_installs_by_pip(files, tmp_path):
    (tmp_path / "Makefile").write_bytes(files["Makefile"])
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "constraints.txt").touch()

    def make(*words):
        return subprocess.run(["make", *words], cwd=tmp_path, capture_output=True, text=True)

    assert "There is no python9.99 here" in make("PYTHON=python9.99", "lab").stderr
    dry = make("-n", f"PYTHON={sys.executable}", "lab").stdout
    assert "-c constraints.txt --editable ." in dry and "requirements.lock" not in dry
    assert "jupyter lab notebooks/0_start_here.ipynb" in dry


def test_nothing_of_the_instructors_side(files):
    texts = {name: content.decode("utf-8") for name, content in files.items() if not name.endswith(".docx")}
    for name, text in texts.items():
        if name.endswith(".ipynb"):
            texts[name] = "\n".join(cell.source for cell in nbformat.reads(text, as_version=4).cells)
    rubrics = [task.rubric for task in tasks.all_tasks().values() if task.rubric]
    lines = {line.strip() for rubric in rubrics for line in rubric.splitlines() if len(line.strip()) > 40}
    assert rubrics and lines
    for name, text in texts.items():
        for mark in ("BEGIN SOLUTION", "HIDDEN TESTS", "autograder.judge", "import autograder", "from autograder"):
            assert mark not in text, (name, mark)
        squeezed = squeeze(text)
        leaks = [where for code, where in (*answer_lines(), *wrong_version_lines()) if code in squeezed]
        if name.endswith((".ipynb", ".json", ".md")):  # the helper's own figures may use the same formulas
            assert not leaks, (name, leaks)
        assert not [line for line in lines if line in text], name
    form = files["notebooks/3_training/3.6_written_submission.docx"]
    assert set(written.read_answers(form).missing) == {question.task for question in written.questions()}


def test_it_works_where_nothing_else_is(files, tmp_path):
    """Unzipped elsewhere, a notebook with an answer is run by a Python that sees only the bundle's helper module."""
    (tmp_path / "bundle.zip").write_bytes(bundle.pack(files))
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        archive.extractall(tmp_path / "elsewhere")
    path = tmp_path / "elsewhere" / "notebooks" / BOOK
    book = nbformat.read(path, as_version=4)
    answer = next(cell for cell in book.cells if cell.id == TASK)
    answer.source = ANSWER
    nbformat.write(book, path)
    script = (
        "import nbformat, nbclient, pathlib, sys, workbook;"
        "path = pathlib.Path(sys.argv[1]); assert pathlib.Path(workbook.__file__).is_relative_to(pathlib.Path.cwd());"
        "book = nbformat.read(path, as_version=4);"
        "nbclient.NotebookClient(book, allow_errors=True, timeout=300, resources={'metadata': {'path': path.parent}})"
        ".execute(); nbformat.write(book, path)"
    )
    # The tests' environment has the packages; its own copy of the project is hidden, as on a student's machine.
    block = tmp_path / "sitecustomize.py"
    block.write_text(
        "import sys\n"
        "class Nothing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] == 'autograder':\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Nothing())\n"
    )
    home = tmp_path / "elsewhere"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environment |= {"PYTHONPATH": f"{tmp_path}{os.pathsep}{home}", "HOME": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    played = nbformat.read(path, as_version=4)
    shown = json.dumps(next(cell for cell in played.cells if cell.id == f"test_{TASK}").outputs)
    assert f"Passed: {TASK}" in shown
    other = json.dumps(next(cell for cell in played.cells if cell.id == "test_covariance").outputs)
    assert "not attempted" in other.lower()


def test_a_drifted_release_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(build, "drift", lambda: ["notebooks/x.ipynb"])
    run = CliRunner().invoke(app, ["bundle", "-o", str(tmp_path / "student.zip")])
    assert run.exit_code == 1 and "notebooks/x.ipynb" in run.output and not list(tmp_path.iterdir())
    monkeypatch.setattr(build, "drift", lambda: [])
    run = CliRunner().invoke(app, ["bundle", "-o", str(tmp_path / "student.zip")])
    assert run.exit_code == 0 and zipfile.is_zipfile(tmp_path / "student.zip")
