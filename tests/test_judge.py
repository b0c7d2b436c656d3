"""The judge against code of any style and any manners: right answers pass, and nothing that a probe does stops it."""

import functools
import json
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from autograder import judge, tasks
from autograder.cli import app
from workbook import plain
from workbook.probe import Probe, ask

visible = sys.modules["workbook.check"]  # `workbook.check` is the function

LOG_LOSS = """
import numpy as np

EPSILON = 1e-12
LIMITS = [EPSILON, 1 - EPSILON]

def log_loss(y, p):
    p = np.clip(p, *LIMITS)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
"""


def verdict(task, code):
    namespace: dict = {}
    exec(code, namespace)
    return judge.in_namespace(tasks.find(task), namespace)


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


# --- styles: each turns a right function into another right one ---------------------------------------------


def printing(function):
    @functools.wraps(function)
    def noisy(*arguments, **named):
        print("hello " * 1000)
        warnings.warn("beware", stacklevel=1)
        return function(*arguments, **named)

    return noisy


def remembering(function):
    kept: dict = {}

    def remember(*arguments):
        key = tuple((np.shape(value), np.asarray(value).tobytes()) for value in arguments)
        if key not in kept:
            kept[key] = function(*arguments)
        return kept[key]

    return remember


class Called:
    def __init__(self, function):
        self.function = function

    def __call__(self, *arguments):
        return self.function(*arguments)

    def method(self, *arguments):
        return self.function(*arguments)


def in_single_precision(function):
    def single(*arguments):
        return function(*(np.float32(value) if np.ndim(value) else value for value in arguments))

    return single


def returning(change):
    def style(function):
        return lambda *arguments: change(function(*arguments))

    return style


STYLES = {
    "prints and warns": printing,
    "remembers what it has computed": remembering,
    "a callable object": Called,
    "a bound method": lambda function: Called(function).method,
    "a partial": functools.partial,
    "a lambda": lambda function: lambda *arguments: function(*arguments),
    "a list or a number of Python": returning(lambda value: np.asarray(value).tolist()),
    "an array, also for one number": returning(np.asarray),
    "an array of objects": returning(lambda value: np.asarray(value).astype(object)),
    "an array of float32": returning(np.float32),
    "computed in another order": returning(lambda value: np.asarray(value) * (1 + 1e-9)),
}
FUNCTION_TASKS = [
    task.name
    for task in tasks.all_tasks().values()
    if task.model and not task.is_variable and not isinstance(task.model, type)
]
FUNCTIONS = ("linear_step", "inverse_logit", "log_loss", "covariance", "mean_squared_error", "accuracy_at", "softmax")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_right_answer_passes_in_any_style(name):
    task = tasks.find(name)
    rejected = [
        style for style, change in STYLES.items() if not judge.in_namespace(task, {name: change(task.model)}).passed
    ]
    assert rejected == []


@pytest.mark.parametrize("name", ("linear_step", "inverse_logit", "covariance", "mean_squared_error", "softmax"))
def test_single_precision_inside_is_right_and_a_thousandth_is_not(name):
    task = tasks.find(name)
    assert judge.in_namespace(task, {name: in_single_precision(task.model)}).passed
    off = judge.in_namespace(task, {name: lambda *arguments: np.asarray(task.model(*arguments)) * 1.001})
    assert (off.state, off.mistake) == ("failed", None)


def test_tolerance_follows_from_the_case():
    """The sum of terms that cancel may be off by what single precision makes of the terms, not of the sum."""
    task = tasks.find("linear_step")
    case = tasks.Case(
        "linear_step(X, w, alpha)", {"X": np.array([[1e4 + 0.1, 1e4]]), "w": np.array([1.0, -1.0]), "alpha": 0.0}
    )
    slack = tasks._slack(
        task, case, tasks.probe_of(case), {"kind": "array", "dtype": "float64", "shape": [1], "values": [0.1]}
    )
    assert slack["slack"][0] == pytest.approx(1e-5)  # the limit: a ten-thousandth of the result
    exact = tasks.Case(
        "linear_step(X, w, alpha)", {"X": np.array([[1.0, 2.0]]), "w": np.array([1.0, -1.0]), "alpha": 0.0}
    )
    plain = {"kind": "array", "dtype": "float64", "shape": [1], "values": [-1.0]}
    assert tasks._slack(task, exact, tasks.probe_of(exact), plain) == {}


def test_settings_and_imports_of_the_notebook_are_no_data():
    assert verdict("log_loss", LOG_LOSS).passed
    wrong = verdict("log_loss", LOG_LOSS.replace(".mean()", ".sum() / 7"))
    assert (wrong.state, wrong.mistake) == ("failed", "divides by k"), (
        "a list of two settings is no global that is read"
    )


def test_attributes_are_no_globals():
    code = "import numpy as np\nmean = np.arange(50.0)\ndef mean_squared_error(y, y_hat): return (y - y_hat).mean() + 5"
    assert verdict("mean_squared_error", code).mistake is None


def test_names_of_python_taken_by_the_notebook_do_not_matter():
    taken = "\nsum = 0\nlen = max = list = str = None\nnp_ = np\nnp = 'taken'\n"
    code = LOG_LOSS.replace("np.", "np_.") + taken
    assert verdict("log_loss", code).passed


# --- manners -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "rung", "found"),
    [
        ("class Odd(BaseException): pass\n    raise Odd('mine')", "runs", "Odd: mine"),
        ("class Mute(Exception):\n        def __str__(self): raise ValueError\n    raise Mute", "runs", "Mute"),
        ("raise KeyboardInterrupt", "runs", "KeyboardInterrupt"),
        ("raise GeneratorExit", "runs", "GeneratorExit"),
        ("import sys; sys.exit('bye')", "runs", "SystemExit"),
        ("return log_loss(y, p)", "runs", "RecursionError"),
        ("return np.zeros((10**7, 10**7))", "runs", "MemoryError"),
        ("return np.zeros(5_000_000)", "type", "5,000,000 values"),
        ("nested = []\n    for _ in range(10**5): nested = [nested]\n    return nested", "runs", "RecursionError"),
        ("return (value for value in p)", "type", "generator"),
    ],
)
def test_whatever_a_function_does_is_a_rung(body, rung, found):
    result = verdict("log_loss", f"import numpy as np\ndef log_loss(y, p):\n    {body}")
    first = next(step for step in result.rungs if not step.passed)
    assert (result.state, first.name) == ("failed", rung) and found in first.found
    assert result.hint


def test_a_loop_that_catches_everything_is_stopped():
    code = "while True:\n        try:\n            1 + 1\n        except BaseException:\n            pass"
    code = f"def log_loss(y, p):\n    {code}"
    namespace: dict = {}
    exec(code, namespace)
    question = Probe("log_loss(1, 2)")
    assert ask(question, ("log_loss",), namespace, seconds=0.1).state in ("timeout", "answered")


def test_kept_state_is_told_from_chance():
    kept = (
        "seen = []\ndef mean_squared_error(y, y_hat):\n    seen.append(((y - y_hat) ** 2).mean())\n    return sum(seen)"
    )
    assert verdict("mean_squared_error", kept).mistake == "keeps state"
    chance = "import numpy as np\ndef mean_squared_error(y, y_hat):\n    return np.random.default_rng().uniform()"
    assert verdict("mean_squared_error", chance).mistake is None


# --- slow is right ---------------------------------------------------------------------------------------------


def test_a_loop_is_right_and_its_pace_is_measured():
    slow = "total = 0.0\n    for i in range(len(a)):\n        total += a[i] * b[i]\n    return total"
    slow = f"def dot_vectorized(a, b):\n    {slow}"
    result = verdict("dot_vectorized", slow)
    assert result.passed and any("times as long as one line of NumPy" in remark for remark in result.remarks)
    quick = verdict("dot_vectorized", "def dot_vectorized(a, b):\n    return a @ b")
    assert quick.passed and quick.remarks == ()


# --- the cost of judging -----------------------------------------------------------------------------------


def test_a_wrong_answer_makes_few_known_mistakes_play_on(monkeypatch):
    task, asked = tasks.find("gradient_descent"), []
    monkeypatch.setattr(tasks, "ask", lambda *question: asked.append(question) or ask(*question))
    monkeypatch.setattr(judge, "_TABLES", {})
    assert judge.in_namespace(task, {task.name: lambda gradient, w_0, *options: (w_0, 0)}).state == "failed"
    known = len(asked) - len(tasks.draw_cases(task, judge.SEED, fresh=True))
    assert 0 < known < len(task.mistakes) * len(tasks.draw_cases(task, judge.SEED, fresh=True)) / 4


def test_what_every_submission_needs_is_kept_when_contexts_come_and_go(monkeypatch):
    monkeypatch.setattr(judge, "_TABLES", {})
    monkeypatch.setattr(judge, "TABLES_KEPT", 2)
    often, plot = tasks.find("softmax"), tasks.find("loss_plot")
    first = judge._table(often, judge.SEED, None)
    for shift in range(3):
        lists = {name: np.add(tasks.regularization.LISTS[name], shift) for name in plot.context}
        judge._table(plot, judge.SEED, lists)
        assert judge._table(often, judge.SEED, None) is first
    assert len(judge._TABLES) == 2


# --- files -----------------------------------------------------------------------------------------------------


def test_helpers_of_earlier_tasks_are_there(tmp_path):
    answer = tmp_path / "answer.py"
    answer.write_text(
        "def fit_newton(X, y, tolerance=1e-8, max_iter=20):\n"
        "    X1 = np.column_stack([X, np.ones(len(X))])\n"
        "    w = np.zeros(X1.shape[1])\n"
        "    history = [w]\n"
        "    for _ in range(max_iter):\n"
        "        step = np.linalg.solve(log_loss_hessian(X1, w), log_loss_gradient(X1, y, w))\n"
        "        w = w - step\n"
        "        history.append(w)\n"
        "        if np.abs(step).sum() < tolerance:\n"
        "            break\n"
        "    return w[:-1], w[-1], np.array(history)\n"
    )
    result = run("judge", "fit_newton", answer, "--json")
    assert result.exit_code == 0, result.stdout


def test_another_name_is_pointed_out(tmp_path):
    answer = tmp_path / "answer.py"
    answer.write_bytes("\ufeffdef logloss(y, p):\r\n    return 1\r\n".encode())
    result = run("judge", "log_loss", answer, "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 1 and "the file defines `logloss`" in told["rungs"][0]["found"] and told["hint"]


def test_what_is_no_python_file_is_explained(tmp_path):
    book, binary = tmp_path / "a.ipynb", tmp_path / "a.pdf"
    book.write_text('{"cells": [], "nbformat": 4}')
    binary.write_bytes(b"%PDF\0\1")
    assert "is a notebook" in run("judge", "log_loss", book).output
    assert "not a text file" in run("judge", "log_loss", binary).output
    by_hand = run("judge", "accuracy_analysis", book)
    assert by_hand.exit_code == 2 and "marked by hand" in by_hand.output


def test_a_negative_seed_and_a_slip_in_the_code_are_explained(tmp_path):
    answer = tmp_path / "answer.py"
    answer.write_text("def log_loss(y, p:\n")
    told = json.loads(run("judge", "log_loss", answer, "--json").stdout)
    found = told["rungs"][0]["found"]
    assert told["state"] == "failed" and "SyntaxError" in found and "line 1" in found and "<" not in found
    seed = run("judge", "log_loss", answer, "--seed", -1)
    assert seed.exit_code == 2 and "--seed" in seed.output


ENDS = """
import os

class Ends:
    def __getattr__(self, name):
        os._exit(0)

    __array__ = __len__ = __float__ = lambda self, *arguments: os._exit(0)
"""


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("log_loss", "def log_loss(y, p): os._exit(0)"),
        ("best_threshold", "best_threshold = Ends()"),
        ("loss_plot", "loss_ax = Ends()"),
        (
            "LogisticRegressionScratch",
            "class LogisticRegressionScratch:\n    def __init__(self, *options): os._exit(0)",
        ),
    ],
)
def test_a_process_that_ends_in_a_question_is_a_rung(name, code):
    result = judge.in_file(tasks.find(name), ENDS + code)
    first = result.rungs[0]
    assert (result.state, result.score, first.name) == ("failed", 0, "runs") and "process ended" in first.found


# --- frozen tables ---------------------------------------------------------------------------------------------


def key_of(value):
    """What tells an argument from others: its numbers, or the code of a function and what it closes over."""
    if callable(value):
        held = [repr(cell.cell_contents) for cell in value.__closure__ or ()]
        return repr((value.__code__.co_code, value.__code__.co_consts, value.__code__.co_names, held))
    return json.dumps(plain.encode(value))


def by_heart(task):
    """A function that knows by heart what `task` was asked by its frozen table, and guesses at anything else."""
    known: dict = {}

    def key(arguments, named):
        return (*map(key_of, arguments), *((name, key_of(value)) for name, value in sorted(named.items())))

    def learn(*arguments, **named):
        asked = key(arguments, named)
        known[asked] = task.model(*arguments, **named)
        return known[asked]

    table = visible.load_table(task.name)
    for row in table["probes"]:
        if not row.get("pace"):
            ask(Probe(row["expression"], row["inputs"]), task.names, {task.name: learn})
    guess = next(iter(known.values()))
    return lambda *arguments, **named: known.get(key(arguments, named), guess)


@pytest.mark.parametrize("name", FUNCTION_TASKS)
def test_a_function_that_memorises_the_frozen_table_earns_nothing(name):
    task = tasks.find(name)
    memorised = {name: by_heart(task)}
    assert visible.judge(name, memorised).passed
    assert judge.in_namespace(task, memorised).score == 0


# --- kinds of input ----------------------------------------------------------------------------------------------

# The contract promises arrays of floats and single numbers. What it promises besides:
ALSO_ASKED = {
    "inverse_logit": list,  # the weights
    "accuracy_at": pd.Series,  # y_test of the notebook
    "cross_entropy": np.ndarray,  # y holds whole numbers, the classes
    "gradient_descent": np.ndarray,  # a start of whole numbers
}


def choosy(task, refuse):
    """The right answer for what the contract promises; anything else is refused."""

    def is_promised(value):
        if isinstance(value, np.ndarray):
            return value.dtype == float or ALSO_ASKED.get(task.name) is np.ndarray
        return isinstance(value, (float, int, np.floating, ALSO_ASKED.get(task.name, float))) or callable(value)

    def answer(*arguments, **named):
        if all(map(is_promised, (*arguments, *named.values()))):
            return task.model(*arguments, **named)
        return refuse(*arguments)

    return answer


def refuses(*arguments):
    raise TypeError("arrays of floats, please")


@pytest.mark.parametrize("refuse", [refuses, lambda *arguments: -1e9])
def test_other_kinds_of_input_than_promised_cost_nothing(refuse):
    wronged = [
        name
        for name in FUNCTION_TASKS
        if not judge.in_namespace(tasks.find(name), {name: choosy(tasks.find(name), refuse)}).passed
    ]
    assert wronged == []
