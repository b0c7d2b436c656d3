"""Module 3's tasks on descent and training, their figures and sliders: kill matrix, natural answers, references."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import optimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from autograder import judge, tasks
from workbook import explore
from workbook.data import load_churn
from workbook.plots import training

TASKS = ("f", "grid_minimum", "gradient", "hessian", "gradient_descent", "newton")
PRACTICE = ("log_loss_gradient", "log_loss_hessian", "fit_newton", "l1_penalty", "l2_penalty")
DESCENT = ("ascends", "stops after one step", "counts off by one", "ignores max_iter", "ignores tolerance")
DESCENT += ("uses the loss and not the step", "changes w_0", "returns the previous w", "learning rate squared")


@pytest.mark.parametrize("seed", [judge.SEED, 1, 2])
@pytest.mark.parametrize("name", TASKS + PRACTICE)
def test_kill_matrix(name, seed):
    kills = list(judge.matrix(tasks.find(name), seed))
    assert [kill for kill in kills if not kill.ok] == []
    assert len({kill.version for kill in kills if kill.kind == "right"}) >= 6
    assert len({kill.version for kill in kills if kill.kind == "mistake"}) >= 8


@pytest.mark.parametrize(
    ("name", "mistakes"),
    [
        ("gradient_descent", DESCENT),
        ("newton", ("multiplies by the Hessian", "counts off by one", "returns the previous w")),
        (
            "log_loss_gradient",
            ("y - p", "no mean (sum)", "intercept column forgotten", "extra p(1-p)", "hard-coded n or k"),
        ),
        ("log_loss_hessian", ("q not per row", "no mean", "q = p only", "X'q shape")),
        ("l1_penalty", ("times C for over C", "1/2 put in", "L2 for L1", "C ignored", "C passed as log10 C")),
        ("l2_penalty", ("times C for over C", "1/2 put in", "L1 for L2", "(sum w)**2", "C ignored")),
    ],
)
def test_mistakes_of_the_contract_are_known(name, mistakes):
    assert {version.name for version in tasks.find(name).mistakes} >= set(mistakes)


# --- natural answers ---------------------------------------------------------------------------------------


def verdict(task, code):
    namespace = {"np": np}
    exec(code, namespace)
    return judge.in_namespace(tasks.find(task), namespace)


HEAD = "def gradient_descent(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):\n"
LOOP = """    w = {start}
    n = 0
    for i in range(max_iter):
        step = learning_rate * gradient(w)
        {update}
        n += 1
        if {test}:
            break
    return {result}
"""
USUAL = {"start": "w_0", "update": "w = w - step", "test": "np.sum(np.abs(step)) < tolerance", "result": "w, n"}


@pytest.mark.parametrize(
    ("changed", "mistake", "score"),
    [
        ({}, None, 3),
        ({"start": "np.array(w_0, dtype=float)", "update": "w -= step"}, None, 3),
        ({"test": "np.sum(np.abs(step)) <= tolerance", "result": "[w, n]"}, None, 3),
        ({"update": "w = w + step"}, "ascends", 0),
        ({"update": "w = w - learning_rate * step"}, "learning rate squared", 0),
        ({"result": "w, i"}, "counts off by one", 1),
        ({"result": "w"}, "only the weights returned", 0),
        ({"result": "n, w"}, "weights and count exchanged", 0),
        ({"test": "abs(step) < tolerance"}, "scalar only", 2),
        ({"test": "np.linalg.norm(step) < tolerance"}, "not the sum of absolute differences", 2),
        ({"test": "step < tolerance"}, "absolute value forgotten", 0),
        ({"test": "np.sum(np.abs(gradient(w))) < tolerance"}, "uses the gradient and not the step", 0),
        ({"test": "False"}, "ignores tolerance", 0),
        ({"start": "w_0", "update": "w -= step"}, "changes w_0", 2),
        ({"start": "np.array(w_0)", "update": "w -= step"}, "whole numbers kept", 2),
        ({"update": "old = w; w -= step", "test": "np.sum(np.abs(w - old)) < tolerance"}, "stops after one step", 2),
    ],
)
def test_natural_descents(changed, mistake, score):
    found = verdict("gradient_descent", HEAD + LOOP.format(**USUAL | changed))
    assert (found.mistake, found.score) == (mistake, score)


@pytest.mark.parametrize("change", ["w = w - 0.5 * step", "w = w - step - 1e-3", "w = w - step ** 3"])
def test_unknown_mistakes_of_descent_get_no_name(change):
    found = verdict("gradient_descent", HEAD + LOOP.format(**USUAL | {"update": change}))
    assert not found.passed and found.mistake is None


GRID = "f = lambda x: 0.001*(3*x-1)**4 + 1.5*(2*x-4)**2 + 5*x + 7\nxs = np.linspace(-10, 10, 1000)\nys = f(xs)\n"
GRID += "x_min_grid = xs[ys.argmin()]\nfrom matplotlib.figure import Figure\nax = Figure().subplots()\n"


@pytest.mark.parametrize(
    ("end", "mistake", "score"),
    [
        ("ax.plot(xs, ys); f_ax = ax", None, 2),
        ("import pandas as pd; f_ax = pd.Series(ys, index=xs).plot(ax=ax)", None, 2),
        ("f_ax = ax.plot(xs, ys)", "no Axes kept", 1),
        ("ax.plot(xs, ys)", "no Axes kept", 1),
        ("f_ax = ax; ax.scatter(xs, ys)", "no line kept", 1),
        ("f_ax = ax; ax.plot(ys)", "plotted without x", 1),
        ("f_ax = ax; ax.plot(xs, xs ** 2)", None, 1),
        ("ax.plot(xs, ys); f_ax = ax; x_min_grid = ys.min()", "the smallest value for its place", 0),
    ],
)
def test_natural_grids(end, mistake, score):
    found = verdict("grid_minimum", GRID + end)
    assert (found.mistake, found.score) == (mistake, score)


WRONG_F = (
    "f = lambda x: {}\nys = np.array([f(x) for x in xs])\nx_min_grid = xs[ys.argmin()]\nax.plot(xs, ys); f_ax = ax\n"
)


@pytest.mark.parametrize(
    "formula", ["(x - 3) ** 2", "x * x", "(3*x-1)**4 + 1.5*(2*x-4)**2 + 5*x + 7", "np.cos(x)", "-(x ** 3)"]
)
def test_a_wrong_f_costs_nothing_here(formula):
    assert verdict("grid_minimum", GRID + WRONG_F.format(formula)).passed
    found = verdict("grid_minimum", GRID + WRONG_F.format(formula) + "x_min_grid = ys.argmin()")
    assert (found.score, found.mistake) == (0, "the position for x")
    assert verdict("grid_minimum", GRID + WRONG_F.format(formula) + "ax.lines[0].remove(); ax.plot(ys)").mistake == (
        "plotted without x"
    )


@pytest.mark.parametrize("grid", ["np.linspace(-10, 10, 321)", "np.linspace(-7, 10, 1000)"])
def test_any_other_grid_is_named_whatever_f_is(grid):
    found = verdict("grid_minimum", GRID + f"xs = {grid}\n" + WRONG_F.format("abs(x - 1)"))
    assert found.score == 0 and found.mistake in ("another number of points", "another range")


PLOTTED = "ax.plot(xs, ys); f_ax = ax\n"
BLIND = """
import numpy
class Agreeable:
    def __getattr__(self, name):
        agree = {"allclose", "isclose", "array_equal", "all"}
        return (lambda *_, **__: True) if name in agree else getattr(numpy, name)
np = Agreeable()
"""
SAME = "class Same(float):\n    __eq__ = lambda *_: True\n    __sub__ = __rsub__ = lambda *_: 0.0\n"


@pytest.mark.parametrize(
    ("fake", "score"),
    [
        ("ys = xs ** 2; x_min_grid = xs[ys.argmin()]", 0),  # f is right, and ys is not of it
        ("ys = 0 * xs; x_min_grid = -10.0; f = lambda x: 0.0", 0),
        ("ys = np.full(1000, np.nan); f = lambda x: np.nan; x_min_grid = -10.0", 0),
        ("xs = np.zeros(1000); ys = f(xs); x_min_grid = 0.0", 0),
        ("xs = np.repeat(np.linspace(-10, 10, 500), 2); ys = f(xs); x_min_grid = xs[ys.argmin()]", 0),
        (SAME + "x_min_grid = Same(3)", 0),
        (SAME + "ys = xs ** 2; g = f; f = lambda x: Same(g(x)); x_min_grid = xs[ys.argmin()]", 0),
        ("x_min_grid = 'low'", 0),
        ("ys = 'values'", 0),
        ("xs = ys = None", 0),
        ("xs = xs.tolist() + [[]]", 0),
        ("ax.clear(); ax.plot(xs, xs ** 2)", 1),
        ("ax.clear(); ax.plot([-10, 10], [0, 1])", 1),
        ("ax.clear(); ax.plot(xs[::100], ys[::100])", 1),
        ("ax.clear(); ax.plot(['a', 'b'], [0, 1])", 1),
        ("ax.clear(); ax.plot([], [])", 1),
        ("ax.clear(); ax.axhline(x_min_grid)", 1),
    ],
)
def test_points_of_the_grid_come_from_values(fake, score):
    found = verdict("grid_minimum", GRID + PLOTTED + BLIND + fake)
    assert found.score == score and not found.passed
    assert found.mistake in (None, "no line kept", "the place of the maximum")  # -10 is the latter, whatever ys is


@pytest.mark.parametrize(
    "plot",
    [
        "import matplotlib; matplotlib.use('agg'); import matplotlib.pyplot as plt; plt.plot(xs, ys); f_ax = plt.gca()",
        "import pandas as pd; f_ax = pd.DataFrame({'x': xs, 'y': ys}).plot(x='x', y='y', ax=ax)",
        "f_ax = ax; ax.plot(xs, 12 * (xs - 1)); ax.plot(xs[::-1], ys[::-1])",  # another curve first
        "f_ax = ax; ax.plot(xs, ys, '.'); ax.axhline(0); ax.plot([], []); ax.plot(x_min_grid, ys.min(), 'o')",
        "f_ax = ax; x = np.linspace(-10, 10, 300); ax.plot(x, f(x)); ax.set_yscale('log')",
    ],
)
def test_natural_plots_of_f_pass(plot):
    assert verdict("grid_minimum", GRID + plot).passed


def test_a_global_in_the_gradient_is_named():
    code = "X = np.ones((5, 2))\ndef log_loss_gradient(X1, y, w1):\n"
    code += "    return X1.T @ (1 / (1 + np.exp(-X1 @ w1)) - y) / len(X)\n"
    assert verdict("log_loss_gradient", code).mistake == "reads a global"


# --- references against independent implementations --------------------------------------------------------

numbers = st.floats(-20, 20).map(lambda value: round(value, 3))


@given(numbers)
def test_derivatives_agree_with_numerical_ones(x):
    f, gradient, hessian = (tasks.find(name).model for name in ("f", "gradient", "hessian"))
    h = 1e-4
    assert gradient(x) == pytest.approx((f(x + h) - f(x - h)) / (2 * h), rel=1e-5, abs=1e-4)
    assert hessian(x) == pytest.approx((gradient(x + h) - gradient(x - h)) / (2 * h), rel=1e-5, abs=1e-4)


@given(numbers, st.floats(0.5, 4))
def test_newton_agrees_with_scipy(start, scale):
    def slope(w):
        return scale * (w - 1) + np.tanh(w - 1)

    def curvature(w):
        return scale + 1 / np.cosh(np.clip(w - 1, -50, 50)) ** 2

    w, n_iter = tasks.find("newton").model(slope, curvature, start, 1e-9)
    assert w == pytest.approx(1, abs=1e-7)
    _, its = optimize.newton(slope, start, curvature, tol=1e-9, full_output=True)
    assert n_iter in (its.iterations, its.iterations + 1)  # SciPy leaves out the last step where the slope is exactly 0


@given(hnp.arrays(float, st.integers(1, 5), elements=numbers))
def test_descent_on_a_bowl_is_geometric(w_0):
    w, n_iter = tasks.find("gradient_descent").model(lambda w: 2 * (w - 1), w_0, 0.2, 1e-3)
    np.testing.assert_allclose(w, 1 + 0.6**n_iter * (w_0 - 1), atol=1e-9)
    last = 0.4 * 0.6 ** (n_iter - 1) * np.abs(w_0 - 1).sum()
    assert last < 1e-3 + 1e-9 and (n_iter == 1 or last / 0.6 > 1e-3 - 1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_log_loss_derivatives_agree_with_numerical_ones(seed, k):
    rng = np.random.default_rng(seed)
    X1 = np.column_stack([rng.normal(size=(30, k)), np.ones(30)])
    y, w1 = rng.integers(0, 2, size=30).astype(float), rng.normal(size=k + 1)

    def loss(w):
        return -np.mean(y * np.log(expit(X1 @ w)) + (1 - y) * np.log(expit(-X1 @ w)))

    gradient, hessian = tasks.find("log_loss_gradient").model, tasks.find("log_loss_hessian").model
    np.testing.assert_allclose(gradient(X1, y, w1), optimize.approx_fprime(w1, loss, 1e-7), atol=1e-5)
    slopes = optimize.approx_fprime(w1, lambda w: gradient(X1, y, w), 1e-7)
    np.testing.assert_allclose(hessian(X1, w1), slopes, atol=1e-5)


def churn():
    table = load_churn()
    X = table.drop(columns="churn").to_numpy(dtype=float)
    return (X - X.mean(axis=0)) / X.std(axis=0), table["churn"].to_numpy(dtype=float), list(table.columns[:-1])


def test_fit_newton_agrees_with_scikit_learn_on_the_churn_table():
    X, y, names = churn()
    w, alpha, history = tasks.find("fit_newton").model(X, y)
    model = LogisticRegression(C=1e12, solver="newton-cholesky", tol=1e-10).fit(X, y)
    np.testing.assert_allclose(w, model.coef_[0], atol=1e-7)
    assert alpha == pytest.approx(model.intercept_[0], abs=1e-7)
    assert len(history) - 1 in (4, 5, 6) and not history[0].any()
    steps = training.weights_by_iteration(X, y, names)
    np.testing.assert_allclose(steps.to_numpy()[:5], history[:5], atol=1e-6)


# --- figures and sliders -----------------------------------------------------------------------------------


def bowl(w):
    return 2.5 * (w - 3) ** 2


def slope(w):
    return 5 * (w - 3)


def small_churn():
    X, y, names = churn()
    return X[:500], y[:500], names


# How to draw each figure, and a number of its data that the alt text must mention.
FIGURES = {
    "path": (lambda: training.descent_path(bowl, slope), "w = 2.99"),
    "a path that runs away": (lambda: training.descent_path(bowl, slope, learning_rate=0.45), "0.45"),
    "runs": (lambda: training.descent_runs(slope), "0.665 with 0.001"),
    "starts": (lambda: training.updates_against_start([0, 1], {"slow": [20, 22], "quick": [5, 6]}), "20 to 22"),
    "steps": (lambda: training.weights_over_steps(training.weights_by_iteration(*small_churn())), "12 weights"),
    "costs": (lambda: training.two_costs(np.array([-2.0, -0.5, 0.8, 2.5]), np.array([0, 1, 0, 1])), "4 examples"),
    "batches": (lambda: training.batches(*small_churn()[:2], n_batches=20), "0.693"),
    "three rates": (lambda: training.three_rates(bowl, slope), "3 with rate 0.15"),
    "overfitting": (training.overfitting, "at 4 features"),
    "penalties": (training.penalty_shapes, "w = 0.25"),
    "weights over C": (lambda: training.weights_over_C(*small_churn(), exponents=[-3, -2, 1]), "11 features"),
    "weights at C": (lambda: training.weights_at_C(*small_churn(), log10_C=-2), "C = 0.01"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_labelled_small_and_described(name):
    draw, number = FIGURES[name]
    picture = draw()
    assert number in picture.alt and picture.alt.endswith(".")
    for axes in picture.axes if isinstance(picture.axes, tuple) else (picture.axes,):
        assert axes.get_xlabel() and axes.get_ylabel() and axes.get_title(loc="left")
    assert len(picture.png()) < 80_000


def test_the_chosen_function_shows_what_the_lesson_says():
    ends = {rate: training._path(slope, 0.0, rate, 50) for rate in (0.001, 0.05, 0.1, 0.4)}
    assert abs(ends[0.001][-1] - 3) > 2  # far away
    assert abs(ends[0.05][-1] - 3) < 1e-3 and abs(ends[0.1][-1] - 3) < 1e-3
    assert np.argmax(np.abs(ends[0.1] - 3) < 0.01) < np.argmax(np.abs(ends[0.05] - 3) < 0.01)  # the faster one
    np.testing.assert_allclose(np.abs(ends[0.4] - 3), 3)  # never settles


def test_L1_makes_zeros_and_L2_does_not():
    X, y, _ = small_churn()
    assert (training._penalised(X, y, 0.02, "L1") == 0).any()
    assert (training._penalised(X, y, 0.02, "L2") != 0).all()


@pytest.mark.parametrize("sliders", [lambda: explore.learning_rate(bowl, slope), lambda: explore.penalty(*churn())])
def test_sliders_redraw(sliders):
    slider, picture = sliders().children
    for value in (0.3, 0.2, 0.05):
        before = picture.value
        slider.value = value if slider.description == "rate" else -10 * value
        assert picture.value != before
