"""nbgrader as it comes grades what we release, with the same scores for honest work."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import build, gradebook, sample_class

A = sample_class.ASSIGNMENT
HONEST = ("abel_numpy", "bea_loops", "dana_series", "emre", "jun", "pia_blank", "quinn_half", "rosa_syntax_error")


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    """A course graded by `nbgrader autograde` alone."""
    folder = tmp_path_factory.mktemp("stock")
    students = [s for s in sample_class.STUDENTS if s.name in HONEST]
    assert all(student.honest for student in students)
    sample_class.make(folder, students)
    for lesson in folder.glob("submitted/*/*/2.[12]*.ipynb"):
        lesson.unlink()  # lessons carry no points; without them the test takes a third of the time
    gradebook.prepare(folder, [A])
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["nbgrader", "autograde", A], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.mark.parametrize("name", HONEST)
def test_stock_scores_are_ours(stock, name):
    student = next(s for s in sample_class.STUDENTS if s.name == name)
    found = {row["task"]: row["score"] for row in gradebook.rows(stock) if row["student"] == name}
    assert found == student.scores


def test_the_release_of_nbgrader_is_our_release(stock):
    for path in (stock / "release" / A).glob("*.ipynb"):
        ours = (build.NOTEBOOKS / A / path.name).read_text(encoding="utf-8")
        assert build.student_notebook(path.read_text(encoding="utf-8")) == ours
