"""What each student has of each assignment and notebook, ready to be carried to a learning platform."""

import re
from dataclasses import dataclass, field

from autograder import grade, gradebook, unit
from autograder.collect import Record
from autograder.roster import Person, Roster, Student, fold

FORMULA = re.compile(r"^[=+\-@\t\r]")
NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")


@dataclass
class Total:
    """Points of one student for one assignment or notebook. score: with marks by hand and extra credit, less the
    penalty; waiting: answers that wait for their marker, without whose points the score is not complete."""

    score: float = 0.0
    max_score: float = 0.0
    penalty: float = 0.0
    waiting: int = 0


@dataclass
class Totals:
    """totals: {(student, assignment or notebook): Total}; roster: the graded students, to be found by any id."""

    totals: dict = field(default_factory=dict)
    roster: Roster = field(default_factory=lambda: Roster(()))

    def find(self, student, key):
        """The Total, or None where nothing was handed in."""
        return self.totals.get((student, key))

    def points(self, key):
        """What an assignment or a notebook is worth."""
        return max((total.max_score for (_, place), total in self.totals.items() if place == key), default=0.0)

    def keys(self):
        """Assignments and graded notebooks that anybody handed in, in order."""
        return sorted({key for _, key in self.totals})


def of_course(course, roster=None):
    """The Totals of a course. roster: a Roster that knows more ids of the students than the course itself."""
    found = Totals()
    absent = {
        (result.folder.student, name)
        for result in grade.load_course(course)
        for name, book in result.books.items()
        if grade.NOT_HANDED_IN in book.repairs
    }
    for row in gradebook.notebooks(course):
        for key in (row["assignment"], row["notebook"]):
            if key == row["notebook"] and not row["max_score"]:
                continue  # a lesson
            if (row["student"], key) in absent and not row["score"]:
                continue
            total = found.totals.setdefault((row["student"], key), Total())
            total.score += row["score"] - min(row["penalty"], max(row["score"], 0.0))
            total.max_score += row["max_score"]
            total.penalty += row["penalty"]
            total.waiting += row["waiting"]
    collected = Record(course).students
    listed = {student.id: student for student in roster.students} if roster else {}
    named = gradebook.students(course)
    students = []
    for student in sorted({student for student, _ in found.totals}):
        platform = dict(collected.get(student, {}))
        name, email = named.get(student, ("", ""))
        known = listed.get(student, Student(student))
        name = known.name or name or platform.get("name", "")
        ids = ({"email": email} if email else {}) | {k: v for k, v in platform.items() if k != "name"} | known.ids
        students.append(Student(student, name, ids))
    found.roster = Roster(students)
    return found


def find_key(title, keys):
    """Of assignments and notebooks, the one that a title such as "2.3 Predict and evaluate (4711)" means, or None.

    A title means a notebook when it has its number or all words of its name; an assignment likewise, by
    "Module 2" or its words.
    """
    words = set(re.findall(r"[a-z0-9]+", fold(re.sub(r"\(\d+\)\s*$", "", title))))
    numbers = set(re.findall(r"(?<![\d.])\d+\.\d+(?![\d.])", title))
    titles = {book.name: book.title for book in unit.notebooks()}
    by_name, by_number, exact = [], [], []
    for key in keys:
        number, _, name = key.partition("_")
        own = set(re.findall(r"[a-z0-9]+", fold(name))) - {"assignment"}
        called = set(re.findall(r"[a-z0-9]+", fold(titles.get(key, "").partition(" ")[2]))) - {"assignment"}
        if fold(key) == fold(re.sub(r"\s*\(\d+\)\s*$", "", title)):
            exact.append(key)
        if number in numbers if "." in number else re.search(rf"\bmodule {number}\b", fold(title)):
            by_number.append(key)
        if own <= words or (called and called <= words):
            by_name.append(key)
    return next((found[0] for found in (exact, by_number, by_name) if len(found) == 1), None)


def inert(text):
    """Text for a cell of a table, so that no spreadsheet takes it for a formula. Numbers stay as they are."""
    text = "" if text is None else str(text)
    return f"'{text}" if FORMULA.match(text) and not NUMBER.match(text) else text


def number(value):
    """Points as platforms show them: at most two places."""
    return f"{round(value, 2):g}"


__all__ = ["Person", "Total", "Totals", "find_key", "inert", "number", "of_course"]
