"""Near copies: submissions whose longer answers are the same code after renaming and formatting. A hint, never a score.

Short answers to a small task look alike in every class. So an answer counts only when it is long, is not what the
release or the model answer says, and is shared by few.
"""

import ast
import builtins
import hashlib
import json
from itertools import combinations
from pathlib import Path

from autograder import grade

LONG = 60  # nodes of the syntax tree: some ten lines
ALIKE = 120  # nodes that two submissions must share in all
COMMON = 0.1  # an answer that a larger share of the class has is no sign of copying …
FEW = 3  # … unless it is only these few


def groups(course, results, call=str):
    """Groups of submissions of one assignment that share code: [{students, tasks, size}], the largest share first."""
    prints = {r.folder.student: _answers(course, r) for r in results}
    holders: dict = {}
    for student, answers in prints.items():
        for task, (mark, size) in answers.items():
            holders.setdefault((task, mark, size), []).append(student)
    limit = max(FEW, COMMON * len(results))
    shared: dict = {}
    for (task, _, size), students in holders.items():
        if 2 <= len(students) <= limit:
            for pair in combinations(sorted(students), 2):
                shared.setdefault(pair, {})[task] = size
    pairs = {pair: tasks for pair, tasks in shared.items() if sum(tasks.values()) >= ALIKE}
    found = []
    for students in _connected(pairs):
        common = [tasks for pair, tasks in pairs.items() if set(pair) <= students]
        tasks = list(dict.fromkeys(task for one in common for task in one))
        size = max(sum(one.values()) for one in common)
        found.append({"students": sorted(call(s) for s in students), "tasks": tasks, "size": size})
    return sorted(found, key=lambda group: (-group["size"], group["students"]))


def _connected(pairs):
    """Sets of names that are joined by pairs."""
    sets: list = []
    for pair in pairs:
        joined = set(pair).union(*(s for s in sets if s & set(pair)))
        sets = [s for s in sets if not s & joined] + [joined]
    return sets


def _answers(course, result):
    """{task: (fingerprint, nodes)} of the long answers of a submission that are not given or obvious."""
    found = {}
    for book in grade.graded_books(result.folder.assignment):
        path = Path(course, "autograded", result.folder.student, result.folder.assignment, f"{book.name}.ipynb")
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        except (OSError, ValueError, KeyError):
            continue
        for cell in cells:
            known = book.find(cell.get("id"))
            if known is None or known.role != "answer":
                continue
            mark = fingerprint("".join(cell.get("source", "")))
            if mark and mark[1] >= LONG and mark[0] not in _obvious(known):
                found[known.name] = mark
    return found


def _obvious(cell):
    """Fingerprints of what the release gave and of the model answer."""
    return {mark[0] for text in (cell.released, cell.source) if (mark := fingerprint(text))}


def fingerprint(source):
    """(hash, number of nodes) of code without its names, comments, texts and formatting; None where it is no Python.

    Names that the code itself binds are numbered in the order in which they appear; those of libraries stay.
    """
    try:
        tree = ast.parse(source)
        bound = _bound(tree)
        numbers: dict = {}
        for node in ast.walk(tree):
            _strip_docstring(node)
        for node in ast.walk(tree):
            _rename(node, bound, numbers)
        size = sum(1 for _ in ast.walk(tree))
        return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), size
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _bound(tree):
    """Names that the code assigns or takes as arguments; those of functions and classes are asked for by the task."""
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    names |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    return names - set(dir(builtins))


def _strip_docstring(node):
    body = getattr(node, "body", None)
    if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        node.body = body[1:] or [ast.Pass()]


def _rename(node, bound, numbers):
    if isinstance(node, ast.Name) and node.id in bound:
        node.id = numbers.setdefault(node.id, f"v{len(numbers)}")
    elif isinstance(node, ast.arg):
        node.arg = numbers.setdefault(node.arg, f"v{len(numbers)}")
        node.annotation = None
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        node.returns = None
