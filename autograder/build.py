"""From solutions/ to what is released: notebooks/ for students and the frozen tables of workbook/tables/.

    solutions/*.py  →  source notebooks (nbgrader's, with answers and hidden lines, in a git-ignored folder)
                    →  nbgrader's own generate step  →  notebooks/
    autograder/tasks →  workbook/tables/*.json

Everything is deterministic: `build --check` writes into a scratch folder and compares.
"""

import contextlib
import filecmp
import json
import logging
import math
import os
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from traitlets.config import Config

from autograder import contents, tasks, unit
from workbook import plain
from workbook.check import summary

ROOT = unit.ROOT
NOTEBOOKS = ROOT / "notebooks"
TABLES = ROOT / "workbook" / "tables"
CONTENTS = ROOT / "workbook" / "unit.json"
FROZEN_SEED = 4
KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


# --- notebooks ---------------------------------------------------------------------------------------------


def source_notebook(book):
    """The nbgrader source notebook (with answers, points and hidden lines) of a unit.Notebook."""
    cells = [_source_cell(cell) for cell in book.cells]
    return new_notebook(cells=cells, metadata=KERNEL)


def _source_cell(cell):
    source = cell.source
    if cell.role == "check" and tasks.find(cell.name).graded:
        hidden = f'__import__("autograder.judge").judge.score("{cell.name}", globals())'
        source = f"{source}\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
    make = new_code_cell if cell.kind == "code" else new_markdown_cell
    return make(source, id=cell.id, metadata=cell_metadata(cell))


def cell_metadata(cell):
    """nbgrader's marks of a cell of the unit; {} for text and for code to play with."""
    if cell.role == "check":
        task = tasks.find(cell.name)
        marks = _marks(cell.id, locked=True, grade=task.graded, points=task.max_score)
    elif cell.role == "answer":
        marks = _marks(cell.id, solution=True)
    elif cell.role == "given":
        marks = _marks(cell.id, locked=True)
    elif cell.role == "written":
        marks = _marks(cell.id, solution=True, grade=True, points=tasks.find(cell.name).max_score)
    else:
        return {}
    return {"nbgrader": marks}


def _marks(grade_id, grade=False, solution=False, locked=False, points=None):
    marks = {
        "grade": grade,
        "grade_id": grade_id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return marks | ({"points": points} if grade else {})


def write_sources(course, names=None):
    """Write the source notebooks of the assignments `names` (default: all) into nbgrader's course folder."""
    for name, books in unit.assignments().items():
        if names is None or name in names:
            folder = Path(course) / "source" / name
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            for book in books:
                nbformat.write(source_notebook(book), folder / f"{book.name}.ipynb")


def nbgrader_config(course, directory=None):
    """nbgrader's configuration for a course folder. directory: settings of its CourseDirectory, such as db_url."""
    config = Config()
    config.CourseDirectory.update(directory or {})
    config.CourseDirectory.root = str(Path(course).resolve())
    config.ClearSolutions.code_stub = {"python": unit.STUB}
    config.ClearSolutions.text_stub = unit.TEXT_STUB
    config.GenerateAssignment.logger_level = config.NbGrader.log_level = logging.ERROR
    return config


def generate(course, names, directory=None):
    """Run nbgrader's generate step: source/ → release/, and the assignments in the course's gradebook."""
    with environment_on_path():
        from nbgrader.apps import NbGraderAPI

        api = NbGraderAPI(config=nbgrader_config(course, directory))
        api.log_level = logging.ERROR
        for name in names:
            with _quiet_logging():
                result = api.generate_assignment(name, force=True, create=True)
            if not result["success"]:
                raise RuntimeError(f"nbgrader could not generate {name}:\n{result.get('log') or result.get('error')}")


@contextlib.contextmanager
def environment_on_path():
    """nbgrader calls `alembic` by its bare name: the environment's own programs must be on PATH."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


@contextlib.contextmanager
def _quiet_logging():
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def student_notebook(text):
    """A released notebook as text: outputs and volatile metadata gone, one newline at the end."""
    book = nbformat.reads(text, as_version=4)
    for cell in book.cells:
        cell.metadata = {key: cell.metadata[key] for key in sorted(cell.metadata) if key != "trusted"}
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    book.metadata = KERNEL
    return json.dumps(book, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def release(out):
    """Write the student notebooks of the whole unit into the folder `out`."""
    names = list(unit.assignments())
    with tempfile.TemporaryDirectory() as course:
        write_sources(course)
        generate(course, names)
        for path in sorted(Path(course, "release").rglob("*.ipynb")):
            target = Path(out) / path.relative_to(Path(course, "release"))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(student_notebook(path.read_text(encoding="utf-8")), encoding="utf-8")
    for book in unit.notebooks():
        if not book.assignment:  # the start page and other pages that are read and not handed in
            text = nbformat.writes(source_notebook(book))
            (Path(out) / f"{book.name}.ipynb").write_text(student_notebook(text), encoding="utf-8")


# --- frozen tables -----------------------------------------------------------------------------------------


def frozen_table(task):
    """The students' table of `task`: what it takes to climb the ladder in the notebook, and no solution."""
    table = tasks.make_table(task, FROZEN_SEED, fresh=False)
    table["wrong_versions"] = _distinct(table["wrong_versions"])
    used = {row["mistake"] for row in table["wrong_versions"]} | set(tasks.EVIDENCE)
    used |= {name for row in table["probes"] for name in row.get("faults", {}).values()}
    table["mistakes"] = {name: told for name, told in table["mistakes"].items() if name in used}
    context = task.example(None) if task.is_variable else {}
    table["context"] = {name: summary(value) for name, value in context.items()}
    return _rounded(table)


def _distinct(rows):
    seen = {json.dumps(_rounded(row)): row for row in rows}
    return list(seen.values())


def _rounded(value):
    """Floats to 12 digits and arrays as lists, so that tables built on different machines are the same text."""
    if isinstance(value, dict) and "base64" in value:
        value = {**{key: item for key, item in value.items() if key != "base64"}, "values": _flat(value)}
    if isinstance(value, float):
        return float(f"{value:.12g}") if math.isfinite(value) else value
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return value


def _flat(packed):
    return np.asarray(plain.decode(packed)).ravel().tolist()


def tables(out):
    """Write the frozen table of every task that the notebooks ask for."""
    asked = {name for book in unit.notebooks() for name in book.tasks()}
    Path(out).mkdir(parents=True, exist_ok=True)
    for name in sorted(asked):
        table = frozen_table(tasks.find(name))
        lines = ",\n".join(f"{json.dumps(key)}: {_one_item_a_line(value)}" for key, value in table.items())
        (Path(out) / f"{name}.json").write_text("{\n" + lines + "\n}\n", encoding="utf-8")


def _one_item_a_line(value):
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(json.dumps(item, ensure_ascii=False) for item in value) + "\n]"
    return json.dumps(value, ensure_ascii=False)


# --- the whole ---------------------------------------------------------------------------------------------


def build():
    """Write notebooks/, workbook/tables/ and workbook/unit.json anew; returns the written files."""
    with tempfile.TemporaryDirectory() as scratch:
        _build_into(Path(scratch))
        for name, target in (("notebooks", NOTEBOOKS), ("tables", TABLES)):
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(Path(scratch) / name, target)
        shutil.copy(Path(scratch) / CONTENTS.name, CONTENTS)
    return sorted([*NOTEBOOKS.rglob("*.ipynb"), *TABLES.glob("*.json"), CONTENTS])


def drift():
    """Files that a build would write, change or remove, relative to the project: [] when there is no drift."""
    with tempfile.TemporaryDirectory() as scratch:
        _build_into(Path(scratch))
        changed = _differences(Path(scratch, "notebooks"), NOTEBOOKS) + _differences(Path(scratch, "tables"), TABLES)
        if not CONTENTS.is_file() or not _same_content(Path(scratch, CONTENTS.name), CONTENTS):
            changed.append(CONTENTS.relative_to(ROOT).as_posix())
        return sorted(changed)


def _build_into(scratch):
    release(scratch / "notebooks")
    tables(scratch / "tables")
    lines = json.dumps(contents.contents(), indent=1, ensure_ascii=False)
    (scratch / CONTENTS.name).write_text(lines + "\n", encoding="utf-8")


def _differences(fresh, committed):
    ours = {path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file()}
    theirs = {
        path.relative_to(committed)
        for path in committed.rglob("*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }
    changed = {path for path in ours & theirs if not _same_content(fresh / path, committed / path)}
    where = committed.relative_to(ROOT)
    return [(where / path).as_posix() for path in (ours ^ theirs) | changed]


def _same_content(one, other):
    if filecmp.cmp(one, other, shallow=False):
        return True
    if one.suffix != ".json":
        return False
    return _close(json.loads(one.read_text(encoding="utf-8")), json.loads(other.read_text(encoding="utf-8")))


def _close(one, other):
    """Equal but for the last digits of floats and the words of error messages, in which machines differ."""
    if isinstance(one, float) and isinstance(other, float):
        same = math.isnan(one) and math.isnan(other)
        return same or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-11)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(key == "message" or _close(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_close(a, b) for a, b in zip(one, other, strict=True))
    return one == other
