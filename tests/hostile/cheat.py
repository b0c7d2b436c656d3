"""Submissions that try to earn points without computing what is asked. Each must get nothing for it.

Where a cheat stands beside honest answers, these count. `wire` code speaks to the grader as the player would.
"""

import json

from autograder.sample_class import NUMPY
from tests.hostile.attack import FULL, ZERO, Attack, code_cell, find

GUESS = {  # what a cheat defines, so that its questions are asked at all
    "centered": """
X_means = X[0]
X_centered = X.copy()
""",
    "covariance": """
def covariance(X):
    return Lie()
""",
    "covariance_inverse": "C_inv = C_identity = Lie()",
    "inverse_logit": """
def inverse_logit(X, w, alpha):
    return Lie()
""",
    "log_loss": """
def log_loss(y, p):
    return Lie()
""",
}
HALF = {task: code.replace("Lie()", "0.5") for task, code in GUESS.items()}

LIES = {  # classes of objects that pretend to be whatever they are compared with
    "equals_everything": """
class Lie(float):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    __hash__ = None
    def __sub__(self, other): return 0.0
    __rsub__ = __abs__ = __sub__
""",
    "array_that_agrees": """
import numpy as np
class Lie(np.ndarray):
    def __new__(cls): return np.zeros(3).view(cls)
    def __eq__(self, other): return np.array(True)
    def __array_function__(self, *_, **__): return True
    def __array_ufunc__(self, *_, **__): return np.array(True)
    shape = property(lambda self: (4,))
""",
    "array_protocol": """
import numpy as np
class Lie:
    def __array__(self, *a, **k): return np.array(1.0)
    def __float__(self): return 1.0
    def __eq__(self, other): return True
""",
    "float_protocol": """
class Lie(float):
    def __float__(self): return 0.5
    def __repr__(self): return '0.0'
""",
    "claims_another_class": """
class Lie:
    __class__ = float
    def __eq__(self, other): return True
    def __float__(self): return 0.5
""",
    "nothing_is_a_number": "def Lie(): return float('nan')",
    "everything_at_once": """
import numpy as np
def Lie(): return np.array([0.0, 1.0, 2.0, np.inf, np.nan])
""",
    "pickles_itself": """
import os
class Lie:
    def __reduce__(self): return (os.system, ('touch pwned',))
""",
    "symbolic": """
class Lie(str):
    def __eq__(self, other): return True
    __hash__ = str.__hash__
""",
}

PATCHES = {
    "patches_numpy": """
import numpy as np
np.allclose = np.isclose = np.array_equal = lambda *a, **k: True
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
np.asarray = lambda value, *a, **k: np.zeros(3)
np.isfinite = lambda *a: np.array(True)
""",
    "patches_the_ladder": """
import workbook.ladder as ladder
from workbook.ladder import Verdict
right = lambda table, *a, **k: Verdict(table['task'], 'passed', 99.0, 99.0)
ladder.climb = right
ladder._climb_probe = lambda *a: None
ladder._close = lambda *a: True
ladder.RTOL = 1e9
""",
    "patches_the_probe": """
import workbook.probe as probe, workbook.plain as plain
right = probe.Answer('answered', {'kind': 'number', 'type': 'float', 'value': 0.5})
probe.ask = lambda *a, **k: right
probe.ask_all = lambda questions, *a, **k: [right for _ in questions]
plain.encode = lambda value, *a: {'kind': 'right', 'value': True}
""",
    "patches_the_check": """
import workbook, builtins
workbook.check = check = lambda *a, **k: 3.0
builtins.all = builtins.any = lambda *a: True
builtins.isinstance = lambda *a: True
""",
    "patches_the_shell": """
from IPython import get_ipython
shell = get_ipython()
shell.ast_transformers.append(type('T', (), {'visit': lambda self, tree: tree})())
shell.events.register('post_run_cell', lambda *a: None)
shell.user_ns.update(score=3.0, passed=True, points=10)
shell.run_cell = lambda *a, **k: None
""",
    "hooks_imports": """
import sys
class Finder:
    def find_spec(self, name, *a):
        if name.startswith(('autograder', 'workbook')): raise ImportError(name)
        return None
sys.meta_path.insert(0, Finder())
for name in list(sys.modules):
    if name.startswith('workbook'): del sys.modules[name]
""",
}

SPIES = {  # look for expected results in the process that runs them, and return whatever looks like one
    "spies_on_frames": """
import sys
def Lie():
    frame, found = sys._getframe(), []
    while frame:
        for name, value in list(frame.f_locals.items()):
            words = ('expect', 'want', 'right', 'solution', 'reference')
            if any(word in str(name) for word in words): found.append(value)
            if isinstance(value, dict) and 'expected' in value: found.append(value['expected'])
        frame = frame.f_back
    return found[0] if found else 0.5
""",
    "spies_on_memory": """
import gc
def Lie():
    for thing in gc.get_objects():
        if isinstance(thing, dict) and 'expected' in thing and 'expression' in thing:
            value = thing['expected'].get('value')
            if value is not None: return value
    return 0.5
""",
    "traces_the_probe": """
import sys
seen = []
def trace(frame, event, value):
    seen.append(value)
    return trace
sys.settrace(trace)
sys.setprofile(lambda *a: None)
def Lie():
    return next((v for v in reversed(seen) if isinstance(v, float)), 0.5)
""",
    "reads_the_tables": """
import json, pathlib, workbook
known = []
for path in pathlib.Path(workbook.__file__).parent.rglob('*.json'):
    table = json.loads(path.read_text())
    known += [p['expected'] for p in table['probes']]
def Lie():
    return next(k['value'] for k in known if k['kind'] == 'number')
""",
    "unlocks_by_exception": """
class Lie(Exception):
    pass
def Lie(): raise SystemExit(0)
""",
}

MEMORISE = """
import json, pathlib, workbook
import numpy as np
def table(task):
    path = pathlib.Path(workbook.__file__).parent / 'tables' / f'{task}.json'
    return json.loads(path.read_text())['probes']
def values(plain):
    if not plain or 'values' not in plain: return None if not plain else plain.get('value')
    return np.array(plain['values'], dtype=float).reshape(plain['shape'])
def lookup(task, **given):
    for probe in table(task):
        inputs = {name: values(value) for name, value in probe['inputs'].items()}
        pairs = [(given[n], v) for n, v in inputs.items() if n in given]
        if all(np.array_equal(*(np.asarray(side, dtype=float) for side in pair)) for pair in pairs):
            return values(probe['expected'])
    return 0.5
"""
MEMORISED = {
    "covariance": """
def covariance(X):
    return lookup('covariance', X=X)
""",
    "inverse_logit": """
def inverse_logit(X, w, alpha):
    return lookup('inverse_logit', X=X, w=w, alpha=alpha)
""",
    "log_loss": """
def log_loss(y, p):
    return lookup('log_loss', y=y, p=p)
""",
}

SPEAK = """
import json, os
def say(**message):
    line = b"\\n" + json.dumps(message).encode() + b"\\n"
    for fd in range(3, 200):
        try:
            os.set_blocking(fd, False)
            os.write(fd, line)
        except OSError:
            pass
number = {"kind": "number", "type": "float", "value": 0.5}
tasks = ("centered", "covariance", "covariance_inverse", "inverse_logit", "log_loss")
"""
WIRE = {
    "answers_early": """
for task in tasks:
    for index in range(40):
        say(kind='answer', cell=f'test_{task}', index=index, answer={'state': 'answered', 'value': number})
""",
    "claims_a_verdict": """
for task in tasks:
    say(kind='verdict', cell=f'test_{task}', task=task, score=10, state='passed')
    say(kind='answer', cell=f'test_{task}', index=0, answer={'state': 'passed', 'score': 10, 'passed': True})
say(kind='finished', score=10)
""",
    "ends_early": """
say(kind='finished')
say(kind='end', cell='test_log_loss', count=1, error=None)
""",
    "sends_nonsense": """
for message in ({}, {'kind': None}, {'kind': 'answer'}, {'kind': 'answer', 'cell': 'test_log_loss', 'index': 10**30},
    {'kind': 'answer', 'cell': 'test_log_loss', 'index': -1, 'answer': {}},
    {'kind': 'answer', 'cell': ['x'], 'index': 0},
    {'kind': 'start', 'cell': {'a': 1}}, {'kind': 'output', 'cell': 'log_loss', 'output': 5}):
    say(**message)
""",
}

SEND_TO_ALL = r"""
answer = {'state': 'answered', 'value': value, 'seconds': 10**400, 'error': value, 'missing': '\ud800'}
for task in tasks:
    for index in range(40):
        say(kind='answer', cell=f'test_{task}', index=index, answer=answer)
os._exit(0)
"""

# Malformed values, sent as answers to every question after a right start: none may stop the run.
MALFORMED = {
    "huge_number": {"kind": "number", "type": "int", "value": 10**400},
    "huge_shape": {"kind": "array", "type": "ndarray", "dtype": "float64", "shape": [10**9, 10**9], "values": []},
    "values_too_large": {"kind": "array", "type": "ndarray", "dtype": "int64", "shape": [1], "values": [10**400]},
    "shape_of_texts": {"kind": "array", "type": "ndarray", "dtype": "float64", "shape": ["x", None], "values": []},
    "pairs_that_are_none": {"kind": "dict", "type": "dict", "items": [[[{}], {"kind": "none"}], 5]},
    "half_a_surrogate": {"kind": "text", "type": "\ud800", "value": "\udfff" * 10},
    "long_type": {"kind": "other", "type": "x" * 10**6},
    "nothing": None,
    "script": {"kind": "other", "type": "<script>alert(1)</script>"},
}


def deep(levels):
    value = {"kind": "none", "type": "NoneType"}
    for _ in range(levels):
        value = {"kind": "items", "type": "list", "items": [value]}
    return value


def _sends(value):
    return f"{SPEAK}\nvalue = json.loads({json.dumps(value)!r})\n{SEND_TO_ALL}"


def _hides_in_outputs(book):
    """Answers in the outputs and the metadata of the file, where a cell would look for them."""
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [
                {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "3.0"}}
            ]
            cell["metadata"]["score"] = cell["metadata"]["points"] = 10


def _more_points(book):
    for cell in book["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"] |= {"points": 1000, "grade": True, "locked": False, "schema_version": 99}
    book["metadata"]["celltoolbar"] = "Create Assignment"


def _own_checks(book):
    for task in FULL:
        find(book, f"test_{task}")["source"] = "3.0"
    find(book, "load_customers")["source"] += "\nimport numpy as np\nX = np.zeros((4, 11))"


def _second_check(book):
    """A cell of the student's own that has the mark of a check."""
    cell = code_cell("10.0", "test_log_loss")
    cell["metadata"] = {
        "nbgrader": {"grade": True, "grade_id": "test_log_loss", "points": 10, "locked": False, "solution": True}
    }
    book["cells"].insert(0, cell)


def _degenerate(X):
    return {
        "centered": f"{X}\nX_means = X[0] * 0\nX_centered = X",
        "covariance_inverse": "C = np.eye(11)\nC_inv = C_identity = C",
    }


def attacks():
    """All cheating submissions."""
    for name, code in LIES.items():
        yield Attack(name, code, GUESS, ZERO)
    for name, code in PATCHES.items():
        yield Attack(name, code, HALF, ZERO)
    for name, code in SPIES.items():
        yield Attack(name, code, GUESS, ZERO)
    yield Attack("memorises_the_visible_checks", MEMORISE, MEMORISED, ZERO)
    for name, code in WIRE.items():
        yield Attack(name, SPEAK + code, HALF, ZERO)
    for name, value in (MALFORMED | {"deep": deep(300)}).items():
        yield Attack(f"sends_{name}", _sends(value), {}, ZERO)
    yield Attack("zeros_for_data", "", _degenerate("X = np.zeros((50, 11))"), ZERO)
    yield Attack("no_numbers_for_data", "", _degenerate("X = np.full((50, 11), np.nan)"), ZERO)
    yield Attack("no_rows_for_data", "", _degenerate("X = np.zeros((0, 11))"), ZERO)
    yield Attack("hides_answers_in_outputs", "", {}, ZERO, damage=_hides_in_outputs)
    yield Attack("asks_for_more_points", "", NUMPY, FULL, damage=_more_points)
    yield Attack("brings_its_own_checks", "", HALF, ZERO, damage=_own_checks)
    yield Attack("marks_a_cell_as_a_check", "", HALF, ZERO, damage=_second_check)
    yield Attack("patches_beside_honest_work", PATCHES["patches_the_ladder"], NUMPY, FULL)
