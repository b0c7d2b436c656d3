"""One hostile submission: what it hands in, and what must come out."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from autograder import sample_class

FULL = sample_class.full_scores(sample_class.ASSIGNMENT)
ZERO = dict.fromkeys(FULL, 0.0)
FILE = f"{sample_class.NOTEBOOK}.ipynb"


@dataclass(frozen=True)
class Attack:
    """A hostile submission of assignment 2.3.

    first: code of an own cell at the top of the notebook. answers: {task: code}. scores: {task: points} that must come
    out, None where only an upper bound holds: the full points. noted: words that the summary must have about it.
    damage: changes the notebook (a dictionary), or returns the bytes of the file. place: lays the files itself, given
    the student's folder and the notebook's bytes.
    """

    name: str
    first: str = ""
    answers: dict = field(default_factory=dict)
    scores: dict | None = None
    noted: str = ""
    damage: Callable | None = None
    place: Callable | None = None

    def write(self, folder, places):
        """Hand it in: write the notebook into the student's folder. places: {name: value} that its code may use."""
        student = sample_class.Student(self.name, self.answers, damage=lambda book: self._change(book, places))
        content = sample_class.notebook_of(student)
        folder.mkdir(parents=True)
        if self.place:
            self.place(folder, content)
        else:
            (folder / FILE).write_bytes(content)

    def _change(self, book, places):
        if self.first:
            knows = "".join(f"{name} = {value!r}\n" for name, value in places.items())
            book["cells"].insert(0, code_cell(f"{knows}{self.first}", "own-attack"))
        damaged = self.damage(book) if self.damage else None
        return damaged if isinstance(damaged, bytes) else json.dumps(book).encode()


def code_cell(source, identity):
    """A student's own code cell."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": identity,
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def find(book, grade_id):
    """The cell of a notebook with nbgrader's mark `grade_id`."""
    return next(c for c in book["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)
