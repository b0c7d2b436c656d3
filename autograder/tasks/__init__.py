"""The tasks of the unit: what is asked, what is right, and which mistakes are known.

Each task lives in one module of this package and is written with the decorators of `Task`:

    log_loss = Task("log_loss", points={"values": 2, "extremes": 1})

    @log_loss.reference                         # the right answer, independent of the model answer in solutions/
    @log_loss.cases                             # the questions, drawn with a seed
    @log_loss.mistake("sum for mean", cause=..., next_step=...)   # a known wrong version
    @log_loss.right("a loop over the rows")     # another right version, which must pass

A function task's versions are functions (or a class); a variable task's versions take the given variables named in
`context` and return a dictionary of the variables that the student defines.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from workbook import plain
from workbook.ladder import ATOL, DIAGNOSIS, RTOL, climb, first_lost_part
from workbook.probe import Answer, Probe, ask


@dataclass(frozen=True)
class Case:
    """One question of a task.

    expression: Python over the student's names and `inputs`. part: what it earns ("diagnosis" earns nothing and only
    helps to name a mistake). about: the case in words. compare: "close" or "at least". expected: given only where
    the reference's own answer is not what decides. also: further results that are right. between: expressions of
    two other cases; expected is then the largest absolute difference of the student's answers to these. forbid: a
    word that no warning may hold. faults: {rung, or "shape:5x1", or "runs:ValueError:unpack": mistake}, for mistakes
    that show in how an answer breaks and not in its value. edge: an error here is only a remark. silent: left out when
    answers are compared with known mistakes, because wrong versions of one kind differ here. pace: the answer says
    how slow the code is.
    """

    expression: str
    inputs: dict = field(default_factory=dict)
    part: str = "values"
    about: str = ""
    compare: str = "close"
    expected: Any = None
    also: tuple = ()
    between: tuple = ()
    rtol: float | None = None
    atol: float | None = None
    forbid: str | None = None
    faults: dict = field(default_factory=dict)
    edge: bool = False
    silent: bool = False
    pace: bool = False


@dataclass(frozen=True)
class Version:
    """A way to answer a task: `make` is a function, a class, or a function from the context to variables.

    factor: (low, high) when its answers are known up to one constant in that range only.
    """

    name: str
    make: Callable
    factor: tuple | None = None


@dataclass
class Task:
    """A task of the unit.

    names: what the student defines; context: given variables that the answer starts from. graded: False for practice.
    independent: each part earns its points on its own, where otherwise a part counts only when those before it do.
    rubric: what a marker looks for, for tasks that are marked by hand (they have neither reference nor cases).
    pace: (make, line) for a remark on slow code, as Python texts: "lambda n: (np.ones(n),)" makes arguments with n
    rows, and a line of NumPy takes the same arguments; it costs about as much as a good answer and is none.
    """

    name: str
    points: dict
    names: tuple = ()
    context: tuple = ()
    graded: bool = True
    independent: bool = False
    rubric: str = ""
    model: Callable | None = None
    draw: Callable | None = None
    example: Callable | None = None
    mistakes: list = field(default_factory=list)
    rights: list = field(default_factory=list)
    told: dict = field(default_factory=dict)
    pace: tuple = ()
    remark_with_loop: str = ""
    remark_without_loop: str = ""

    def __post_init__(self):
        self.is_variable = bool(self.names)
        self.names = tuple(self.names) or (self.name,)
        _REGISTRY[self.name] = self

    @property
    def max_score(self):
        """Points of the task; a practice task counts for nothing in the gradebook."""
        return float(sum(self.points.values()))

    def reference(self, version):
        """Decorator: the right answer that expected results are computed from."""
        self.model = version
        return version

    def cases(self, draw):
        """Decorator: `draw(rng, fresh)` yields the Cases; the students' frozen table is drawn with fresh=False."""
        self.draw = draw
        return draw

    def context_example(self, make):
        """Decorator: `make(rng)` returns a dictionary of context variables to test the task's versions with."""
        self.example = make
        return make

    def mistake(self, name, cause=None, next_step=None, factor=None):
        """Decorator: a known wrong version. Further versions of the same mistake need no texts."""
        if cause:
            self.told[name] = {"cause": cause, "next": next_step}

        def add(version):
            self.mistakes.append(Version(name, version, factor))
            return version

        return add

    def tell(self, name, cause, next_step):
        """The texts of a mistake that cases name through their `faults`."""
        self.told[name] = {"cause": cause, "next": next_step}

    def right(self, style):
        """Decorator: another right version, in the named style."""

        def add(version):
            self.rights.append(Version(style, version))
            return version

        return add

    def namespace(self, version, context=None):
        """The names that a version defines, as a student's notebook would hold them."""
        if not self.is_variable:
            return {self.name: version}
        given = {name: np.copy(value) if isinstance(value, np.ndarray) else value for name, value in context.items()}
        return {**context, **version(**given)}


_REGISTRY: dict[str, Task] = {}

# What a judge may say of any task, seen from how an answer broke.
EVIDENCE = {
    "input changed in place": {
        "cause": "Your code writes into the array that it was given.",
        "next": "Make a new array instead: `z = z + 1` does, `z += 1` and `z[...] = 1` do not.",
    },
    "keeps state": {
        "cause": "Something survives from one call to the next.",
        "next": "Create every list, array and counter inside the function.",
    },
    "rounded": {
        "cause": "Your values equal the right ones after rounding.",
        "next": "Return the full number; round only when you print it.",
    },
    "nothing returned": {
        "cause": "The function ends without `return`, or returns a `print(...)`, so that its result is None.",
        "next": "Return the result; printing only shows it.",
    },
    "hard-coded n or k": {
        "cause": "Your code is right for one size of the data only: a number of rows or columns is written into it.",
        "next": "Take the sizes from the arguments: `len(y)`, `X.shape`.",
    },
    "reads a global": {
        "cause": "Your function reads data of the notebook instead of its own arguments.",
        "next": "Use only the names in the brackets after `def`.",
    },
}


def all_tasks():
    """Every task of the unit by name."""
    _load()
    return dict(_REGISTRY)


@cache
def _load():
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")


def find(name):
    """The task called `name`; raises KeyError with the known names."""
    tasks = all_tasks()
    if name not in tasks:
        raise KeyError(f"There is no task called {name!r}. Known tasks: {', '.join(sorted(tasks))}.")
    return tasks[name]


def draw_cases(task, seed, fresh):
    """The cases of `task` for a seed: the same seed gives the same cases."""
    cases = list(task.draw(np.random.default_rng(seed), fresh))
    if task.pace:
        make, line = task.pace
        asked = f"pace({task.name}, {make}, {line})"
        cases.append(Case(asked, part=DIAGNOSIS, expected=[0.0, 0.0, 0.0], silent=True, pace=True))
    return cases


def probe_of(case, readable=False):
    """The question that a case asks, without what is expected."""
    return Probe(case.expression, {name: plain.encode(value, readable) for name, value in case.inputs.items()})


def make_table(task, seed, fresh=True, context=None, mistakes=True):
    """The table of `task` that workbook.ladder climbs: questions, expected results, answers of known mistakes.

    context: the given variables of the submission for a variable task (default: the task's own example).
    mistakes: False leaves out `wrong_versions`, which only a wrong answer needs.
    """
    if task.is_variable and context is None:
        context = task.example(np.random.default_rng(seed))
    cases = draw_cases(task, seed, fresh)
    probes = [probe_of(case, readable=not fresh) for case in cases]
    expected = [_expected(task, case, probe, context) for case, probe in zip(cases, probes, strict=True)]
    table = {
        "task": task.name,
        "names": list(task.names),
        "points": task.points,
        "graded": task.graded,
        "independent": task.independent,
        "probes": [_row(*row) | _slack(task, *row) for row in zip(cases, probes, expected, strict=True)],
        "mistakes": EVIDENCE | task.told,
        "remark_with_loop": task.remark_with_loop,
        "remark_without_loop": task.remark_without_loop,
    }
    if not mistakes:
        return table
    return table | {"wrong_versions": [_as_data(row, table) for row in wrong_versions(task, table, context)]}


def wrong_versions(task, table, context):
    """The known wrong versions of `task` as rows for `table`, played as far as they are read.

    None without a context.
    """
    if task.is_variable and context is None:
        return []
    table = dict(table)  # without the versions themselves, since a version is not looked up among the others
    rows = (_wrong_row(task, version, context, table) for version in task.mistakes)
    return _MadeOnce(row for row in rows if row is not None)


def _expected(task, case, probe, context):
    if case.expected is not None:
        return plain.encode(case.expected, readable=True)
    answer = ask(probe, task.names, task.namespace(task.model, context))
    if answer.state != "answered":
        raise RuntimeError(f"The reference of {task.name} fails on {case.expression}: {answer.error or answer.state}")
    return answer.value


PATIENCE = 30.0  # seconds for a known wrong version; generous, since a busy machine must not change a name
SINGLE = 2.0**-24  # the relative error of rounding to single precision
ROUNDINGS = 16  # how many of them an answer may collect
SLACK_LIMIT = 1e-4  # of the largest element: where a rounding decides a label, it must not excuse everything


def _slack(task, case, probe, expected):
    """Tolerances from the conditioning of a case, element by element: {"slack": ...}, or {} where the case has an rtol.

    How far does the right result move when the inputs are rounded to single precision? An answer may be off by a few
    times that: more where large terms cancel, since no order of summation can do better there, and next to nothing
    where the result is well determined.
    """
    wanted = plain.numbers(expected)
    own = case.rtol is not None or case.expected is not None or case.also or case.between
    if task.is_variable or own or case.compare != "close" or wanted is None or wanted.size == 0:
        return {}
    rng, moved = np.random.default_rng(0), np.zeros(wanted.shape)
    for _ in range(3):
        inputs = {name: _roughened(value, rng) for name, value in case.inputs.items()}
        answer = ask(probe_of(Case(case.expression, inputs)), task.names, task.namespace(task.model))
        values = plain.numbers(answer.value)
        if values is None or values.shape != wanted.shape or not np.isfinite(values).all():
            return {}
        moved = np.maximum(moved, np.abs(values - wanted))
    slack = np.minimum(ROUNDINGS * moved, SLACK_LIMIT * np.abs(wanted).max())
    if (slack <= ATOL + RTOL * np.abs(wanted)).all():
        return {}
    digits = [float(f"{value:.2g}") for value in np.ravel(slack)]
    return {"slack": digits if wanted.ndim else digits[0]}


def _roughened(value, rng):
    """The input with each number that single precision can't hold moved by a rounding, up or down."""
    if isinstance(value, float):
        return float(_roughened(np.array([value]), rng)[0])
    if isinstance(value, list) and all(isinstance(item, float) for item in value):
        return _roughened(np.array(value), rng).tolist()
    if not isinstance(value, (np.ndarray, pd.Series, pd.DataFrame)) or np.asarray(value).dtype.kind != "f":
        return value
    exact = np.asarray(value) == np.asarray(value).astype(np.float32)
    return value * (1 + np.where(exact, 0.0, rng.choice([-SINGLE, SINGLE], size=value.shape)))


class _MadeOnce:
    """The items of a generator, which is gone through once and only as far as someone reads."""

    def __init__(self, source):
        self.source, self.kept = source, []

    def __iter__(self):
        yield from self.kept
        for item in self.source:
            self.kept.append(item)
            yield item


class _Answers:
    """The answers of a known wrong version by the position of their probe.

    Most wrong versions differ from a student's answers at the first probe already, so the others are only played when
    someone asks. They are played in order, so that code which remembers its calls always gives the same.
    """

    def __init__(self, task, table, namespace):
        self.task, self.table, self.namespace, self.given = task, table, namespace, []

    def full(self, stop=None):
        """The first `stop` answers, or all of them."""
        for row in self.table["probes"][len(self.given) : stop]:
            probe = Probe(row["expression"], row["inputs"])
            pace = Answer("answered", row["expected"])  # how slow a known mistake is tells nothing
            self.given.append(pace if row.get("pace") else ask(probe, self.task.names, self.namespace, PATIENCE))
        return self.given[:stop]

    def __getitem__(self, index):
        return _brief(self.full(index + 1)[index], self.table["probes"][index])


class _WrongVersion(dict):
    """{mistake, answers, factor, loses}, of which `loses` takes all answers and is only found out when it is read."""

    def __missing__(self, key):
        if key != "loses":
            raise KeyError(key)
        table = self["answers"].table
        self[key] = first_lost_part(table, climb(table, self["answers"].full()).rungs)
        return self[key]


def _wrong_row(task, version, context, table):
    """What a known wrong version answers and which part it loses; None when it can't run on this context."""
    try:
        namespace = task.namespace(version.make, context)
    except Exception:
        return None
    row = _WrongVersion(mistake=version.name, answers=_Answers(task, table, namespace))
    if version.factor:
        row["factor"] = list(version.factor)
    return row


def _as_data(row, table):
    """The row of a wrong version as plain data, with those of its answers that are compared."""
    parts, lost = list(table["points"]), row["loses"]
    compared = {*parts[: parts.index(lost) + 1], DIAGNOSIS} if lost else set()
    answers = [row["answers"][i] if probe["part"] in compared else None for i, probe in enumerate(table["probes"])]
    return {"mistake": row["mistake"], "loses": lost, **{key: row[key] for key in ("factor",) if key in row}} | {
        "answers": answers
    }


def _brief(answer, probe):
    """What of a wrong version's answer is compared; "right" where it can't be told from the expected result."""
    rights = (probe["expected"], *probe.get("also", ()))
    if answer.state == "answered" and answer.value in rights and not (answer.changed or answer.warnings):
        return "right"
    brief = {"state": answer.state}
    if answer.state == "answered":
        brief["value"] = answer.value
    if answer.error:
        brief["error"] = {key: answer.error[key] for key in ("type", "message")}
    if answer.changed:
        brief["changed"] = list(answer.changed)
    if answer.warnings:
        brief["warnings"] = list(answer.warnings)
    return brief


def _row(case, probe, expected):
    row = {
        "expression": case.expression,
        "inputs": probe.inputs,
        "part": case.part,
        "about": case.about,
        "expected": expected,
        "compare": case.compare,
    }
    for key in ("rtol", "atol", "forbid", "faults", "edge", "silent", "pace"):
        if getattr(case, key) not in (None, False, {}):
            row[key] = getattr(case, key)
    if case.also:
        row["also"] = [plain.encode(value) for value in case.also]
    if case.between:
        row["between"] = list(case.between)
    return row


__all__ = [
    "DIAGNOSIS",
    "EVIDENCE",
    "Case",
    "Task",
    "all_tasks",
    "draw_cases",
    "find",
    "make_table",
    "probe_of",
    "wrong_versions",
]
