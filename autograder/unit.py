"""The unit: its notebooks as they are written in solutions/, cell by cell.

A source is a py:percent file. The header of a cell says what it is to the student:

    # %% [markdown]                 text
    # %%                            code to play with
    # %% given="load_churn"         code that tasks start from: locked, and restored when graded
    # %% answer="log_loss"          where the student answers a task, with a SOLUTION region
    # %% check="log_loss"           the task's check; it carries the task's points when the task is graded
    # %% [markdown] written="w_1"   where the student answers in words, marked by hand

The header of the first cell also says which submission counts, where that is not the last one:

    # %% [markdown] submissions="once"   handed in once: the first one counts
"""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import jupytext

from autograder import glossary

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS = ROOT / "solutions"
NOT_LINKED = ("glossary", "cheat_sheet")  # pages that do not link their own terms
ROLES = ("given", "answer", "check", "written")
SUBMISSIONS = ("last", "once")
STUB = 'raise NotImplementedError("Replace this line with your code.")'
TEXT_STUB = "*Write your answer here.*"
REGION = re.compile(r"^([ \t]*)### BEGIN SOLUTION\n.*?^[ \t]*### END SOLUTION", re.M | re.S)


@dataclass(frozen=True)
class Cell:
    """One cell: its id is also its nbgrader grade_id; `name` is the task or the name of a given cell."""

    id: str
    kind: str  # markdown or code
    role: str  # text, code, given, answer, check or written
    name: str
    source: str

    @cached_property
    def released(self):
        """The text that students receive: the model answer replaced by the stub, as nbgrader does it."""
        return REGION.sub(lambda region: region[1] + STUB, self.source)


@dataclass(frozen=True)
class Notebook:
    """A notebook of the unit. assignment: its module folder, or "" for notebooks outside of one.

    submissions: "last" where it may be handed in again and the last one counts, "once" where the first one does.
    """

    assignment: str
    name: str
    cells: tuple
    submissions: str = "last"

    @property
    def title(self):
        return self.cells[0].source.splitlines()[0].lstrip("# ")

    def find(self, identity):
        """The cell with this id, or None."""
        return next((cell for cell in self.cells if cell.id == identity), None)

    def tasks(self, role="check"):
        """Names of the tasks that have a cell of this role, in order."""
        return [cell.name for cell in self.cells if cell.role == role]


def read(path, root=SOLUTIONS):
    """Read one source file."""
    book = jupytext.read(path, fmt="py:percent")
    folder = path.parent.relative_to(root).as_posix()
    counts: dict = {}
    seen = set() if path.stem not in NOT_LINKED else set(glossary.terms())
    cells = []
    for cell in book.cells:
        role, name = _role(cell, path)
        if role in ("text", "code"):
            counts[role] = counts.get(role, 0) + 1
            name = ""
            identity = f"{role}-{counts[role]:02d}"
        else:
            identity = f"test_{name}" if role == "check" else name
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", identity):
                raise ValueError(f"{path}: a cell can't be called {name!r}: letters, digits, - and _ only")
        source = glossary.link(cell.source, seen, "" if folder == "." else "../") if role == "text" else cell.source
        cells.append(Cell(identity, cell.cell_type, role, name, source))
    repeated = {cell.id for cell in cells if [c.id for c in cells].count(cell.id) > 1}
    if repeated:
        raise ValueError(f"{path}: cells with the same name: {', '.join(sorted(repeated))}")
    submissions = str(book.cells[0].metadata.get("submissions", "last")) if book.cells else "last"
    if submissions not in SUBMISSIONS:
        raise ValueError(f"{path}: submissions is one of {', '.join(SUBMISSIONS)}, not {submissions!r}")
    return Notebook("" if folder == "." else folder, path.stem, tuple(cells), submissions)


def _role(cell, path):
    given = [role for role in ROLES if role in cell.metadata]
    if len(given) > 1:
        raise ValueError(f"{path}: a cell is either of {', '.join(given)}, not all")
    if given:
        return given[0], str(cell.metadata[given[0]])
    return ("code" if cell.cell_type == "code" else "text"), ""


@cache
def notebooks():
    """All notebooks of the unit in the order of their names."""
    return tuple(read(path) for path in sorted(SOLUTIONS.glob("**/*.py")))


def assignments():
    """The module folders, each with its notebooks: {assignment: [Notebook, ...]}."""
    result: dict = {}
    for notebook in notebooks():
        if notebook.assignment:
            result.setdefault(notebook.assignment, []).append(notebook)
    return result


def find_assignment(word):
    """The assignment called `word`, or the only one that starts with it ("2"); raises KeyError otherwise."""
    known = list(assignments())
    found = [name for name in known if name == word] or [name for name in known if name.startswith(word)]
    if len(found) != 1:
        raise KeyError(f"There is no assignment called {word!r}. The assignments are: {', '.join(known)}.")
    return found[0]


def place_of(task):
    """The notebook whose answer cell asks for `task`, or None."""
    return next((book for book in notebooks() if task in book.tasks("answer")), None)
