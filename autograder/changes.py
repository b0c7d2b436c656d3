"""Whose score a run of `grade` moved, from what to what, and why; kept in `changes.csv` of the course."""

import csv
import datetime
from dataclasses import dataclass, fields
from pathlib import Path

from autograder import gradebook
from autograder.lms.totals import inert

FILE = "changes.csv"
PENALTY = "late penalty"
WHY = {
    "submission": "other files were handed in",
    "unit": "the tasks, their solutions or the data changed",
    "program": "the autograder changed",
    "settings": "other questions or limits",
}


@dataclass(frozen=True)
class Change:
    """One score that moved. task: its name, or PENALTY, whose points count against."""

    student: str
    assignment: str
    notebook: str
    task: str
    before: float
    after: float
    why: str


def of_run(course, results, penalties=(), reason="graded anew"):
    """The Changes of a run. results: what it graded; penalties: ((student, assignment, notebook), before, after) of
    those that moved; reason: why, where what a submission was graded from is the same as before.

    A score that a person gave stands whatever the judge says, so it did not move.
    """
    moved = []
    for result in results:
        if result.before is None:
            continue
        old, old_mark = result.before
        why = _why(old_mark, result.mark) or reason
        for name, book in result.books.items():
            earlier = old.books[name].verdicts if name in old.books else {}
            for task, verdict in book.verdicts.items():
                if task in earlier and abs(earlier[task].score - verdict.score) > 1e-9:
                    where = (result.folder.student, result.folder.assignment, name, task)
                    moved.append(Change(*where, earlier[task].score, verdict.score, why))
    if moved:
        by_hand = {
            (row["student"], row["assignment"], row["task"])
            for row in gradebook.rows(course)
            if row["manual_score"] is not None
        }
        moved = [change for change in moved if (change.student, change.assignment, change.task) not in by_hand]
    why = "the rule for late work, the due date or the time of handing in"
    new = {(r.folder.student, r.folder.assignment) for r in results if r.before is None and not r.unchanged}
    told = [row for row in penalties if row[0][:2] not in new]  # a first grade comes with its penalty: nothing moved
    return moved + [Change(*where, PENALTY, before, after, why) for where, before, after in told]


def _why(old, new):
    """Which parts of what a submission was graded from are others than before, in words."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return ""
    return "; ".join(text for key, text in WHY.items() if old.get(key) != new.get(key))


def keep(course, found):
    """Add Changes to the course's `changes.csv`; returns its path, or None where there is nothing to add."""
    if not found:
        return None
    path = Path(course, FILE)
    now = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M:%S} UTC"
    names = [field.name for field in fields(Change)]
    is_new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if is_new:
            writer.writerow(["time", *names])
        writer.writerows([[now, *(inert(getattr(change, name)) for name in names)] for change in found])
    return path
