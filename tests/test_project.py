"""The project's own promises: one list of packages, a lock that any registry serves, and arrows that run one way."""

import ast
import re
import tomllib
from itertools import chain
from pathlib import Path

import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_environment_yml_agrees_with_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    listed = {line for line in environment["dependencies"] if isinstance(line, str)}
    (python,) = [line for line in listed if re.fullmatch(r"python=3\.\d+", line)]
    assert python.removeprefix("python=") in SpecifierSet(PROJECT["project"]["requires-python"])
    assert listed - {python} == {*PROJECT["project"]["dependencies"], "pip"}


def test_the_lock_pins_everything_and_names_no_host():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"https?:|--|@ ", lock)
    pinned = {re.split(r"[=;\[ ]", line)[0].lower() for line in lock.splitlines() if line.strip()}
    assert all("==" in line for line in lock.splitlines() if line.strip())
    wanted = [*PROJECT["project"]["dependencies"], *chain(*PROJECT["project"]["optional-dependencies"].values())]
    assert {re.split(r"[<>=;\[ ]", line)[0].lower() for line in wanted} <= pinned


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_workbook_knows_neither_nbgrader_nor_the_autograder():
    for path in (ROOT / "workbook").rglob("*.py"):
        assert not [name for name in imports_of(path) if name.split(".")[0] in ("nbgrader", "autograder")], path


def test_the_engine_knows_neither_tasks_nor_grades():
    for path in (ROOT / "autograder" / "engine").rglob("*.py"):
        inside = [name for name in imports_of(path) if name.startswith("autograder.")]
        assert all(name.startswith("autograder.engine") for name in inside), path


def test_the_commands_do_not_import_each_other_in_a_circle():
    for path in (ROOT / "autograder").glob("cli_*.py"):
        assert not [name for name in imports_of(path) if name.startswith("autograder.cli")], path


def test_only_the_gradebook_touches_nbgraders_database():
    for path in (ROOT / "autograder").rglob("*.py"):
        if path.name != "gradebook.py":
            assert "nbgrader.api" not in set(imports_of(path)), path


def test_no_loose_ends():
    marks = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
    for folder in ("autograder", "workbook", "tests", "solutions", "data", "benchmarks"):
        for path in (ROOT / folder).rglob("*.py"):
            assert not marks.search(path.read_text(encoding="utf-8")), path
