"""The gradebook on a PostgreSQL server, named by CourseDirectory.db_url in the course's nbgrader_config.py."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from autograder import build, engine, grade, gradebook, sample_class

NAMES = ("abel_numpy", "emre", "quinn_half")
EXPECTED = {(s.name, task): score for s in sample_class.STUDENTS if s.name in NAMES for task, score in s.scores.items()}
LIMITS = engine.Limits(cell_seconds=20, notebook_seconds=90, probe_seconds=10)


class Server:
    """A PostgreSQL server of this test alone, reached over a socket in its own folder."""

    def __init__(self, programs):
        self.programs, self.folder = programs, Path(tempfile.mkdtemp(prefix="pg-"))
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        self("initdb", "--pgdata", self.folder / "data", "--auth", "trust", "--no-sync", "--username", "grader")
        self.start()
        self("createdb", "--host", self.folder, "--username", "grader", "gradebook")

    def __call__(self, program, *arguments):
        as_other = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        command = [*as_other, self.programs / program, *arguments]
        done = subprocess.run(
            list(map(str, command)), cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        assert done.returncode == 0, done.stderr.decode()

    def start(self):
        options = f"-c listen_addresses= -c fsync=off -k {self.folder}"
        log = self.folder / "log"
        self("pg_ctl", "--pgdata", self.folder / "data", "--log", log, "--wait", "--options", options, "start")

    def stop(self):
        self("pg_ctl", "--pgdata", self.folder / "data", "--mode", "immediate", "stop")

    @property
    def url(self):
        return f"postgresql+psycopg2://grader@/gradebook?host={self.folder}"


@pytest.fixture(scope="module")
def server():
    pytest.importorskip("psycopg2", reason="the package psycopg2 is not installed")
    found = [Path(place).resolve() for place in (shutil.which("initdb"),) if place] or sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb")
    )
    if not found:
        pytest.skip("no PostgreSQL server is installed here (Debian: apt-get install postgresql)")
    if os.getuid() == 0 and "postgres" not in {user.pw_name for user in pwd.getpwall()}:
        pytest.skip("PostgreSQL refuses to run as root, and there is no user postgres")
    server = Server(found[-1].parent)
    yield server
    server.stop()
    shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture
def course(server, tmp_path):
    sample_class.make(tmp_path, [s for s in sample_class.STUDENTS if s.name in NAMES])
    config = (build.ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    (tmp_path / "nbgrader_config.py").write_text(
        f"{config}\nc.CourseDirectory.db_url = {server.url!r}\n", encoding="utf-8"
    )
    return tmp_path


def test_a_course_is_graded_into_postgres(course, server, monkeypatch):
    assert not [result.failure for result in grade.grade_course(course, limits=LIMITS) if result.failure]
    assert not (course / "gradebook.db").exists()
    found = {(row["student"], row["task"]): row["score"] for row in gradebook.rows(course)}
    assert found == EXPECTED
    with monkeypatch.context() as patch:
        patch.setattr(grade.engine, "play", lambda job: pytest.fail("played again"))
        assert all(result.unchanged for result in grade.grade_course(course, limits=LIMITS))
    path = course / "submitted" / "emre" / sample_class.ASSIGNMENT / f"{sample_class.NOTEBOOK}.ipynb"
    path.write_bytes(sample_class.notebook_of(sample_class.STUDENTS[0]))
    grade.grade_course(course, limits=LIMITS)
    assert sum(row["score"] for row in gradebook.rows(course) if row["student"] == "emre") == 10

    server.stop()  # the server goes away: said clearly, and the next run is as before
    with pytest.raises(gradebook.Unusable, match="can't be reached"):
        grade.grade_course(course, limits=LIMITS)
    server.start()
    assert all(result.unchanged for result in grade.grade_course(course, limits=LIMITS))


def test_a_wrong_address_is_explained(tmp_path, monkeypatch):
    (tmp_path / "nbgrader_config.py").write_text("c.CourseDirectory.db_url = 'nonsense'\n", encoding="utf-8")
    with pytest.raises(gradebook.Unusable, match="db_url"):
        gradebook.rows(tmp_path)
    monkeypatch.setitem(sys.modules, "pg8000", None)
    address = "postgresql+pg8000://grader:secret@localhost/gradebook"
    (tmp_path / "nbgrader_config.py").write_text(f"c.CourseDirectory.db_url = {address!r}\n", encoding="utf-8")
    with pytest.raises(gradebook.Unusable, match=r"package pg8000.*postgresql\+psycopg2") as told:
        gradebook.rows(tmp_path)
    assert "secret" not in str(told.value)
