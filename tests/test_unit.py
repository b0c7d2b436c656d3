"""All graded notebooks of the unit: right, blank and mistaken work, and answers that wait for a person."""

import pytest

from autograder import feedback, grade, gradebook, sample_class, unit
from autograder.demo import LIMITS, differences
from workbook import ladder


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The sample class over the assignments that tests/test_grade.py leaves out."""
    folder = tmp_path_factory.mktemp("unit")
    students = [s for s in sample_class.everybody() if s.assignment != sample_class.ASSIGNMENT]
    sample_class.make(folder, students)
    grade.grade_course(folder, limits=LIMITS)
    return folder


@pytest.fixture(scope="module")
def rows(course):
    return gradebook.rows(course)


def test_every_assignment_comes_out_as_its_author_says(course):
    results = grade.load_course(course)
    assert {result.folder.assignment for result in results} == set(unit.assignments()) - {sample_class.ASSIGNMENT}
    assert [line for result in results for line in differences(result)] == []


def test_model_answers_get_full_marks_and_blanks_are_not_attempted(course):
    for result in grade.load_course(course):
        states = {v.state for book in result.books.values() for v in book.verdicts.values()}
        if result.folder.student == "abel_numpy":
            assert states == {"passed"} and result.score == result.points
        if result.folder.student == "pia_blank":
            assert states == {"not attempted"} and result.score == 0


def test_written_answers_wait_for_a_person_and_blank_ones_do_not(rows):
    written = {name for book in unit.notebooks() for name in book.tasks("written")}
    assert len(written) == 9
    for row in rows:
        if row["task"] in written:
            assert row["needs_manual_grade"] == (row["student"] != "pia_blank"), row
            assert row["score"] == 0


def test_a_hand_mark_is_shown_and_survives_a_regrade(course):
    from nbgrader.api import Gradebook

    assignment, notebook = "3_training", "3.6_written_submission"
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        mark = book.find_grade("written_1", notebook, assignment, "abel_numpy")
        mark.manual_score, mark.needs_manual_grade = 4.0, False
        book.find_comment("written_1", notebook, assignment, "abel_numpy").manual_comment = "A clear example."
        book.db.commit()
    grade.grade_course(course, ["3"], force=True, limits=LIMITS)
    (row,) = [row for row in gradebook.rows(course) if (row["student"], row["task"]) == ("abel_numpy", "written_1")]
    assert (row["score"], row["needs_manual_grade"]) == (4.0, False)
    mine = [r for r in gradebook.rows(course) if (r["student"], r["assignment"]) == ("abel_numpy", assignment)]
    (result,) = [
        r for r in grade.load_course(course) if r.folder.student == "abel_numpy" and "3" in r.folder.assignment
    ]
    page = feedback.page(course, result, mine)
    assert "A clear example." in page and "4 of 5" in page and "to be marked by a person" in page


def test_states_are_those_of_the_ladder(course):
    for result in grade.load_course(course):
        for book in result.books.values():
            assert {verdict.state for verdict in book.verdicts.values()} <= set(ladder.STATES)
