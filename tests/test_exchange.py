"""nbgrader's own exchange on a course: release, fetch, submit, collect; then `autograder grade`. ngshare does the same
over the network, through the same commands."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from autograder import gradebook, sample_class
from autograder.cli import app

ASSIGNMENT, BOOK = sample_class.ASSIGNMENT, f"{sample_class.NOTEBOOK}.ipynb"
STUDENT = next(student for student in sample_class.STUDENTS if student.name == "quinn_half")


def test_from_release_to_grades_through_the_exchange(tmp_path):
    course, exchange, desk, home = (tmp_path / name for name in ("course", "exchange", "desk", "home"))
    for folder in (course, exchange, desk, home):
        folder.mkdir()
    exchange.chmod(0o777)
    shutil.copy(Path(__file__).parent.parent / "nbgrader_config.py", course)

    def nbgrader(command, *arguments, folder, user="instructor"):
        environment = os.environ | {"HOME": str(home), "JUPYTERHUB_USER": user, "PYTHONWARNINGS": "ignore"}
        environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
        run = subprocess.run(
            [sys.executable, "-m", "nbgrader", command, *arguments, f"--Exchange.root={exchange}",
             "--course=train-a-linear-model"],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert run.returncode == 0, f"{command}: {run.stderr[-3000:]}"
        return run.stdout + run.stderr

    gradebook.prepare(course, [ASSIGNMENT])
    nbgrader("release_assignment", ASSIGNMENT, folder=course)
    assert ASSIGNMENT in nbgrader("list", folder=desk, user=STUDENT.name)
    nbgrader("fetch_assignment", ASSIGNMENT, folder=desk, user=STUDENT.name)
    (desk / ASSIGNMENT / BOOK).write_bytes(sample_class.notebook_of(STUDENT))
    nbgrader("submit", ASSIGNMENT, folder=desk, user=STUDENT.name)
    nbgrader("collect", ASSIGNMENT, folder=course)
    (folder,) = (course / "submitted").iterdir()
    assert (folder / ASSIGNMENT / "timestamp.txt").is_file()
    run = CliRunner().invoke(app, ["grade", "--course", str(course), "--workers", "1"])
    assert run.exit_code == 0, run.output
    scores = {row["task"]: row["score"] for row in gradebook.rows(course) if row["student"] == folder.name}
    assert scores == STUDENT.scores
    # What was collected by nbgrader may as well be collected here.
    other = tmp_path / "other"
    run = CliRunner().invoke(app, ["collect", str(course / "submitted"), "--course", str(other)])
    assert run.exit_code == 0, run.output
    assert (other / "submitted" / folder.name / ASSIGNMENT / BOOK).read_bytes() == sample_class.notebook_of(STUDENT)
