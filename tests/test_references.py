"""The references that expected results come from, against the same formulas in fifty digits and statsmodels."""

import mpmath
import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import tasks

mpmath.mp.dps = 50
mpf = mpmath.mpf


def exactly(values):
    """The numbers of an array as fifty-digit ones, in nested lists: a float is a fraction and loses nothing."""
    values = np.asarray(values, dtype=float)
    return mpf(float(values)) if values.ndim == 0 else [exactly(item) for item in values]


def dot(a, b):
    return mpmath.fdot(a, b)


def mean(values):
    return mpmath.fsum(values) / len(values)


def sigmoid(z):
    return 1 / (1 + mpmath.exp(-z))


def columns(rows):
    return [list(column) for column in zip(*rows, strict=True)]


def covariance(X):
    centred = [[value - mean(column) for value in column] for column in columns(X)]
    return [[dot(a, b) / (len(X) - 1) for b in centred] for a in centred]


def softmax(Z):
    rows = [[mpmath.exp(z - max(row)) for z in row] for row in Z]
    return [[value / mpmath.fsum(row) for value in row] for row in rows]


def gradient_of_loss(X1, y, w1):
    off = [sigmoid(dot(row, w1)) - label for row, label in zip(X1, y, strict=True)]
    return [dot(column, off) / len(y) for column in columns(X1)]


def hessian_of_loss(X1, w1):
    p = [sigmoid(dot(row, w1)) for row in X1]
    return [
        [mean([p_i * (1 - p_i) * row[a] * row[b] for row, p_i in zip(X1, p, strict=True)]) for b in range(len(w1))]
        for a in range(len(w1))
    ]


def r_squared(y, y_hat):
    missed = mpmath.fsum((a - b) ** 2 for a, b in zip(y, y_hat, strict=True))
    return 1 - missed / mpmath.fsum((a - mean(y)) ** 2 for a in y)


# The arguments of each task, drawn with a generator, and the same function in fifty digits.
def labels(rng, n):
    return np.arange(n) % 2.0


def design(rng, n, k):
    return np.column_stack([rng.normal(size=(n, k)) * 10.0 ** rng.integers(-2, 3), np.ones(n)])


EXACT = {
    "linear_step": (
        lambda rng, n: (rng.normal(size=(n, 3)), rng.normal(size=3), rng.normal()),
        lambda X, w, alpha: [dot(row, w) + alpha for row in X],
    ),
    "inverse_logit": (
        lambda rng, n: (rng.normal(size=(n, 3)) * 40, rng.normal(size=3), rng.normal()),
        lambda X, w, alpha: [sigmoid(dot(row, w) + alpha) for row in X],
    ),
    "log_loss": (
        lambda rng, n: (labels(rng, n), rng.uniform(1e-9, 1 - 1e-9, size=n)),
        lambda y, p: -mean([mpmath.log(b if a == 1 else 1 - b) for a, b in zip(y, p, strict=True)]),
    ),
    "mean_squared_error": (
        lambda rng, n: rng.normal(size=(2, n)) * 1e4,
        lambda y, y_hat: mean([(a - b) ** 2 for a, b in zip(y, y_hat, strict=True)]),
    ),
    "zero_one_loss": (
        lambda rng, n: rng.integers(0, 2, size=(2, n)).astype(float),
        lambda y, y_hat: mean([mpf(a != b) for a, b in zip(y, y_hat, strict=True)]),
    ),
    "r_squared": (lambda rng, n: rng.normal(size=(2, n + 1)) + 100, r_squared),
    "dot_vectorized": (lambda rng, n: rng.normal(size=(2, n)) * 1e3, dot),
    "covariance": (lambda rng, n: (rng.normal(size=(n + 1, 3)) + 1e3 * rng.normal(size=3),), covariance),
    "softmax": (lambda rng, n: (rng.normal(size=(n, 3)) * 30,), softmax),
    "cross_entropy": (
        lambda rng, n: (rng.integers(0, 3, size=n), rng.dirichlet(np.ones(3), size=n)),
        lambda y, P: -mean([mpmath.log(row[int(label)]) for label, row in zip(y, P, strict=True)]),
    ),
    "l1_penalty": (
        lambda rng, n: (rng.normal(size=n), rng.uniform(0.01, 100)),
        lambda w, C: mpmath.fsum(map(abs, w)) / C,
    ),
    "l2_penalty": (lambda rng, n: (rng.normal(size=n), rng.uniform(0.01, 100)), lambda w, C: dot(w, w) / C),
    "log_loss_gradient": (lambda rng, n: (design(rng, n, 2), labels(rng, n), rng.normal(size=3)), gradient_of_loss),
    "log_loss_hessian": (lambda rng, n: (design(rng, n, 2), rng.normal(size=3)), hessian_of_loss),
    "f": (
        lambda rng, n: (rng.uniform(-10, 10),),
        lambda x: (3 * x - 1) ** 4 / 1000 + 3 * (2 * x - 4) ** 2 / 2 + 5 * x + 7,
    ),
    "gradient": (
        lambda rng, n: (rng.uniform(-10, 10),),
        lambda x: 12 * (3 * x - 1) ** 3 / mpf(1000) + 6 * (2 * x - 4) + 5,
    ),
    "hessian": (lambda rng, n: (rng.uniform(-10, 10),), lambda x: 108 * (3 * x - 1) ** 2 / mpf(1000) + 12),
}


@pytest.mark.parametrize("name", EXACT)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 12))
def test_references_equal_fifty_digits(name, seed, n):
    """Off by a hundredth of what a submission may be off, at most: relative to the largest term, as rounding goes."""
    draw, exact = EXACT[name]
    arguments = draw(np.random.default_rng(seed), n)
    found = np.asarray(tasks.find(name).model(*(np.copy(value) for value in arguments)), dtype=float)
    wanted = np.array(exact(*(exactly(value) for value in arguments)), dtype=object)
    assert found.shape == wanted.shape
    off = max((abs(mpf(float(a)) - b) for a, b in zip(found.ravel(), wanted.ravel(), strict=True)), default=0)
    assert off <= 1e-8 * max(1, *(abs(value) for value in wanted.ravel()))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_newton_fits_as_statsmodels(seed, k):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(120, k))
    y = (rng.uniform(size=120) < 1 / (1 + np.exp(-X.sum(axis=1)))).astype(float)
    w, alpha, _ = tasks.find("fit_newton").model(X, y)
    fit = sm.Logit(y, sm.add_constant(X, prepend=False)).fit(disp=0)
    np.testing.assert_allclose([*w, alpha], fit.params, rtol=1e-5, atol=1e-6)
    curvature = tasks.find("log_loss_hessian").model(np.column_stack([X, np.ones(120)]), fit.params)
    np.testing.assert_allclose(np.linalg.inv(curvature) / 120, fit.cov_params(), rtol=1e-5)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_ols_fits_as_statsmodels(seed, k):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(30, k)) + 5, rng.normal(size=30)
    w, alpha = tasks.find("ols").model(X, y)
    fit = sm.OLS(y, sm.add_constant(X, prepend=False)).fit()
    np.testing.assert_allclose([*w, alpha], fit.params, rtol=1e-6, atol=1e-8)
    assert tasks.find("r_squared").model(y, X @ w + alpha) == pytest.approx(fit.rsquared)
