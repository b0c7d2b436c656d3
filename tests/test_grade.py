"""A whole class: grades, gradebook, reruns, hand marks, feedback, report and export."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from autograder import build, contents, feedback, grade, gradebook, report, sample_class, unit
from autograder.cli import app
from autograder.demo import LIMITS, differences
from autograder.submission import rebuild
from tests.test_build import answer_lines, squeeze
from tests.test_pages import assert_sound

A = sample_class.ASSIGNMENT


@pytest.fixture
def own_course(course, tmp_path):
    """A copy of the graded class that a test may change."""
    shutil.copytree(course, tmp_path / "course")
    return tmp_path / "course"


def scores(folder):
    return {(row["student"], row["task"]): row["score"] for row in gradebook.rows(folder)}


def test_every_submission_comes_out_as_its_author_says(course):
    results = grade.load_course(course)
    assert len(results) == len(sample_class.STUDENTS) >= 24
    assert [line for result in results for line in differences(result)] == []


def test_the_gradebook_has_the_scores(course):
    found = scores(course)
    for student in sample_class.STUDENTS:
        assert {task: found[student.name, task] for task in student.scores} == student.scores


def test_a_second_run_changes_nothing_and_plays_nothing(own_course, monkeypatch):
    before = scores(own_course)
    monkeypatch.setattr(grade.engine, "play", lambda job: pytest.fail("played again"))
    results = grade.grade_course(own_course, limits=LIMITS)
    assert all(result.unchanged for result in results)
    assert scores(own_course) == before


def test_a_new_version_replaces_the_score_and_keeps_hand_marks(own_course):
    from nbgrader.api import Gradebook

    url = f"sqlite:///{own_course / 'gradebook.db'}"
    with Gradebook(url) as book:
        mark = book.find_grade("test_covariance", sample_class.NOTEBOOK, A, "emre")
        mark.manual_score = 1.5
        comment = book.find_comment("covariance", sample_class.NOTEBOOK, A, "emre")
        comment.manual_comment = "Nearly: look at n - 1 again."
        book.db.commit()
    better = next(s for s in sample_class.STUDENTS if s.name == "abel_numpy")
    path = own_course / "submitted" / "emre" / A / f"{sample_class.NOTEBOOK}.ipynb"
    path.write_bytes(sample_class.notebook_of(better))
    results = grade.grade_course(own_course, limits=LIMITS)
    assert [r.folder.student for r in results if not r.unchanged] == ["emre"]
    found = scores(own_course)
    assert found["emre", "log_loss"] == 3
    assert found["emre", "covariance"] == 1.5
    row = next(r for r in gradebook.rows(own_course) if r["student"] == "emre" and r["task"] == "covariance")
    assert row["comment"] == "Nearly: look at n - 1 again."
    page = feedback.page(own_course, grade.load_results(own_course, results[0].folder), [row])
    assert "html" in page


def test_a_worse_version_leaves_no_stale_score(own_course):
    path = own_course / "submitted" / "abel_numpy" / A / f"{sample_class.NOTEBOOK}.ipynb"
    path.write_bytes(b"not a notebook")
    grade.grade_course(own_course, limits=LIMITS)
    assert {score for (student, _), score in scores(own_course).items() if student == "abel_numpy"} == {0}


def test_a_failure_of_ours_is_reported_and_keeps_no_score(own_course, monkeypatch):
    path = own_course / "submitted" / "abel_numpy" / A / f"{sample_class.NOTEBOOK}.ipynb"
    path.write_bytes(path.read_bytes() + b"\n")

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr(grade, "_write_executed", broken)
    failed = [r for r in grade.grade_course(own_course, limits=LIMITS) if r.failure]
    assert [(r.folder.student, r.failure) for r in failed] == [("abel_numpy", "OSError: disk full")]
    assert not any(student == "abel_numpy" for student, _ in scores(own_course))
    monkeypatch.undo()
    grade.grade_course(own_course, limits=LIMITS)
    assert scores(own_course)["abel_numpy", "log_loss"] == 3


def test_executed_notebooks_show_cards_and_no_hidden_line(course):
    for path in sorted((course / "autograded").glob(f"*/{A}/2.3*.ipynb")):
        book = nbformat.read(path, as_version=4)
        nbformat.validate(book)
        assert "autograder.judge" not in path.read_text(encoding="utf-8")
        checks = [cell for cell in book.cells if cell.get("id", "").startswith("test_")]
        assert len(checks) == 5 and all("point" in c.outputs[0]["data"]["text/plain"] for c in checks)


def test_feedback_pages_tell_and_do_not_leak(own_course):
    paths = [page.path for page in feedback.write_all(own_course)]
    assert len(paths) == len(sample_class.STUDENTS)
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert '<html lang="en">' in text and "<script" not in text
        own = squeeze("".join(cell for cell in student_code(own_course, path)))
        leaked = [code for code, _ in answer_lines() if code in squeeze(text) and code not in own]
        assert leaked == []
        others = [s.name for s in sample_class.STUDENTS if s.name in text and s.name != path.parts[-3]]
        assert others == []
    jun = next(path for path in paths if "jun" in path.parts).read_text(encoding="utf-8")
    for words in ("W transposed into (n, n)", "log(0) to inf or nan", "6 of 10 points", "Likely cause", "Next step"):
        assert words in jun


def student_code(course, feedback_path):
    """What the student wrote, however the file was encoded."""
    book = next(book for book in unit.notebooks() if book.name == sample_class.NOTEBOOK)
    for path in (course / "submitted" / feedback_path.parts[-3]).rglob("2.3*.ipynb"):
        for work in rebuild(path.read_bytes(), book).cells:
            yield work.source


def test_scripts_in_outputs_are_inert(own_course):
    evil = "<script>alert('x')</script>"
    student = sample_class.Student(
        "evil",
        sample_class.NUMPY
        | {
            "log_loss": f"# {evil}\nfrom IPython.display import HTML, display\n"
            f"display(HTML({evil!r}))\ndef log_loss(y, p):\n    raise ValueError({evil!r})"
        },
    )
    folder = own_course / "submitted" / "evil" / A
    folder.mkdir(parents=True)
    (folder / student.file_name).write_bytes(sample_class.notebook_of(student))
    grade.grade_course(own_course, limits=LIMITS)
    feedback.write_all(own_course)
    report.write(own_course)
    for path in (own_course / "feedback" / "evil" / A / "feedback.html", own_course / "report.html"):
        text = path.read_text(encoding="utf-8")
        assert ("<script" not in text and "&lt;script&gt;" in text) or path.name == "report.html"
        assert "<script" not in text


def test_the_report_says_what_to_teach_again(course):
    text = report.page(report.gather(course))
    assert_sound(text)
    assert "log_loss</strong>: " in text and "sum for mean" in text and "zoe_changed_check" in text
    assert "abel_numpy" not in text  # nobody has to act


def test_the_export_has_one_row_a_task(own_course):
    out = own_course / "grades.csv"
    result = CliRunner().invoke(app, ["export", "--course", str(own_course), "--format", "csv", "-o", str(out)])
    assert result.exit_code == 0, result.output
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["student", "assignment", "notebook", "task", "score", "max_score", "state", "mistake"]
    assert len(rows) == 5 * len(sample_class.STUDENTS)
    nils = {row["task"]: row for row in rows if row["student"] == "nils"}
    assert (nils["inverse_logit"]["score"], nils["inverse_logit"]["state"]) == ("2", "partial")
    assert (nils["log_loss"]["score"], nils["log_loss"]["mistake"]) == ("0", "sum for mean")
    assert {row["state"] for row in rows if row["student"] == "pia_blank"} == {"not attempted"}


def test_grade_summary_as_json(own_course):
    result = subprocess.run(
        [sys.executable, "-m", "autograder.cli", "grade", "2", "--course", str(own_course), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = {row["student"]: row for row in json.loads(result.stdout)}
    assert rows["bo_utf16"]["notes"] == ["the file was in UTF-16"]
    assert rows["emre"]["tasks"]["log_loss"]["mistake"] == "sum for mean"


def test_no_folder_and_no_assignment_are_explained(tmp_path):
    missing = CliRunner().invoke(app, ["grade", "--course", str(tmp_path)])
    assert missing.exit_code == 2 and "submitted" in missing.output
    (tmp_path / "submitted").mkdir()
    unknown = CliRunner().invoke(app, ["grade", "9", "--course", str(tmp_path)])
    assert unknown.exit_code == 2 and "no assignment called '9'" in unknown.output


def test_folders_of_no_assignment_are_named(tmp_path):
    (tmp_path / "submitted" / "ann" / "Module 2").mkdir(parents=True)
    result = CliRunner().invoke(app, ["grade", "--course", str(tmp_path)])
    assert result.exit_code == 0 and "Module 2: left out" in result.output


def test_the_real_table_is_graded_too(tmp_path, real_table):
    table = real_table("Cell2Cell_data.csv")
    folder = tmp_path / "submitted" / "real" / A
    folder.mkdir(parents=True)
    shutil.copy(table, folder)
    student = next(s for s in sample_class.STUDENTS if s.name == "abel_numpy")
    content = json.loads(sample_class.notebook_of(student))
    answer = next(c for c in content["cells"] if c["id"] == "centered")
    loads = "churn = load_churn('Cell2Cell_data.csv')\nX = churn[feature_names].to_numpy(dtype=float)\n"
    answer["source"] = loads + answer["source"]
    (folder / f"{sample_class.NOTEBOOK}.ipynb").write_text(json.dumps(content), encoding="utf-8")
    (result,) = grade.grade_course(tmp_path, limits=LIMITS)
    assert (result.score, result.notes()) == (10, [])
    executed = Path(tmp_path, "autograded", "real", A, f"{sample_class.NOTEBOOK}.ipynb").read_text(encoding="utf-8")
    assert "C has shape (11, 11)" in executed
    assert "1</strong> student handed in" in report.page(report.gather(tmp_path))


def test_old_nbgrader_settings_are_brought_up_to_date_and_changed_ones_are_told(tmp_path, monkeypatch):
    config, ours = tmp_path / "nbgrader_config.py", (build.ROOT / "nbgrader_config.py").read_bytes()
    assert gradebook.config_trouble(tmp_path) == ""
    config.write_text("c.TagRemovePreprocessor.remove_cell_tags = {'rubric'}\n")
    gradebook.write_config(tmp_path)
    assert config.read_bytes() != ours and "delete it" in gradebook.config_trouble(tmp_path)
    monkeypatch.setattr(gradebook, "EARLIER_CONFIGS", {contents.digest(config.read_bytes())})
    gradebook.write_config(tmp_path)
    assert config.read_bytes() == ours and gradebook.config_trouble(tmp_path) == ""
    config.write_text("import no_such_module\n")
    run = CliRunner().invoke(app, ["export", "--course", str(tmp_path)])
    assert run.exit_code == 2 and "install what it imports" in run.output
