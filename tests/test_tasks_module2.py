"""Module 2's tasks: the kill matrix, natural answers in files, and references against independent implementations."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special, stats
from sklearn import metrics

from autograder import judge, sample_class, tasks
from workbook.ladder import Verdict

TASKS = ("dot_loop", "dot_vectorized", "centered", "covariance", "covariance_inverse", "inverse_logit", "log_loss")


@pytest.mark.parametrize("seed", [judge.SEED, 1, 2])
@pytest.mark.parametrize("name", TASKS)
def test_kill_matrix(name, seed):
    kills = list(judge.matrix(tasks.find(name), seed))
    for kill in kills:
        print(f"{kill.task:20} {kill.kind:8} {kill.version:40} {kill.state:14} {kill.score:g} {kill.named or ''}")
    assert [kill for kill in kills if not kill.ok] == []
    assert len({kill.version for kill in kills if kill.kind == "right"}) > 3


@pytest.mark.parametrize("name", ["inverse_logit", "log_loss"])
def test_main_tasks_have_six_right_styles_and_all_known_mistakes(name):
    task = tasks.find(name)
    assert len(task.rights) >= 6
    known = {version.name for version in task.mistakes} | set(task.told)
    assert known >= set({"inverse_logit": sample_class.SIGMOIDS, "log_loss": sample_class.LOSSES}[name])


@pytest.mark.parametrize("mistake", sample_class.SIGMOIDS)
def test_natural_sigmoid_mistakes_are_named(mistake):
    assert in_process("inverse_logit", sample_class.SIGMOIDS[mistake]).mistake == mistake


@pytest.mark.parametrize("mistake", sample_class.LOSSES)
def test_natural_log_loss_mistakes_are_named(mistake):
    code = f"def log_loss(y, p):\n    {sample_class.LOSSES[mistake]}"
    assert in_process("log_loss", code).mistake == mistake


UNNAMED = {
    "half the loss, with the sign lost": "return np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)) / 3",
    "sum in base 2": "return -np.sum(y * np.log2(p) + (1 - y) * np.log2(1 - p))",
    "the sum, with the sign lost": "return np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))",
    "the exponential of the loss": "return np.exp(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))",
    "share of wrong labels": "return np.mean((p > 0.5) != y)",
    "exponential loss": "return np.mean(np.exp(-(2 * y - 1) * (2 * p - 1)))",
    "a constant": "return 0.5",
}


SIZE = "hard-coded n or k"
# The same mistake in other numbers and styles than those of the list: constants are open.
SAME_MISTAKE = [
    ("log_loss", "y, p", "return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)) / 1650", "divides by k", 0),
    ("log_loss", "y, p", "p = np.clip(p, 3e-4, 0.9998); return -np.mean(np.log(abs(1 - y - p)))", "over-clipping", 2),
    ("log_loss", "y, p", "return -np.mean(np.log(abs(1 - y - p) + 1e-6))", "over-clipping", 2),
    ("log_loss", "y, p", "p = np.maximum(p, 1e-9); return -np.mean(np.log(abs(1 - y - p)))", "log(0) to inf or nan", 2),
    ("inverse_logit", "X, w, alpha", "return 1 / 1 + np.exp(-(X @ np.ravel(w) + alpha))", "brackets missing", 0),
    ("inverse_logit", "X, w, alpha", "print(X @ np.ravel(w) + alpha)", "nothing returned", 0),
    ("inverse_logit", "X, w, alpha", "return 1 / (1 + np.exp(-(X[:, 0] * w[0] + X[:, 1] * w[1] + alpha)))", SIZE, 0),
    ("inverse_logit", "X, w, alpha", "return 1 / (1 + np.exp(-(X * np.ravel(w) + alpha)))", "products not added up", 0),
]


@pytest.mark.parametrize(("task", "arguments", "code", "name", "score"), SAME_MISTAKE)
def test_a_mistake_has_its_name_in_other_numbers_and_styles(task, arguments, code, name, score):
    verdict = in_process(task, f"def {task}({arguments}):\n    {code}")
    assert (verdict.mistake, verdict.score) == (name, score)


@pytest.mark.parametrize("what", UNNAMED)
def test_other_wrong_answers_get_no_wrong_name(what):
    verdict = in_process("log_loss", f"def log_loss(y, p):\n    {UNNAMED[what]}")
    assert not verdict.passed and verdict.mistake is None
    assert verdict.rungs[0].found and verdict.rungs[0].expected


RIGHT_SIGMOIDS = [
    "from scipy.special import expit\ndef inverse_logit(X, w, a):\n    return list(expit(X @ np.ravel(w) + a))",
    "def inverse_logit(X, w, alpha):\n"
    "    w = np.asarray(w, dtype=float).reshape(X.shape[1])\n"
    "    z = np.array([alpha + sum(x * v for x, v in zip(row, w)) for row in X])\n"
    "    def low(t): return np.exp(t) / (1 + np.exp(t))\n"
    "    return np.piecewise(z, [z >= 0, z < 0], [lambda t: 1 / (1 + np.exp(-t)), low])",
    "class Model:\n    def predict(self, z):\n        return 1 / (1 + np.exp(-np.clip(z, -40, 40)))\n"
    "def inverse_logit(X, w, alpha, *, model=Model()):\n    return model.predict(X.dot(np.ravel(w)) + alpha)",
    "inverse_logit = lambda X, w, alpha: 0.5 + 0.5 * np.tanh((np.inner(X, np.ravel(w)) + alpha) / 2)",
]


@pytest.mark.parametrize("code", RIGHT_SIGMOIDS)
def test_natural_right_sigmoids_pass(code):
    assert in_process("inverse_logit", code).passed


def in_process(name, code) -> Verdict:
    namespace = {"np": np, "metrics": metrics, "X": np.zeros((5, 11))}
    exec(code, namespace)
    return judge.in_namespace(tasks.find(name), namespace)


# --- references against independent implementations --------------------------------------------------------

finite = st.floats(-30, 30)


@given(hnp.arrays(float, st.tuples(st.integers(1, 8), st.integers(1, 5)), elements=finite), st.data())
@settings(max_examples=60, deadline=None)
def test_inverse_logit_against_scipy_and_math(X, data):
    w = data.draw(hnp.arrays(float, X.shape[1], elements=st.floats(-3, 3)))
    alpha = data.draw(st.floats(-5, 5))
    p = tasks.find("inverse_logit").model(X, w, alpha)
    z = [math.fsum([alpha, *(a * b for a, b in zip(row, w, strict=True))]) for row in X]
    np.testing.assert_allclose(p, special.expit(z), rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(p, stats.logistic.cdf(z), rtol=1e-9, atol=1e-300)


@given(st.integers(2, 40), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_log_loss_against_scikit_learn(n, seed):
    rng = np.random.default_rng(seed)
    y, p = rng.integers(0, 2, n), rng.uniform(1e-6, 1 - 1e-6, n)
    expected = metrics.log_loss(y, p, labels=[0, 1])
    assert tasks.find("log_loss").model(y, p) == pytest.approx(expected, rel=1e-9)


@given(hnp.arrays(float, st.tuples(st.integers(2, 9), st.integers(2, 5)), elements=st.floats(-1e3, 1e3)))
@settings(max_examples=60, deadline=None)
def test_covariance_against_numpy(X):
    np.testing.assert_allclose(tasks.find("covariance").model(X), np.cov(X, rowvar=False), rtol=1e-6, atol=1e-6)
