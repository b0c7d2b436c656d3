"""`progress`, `doctor` and `submit`: what a student reads about the whole unit, the set-up and the work to hand in."""

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import nbformat
import pytest

from autograder import build, collect, unit
from workbook import __main__ as commands
from workbook import doctor as _doctor
from workbook import progress as _progress
from workbook import submit as _submit
from workbook.progress import EMPTY, SAID, SIGNS, STUB, read

doctor, submit = sys.modules["workbook.doctor"], sys.modules["workbook.submit"]
MODULE = "2_inverse_logit_and_log_loss"
PRACTICE = f"{MODULE}/2.1_vectors_and_matrices.ipynb"
ASSIGNMENT = f"{MODULE}/2.3_assignment_predict_and_evaluate.ipynb"
LOOP = "def dot_loop(a, b):\n    return sum(x * y for x, y in zip(a, b))"


@pytest.fixture
def desk(tmp_path):
    """A fresh copy of the notebooks."""
    shutil.copytree(build.NOTEBOOKS, tmp_path / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return tmp_path / "notebooks"


def edit(path, changes, output=None):
    """Change cells of a notebook: {id: text}; output: {id: outputs}."""
    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        cell.source = changes.get(cell.id, cell.source)
        if cell.id in (output or {}):
            cell.outputs = [nbformat.from_dict(output[cell.id])]
    nbformat.write(book, path)


def saved(text, **facts):
    """A card as it is saved with a check cell."""
    metadata = {"workbook": facts} if facts else {}
    return {"output_type": "display_data", "data": {"text/plain": text, "text/html": "<b>"}, "metadata": metadata}


def states(folder):
    return {work.task: work.state for book in read(folder).books for work in book.works}


# --- progress ----------------------------------------------------------------------------------------------


def test_a_fresh_release_is_all_open(desk):
    assert set(states(desk).values()) == {"not attempted"}
    overview = read(desk)
    assert overview.next()[1].task == "mean_squared_error"
    assert "0 of" in repr(overview) and "no grade" in repr(overview)


def test_each_state_is_read_from_what_was_saved(desk):
    from workbook.surroundings import digest

    right = {"state": "passed", "source": digest(LOOP)}
    edit(desk / PRACTICE, {"dot_loop": LOOP}, {"test_dot_loop": saved("✓ Passed: dot_loop", task="dot_loop", **right)})
    changes = {name: f"{name} = 1" for name in ("centered", "covariance", "inverse_logit", "log_loss")}
    cards = {"centered": "✗ Not yet right: centered", "covariance": "◐ Partly right: covariance\n  2 of 3"}
    outputs = {f"test_{name}": saved(text) for name, text in cards.items()}
    edited = saved("✓ Passed: log_loss", task="log_loss", state="passed", source="0" * 16)
    edit(desk / ASSIGNMENT, changes, outputs | {"test_log_loss": edited})
    edit(desk / "3_training/3.6_written_submission.ipynb", {"written_1": "My answer.", "written_2": "  "})
    found = states(desk)
    assert found["dot_loop"] == "passed"
    assert found["centered"] == "failed" and found["covariance"] == "partial"
    assert found["covariance_inverse"] == "not attempted" and found["inverse_logit"] == "not checked"
    assert found["log_loss"] == "changed since"
    assert found["written_1"] == "written" and found["written_2"] == found["written_3"] == "not attempted"


def test_moved_missing_and_broken_notebooks_are_told_apart(desk):
    (desk / "later").mkdir()
    shutil.move(desk / PRACTICE, desk / "later")
    (desk / ASSIGNMENT).write_text('{"cells": [', encoding="utf-8")
    (desk / "1_introduction/1.1_linear_models_and_loss.ipynb").unlink()
    (desk / "1_introduction/1.2_predicting_with_logistic_regression.ipynb").write_text("[]", encoding="utf-8")
    books = {book.title[:3]: book for book in read(desk).books}
    assert books["2.1"].path.startswith("later/") and not books["2.1"].problem
    assert "damaged" in books["2.3"].problem and "damaged" in books["1.2"].problem
    assert "missing" in books["1.1"].problem and books["1.1"].path is None
    assert all(work.state == "not attempted" for work in books["1.1"].works)


def test_the_page_and_the_text_say_the_same_and_links_lead_to_notebooks(desk):
    overview = read(desk)
    page = overview._repr_html_()
    words = [set(re.findall(r"[^\W_]+", side.lower())) for side in (re.sub(r"<[^>]+>", " ", page), repr(overview))]
    assert words[0] ^ words[1] <= {"done", "notebook", "tasks", "your", "progress"}
    links = re.findall(r'href="([^"]+)"', page)
    assert len(links) > 10 and all((desk / link).is_file() for link in links)
    assert 'scope="row"' in page and 'scope="col"' in page
    assert set(SIGNS) == set(SAID)


def test_what_marks_an_untouched_answer_is_what_the_release_holds():
    assert EMPTY == unit.TEXT_STUB and STUB.search("    " + unit.STUB)


def test_from_any_other_folder_the_notebooks_that_came_along_are_found(tmp_path):
    beside = Path(sys.modules["workbook.progress"].__file__).resolve().parent.parent / "notebooks"
    assert sys.modules["workbook.progress"].find_root(tmp_path) == beside


# --- doctor ------------------------------------------------------------------------------------------------


def test_the_doctor_asks_for_what_the_project_needs():
    project = tomllib.loads((unit.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = dict(re.match(r"([\w-]+)(.+)", line).groups() for line in project["dependencies"])
    assert wanted == doctor.NEEDED
    assert project["requires-python"] == ">=" + ".".join(map(str, doctor.PYTHON))


def test_all_is_there_in_this_environment(capsys):
    assert doctor.main() == 0
    said = capsys.readouterr().out
    assert said.endswith("All is there.\n") and "✗" not in said


def test_a_bare_python_hears_what_to_do(tmp_path):
    """No third-party package, and no installed workbook: only the folder."""
    shutil.copytree(unit.ROOT / "workbook", tmp_path / "workbook", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-I", "-S", "-c"]
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.argv[1:] = ['doctor']; "
    code += "import runpy; runpy.run_module('workbook', run_name='__main__')"
    answer = subprocess.run([*command, code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert answer.returncode == 1 and "Traceback" not in answer.stderr
    assert "numpy            is not installed" in answer.stdout
    assert "not with this one" in answer.stdout
    assert re.search(r'To repair it:\n  .*pip install .*"ipykernel>=6.29" .*"numpy>=2.2"', answer.stdout)
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from workbook import check; check('log_loss')"
    answer = subprocess.run([*command, code], capture_output=True, text=True, check=True)
    assert "python -m workbook doctor" in answer.stdout


def test_a_python_of_the_system_is_left_alone(monkeypatch, tmp_path, capsys):
    """Where pip refuses to install, the workbook gets a Python of its own; later that one is named."""
    monkeypatch.setattr(doctor, "_is_the_systems", lambda: True)
    monkeypatch.setattr(doctor, "ROOT", str(tmp_path / "my folder"))
    own = tmp_path / "my folder" / ".venv" / "bin" / "python"
    command = doctor._install('"numpy>=2.2"')
    assert "-m venv" in command and f'"{own}" -m pip install --editable' in command and "numpy" not in command
    own.parent.mkdir(parents=True)
    own.touch()
    assert doctor._install('"numpy>=2.2"').startswith(f'"{own}" -m workbook doctor')


def test_an_old_python_can_read_the_doctor():
    for name in ("__init__", "__main__", "doctor"):
        code = (unit.ROOT / "workbook" / f"{name}.py").read_text(encoding="utf-8")
        assert ast.parse(code, feature_version=(3, 7)).body, f"{name}.py holds nothing"  # newer syntax raises here


@pytest.mark.parametrize(
    ("found", "wanted", "fits"),
    [("4.4.1", ">=4.4,<5", True), ("5.0", ">=4.4,<5", False), ("3.10.0rc1", ">=3.9", True), ("2.1.9", ">=2.2", False)],
)
def test_versions_are_compared_as_numbers(found, wanted, fits):
    assert doctor._fits(found, wanted) is fits


def test_what_is_wrong_is_named_with_its_repair(monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(doctor.NEEDED, "numpy", ">=99")
    monkeypatch.setitem(doctor.NEEDED, "no-such-package", ">=1")
    monkeypatch.setattr(doctor, "ROOT", str(tmp_path))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "churn.csv").write_text("changed", encoding="utf-8")
    assert doctor.main() == 1
    said = capsys.readouterr().out
    assert re.search(r"✗ numpy +[\d.]+ was found, >=99 is needed", said)
    assert "churn.csv was changed" in said and "salaries.csv is missing" in said
    assert f'{sys.executable} -m pip install "no-such-package>=1" "numpy>=99"' in said


# --- submit ------------------------------------------------------------------------------------------------


def test_a_module_is_run_checked_and_zipped_and_the_grader_takes_it(desk, tmp_path, capsys):
    edit(desk / PRACTICE, {"dot_loop": LOOP})
    edit(desk / ASSIGNMENT, {"covariance": "def covariance(X):\n    return X.T @ X"})
    (desk / MODULE / ".ipynb_checkpoints").mkdir()
    (desk / MODULE / ".ipynb_checkpoints" / "old.ipynb").write_text("{}", encoding="utf-8")
    (desk / MODULE / "notes.csv").write_text("a,b\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in desk.rglob("*") if path.is_file()}
    assert commands.main(["submit", "2", "--folder", str(desk)]) == 0
    said = capsys.readouterr().out
    assert {path: path.read_bytes() for path in before} == before, "the notebooks stay as they are"
    assert "✓ dot_loop: Passed (practice)" in said and "✗ covariance: Not yet right" in said
    assert "○ log_loss: Not attempted yet" in said
    assert "2.2 Prediction from scratch\n" in said and "runs from top to bottom" in said
    assert "it stops at cell" in said and "its placeholder is still there" in said
    [archive] = desk.glob("module_2_*.zip")
    names = zipfile.ZipFile(archive).namelist()
    assert sorted(names) == sorted(
        [f"{MODULE}/notes.csv", *(p.relative_to(desk).as_posix() for p in (desk / MODULE).glob("*.ipynb"))]
    )
    outcomes = collect.collect([archive], tmp_path / "course", student="ada")
    assert all(outcome.state == collect.TAKEN for outcome in outcomes)
    taken = tmp_path / "course" / "submitted" / "ada"
    assert (taken / ASSIGNMENT).read_bytes() == (desk / ASSIGNMENT).read_bytes()
    assert submit.main("2", desk, run=False) == 0
    assert len(list(desk.glob("module_2_*.zip"))) == 2, "an earlier zip file is never overwritten"


def test_a_missing_or_damaged_notebook_is_said_and_not_passed_over(desk, tmp_path, capsys):
    (desk / ASSIGNMENT).unlink()
    (desk / PRACTICE).write_text("{", encoding="utf-8")
    assert submit.main("2", desk, tmp_path / "out", run=False) == 1
    said = capsys.readouterr().out
    assert "2.3_assignment_predict_and_evaluate.ipynb is missing" in said and "is damaged" in said and "--force" in said
    assert not (tmp_path / "out").exists()
    assert submit.main(MODULE, desk, tmp_path / "out", force=True, run=False) == 0
    assert len(list((tmp_path / "out").glob("*.zip"))) == 1


def test_an_unknown_module_gets_a_list(desk, capsys):
    assert submit.main("7", desk) == 2 and MODULE in capsys.readouterr().out
    assert submit.main("3", desk / MODULE) == 2 and "--folder" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        commands.main(["sbumit"])
    assert callable(_doctor) and callable(_progress) and callable(_submit)


def test_word_documents_go_along(desk, tmp_path):
    (desk / "3_training" / "3.6_written_submission.docx").write_bytes(b"PK")
    (desk / "3_training" / "~$6_written_submission.docx").write_bytes(b"lock")
    assert submit.main("3", desk, tmp_path, run=False) == 0
    [archive] = tmp_path.glob("module_3_*.zip")
    documents = [name for name in zipfile.ZipFile(archive).namelist() if name.endswith(".docx")]
    assert documents == ["3_training/3.6_written_submission.docx"]
    assert json.dumps(documents) and Path(archive).stat().st_size > 1000
