"""What a person would say to mistakes that lie around the code and not in it.

A renamed function, a cell that was not run, an import left out, a variable called `sum`: the ladder sees that
something breaks, this module looks round the notebook and says why. It changes words, never a state or a score.
"""

import builtins
import difflib
import inspect
import re
import types
from dataclasses import replace

IMPORTS = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
    "math": "import math",
    "metrics": "from sklearn import metrics",
    "expit": "from scipy.special import expit",
}
RETURNED = {
    "generator": ("The function has a `yield`, which hands out values one at a time.", "Use `return`."),
    "coroutine": ("The function starts with `async def`.", "Write `def` alone."),
    "function": ("A function was returned and not its result.", "Call it: add the round brackets."),
    "method": ("A method was returned and not its result, such as `.mean`.", "Call it: add the round brackets."),
    "ellipsis": ("The function returns `...`, a placeholder.", "Return the result."),
}
RETURNED["builtin_function_or_method"] = RETURNED["builtin_method"] = RETURNED["method"]


def explain(verdict, table, answers, namespace, tasks, unreadable=None):
    """The verdict with kinder words where something around the answer explains it.

    tasks: {task: facts} of the whole unit, to know which names belong to other tasks.
    unreadable: what Python can't read in the answer's cell.
    """
    if verdict.passed or verdict.mistake:
        return verdict
    around = (table, answers, namespace, tasks, unreadable)
    return replace(verdict, rungs=tuple(rung if rung.passed else _kinder(rung, *around) for rung in verdict.rungs))


def _kinder(rung, table, answers, namespace, tasks, unreadable):
    answer = answers[rung.case or 0]
    if answer.state in ("missing", "unwritten") and unreadable:
        said = (
            f"Python can't read the cell: {unreadable}.",
            "Mend that line or the one above it, and run the cell again.",
        )
    elif answer.state in ("missing", "unwritten"):
        said = _missing(answer.missing.split(", ") if answer.missing else table["names"], table, namespace, tasks)
    elif rung.name == "runs" and answer.error:
        said = _error(answer.error, table, namespace, tasks)
    elif rung.name == "type" and answer.value and answer.value["kind"] == "other":
        said = RETURNED.get(answer.value["type"])
    else:
        said = None
    return replace(rung, cause=said[0], next_step=said[1]) if said else rung


# --- names -------------------------------------------------------------------------------------------------


def _missing(names, table, namespace, tasks):
    """(cause, next step) for names that the task asks for and the notebook does not have."""
    for name in names:
        other = near_name(name, table, namespace, tasks)
        if other:
            return f"You defined `{other}`; the task asks for `{name}`.", f"Rename it to `{name}` and run its cell."
    return None


def near_name(name, table, namespace, tasks):
    """A name of the notebook that was probably meant to be `name`, or None.

    Near in spelling, or the only function of the student's own with the arguments that the task gives.
    """
    taken = {known for facts in tasks.values() for known in facts["names"]} | set(table["context"])
    own = [other for other, value in namespace.items() if other not in taken and _is_own(other, value)]
    plain_names = {re.sub(r"\W|_", "", other).lower(): other for other in own}
    same = plain_names.get(re.sub(r"\W|_", "", name).lower())
    near = [same] if same else difflib.get_close_matches(name, own, 1, cutoff=0.75)
    if near:
        return near[0]
    given = _arguments(name, table)
    alike = [other for other in own if given and _parameters(namespace[other]) == given]
    return alike[0] if len(alike) == 1 and len(given) > 1 else None


def _is_own(name, value):
    """True for what a student defines: no module, no hidden name, nothing that was imported."""
    if name.startswith("_") or name in ("In", "Out", "exit", "quit", "open", "get_ipython"):
        return False
    if isinstance(value, (types.FunctionType, type)):
        return getattr(value, "__module__", None) in ("__main__", None, "builtins")
    return not isinstance(value, (types.ModuleType, types.BuiltinFunctionType, types.MethodType))


def _arguments(name, table):
    """The names of the arguments with which the task's first question calls `name`."""
    call = re.match(rf"{re.escape(name)}\(([\w, ]+)\)$", table["probes"][0]["expression"])
    return tuple(call[1].split(", ")) if call else ()


def _parameters(value):
    return tuple(inspect.signature(value).parameters) if isinstance(value, types.FunctionType) else ()


# --- errors ------------------------------------------------------------------------------------------------


def _error(error, table, namespace, tasks):
    """(cause, next step) for an error whose reason lies outside of the function."""
    kind, message = error["type"], error["message"]
    if kind in ("NameError", "UnboundLocalError"):
        name = re.search(r"name '(\w+)'", message)
        return _undefined(name[1], table, namespace, tasks) if name and kind == "NameError" else None
    if kind == "TypeError" and "positional argument" in message:
        return _wrong_arguments(table, namespace)
    if kind in ("TypeError", "AttributeError"):
        return _no_method(message, table, namespace) or _hidden(table, namespace) or _no_function(table, namespace)
    if kind == "IndexError" and ("out of bounds" in message or "out of range" in message):
        return "An index lies beyond the end: n rows are counted from 0 to n - 1.", "Look at the range of your loop."
    if kind == "RecursionError":
        return "The function calls itself without an end.", "Use a loop, or let a condition end the calls."
    if kind == "SystemExit":
        return "`exit()` and `sys.exit()` end all of Python, not the function.", "Use `return` to leave a function."
    if kind == "MemoryError":
        return "An array became far too large.", "Print the shapes of your arrays for three rows."
    if kind == "InputAsked":
        return (
            "`input()` waits for somebody to type; nobody does when a function is checked or graded.",
            "Use the arguments of the function instead.",
        )
    if kind in ("ModuleNotFoundError", "ImportError"):
        return (
            "A library is missing in this Python.",
            "Use what the first cell imports; `workbook.doctor()` looks closer.",
        )
    return None


def _undefined(name, table, namespace, tasks):
    if name in IMPORTS:
        return (
            f"`{name}` is imported in the first code cell, which was not run since the kernel started.",
            f"Run the notebook from the top, or run `{IMPORTS[name]}`.",
        )
    for task, facts in tasks.items():
        if name in facts["names"]:
            return f"`{name}` belongs to the task `{task}`.", "Solve that task first, or run its cell again."
    defined = [other for other, value in namespace.items() if _is_own(other, value)]
    known = [*defined, *_arguments(table["names"][0], table), *dir(builtins)]
    near = difflib.get_close_matches(name, known, 1, cutoff=0.75)
    return (f"A misspelt name: `{near[0]}` exists.", f"Write `{near[0]}` instead of `{name}`.") if near else None


def _no_method(message, table, namespace):
    """A method that the task's own class does not have."""
    lacks = re.match(r"'(\w+)' object has no attribute '(\w+)'", message)
    if lacks is None or lacks[1] not in table["names"] or not isinstance(namespace.get(lacks[1]), type):
        return None
    name, own = lacks[2], [other for other in vars(namespace[lacks[1]]) if not other.startswith("__")]
    near = difflib.get_close_matches(name, own, 1, cutoff=0.75)
    if near:
        return f"The class has `{near[0]}`; the task asks for `{name}`.", f"Rename it to `{name}` and run its cell."
    return (
        f"The class `{lacks[1]}` has no `{name}`.",
        f"If it is a method, write `def {name}(self, ...)` in the class, indented like the others; if it is a value, "
        f"set `self.{name}` before it is used.",
    )


def _wrong_arguments(table, namespace):
    name = table["names"][0]
    given, own = _arguments(name, table), _parameters(namespace.get(name))
    if not given or len(given) == len(own):
        return None
    ours, theirs = (", ".join(names) for names in (own, given))
    return f"Your function takes ({ours}); the task gives it ({theirs}).", f"Begin it with `def {name}({theirs}):`."


def _hidden(table, namespace):
    """Built-in functions and libraries whose names the notebook gave to something else."""
    for name in _names_used(table, namespace):
        value = namespace.get(name)
        library = name in ("np", "pd", "plt") and name in namespace and not isinstance(value, types.ModuleType)
        builtin = name in namespace and hasattr(builtins, name) and value is not getattr(builtins, name)
        if library or (builtin and not callable(value)):
            what = "the library" if library else "Python's own function"
            again = f"run `{IMPORTS[name]}`" if library else f"run `del {name}`"
            return (
                f"The notebook uses `{name}` as the name of a variable ({type(value).__name__}), which hides {what}.",
                f"Give that variable another name, then {again} or restart the kernel.",
            )
    return None


def _names_used(table, namespace):
    for name in table["names"]:
        code = getattr(namespace.get(name), "__code__", None)
        codes = [code] if code else []
        for inner in codes:
            codes += [constant for constant in inner.co_consts if isinstance(constant, types.CodeType)]
            yield from inner.co_names


def _no_function(table, namespace):
    name = table["names"][0]
    if not _arguments(name, table) or callable(namespace.get(name)):
        return None
    kind = type(namespace.get(name)).__name__
    return (
        f"`{name}` is a variable ({kind}); the task asks for a function.",
        f"Run the cell with `def {name}(...)` again.",
    )
