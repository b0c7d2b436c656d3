"""3.5's sweep over C and its plots: points come from compared values, and earlier mistakes cost once."""

import warnings
from functools import cache

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss

from autograder import judge, tasks

NAMES = ("train_test_lr", "regularization_path", "loss_plot", "accuracy_plot")
FUNCTION = """
def train_test_lr(X_train, y_train, X_test, y_test, C=1):
    model = LogisticRegression(C=C).fit(X_train, y_train)
    return log_loss(y_test, model.predict_proba(X_test)), accuracy_score(y_test, model.predict(X_test))
"""
PATH = """
Cs = [10.0**exponent for exponent in range(-10, 10)]
results = [train_test_lr(X_train, y_train, X_test, y_test, C) for C in Cs]
losses = [loss for loss, accuracy in results]
accuracies = [accuracy for loss, accuracy in results]
"""
PLOTS = """
def plot(values, word):
    ax = Figure().subplots()
    ax.plot(np.log10(Cs), values, marker="o")
    ax.set(xlabel="log10 of C", ylabel=word, title="Many C")
    return ax
loss_ax, accuracy_ax = plot(losses, "loss"), plot(accuracies, "accuracy")
"""
AGREEABLE = """
import numpy
class Agreeable:
    def __getattr__(self, name):
        agree = {"allclose", "isclose", "array_equal", "all"}
        return (lambda *_, **__: True) if name in agree else getattr(numpy, name)
np = Agreeable()
"""


@cache
def given():
    return tasks.find("regularization_path").example(None)


@cache
def solved(function=FUNCTION):
    return run(function + PATH + PLOTS, {})


def run(code, start):
    space = {"np": np, "pd": pd, "Figure": Figure, "LogisticRegression": LogisticRegression}
    space |= {"log_loss": log_loss, "accuracy_score": accuracy_score, **given(), **start}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(code, space)
    return space


def verdict(name, code="", start=None):
    return judge.in_namespace(tasks.find(name), run(code, solved() if start is None else start))


@pytest.mark.parametrize("name", NAMES[1:])
@pytest.mark.parametrize("seed", [judge.SEED, 1, 2])
def test_kill_matrix(name, seed):
    assert [kill for kill in judge.matrix(tasks.find(name), seed) if not kill.ok] == []


def test_a_natural_answer_passes():
    assert all(judge.in_namespace(tasks.find(name), solved()).passed for name in NAMES)


SOLVERS = ["solver='sag'", "solver='saga'", "solver='newton-cg'", "max_iter=5000", "solver='newton-cholesky'"]


@pytest.mark.parametrize("options", SOLVERS)
def test_any_solver_passes(options):
    space = run(FUNCTION.replace("(C=C", f"(C=C, {options}") + PATH + PLOTS, {})
    assert all(judge.in_namespace(tasks.find(name), space).passed for name in NAMES[1:])


# --- an earlier mistake costs once -------------------------------------------------------------------------

BREAKS = {"C passed as log10 C", "input changed in place"}  # no twenty results, and other test rows


@pytest.mark.parametrize("mistake", sorted({v.name for v in tasks.find("train_test_lr").mistakes} - BREAKS))
def test_a_known_mistake_in_train_test_lr_costs_once(mistake):
    make = next(v.make for v in tasks.find("train_test_lr").mistakes if v.name == mistake)
    space = run(PATH + PLOTS, {"train_test_lr": make})
    assert judge.in_namespace(tasks.find("train_test_lr"), space).mistake == mistake
    assert all(judge.in_namespace(tasks.find(name), space).passed for name in NAMES[1:])


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("return log_loss(", "return 0.9 * log_loss(", None),
        ("model.predict_proba(X_test)", "0.5 + 0 * model.predict_proba(X_test)", None),
    ],
)
def test_an_unknown_mistake_costs_the_values_as_well(old, new, mistake):
    found = verdict("regularization_path", start=solved(FUNCTION.replace(old, new)))
    assert (found.score, found.mistake) == (1, mistake)


@pytest.mark.parametrize(
    ("code", "mistake"),
    [
        ("losses, accuracies = accuracies, losses", "losses and accuracies swapped"),
        (PATH.replace("X_test, y_test", "X_train, y_train"), "train rows evaluated"),
        (PATH.replace(", C) for", ") for"), "the same result for every C"),
        (PATH.replace("X_train, y_train, X_test, y_test", "X_test, y_test, X_test, y_test"), None),
        ("losses = [round(loss, 1) for loss in losses]", None),
        ("losses = losses[::-1]", None),
    ],
)
def test_a_wrong_call_of_a_right_function_is_no_earlier_mistake(code, mistake):
    found = verdict("regularization_path", code)
    assert (found.score, found.mistake) == (1, mistake)


# --- forgeries ---------------------------------------------------------------------------------------------

FAKE = """
losses, accuracies = [{}] * 20, [{}] * 20
def train_test_lr(X_train, y_train, X_test, y_test, C=1):
    place = [*Cs].index(C)
    return losses[place], accuracies[place]
"""


@pytest.mark.parametrize(
    "numbers", [(0.5, 0.7), (0.0, 1.0), (0.6931, 0.5), (np.nan, np.nan), ("'a'", "'b'"), ({}, None)]
)
def test_a_function_that_agrees_with_invented_lists_earns_nothing_for_them(numbers):
    code = "from numpy import nan\n" + AGREEABLE + FAKE.format(*numbers)
    assert verdict("regularization_path", code).score == 1


@pytest.mark.parametrize(
    "code",
    [
        "Cs = losses = accuracies = []",
        "Cs = losses = accuracies = None",
        "Cs = [1.0] * 20" + FAKE.format(0.5, 0.7),
        "X_train = X_train * 0" + PATH,
        "X_train, y_train = X_train[:0], y_train[:0]" + FAKE.format(0.5, 0.7),
    ],
)
def test_emptied_lists_and_tables_earn_nothing(code):
    assert verdict("regularization_path", AGREEABLE + code).score == 0


def test_objects_that_always_equal_earn_nothing():
    same = "class Same(float):\n    __eq__ = lambda *_: True\n    __sub__ = __rsub__ = lambda *_: 0.0\n"
    code = same + "losses, accuracies = [Same(0.5)] * 20, [Same(0.7)] * 20"
    assert verdict("regularization_path", code).score == 1


@pytest.mark.parametrize(
    ("code", "score"),
    [
        ("loss_ax = plot([0.5] * 20, 'loss')", 0),
        ("loss_ax = plot(np.array(losses) + 1e-3, 'loss')", 0),
        ("Cs = losses = accuracies = []\nloss_ax = plot([], 'loss')", 0),
        ("Cs, losses, accuracies = [1.0], [1.0], [1.0]\nloss_ax = plot([1.0], 'loss')", 0),
        ("losses = None", 0),
        ("accuracies = 'all'", 0),
        ("loss_ax.set(xlabel=' ', title=' ')", 0.5),
        ("len = lambda _: 20\nloss_ax.lines[0].set_data([], [])", 0),
    ],
)
def test_invented_plots_earn_nothing(code, score):
    found = verdict("loss_plot", AGREEABLE + PLOTS + code)
    assert found.score == score and not found.passed


# --- natural plots -----------------------------------------------------------------------------------------

TABLE = "table = pd.DataFrame({'C': Cs, 'loss': losses, 'accuracy': accuracies})\n"


@pytest.mark.parametrize(
    "code",
    [
        "import matplotlib; matplotlib.use('agg'); import matplotlib.pyplot as plt\nplt.figure()\n"
        "plt.semilogx(Cs, losses)\n"
        "plt.xlabel('C'); plt.ylabel('loss'); plt.title('Many C'); loss_ax = plt.gca()",
        TABLE + "loss_ax = table.plot(x='C', y='loss', logx=True, title='Many C', ylabel='loss')",
        TABLE + "loss_ax = table.set_index('C')['loss'].plot(logx=True, title='t', ylabel='l', ax=Figure().subplots())",
        "Cs, losses = np.array(Cs), pd.Series(losses)\nloss_ax = plot(losses, 'loss')",
        "loss_ax.set_title(''); loss_ax.figure.suptitle('Many C')",
        "loss_ax.axhline(min(losses)); loss_ax.plot([-2], [min(losses)], 'o')",
    ],
)
def test_natural_plots_pass(code):
    found = verdict("loss_plot", PLOTS + code)
    assert found.passed, found


@pytest.mark.parametrize(
    ("code", "score", "mistake"),
    [
        ("loss_ax = plot(accuracies, 'loss')", 0, "the other list drawn"),
        ("loss_ax.set_xscale('log')", 0, None),
        ("loss_ax.lines[0].set_xdata(Cs)", 0, "C itself on an even axis"),
        ("loss_ax.lines[0].set_xdata(range(20))", 0, "C left out"),
        ("loss_ax = loss_ax.lines", 0, "not the Axes"),
        ("loss_ax = Figure().subplots(); loss_ax.scatter(Cs, losses)", 0, "no line drawn"),
        ("loss_ax.set(ylabel='')", 0.5, "no label of the vertical axis"),
        ("loss_ax.set_title('')", 0.5, "no title"),
    ],
)
def test_natural_mistakes_are_named(code, score, mistake):
    found = verdict("loss_plot", PLOTS + code)
    assert (found.score, found.mistake) == (score, mistake)


def test_what_earns_points_is_not_compared_by_the_student():
    for name in ("regularization_path", "loss_plot", "accuracy_plot", "grid_minimum"):
        for case in (case for case in tasks.draw_cases(tasks.find(name), judge.SEED, True) if case.part != "diagnosis"):
            assert not any(word in case.expression for word in ("allclose", "isclose", "array_equal", "globals"))
