"""`check("log_loss")`: ask the questions of a task's frozen table and show the result card."""

import inspect
import json
from functools import cache
from pathlib import Path

import numpy as np

from workbook import plain
from workbook.card import Card
from workbook.ladder import Rung, Verdict, climb
from workbook.probe import Probe, ask_all

PATIENCE = 5.0  # seconds that one question may take
TABLES = Path(__file__).resolve().parent / "tables"


def check(task):
    """Show how far the answer to `task` climbs the ladder. It reads the notebook's variables and changes none.

    task: the name of a task, such as "log_loss". Raises ValueError when there is no such task.
    """
    namespace = inspect.currentframe().f_back.f_globals
    Card(judge(task, namespace), practice=not load_table(task)["graded"]).show()


def judge(task, namespace):
    """The Verdict on what `namespace` holds for `task`, by the frozen table."""
    table = load_table(task)
    changed = [name for name, before in table["context"].items() if not _matches(namespace.get(name), before)]
    questions = [(table["names"], Probe(row["expression"], row["inputs"])) for row in table["probes"]]
    answers = list(ask_all(questions, namespace, PATIENCE))
    if changed and any(answer.state != "missing" for answer in answers):
        return _cannot_compare(table, changed)
    return climb(table, answers)


@cache
def load_table(task):
    """The frozen table of `task`: questions, expected results and what known mistakes answer. Numbers only."""
    path = TABLES / f"{task}.json"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in TABLES.glob("*.json")))
        raise ValueError(f"There is no task called {task!r}. The tasks are: {known}.")
    return json.loads(path.read_text(encoding="utf-8"))


def summary(value):
    """A few numbers that change when an array does: its shape, the mean of its values and of their squares."""
    values = plain.numbers(plain.encode(value))
    if values is None or values.size == 0:
        return None
    return [*values.shape, float(f"{values.mean():.9g}"), float(f"{(values**2).mean():.9g}")]


def _matches(value, before):
    now = summary(value)
    return now is not None and len(now) == len(before) and np.allclose(now, before, rtol=1e-6)


def _cannot_compare(table, changed):
    names = ", ".join(f"`{name}`" for name in changed)
    rung = Rung(
        "given data",
        next(iter(table["points"])),
        False,
        found=f"{names} does not hold the table that the visible check knows",
        expected=f"{names} as the cells above make it from the table that comes with the workbook",
        cause="A given cell was changed or not run, an earlier task is open, or another table was loaded on purpose.",
        next_step="Restart the kernel and run all from the top. Grading compares your answer with your own data.",
    )
    return Verdict(table["task"], "can't compare", 0.0, float(sum(table["points"].values())), (rung,))
