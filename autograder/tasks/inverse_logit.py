"""2.3 `inverse_logit`: probabilities of class 1 from features, weights and an intercept."""

import math

import numpy as np
import pandas as pd
from scipy.special import expit

from autograder.tasks import Case, Task

inverse_logit = Task("inverse_logit", points={"values": 2, "extremes": 1})
inverse_logit.pace = (
    "lambda n: (np.linspace(-1.0, 1.0, 4 * n).reshape(n, 4), np.array([0.5, -1.0, 0.25, 2.0]), 0.5)",
    "lambda X, w, alpha: np.exp(X).max(axis=1)",
)

CALL = "inverse_logit(X, w, alpha)"


@inverse_logit.reference
def _(X, w, alpha):
    return expit(np.asarray(X, dtype=float) @ np.ravel(w) + alpha)


@inverse_logit.cases
def _(rng, fresh):
    tiny = {"X": np.array([[1.0, 2.0], [0.0, 0.0], [-1.0, 3.0]]), "w": np.array([0.5, -1.0]), "alpha": 0.25}
    if fresh:
        tiny = {"X": rng.normal(size=(3, 2)).round(2), "w": rng.normal(size=2).round(2), "alpha": 0.5}
    square = {"shape:3x3": "W transposed into (n, n)"}
    yield Case(CALL, tiny, about="3 rows, 2 features", faults=square)

    shapes = [(1, 2), (4, 1), (5, 3), (3, 3), (3, 5)] + ([(1, 1), (17, 4), (1000, 11)] if fresh else [])
    for n, k in shapes:
        features, weights = rng.normal(size=(n, k)).round(2), rng.normal(size=k).round(2)
        alpha = round(float(rng.choice([-1, 1]) * rng.uniform(0.3, 1.5)), 2)
        size = f"{n} row{'s' * (n > 1)}, {k} feature{'s' * (k > 1)}"
        yield Case(
            CALL,
            {"X": features, "w": weights, "alpha": alpha},
            about=size,
            faults={f"shape:{n}x{n}": "W transposed into (n, n)"} if n > 1 else {},
        )

    yield Case(CALL, tiny, about="the first call once more", faults=square)

    # The last point: far from 0, and weights in each form that the task names.
    overflow = {"no warning": "overflow", "finite": "overflow", "runs:OverflowError": "overflow"}
    far = {"X": np.array([[1000.0], [-1000.0], [0.0]]), "w": np.array([1.0]), "alpha": 0.0}
    yield Case(
        CALL,
        far,
        "extremes",
        "z of 1000, -1000 and 0",
        rtol=0.0,
        atol=1e-12,
        forbid="overflow",
        faults=overflow,
    )
    sign = rng.choice([-1.0, 1.0], size=(4, 2))
    far = {"X": 900 * sign + rng.normal(size=(4, 2)), "w": np.array([1.25, 0.5]), "alpha": 0.0}
    yield Case(
        CALL,
        far,
        "extremes",
        "z far from 0, two features",
        rtol=0.0,
        atol=1e-12,
        forbid="overflow",
        faults=overflow,
    )

    features, weights = rng.normal(size=(5, 3)).round(2), rng.normal(size=3).round(2)
    yield Case(CALL, {"X": features, "w": weights.tolist(), "alpha": 0.5}, "extremes", "weights in a list", silent=True)
    yield Case(
        CALL,
        {"X": features, "w": weights.reshape(3, 1), "alpha": 0.5},
        "extremes",
        "weights as a column (k, 1)",
        faults={"shape:5x1": "(n, 1) returned", "shape:5x5": "W transposed into (n, n)"},
        silent=True,
    )


inverse_logit.tell(
    "overflow",
    "For a large negative z, exp(-z) is too large for a float: NumPy warns and stores infinity.",
    "Never take exp of a large positive number: treat negative z by the twin form of the formula, or use a function "
    "of SciPy that does.",
)


@inverse_logit.mistake(
    "sign of the exponent",
    "Every probability is 1 minus the right one: the exponent has the wrong sign.",
    "Large positive z must give a probability near 1. Check the sign inside exp.",
)
def _(X, w, alpha):
    return expit(-(X @ np.ravel(w) + alpha))


@inverse_logit.mistake(
    "scalar only",
    "A function that takes one number, such as those of `math` or an `if`, met a whole array.",
    "Use NumPy's functions, which work on every element.",
)
def _(X, w, alpha):
    return 1 / (1 + math.exp(-(X @ np.ravel(w) + alpha)))


@inverse_logit.mistake("scalar only")
def _(X, w, alpha):
    z = X @ np.ravel(w) + alpha
    if z >= 0:
        return 1 / (1 + np.exp(-z))
    return np.exp(z) / (1 + np.exp(z))


@inverse_logit.mistake("scalar only")
def _(X, w, alpha):
    return 1 / (1 + math.exp(-float(X @ np.ravel(w) + alpha)))


@inverse_logit.mistake(
    "intercept dropped",
    "This equals the answer without the intercept.",
    "Add alpha to the weighted sum before you apply the inverse logit.",
)
def _(X, w, alpha):
    return expit(X @ np.ravel(w))


@inverse_logit.mistake(
    "intercept after the inverse logit",
    "The intercept was added to the probability and not to z.",
    "Add alpha first, then apply the inverse logit.",
)
def _(X, w, alpha):
    return expit(X @ np.ravel(w)) + alpha


@inverse_logit.mistake(
    "intercept subtracted",
    "The intercept enters with the wrong sign.",
    "z is the weighted sum plus alpha.",
)
def _(X, w, alpha):
    return expit(X @ np.ravel(w) - alpha)


@inverse_logit.mistake(
    "W transposed into (n, n)",
    "A column and a row met, and NumPy stretched them into a square table.",
    "Flatten the weights to (k,) first; then the product has one value per row.",
)
def _(X, w, alpha):
    z = X @ np.reshape(w, (-1, 1)) + alpha
    return expit(z * np.ones(len(X)))


@inverse_logit.mistake(
    "(n, 1) returned",
    "Your probabilities form a column: weights of shape (k, 1) make a product of shape (n, 1).",
    "Flatten the weights or the result to one dimension.",
)
def _(X, w, alpha):
    return expit(X @ np.reshape(w, (-1, 1)) + alpha)


@inverse_logit.mistake(
    "z returned",
    "This is the linear step alone, the log of the odds.",
    "Apply the inverse logit to it.",
)
def _(X, w, alpha):
    return X @ np.ravel(w) + alpha


@inverse_logit.mistake(
    "odds returned",
    "These are the odds, which run from 0 to infinity.",
    "Odds o become a probability as o / (1 + o).",
)
def _(X, w, alpha):
    return np.exp(X @ np.ravel(w) + alpha)


@inverse_logit.mistake("odds returned")
def _(X, w, alpha):
    return np.exp(-(X @ np.ravel(w) + alpha))


@inverse_logit.mistake(
    "labels returned",
    "You returned labels, 0 or 1, where probabilities are asked for.",
    "Leave out the threshold: mapping to labels is the step after this one.",
)
def _(X, w, alpha):
    return (X @ np.ravel(w) + alpha > 0).astype(int)


@inverse_logit.mistake("labels returned")
def _(X, w, alpha):
    return expit(X @ np.ravel(w) + alpha).round()


@inverse_logit.mistake(
    "one value for all rows",
    "All rows were added up to one number.",
    "Keep one z per row: the sum runs over the features of a row only.",
)
def _(X, w, alpha):
    return expit((X * np.ravel(w)).sum() + alpha)


@inverse_logit.mistake(
    "intercept added once a feature",
    "The intercept was added to every product before the products were added up.",
    "Add alpha once, after the sum.",
)
def _(X, w, alpha):
    return expit((X * np.ravel(w) + alpha).sum(axis=1))


@inverse_logit.mistake(
    "mean for sum",
    "The products were averaged.",
    "z is the sum of the products, plus alpha.",
)
def _(X, w, alpha):
    return expit((X * np.ravel(w)).mean(axis=1) + alpha)


@inverse_logit.mistake(
    "products not added up",
    "Each feature was multiplied with its weight, and the products of a row were not added up.",
    "Add up along the row, or use `@`.",
)
def _(X, w, alpha):
    return expit(X * np.ravel(w) + alpha)


@inverse_logit.mistake(
    "weights not applied",
    "The features of a row were added up without their weights.",
    "Multiply each feature by its weight before you add.",
)
def _(X, w, alpha):
    return expit(X.sum(axis=1) + alpha)


for _name, _cause, _next_step, *_answers in [
    (
        "brackets missing",
        "Brackets are missing around the sum below the fraction line: `1 / 1 + ...` is not `1 / (1 + ...)`.",
        "Put the whole denominator in brackets.",
        lambda z: 1 + np.exp(-z),
        lambda z: 1 + np.exp(z),
    ),
    (
        "minus for plus",
        "The denominator is 1 minus the exponential.",
        "The formula adds: 1 + exp(-z).",
        lambda z: 1 / (1 - np.exp(-z)),
        lambda z: np.exp(z) / (1 - np.exp(z)),
    ),
    (
        "both classes returned",
        "You returned the probabilities of both classes.",
        "Return those of class 1 only, one value a row.",
        lambda z: np.column_stack([expit(-z), expit(z)]),
        lambda z: np.stack([expit(z), expit(-z)]),
    ),
    (
        "one row only",
        "You returned the probability of the first or the last row alone.",
        "Collect the results of all rows, and `return` after the loop.",
        lambda z: expit(z[0]),
        lambda z: expit(z[-1]),
        lambda z: expit(z[:1]),
    ),
    (
        "logarithm for exponential",
        "A logarithm was taken where the formula has an exponential.",
        "The inverse logit is 1 / (1 + exp(-z)).",
        lambda z: np.log(z),
        lambda z: np.log(1 + np.exp(z)),
        lambda z: np.log(expit(z)),
    ),
    (
        "clipped too early",
        "z or the probabilities are clipped so early that values change.",
        "Clip z at 500 or so, far outside of what changes a probability, or use a formula that can't overflow.",
        *(lambda z, end=end: expit(np.clip(z, -end, end)) for end in (5, 6, 10, 12, 15, 20, 25)),
        *(lambda z, end=10.0**-n: np.clip(expit(z), end, 1 - end) for n in range(2, 12)),
    ),
]:
    for _answer in _answers:
        inverse_logit.mistake(_name, _cause, _next_step)(
            lambda X, w, alpha, answer=_answer: answer(X @ np.ravel(w) + alpha)
        )


@inverse_logit.mistake("overflow")
def _(X, w, alpha):
    return 1 / (1 + np.exp(-(X @ np.ravel(w) + alpha)))


@inverse_logit.mistake("overflow")
def _(X, w, alpha):
    odds = np.exp(X @ np.ravel(w) + alpha)
    return odds / (1 + odds)


@inverse_logit.mistake("overflow")
def _(X, w, alpha):
    w = np.ravel(w)
    return [1 / (1 + math.exp(-(sum(a * b for a, b in zip(row, w, strict=True)) + alpha))) for row in X]


@inverse_logit.mistake("input changed in place")
def _(X, w, alpha):
    X *= np.ravel(w)
    return expit(X.sum(axis=1) + alpha)


@inverse_logit.right("two branches by mask")
def _(X, w, alpha):
    z = np.dot(X, np.asarray(w).ravel()) + alpha
    p = np.empty_like(z)
    up = z >= 0
    p[up] = 1 / (1 + np.exp(-z[up]))
    p[~up] = np.exp(z[~up]) / (1 + np.exp(z[~up]))
    return p


@inverse_logit.right("a loop over rows and features")
def _(X, w, alpha):
    weights = [float(np.ravel(value)[0]) for value in w]
    result = []
    for row in X:
        z = alpha
        for value, weight in zip(row, weights, strict=True):
            z += value * weight
        small = math.exp(-abs(z))
        result.append(1 / (1 + small) if z >= 0 else small / (1 + small))
    return result


@inverse_logit.right("einsum and exp(-|z|)")
def _(X, w, alpha=0.0, verbose=False):
    z = np.einsum("nk,k->n", X, np.ravel(w)) + alpha
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


@inverse_logit.right("clipped z")
def _(features, weights, intercept):
    z = np.clip(features @ np.ravel(weights) + intercept, -500, 500)
    return 1 / (1 + np.exp(-z))


@inverse_logit.right("errstate around the plain formula")
def _(X, w, alpha):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-(X @ np.ravel(w) + alpha)))


@inverse_logit.right("a Series from SciPy's expit")
def _(X, w, alpha):
    return pd.Series(expit(pd.DataFrame(X) @ np.ravel(w) + alpha))


@inverse_logit.right("tanh")
def _(X, w, alpha):
    return 0.5 * (1 + np.tanh(0.5 * ((X * np.ravel(w)).sum(axis=1) + alpha)))


@inverse_logit.right("logaddexp")
def _(X, w, alpha):
    return tuple(np.exp(-np.logaddexp(0, -(X @ np.ravel(w) + alpha))))


@inverse_logit.right("the ones column and ravel at the end")
def _(X, w, alpha):
    table = np.column_stack([X, np.ones(len(X))])
    weights = np.append(np.ravel(w), alpha).reshape(-1, 1)
    return expit(table @ weights).ravel()
