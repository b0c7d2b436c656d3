"""Judge one task: in this process for trusted code, from answers for code that ran elsewhere.

Fresh questions are drawn with a seed from the task, expected results come from its reference, and the ladder of
workbook.ladder compares. Nothing here runs a student's code in this process except `in_namespace`, which stock
nbgrader's kernel uses.
"""

import ast
import hashlib
import json
import re
from dataclasses import asdict, dataclass, replace
from itertools import islice

import numpy as np

from autograder import engine, tasks, unit
from workbook import plain
from workbook.ladder import Rung, Verdict, climb
from workbook.probe import Answer, Probe, ask_all

IN_A_CELL = re.compile(r"\(<ipython-input[^>]*>, line (\d+)\)")  # where IPython places an error of syntax
SEED = 20_180  # grades must not change from run to run; `--seed` draws other questions


def questions(task, seed=SEED):
    """What a submission must answer, as (names that must exist, Probe): the task's context first, then its cases."""
    context = [((name,), Probe(name)) for name in task.context]
    cases = tasks.draw_cases(task, seed, fresh=True)
    return context + [(task.names, tasks.probe_of(case)) for case in cases]


def from_answers(task, answers, seed=SEED, named=True):
    """The verdict on the answers to `questions(task, seed)`; with named=False no known mistake is looked for."""
    given, answers = answers[: len(task.context)], answers[len(task.context) :]
    context = None
    if task.is_variable:
        lost = [name for name, answer in zip(task.context, given, strict=True) if answer.state != "answered"]
        if lost and not all(a.state == "missing" for a in answers):
            return _without_context(task, lost)
        if not lost:
            context = {name: plain.decode(answer.value) for name, answer in zip(task.context, given, strict=True)}
    try:
        table = _table(task, seed, context)
    except Exception as problem:  # the student's own context is not what the reference can start from
        return _without_context(task, task.context, plain.legal(problem, 200))
    if context and not _tells(task, _with_mistakes(task, table, context)):
        return _without_context(task, task.context, "wrong answers can't be told from right ones with these values")
    verdict = climb(table, answers)
    if named and verdict.state in ("failed", "partial") and "wrong_versions" not in table:
        verdict = climb(_with_mistakes(task, table, context), answers)  # only now, since playing them takes time
    return verdict


def _with_mistakes(task, table, context):
    """The table with the answers of the known wrong versions, which are played once."""
    if "wrong_versions" not in table:
        table["wrong_versions"] = tasks.wrong_versions(task, table, context)
    return table


def _tells(task, table):
    """True when a context tells at least half of the known mistakes from what is right: zeros or NaN would not."""
    told = (row for row in table["wrong_versions"] if row["loses"] is not None)
    half = -(-len(task.mistakes) // 2)
    return sum(1 for _ in islice(told, half)) == half


def _without_context(task, lost, why="it is not there"):
    names = ", ".join(f"`{name}`" for name in lost)
    rung = Rung(
        "exists",
        next(iter(task.points)),
        False,
        found=f"{names} can't be used: {why}",
        expected=f"{names} as the notebook makes it",
        next_step="Run the notebook from the top without changing its given cells.",
    )
    return Verdict(task.name, "failed", 0.0, task.max_score, (rung,))


TABLES_KEPT = 64
_TABLES: dict = {}


def _table(task, seed, context):
    """The fresh table of a task. Submissions share it, those of a variable task as far as they share the context."""
    given = json.dumps({name: plain.encode(value) for name, value in (context or {}).items()})
    key = (task.name, seed, hashlib.sha256(given.encode()).digest())
    table = _TABLES.pop(key, None) or tasks.make_table(task, seed, fresh=True, context=context, mistakes=False)
    _TABLES[key] = table  # the last one now: what every submission needs stays when contexts come and go
    while len(_TABLES) > TABLES_KEPT:
        _TABLES.pop(next(iter(_TABLES)))
    return table


def in_namespace(task, namespace, seed=SEED, seconds=10.0, named=True):
    """Judge what `namespace` holds, right here. Only for trusted code and for stock nbgrader's own kernel."""
    return from_answers(task, list(ask_all(questions(task, seed), namespace, seconds)), seed, named)


def in_file(task, code, seed=SEED, limits=None):
    """Judge the text of a Python file, played in the engine after the cells that the task starts from."""
    cells = [*_cells_before(task), {"id": task.name, "cell_type": "code", "source": code}]
    asked = {"id": "question", "cell_type": "code", "source": ""}
    question = engine.Question(tuple(questions(task, seed)))
    job = engine.Job((*cells, asked), {"question": question}, limits=limits or engine.Limits())
    verdict = from_play(task, engine.play(job), "question", seed)
    return _with_other_names(task, code, verdict) if verdict.state == "not attempted" else verdict


def _cells_before(task):
    """What stands before the task in its notebook: imports, given cells, and the model answers of earlier tasks.

    For a variable task also the cells to play with, since one of them may prepare what it starts from.
    """
    book = unit.place_of(task.name)
    for cell in book.cells if book else ():
        if cell.role == "answer" and cell.name == task.name:
            return
        if cell.role in ("given", "answer") or (cell.role == "code" and (task.is_variable or only_imports(cell))):
            yield {"id": cell.id, "cell_type": "code", "source": cell.source}


def only_imports(cell):
    """True for a cell of the unit that does nothing but import."""
    return all(isinstance(node, (ast.Import, ast.ImportFrom)) for node in _statements(cell.source))


def _statements(code):
    """The statements of a text at its top level; [] where it is no Python, such as a magic."""
    try:
        return ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _with_other_names(task, code, verdict):
    """The verdict on a file that does not define what was asked for; it says what the file defines instead."""
    defined = [node.name for node in _statements(code) if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    others = ", ".join(f"`{name}`" for name in defined if name not in task.names)
    if not others or set(defined) & set(task.names):
        return verdict
    first = replace(
        verdict.rungs[0],
        found=f"{verdict.rungs[0].found}; the file defines {others}",
        next_step="Give your answer the name that the task asks for.",
    )
    return replace(verdict, rungs=(first, *verdict.rungs[1:]), hint=first.next_step)


def from_play(task, played, place, seed=SEED):
    """The verdict on a task whose questions were asked at the cell `place` of a played notebook."""
    answers = played.answers[place]
    if all(answer is None for answer in answers):
        return no_answer(task, f"The notebook did not get here: {'; '.join(played.events) or 'no answer'}.")
    lost = {"type": "No answer", "message": "; ".join(played.events), "where": ""}
    verdict = from_answers(task, [answer or Answer("raised", error=lost) for answer in answers], seed)
    error = played.errors.get(task.name)
    if verdict.state == "not attempted" and error and error["type"] == engine.LOST:
        return no_answer(task, f"The cell of the answer did not come to its end: {error['message']}.")
    if verdict.state == "not attempted" and error and error["type"] != "NotImplementedError":
        message = IN_A_CELL.sub(r"(line \1)", error["message"])[:200]
        return no_answer(task, f"The cell of the answer stopped with {error['type']}: {message}.")
    return verdict


def no_answer(task, found, state="failed"):
    """The verdict on a task of which nothing could be asked."""
    step = "Restart the kernel, run all cells, and mend the first one that stops."
    rung = Rung("runs", next(iter(task.points)), False, found=found, next_step=step)
    return Verdict(task.name, state, 0.0, task.max_score, (rung,))


def score(name, namespace):
    """The points of task `name` as a plain float: the hidden last line of every graded cell."""
    return float(in_namespace(tasks.find(name), namespace).score)


def as_json(verdict):
    """The verdict as a dictionary for `judge --json`."""
    plain_verdict = asdict(verdict)
    remarks = plain_verdict.pop("remarks")
    return {"passed": verdict.passed, **plain_verdict, "remarks": list(remarks)}


# --- the kill matrix ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kill:
    """One cell of the kill matrix: a version of a task, what should come out, and what did."""

    task: str
    kind: str  # right, mistake, blank
    version: str
    state: str
    score: float
    named: str | None

    @property
    def ok(self):
        if self.kind == "right":
            return self.state == "passed"
        if self.kind == "blank":
            return self.state == "not attempted" and self.score == 0
        return self.state in ("failed", "partial") and self.named == self.version


def matrix(task, seed=SEED):
    """Judge every known version of `task`: rights, mistakes and the blank."""
    context = task.example(np.random.default_rng(seed)) if task.is_variable else None
    rows = [("right", "reference", task.model)]
    rows += [("right", version.name, version.make) for version in task.rights]
    rows += [("mistake", version.name, version.make) for version in task.mistakes if not version.factor]
    for kind, name, make in rows:
        verdict = in_namespace(task, task.namespace(make, context), seed)
        yield Kill(task.name, kind, name, verdict.state, verdict.score, verdict.mistake)
    verdict = in_namespace(task, dict(context or {}), seed)
    yield Kill(task.name, "blank", "nothing defined", verdict.state, verdict.score, verdict.mistake)
