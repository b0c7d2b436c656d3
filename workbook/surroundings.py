"""What lies around a check in a notebook: its place, the code that was run, and calm while questions are asked."""

import ast
import builtins
import contextlib
import hashlib
import json
import os
import re
import sys
import warnings
from functools import cache
from pathlib import Path

MODULE = re.compile(r"\d_\w+")  # how a module's folder is called


@cache
def unit():
    """The unit's notebooks, tasks and tables, as `autograder build` wrote them down."""
    return json.loads(Path(__file__).with_name("unit.json").read_text(encoding="utf-8"))


class InputAsked(Exception):
    """Raised in place of waiting for a person at the keyboard."""


@contextlib.contextmanager
def undisturbed():
    """While questions are asked nothing waits for a person or ends the kernel, and nothing is shown on the page."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    figures = set(pyplot.get_fignums()) if pyplot else set()
    asking, builtins.input = builtins.input, _no_input
    try:
        with _nothing_displayed(), _nothing_ended():
            yield
    finally:
        builtins.input = asking
        for number in set(pyplot.get_fignums()) - figures if pyplot else ():
            pyplot.close(number)


def _no_input(prompt="", /):
    raise InputAsked(f"input({str(prompt)[:40]!r})")


@contextlib.contextmanager
def _nothing_ended():
    """`exit()` in an answer raises, as `sys.exit()` does, where it would end the notebook's kernel."""
    shell = _shell()
    if shell is None:
        yield
        return
    shell.ask_exit = _no_exit
    try:
        yield
    finally:
        del shell.ask_exit


def _no_exit():
    raise SystemExit("exit() was called")


def _nothing_displayed():
    if _shell() is None:
        return contextlib.nullcontext()
    from IPython.utils.capture import capture_output

    return capture_output(stdout=False, stderr=False)


def _shell():
    """The notebook's shell, or None outside of one."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


# --- place -------------------------------------------------------------------------------------------------


def notebook_path():
    """The path of the notebook that runs this code, where its editor tells it; else None."""
    shell = _shell()
    told = os.environ.get("JPY_SESSION_NAME") or (shell and shell.user_ns.get("__vsc_ipynb_file__"))
    path = Path(told) if told else None
    return path if path and path.suffix == ".ipynb" and path.is_file() else None


def way_to_root():
    """The relative way from the notebook's folder to the folder of all notebooks, or None where it is unknown."""
    here = Path.cwd()
    if MODULE.fullmatch(here.name):
        return "../"
    return "" if any(MODULE.fullmatch(path.name) for path in here.glob("*_*") if path.is_dir()) else None


# --- code that was run -------------------------------------------------------------------------------------


def digest(source):
    """A short mark of a cell's text, the same whatever spaces end it."""
    return hashlib.sha256(source.strip().encode()).hexdigest()[:16]


def cells_run():
    """The texts of the cells that this kernel ran, the oldest first."""
    shell = _shell()
    history = getattr(shell, "history_manager", None)
    return list(getattr(history, "input_hist_raw", ()))


def source_digest(names):
    """The mark of the last cell that defined all of `names`, or None where that is not known."""
    return next((digest(cell) for cell in reversed(cells_run()) if set(names) <= _bound(cell)), None)


def unreadable(names):
    """What Python can't read in the last cell that was to define one of `names`, in words, or None.

    The kernel then still holds what was there before that cell, or nothing.
    """
    name = f"(?:{'|'.join(map(re.escape, names))})"
    defines = re.compile(rf"(?m)\b(?:def|class)\s+{name}\b|^[ \t]*(?:\w+[ \t]*,[ \t]*)*{name}[ \t]*(?:,[^=\n]*)?=(?!=)")
    cell = next((cell for cell in reversed(cells_run()) if defines.search(cell)), None)
    if cell is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(_shell().transform_cell(cell), "cell", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError as problem:
            line = (problem.text or "").strip().replace("`", "'")
            return f"{problem.msg}, line {problem.lineno}" + (f": `{line}`" if line else "")
        except ValueError:  # null bytes
            return None
    return None


def _bound(cell):
    """The names that a cell's code defines for the notebook."""
    try:
        waiting = list(ast.parse(cell).body)
    except (SyntaxError, ValueError):  # a magic, or no Python
        return set()
    found = set()
    for node in waiting:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Name):
            found |= {node.id} if isinstance(node.ctx, ast.Store) else set()
        else:
            waiting += ast.iter_child_nodes(node)
    return found


def remarks(task, facts, verdict):
    """What the cells that were run and the saved notebook tell about the answer that was checked."""
    problem = unreadable(facts.get("names", (task,)))
    if problem and verdict.state != "not attempted":
        return [f"This is about an earlier version: Python can't read the cell as you ran it last ({problem})."]
    path = notebook_path()
    if verdict.passed or path is None:
        return []
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        saved = next("".join(cell["source"]) for cell in cells if cell.get("id") == task)
        newer = path.stat().st_mtime > _kernel_start()
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return []
    run = {cell.strip() for cell in cells_run()}
    if not newer or saved.strip() in run or "NotImplementedError" in saved:
        return []
    return ["The answer cell as it was saved has not been run in this kernel. If you changed the cell, run it again."]


def _kernel_start():
    """When this process began, in seconds since 1970, as far as the clock of its first file tells."""
    import ipykernel.connect

    return Path(ipykernel.connect.get_connection_file()).stat().st_mtime
