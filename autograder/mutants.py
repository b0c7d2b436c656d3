"""Generic mutants of the model answers: small changes that mutmut makes to any code, none of which the judge may pass.

A mutant that behaves as the original does is equivalent: it is listed in equivalent_mutants.toml with the reason.
"""

import contextlib
import difflib
import io
import tomllib
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from autograder import judge, tasks, unit

EQUIVALENT = Path(__file__).with_name("equivalent_mutants.toml")
PATIENCE = 5.0  # seconds for one question; a mutant that never ends is killed then


@dataclass(frozen=True)
class Mutant:
    """One change to a model answer.

    change: the lines before and after, which name it in the list; numbered where a text stands there twice.
    """

    task: str
    change: str
    code: str
    killed: bool = False
    reason: str = ""  # why it is equivalent, when it is listed

    @property
    def ok(self):
        """Killed, or listed with a reason; a listed one that is killed does not belong in the list."""
        return self.killed != bool(self.reason)


def mutants(task, code):
    """Yield the mutants of a piece of code (needs mutmut, from the extra `dev`)."""
    import libcst
    from mutmut.mutation.mutators import mutation_operators

    sites = []

    class Sites(libcst.CSTVisitor):
        def on_visit(self, node):
            if isinstance(node, (libcst.Annotation, libcst.Decorator, libcst.Import, libcst.ImportFrom)):
                return False
            if isinstance(node, libcst.Expr) and isinstance(node.value, libcst.SimpleString):
                return False  # a docstring
            for kind, operator in mutation_operators:
                if isinstance(node, kind):
                    sites.extend((node, changed) for changed in operator(node))
            return True

    module = libcst.parse_module(code)
    module.visit(Sites())
    seen, alike = {module.code}, Counter()
    for node, changed in sites:
        mutated = module.deep_replace(node, changed).code
        if mutated in seen:
            continue
        seen.add(mutated)
        change = _change(code, mutated)
        alike[change] += 1
        yield Mutant(task, change + (f" ({alike[change]})" if alike[change] > 1 else ""), mutated)


def _change(before, after):
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    gone, come = [], []
    for line in lines:
        if line[:2] in ("- ", "+ "):
            (gone if line[0] == "-" else come).append(line[2:].strip())
    return f"{' | '.join(gone)}  →  {' | '.join(come)}"


def judged(names=None, seed=judge.SEED):
    """Yield every mutant of the model answers of the tasks `names` (default: all), judged.

    Model answers are ours: they and their mutants run in this process.
    """
    listed = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")) if EQUIVALENT.exists() else {}
    for book in unit.notebooks():
        if not set(book.tasks("answer")) & (set(names) if names else set(book.tasks("answer"))):
            continue
        namespace = {"__name__": "__main__"}
        for cell in book.cells:
            if cell.kind != "code" or cell.role == "check":
                continue
            if cell.role == "answer" and (not names or cell.name in names):
                task, context = tasks.find(cell.name), dict(namespace)
                for mutant in mutants(task.name, cell.source):
                    killed = not _passes(task, mutant.code, context, seed)
                    reason = listed.get(task.name, {}).get(mutant.change, "")
                    yield Mutant(task.name, mutant.change, mutant.code, killed, reason)
            if cell.role != "code" or judge.only_imports(cell):
                _run(cell.source, namespace)


def _passes(task, code, context, seed):
    namespace = dict(context)
    try:
        _run(code, namespace)
    except Exception:
        return False
    return judge.in_namespace(task, namespace, seed, PATIENCE, named=False).passed


def _run(code, namespace):
    import matplotlib.pyplot as plt

    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        exec(compile(code, "a model answer", "exec"), namespace)
    plt.close("all")


def stale(mutants_judged):
    """Entries of the list that name no mutant of the tasks judged: (task, change) pairs."""
    listed = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")) if EQUIVALENT.exists() else {}
    found = {(mutant.task, mutant.change) for mutant in mutants_judged}
    tasks_judged = {mutant.task for mutant in mutants_judged}
    return [
        (task, change)
        for task, changes in listed.items()
        if task in tasks_judged
        for change in changes
        if (task, change) not in found
    ]
