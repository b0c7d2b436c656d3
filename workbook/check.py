"""`check("log_loss")`: ask the questions of a task's frozen table and show the result card."""

import difflib
import inspect
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from workbook import plain, surroundings
from workbook.card import Card
from workbook.case import case_of
from workbook.kindness import explain
from workbook.ladder import Rung, Verdict, climb
from workbook.probe import Probe, ask_all

PATIENCE = 5.0  # seconds that one question may take
TABLES = Path(__file__).resolve().parent / "tables"


def check(task=None):
    """Show how far the answer to `task` climbs the ladder. It reads the notebook's variables and changes none.

    task: the name of a task, such as "log_loss", or what it defines. A card says so when there is no such task.
    """
    namespace = inspect.currentframe().f_back.f_globals
    name = task if isinstance(task, str) else getattr(task, "__name__", "")
    if name not in task_names():
        Card(_unknown(name)).show()
        return
    table, facts = load_table(name), surroundings.unit()["tasks"].get(name, {})
    verdict, case = _examine(table, namespace)
    notes = surroundings.remarks(name, facts, verdict)
    verdict = replace(verdict, remarks=(*verdict.remarks, *notes))
    saved = {"task": name, "state": verdict.state, "score": verdict.score, "points": verdict.points}
    saved["source"] = surroundings.source_digest(facts.get("names", (name,)))
    Card(
        verdict,
        practice=not table["graded"],
        case=case,
        lesson=facts.get("lesson"),
        root=surroundings.way_to_root(),
        facts=saved,
    ).show()


def judge(task, namespace):
    """The Verdict on what `namespace` holds for `task`, by the frozen table."""
    return _examine(load_table(task), namespace)[0]


def _examine(table, namespace):
    """The Verdict, and the Case to show with it (or None)."""
    questions = [(table["names"], Probe(row["expression"], row["inputs"])) for row in table["probes"]]
    answers = []
    with surroundings.undisturbed():
        changed = [name for name, before in table["context"].items() if not _matches(namespace.get(name), before)]
        for answer in ask_all(questions, namespace, PATIENCE):
            answers.append(answer)
            if answer.error and answer.error["type"] == "KeyboardInterrupt":
                return _stopped(table), None
    if changed and any(answer.state != "missing" for answer in answers):
        return _cannot_compare(table, changed, namespace), None
    problem = surroundings.unreadable(table["names"])
    verdict = explain(climb(table, answers), table, answers, namespace, surroundings.unit()["tasks"], problem)
    main = next((rung for rung in verdict.rungs if not rung.passed), None)
    known = main is not None and main.case is not None
    return verdict, case_of(table["probes"][main.case], answers[main.case]) if known else None


@cache
def load_table(task):
    """The frozen table of `task`: questions, expected results and what known mistakes answer. Numbers only."""
    if task not in task_names():
        raise ValueError(f"There is no task called {task!r}. The tasks are: {', '.join(task_names())}.")
    return json.loads((TABLES / f"{task}.json").read_text(encoding="utf-8"))


@cache
def task_names():
    """The names of all tasks that have a table."""
    return tuple(sorted(file.stem for file in TABLES.glob("*.json")))


def summary(value):
    """A few numbers that change when an array does: its shape, the mean of its values and of their squares."""
    values = plain.numbers(plain.encode(value))
    if values is None or values.size == 0:
        return None
    return [*values.shape, float(f"{values.mean():.9g}"), float(f"{(values**2).mean():.9g}")]


def _matches(value, before):
    now = summary(value)
    return now is not None and len(now) == len(before) and np.allclose(now, before, rtol=1e-6)


# --- verdicts without a climb ------------------------------------------------------------------------------


def _verdict(task, points, **said):
    return Verdict(task, "can't compare", 0.0, points, (Rung("asked", "", False, **said),))


def _unknown(name):
    near = difflib.get_close_matches(name.lower(), task_names(), 2, cutoff=0.6)
    meant = " or ".join(f'`check("{other}")`' for other in near)
    return _verdict(
        name or "no task was named",
        0.0,
        found=f"there is no task called `{name}`" if name else "no name of a task, such as `log_loss`, in the brackets",
        expected=f"one of {', '.join(task_names())}" if not near else "",
        next_step=f"Perhaps you mean {meant}." if near else "Take the name from the task's heading, in quotes.",
    )


def _stopped(table):
    return _verdict(
        table["task"],
        float(sum(table["points"].values())),
        found="the check was stopped before it had an answer",
        cause="Somebody pressed Stop, perhaps because a loop doesn't end.",
        next_step="Look at the condition that ends your loop, then check again.",
    )


def _cannot_compare(table, changed, namespace):
    gone = [name for name in changed if name not in namespace]
    names = ", ".join(f"`{name}`" for name in gone or changed)
    one = len(gone or changed) == 1
    makers = [task for task, facts in surroundings.unit()["tasks"].items() if set(facts["names"]) & set(changed)]
    earlier = [task for task in makers if task != table["task"]]
    cause = "A given cell was changed, or another table was loaded on purpose."
    if gone:
        cause = "A cell above was not run since the kernel started, or the name was deleted."
    elif earlier:
        cause = f"The task `{earlier[0]}` makes it and is not solved yet, or another table was loaded on purpose."
    return _verdict(
        table["task"],
        float(sum(table["points"].values())),
        found=f"{names} {'is' if one else 'are'} not defined"
        if gone
        else f"{names} {'does' if one else 'do'} not hold the table that the check knows",
        expected=f"{names}, made by the cells above from the table that comes with the workbook",
        cause=cause,
        next_step="Restart the kernel and run all from the top. Grading compares your answer with your own data.",
    )
