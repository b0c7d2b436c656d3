"""Grades on their way to other systems: what Canvas, Moodle and Gradescope import, as their documentation has it."""

import csv
import io
import json

import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from autograder import gradebook, lms, roster, unit
from autograder.cli import app
from autograder.lms import canvas, gradescope, moodle, template, totals

MODULE = "3_training"
N32, N35, N36 = [book.name for book in unit.assignments()[MODULE] if book.name[:3] in ("3.2", "3.5", "3.6")]
AUTOMATIC = {"f": 1.0, "gradient": 2.0, "train_test_lr": 2.5}
WRITTEN = {"loss_analysis": True, "accuracy_analysis": True, "written_1": True}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A course with grades in the gradebook that nothing was played for.

    ada: marked by hand, with extra credit, late. bo: waits for a marker. cleo: wrote nothing. =evil: a formula's name.
    """
    course = tmp_path_factory.mktemp("desk")
    (course / "submitted").mkdir()
    gradebook.prepare(course, [MODULE])
    for student in ("ada", "bo", "cleo", "=evil"):
        books = {N32: {"scores": {"f": 1.0, "gradient": 2.0}, "written": {}}}
        books[N35] = {"scores": {"train_test_lr": 2.5}, "written": WRITTEN if student in ("ada", "bo") else {}}
        with gradebook.Writer(course) as writer:
            writer.record(MODULE, student, books)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        for name in ("loss_analysis", "accuracy_analysis"):
            grade = book.find_grade(name, N35, MODULE, "ada")
            grade.manual_score, grade.needs_manual_grade = 1.5, False
        grade.extra_credit = 0.5
        book.find_submission_notebook(N35, MODULE, "ada").late_submission_penalty = 1.0
        book.update_or_create_student("ada", first_name="Ada", last_name="Lovelace", email="ada@x.edu")
        book.db.commit()
    return course


ADA_35 = 2.5 + 1.5 + 1.5 + 0.5 - 1.0


def write(tmp_path, text, name="template.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def rows_of(text, delimiter=","):
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter))


def test_totals_hold_marks_extra_credit_and_penalties(desk):
    found = totals.of_course(desk)
    ada = found.find("ada", N35)
    assert (ada.score, ada.penalty, ada.waiting) == (ADA_35, 1.0, 0)
    assert found.find("ada", MODULE).score == ADA_35 + 3.0
    assert found.find("bo", N35).waiting == 2 and found.find("bo", N32).waiting == 0
    assert found.find("cleo", N35).score == 2.5


def test_a_title_is_understood_or_not_guessed():
    keys = [MODULE, N32, N35, N36, "4_linear_regression", "4.3_lab_airbnb"]
    meant = {
        "3.2 Finding the Minimum (41)": N32,
        "Optimizing Logistic Regression (7)": N35,
        "Lab 4.3: linear regression (9)": "4.3_lab_airbnb",
        "Module 3 (1)": MODULE,
        "3_training (1)": MODULE,
        "Training (1)": MODULE,
        "Quiz (1)": None,
        "Assignment 13.2 (1)": None,
    }
    assert {title: totals.find_key(title, keys) for title in meant} == meant


CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Notes,3.2 Minimum (101),3.5 Optimizing (102),Quiz (9),"
    "Current Score,Final Score\r\n"
    ",,,,,,Manual Posting,,,,\r\n"
    '"    Points Possible",,,,,,13.00,12.00,5.00,(read only),(read only)\r\n'
    '"Lovelace, Ada",11,S1,ada,"A, B",=note,,,4.00,50,50\r\n'
    '"Li, Bo",12,S2,bo,A,,1.00,EX,,,\r\n'
    '"Dupont, Cléo",13,cleo,c99,A,,N/A,,,,\r\n'
    '"Nobody, Else",14,S4,else,A,,,7.00,,,\r\n'
    '"Student, Test",15,,x,A,,,,,,\r\n'
)


def test_canvas(desk, tmp_path):
    path, out = write(tmp_path, CANVAS), tmp_path / "import.csv"
    arguments = ["export", "--course", str(desk), "--format", "canvas", "--template", str(path), "-o", str(out)]
    run = CliRunner().invoke(app, arguments)
    assert run.exit_code == 0, run.output
    written, before = out.read_bytes().decode(), CANVAS
    assert written.startswith("\ufeff") and written.count("\r\n") == before.count("\r\n")
    new, old = rows_of(written), rows_of(before)
    graded = {(3, 6): "3", (3, 7): f"{ADA_35:g}", (4, 6): "3", (5, 7): "2.5"}
    for i, row in enumerate(old):
        for j, cell in enumerate(row):
            assert new[i][j] == graded.get((i, j), cell), (i, j)
    assert "4 grades written" in run.output
    for told in ("bo (3.5", "cleo (3.2", "Nobody, Else", "=evil", "points possible"):
        assert told in run.output, told
    assert "Student, Test" not in run.output


def test_canvas_columns_can_be_named_and_points_stretched(desk, tmp_path):
    text = CANVAS.replace("3.2 Minimum (101)", "Week 5 (101)").replace("13.00", "24.00")
    found = template.read(write(tmp_path, text))
    result = canvas.fill(found, totals.of_course(desk), ["3.2=Week 5 (101)"], scale=True)
    points = totals.of_course(desk).points(N32)
    assert found.rows[2][6] == totals.number(3 * 24 / points) and any("stretched" in note for note in result.notes)
    with pytest.raises(template.BadTemplate, match="names no column"):
        canvas.fill(found, totals.of_course(desk), ["3.2=Week 6"])
    twice = template.read(write(tmp_path, CANVAS.replace("Quiz (9)", "3.2 again (9)")))
    with pytest.raises(template.BadTemplate, match="Two columns may be"):
        canvas.fill(twice, totals.of_course(desk))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "not an export of Canvas"),
        ("Student,ID,SIS Login ID,Section,Quiz (9)\nA,1,a,S,\n", "No column of the template"),
        ("", "not a table"),
    ],
)
def test_templates_that_are_none_are_told(desk, tmp_path, text, message):
    path = write(tmp_path, text)
    run = CliRunner().invoke(app, ["export", "--course", str(desk), "--format", "canvas", "--template", str(path)])
    assert run.exit_code == 2 and message in run.output.replace("\n", " ")


def test_students_are_matched_by_the_roster_and_by_what_was_collected(desk, tmp_path):
    listed = roster.read(write(tmp_path, "id,name,canvas id\nada,Ada Lovelace,77\nbo,Bo Li,\n", "roster.csv"))
    text = 'Student,ID,SIS Login ID,Section,3.2 (1)\n    Points Possible,,,,13\nX,77,q,S,\n"Li, Bo",5,r,S,\n'
    found = template.read(write(tmp_path, text))
    assert canvas.fill(found, totals.of_course(desk, listed)).filled == 2
    (desk / "collected.json").write_text(json.dumps({"students": {"cleo": {"canvas": "99"}}}))
    try:
        found = template.read(write(tmp_path, text.replace("77", "99")))
        assert canvas.fill(found, totals.of_course(desk)).filled == 1
        assert found.rows[1][4] == "3"
    finally:
        (desk / "collected.json").unlink()


MOODLE = (
    "\ufeffIdentifier,Full name,ID number,Email address,Status,Grade,Maximum grade,Grade can be changed,"
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\n'
    'Participant 21,Ada Lovelace,,ada@x.edu,Submitted for grading,,4,Yes,"Monday, 2 March 2026, 9:00 PM",-,\n'
    "Participant 22,Bo Li,bo,,Submitted,,12,Yes,-,-,\n"
    "Participant 23,Cleo,cleo,,Submitted,1.00,12,No,-,-,\n"
    "Participant 24,Nobody,,,No submission,,12,Yes,-,-,\n"
)


def test_moodles_worksheet(desk, tmp_path):
    name = "Grades-ML101-3.5 Optimizing logistic regression-4711.csv"
    path, out = write(tmp_path, MOODLE, name), tmp_path / "filled.csv"
    arguments = ["export", "--course", str(desk), "--format", "moodle", "--template", str(path), "-o", str(out)]
    run = CliRunner().invoke(app, arguments)
    assert run.exit_code == 0, run.output
    new, old = rows_of(out.read_bytes().decode()), rows_of(MOODLE)
    assert [row[5] for row in new[1:]] == [f"{ADA_35:g}", "", "1.00", ""]
    assert [row[:5] + row[6:] for row in new] == [row[:5] + row[6:] for row in old]
    for told in ("more than Moodle's maximum 4", "1 left as they are", "cleo: left as it is", "=evil"):
        assert told in run.output, told
    other = write(tmp_path, MOODLE, "Grades.csv")
    arguments[6] = str(other)
    assert "--assignment" in CliRunner().invoke(app, arguments).output
    assert CliRunner().invoke(app, [*arguments, "--assignment", "3.2"]).exit_code == 0


def test_moodles_grade_import(desk):
    file = io.StringIO()
    result = moodle.write(file, totals.of_course(desk))
    rows = {row[0]: row for row in rows_of(file.getvalue())}
    place = rows["Student"].index(N35)
    assert rows["ada"][1:4] == ["Ada Lovelace", "", "ada@x.edu"] and rows["ada"][place] == f"{ADA_35:g}"
    assert rows["bo"][place] == "" and any("bo" in note for note in result.notes)
    assert rows["cleo"][place] == "2.5" and "'=evil" in rows


def test_gradescope(desk, tmp_path):
    gradescope.write(desk, tmp_path)
    known = {"score", "execution_time", "output", "output_format", "test_output_format", "visibility",
             "stdout_visibility", "extra_data", "tests"}  # fmt: skip
    of_tests = {"name", "number", "score", "max_score", "status", "output", "visibility", "extra_data"}
    reports = {path.parent.parent.name: json.loads(path.read_text()) for path in tmp_path.rglob("results.json")}
    assert set(reports) == {"ada", "bo", "cleo", "=evil"}
    for report in reports.values():
        assert set(report) <= known and report["visibility"] == "visible"
        for test in report["tests"]:
            assert set(test) <= of_tests and test.get("status") in ("passed", "failed", None)
    ada, bo = reports["ada"], reports["bo"]
    assert ada["score"] == ADA_35 + 3.0 and "late: 1 points less" in ada["output"]
    assert ada["extra_data"] == {"waiting": [], "late_penalty": 1.0}
    assert sum(test["score"] for test in ada["tests"]) == ada["score"] + 1.0
    waiting = [test for test in bo["tests"] if "score" not in test]
    assert {test["name"] for test in waiting} == {"loss_analysis", "accuracy_analysis"} and "Not complete" in bo[
        "output"
    ]


def test_the_tables_of_ones_own(desk, tmp_path):
    long, wide = io.StringIO(), io.StringIO()
    assert lms.write_csv(desk, long) == len(gradebook.rows(desk))
    rows = list(csv.DictReader(io.StringIO(long.getvalue())))
    assert tuple(rows[0]) == lms.COLUMNS and {row["student"] for row in rows} == {"ada", "bo", "cleo", "'=evil"}
    bo = next(row for row in rows if (row["student"], row["task"]) == ("bo", "loss_analysis"))
    assert bo["state"] == "needs manual grade"
    assert lms.write_wide(desk, wide) == 4
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(wide.getvalue()))}
    assert rows["bo"]["loss_analysis"] == "" and rows["bo"][f"{MODULE}: state"] == "2 to be marked"
    assert rows["ada"]["accuracy_analysis"] == "2" and rows["ada"]["total"] == f"{ADA_35 + 3:g}"
    assert rows["ada"][f"{MODULE}: late penalty"] == "1" and rows["ada"][f"{MODULE}: state"] == "complete"


def test_wrong_options_are_told(desk, tmp_path):
    template = str(write(tmp_path, CANVAS))
    for options, message in (
        (["--format", "canvas", "--template", template, "-o", template], "would be lost"),
        (["-o", str(tmp_path)], "is a folder"),
        (["-o", str(tmp_path / "no" / "such.csv")], "can't be written"),
        (["--format", "xml"], "no export format"),
        (["--format", "canvas"], "--template"),
        (["--format", "gradescope"], "-o"),
        (["--format", "csv", "--template", template], "not for csv"),
    ):
        run = CliRunner().invoke(app, ["export", "--course", str(desk), *options])
        assert run.exit_code == 2 and message in run.output, options
    run = CliRunner().invoke(app, ["export", "--course", str(tmp_path)])
    assert run.exit_code == 2 and "autograder grade" in run.output
