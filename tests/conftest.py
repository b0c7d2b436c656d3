"""What several tests share."""

from pathlib import Path

import pytest

from autograder import grade, sample_class
from autograder.demo import LIMITS

ROOT = Path(__file__).resolve().parent.parent
REAL_TABLES = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """The sample class, graded once for all tests that read it; tests that write copy it."""
    folder = tmp_path_factory.mktemp("course")
    sample_class.make(folder)
    grade.grade_course(folder, limits=LIMITS)
    return folder


@pytest.fixture
def real_table():
    """A function that finds a real table by name, or skips the test where there is none."""

    def find(name):
        path = REAL_TABLES / name
        if not path.is_file():
            pytest.skip(f"{name} is a real table that the project does not ship")
        return path

    return find
