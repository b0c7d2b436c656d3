"""3.3 `log_loss_gradient`, `log_loss_hessian` and `fit_newton`: the training of a logistic regression (practice)."""

import math

import numpy as np
import pandas as pd
from scipy.special import expit

from autograder.tasks import Case, Task

log_loss_gradient = Task("log_loss_gradient", points={"values": 1}, graded=False)
log_loss_gradient.pace = (
    "lambda n: (np.linspace(-1.0, 1.0, 3 * n).reshape(n, 3), np.arange(n) % 2.0, np.array([0.5, -1.0, 0.25]))",
    "lambda X1, y, w1: np.exp(X1).max(axis=1)",
)
log_loss_hessian = Task("log_loss_hessian", points={"values": 1}, graded=False)
log_loss_hessian.pace = (
    "lambda n: (np.linspace(-1.0, 1.0, 3 * n).reshape(n, 3), np.array([0.5, -1.0, 0.25]))",
    "lambda X1, w1: np.exp(X1).max(axis=1)",
)
fit_newton = Task("fit_newton", points={"values": 1}, graded=False)


def _with_ones(X):
    return np.column_stack([X, np.ones(len(X))])


def _examples(rng, n, k):
    """Features (n, k) and labels that no hyperplane separates, both classes present."""
    X = rng.normal(size=(n, k)).round(2)
    y = (np.arange(n) % 2).astype(float)
    return X, rng.permutation(y)


# --- log_loss_gradient -------------------------------------------------------------------------------------

GRADIENT = "log_loss_gradient(X1, y, w1)"


@log_loss_gradient.reference
def _(X1, y, w1):
    return X1.T @ (expit(X1 @ w1) - y) / len(y)


@log_loss_gradient.cases
def _(rng, fresh):
    tiny = {
        "X1": np.array([[1.0, 1.0], [-1.0, 1.0], [2.0, 1.0], [0.0, 1.0]]),
        "y": np.array([1.0, 0.0, 1.0, 1.0]),
        "w1": np.array([0.5, -0.25]),
    }
    yield Case(GRADIENT, tiny, about="4 rows, 1 feature and the ones column")
    for n, k in [(6, 2), (3, 4), (5, 4), (1, 2)] + ([(40, 1), (1000, 11), (10_000, 3)] if fresh else [(9, 3)]):
        X, y = _examples(rng, n, k)
        inputs = {"X1": _with_ones(X), "y": y, "w1": rng.normal(size=k + 1).round(2)}
        yield Case(GRADIENT, inputs, about=f"{n} row{'s' * (n > 1)}, {k} features and the ones column", atol=1e-9)
    X, y = _examples(rng, 5, 2)
    yield Case(GRADIENT, {"X1": _with_ones(X), "y": y, "w1": np.zeros(3)}, about="all weights zero", atol=1e-9)
    yield Case(GRADIENT, tiny, about="the first call once more")


def _add_mistakes(task, mistakes):
    """Each mistake of `mistakes`: its name, likely cause, next step and then its versions."""
    for name, cause, next_step, *versions in mistakes:
        for version in versions:
            task.mistake(name, cause, next_step)(version)


_add_mistakes(
    log_loss_gradient,
    [
        (
            "y - p",
            "Every value has the wrong sign: the errors were taken as y - p.",
            "For the loss, which is minimised, the errors are p - y. (With y - p you climb the likelihood.)",
            lambda X1, y, w1: X1.T @ (y - expit(X1 @ w1)) / len(y),
        ),
        (
            "y - p, and no mean",
            "The errors were taken as y - p, and the sum was not divided by the number of rows.",
            "Use p - y and divide by the number of rows.",
            lambda X1, y, w1: X1.T @ (y - expit(X1 @ w1)),
        ),
        (
            "no mean (sum)",
            "This is the gradient of the sum of the losses.",
            "Divide by the number of rows: the loss here is a mean.",
            lambda X1, y, w1: X1.T @ (expit(X1 @ w1) - y),
        ),
        (
            "extra p(1-p)",
            "The errors were multiplied by p(1 - p). That belongs to the squared error of a probability.",
            "For the log loss this factor cancels: only p - y is left.",
            lambda X1, y, w1: _squared(X1, y, w1) / len(y),
            lambda X1, y, w1: 2 * _squared(X1, y, w1) / len(y),
            lambda X1, y, w1: _squared(X1, y, w1),
            lambda X1, y, w1: 2 * _squared(X1, y, w1),
        ),
        (
            "inverse logit forgotten",
            "The linear step was compared with the labels, without the inverse logit.",
            "Turn X1 @ w1 into probabilities first.",
            lambda X1, y, w1: X1.T @ (X1 @ w1 - y) / len(y),
            lambda X1, y, w1: 2 * X1.T @ (X1 @ w1 - y) / len(y),
            lambda X1, y, w1: X1.T @ (X1 @ w1 - y),
        ),
        (
            "sign of the exponent",
            "The probabilities are 1 minus the right ones.",
            "Large positive z must give a probability near 1. Check the sign inside exp.",
            lambda X1, y, w1: X1.T @ (expit(-(X1 @ w1)) - y) / len(y),
        ),
        (
            "labels for probabilities",
            "The errors are those of labels: a threshold was applied.",
            "Use the probabilities as they are.",
            lambda X1, y, w1: X1.T @ ((X1 @ w1 > 0) - y) / len(y),
            lambda X1, y, w1: X1.T @ ((X1 @ w1 >= 0) - y) / len(y),
        ),
        (
            "intercept column forgotten",
            "The entry of the intercept is missing.",
            "X1 has the ones column already: use all of its columns.",
            lambda X1, y, w1: X1[:, :-1].T @ (expit(X1 @ w1) - y) / len(y),
            lambda X1, y, w1: X1[:, :-1].T @ (expit(X1[:, :-1] @ w1[:-1]) - y) / len(y),
            lambda X1, y, w1: np.append(X1[:, :-1].T @ (expit(X1 @ w1) - y) / len(y), 0),
            lambda X1, y, w1: X1.T @ (expit(X1[:, :-1] @ w1[:-1]) - y) / len(y),
        ),
        (
            "a second ones column",
            "A ones column was added to X1, which has one already.",
            "Use X1 as it comes.",
            lambda X1, y, w1: _with_ones(X1).T @ (expit(X1 @ w1) - y) / len(y),
        ),
        (
            "divides by k",
            "The sum was divided by the number of weights.",
            "Divide by the number of rows.",
            lambda X1, y, w1: X1.T @ (expit(X1 @ w1) - y) / len(w1),
            lambda X1, y, w1: X1.T @ (expit(X1 @ w1) - y) / (len(w1) - 1),
        ),
        (
            "a value per row",
            "You returned the errors of the rows, or a table of them.",
            "Multiply the errors by the features and add up over the rows: one value per weight.",
            lambda X1, y, w1: expit(X1 @ w1) - y,
            lambda X1, y, w1: (expit(X1 @ w1) - y) / len(y),
            lambda X1, y, w1: X1 * (expit(X1 @ w1) - y)[:, None],
            lambda X1, y, w1: X1.T * (expit(X1 @ w1) - y),
            lambda X1, y, w1: X1 * (expit(X1 @ w1) - y)[:, None] / len(y),
        ),
        (
            "one value for all weights",
            "All entries were reduced to one number.",
            "Add up over the rows only: each weight keeps its own entry.",
            lambda X1, y, w1: np.mean(X1.T @ (expit(X1 @ w1) - y)),
            lambda X1, y, w1: np.sum(X1.T @ (expit(X1 @ w1) - y)) / len(y),
            lambda X1, y, w1: np.mean(X1 * (expit(X1 @ w1) - y)[:, None]),
        ),
        (
            "labels left out",
            "The probabilities were used without the labels.",
            "The errors are p - y.",
            lambda X1, y, w1: X1.T @ expit(X1 @ w1) / len(y),
        ),
        (
            "errors without their sign",
            "The errors were squared, or their absolute values taken.",
            "Use p - y as it is: the sign says in which direction to go.",
            lambda X1, y, w1: X1.T @ (expit(X1 @ w1) - y) ** 2 / len(y),
            lambda X1, y, w1: X1.T @ np.abs(expit(X1 @ w1) - y) / len(y),
        ),
        (
            "n - 1 for n",
            "The sum was divided by n - 1.",
            "Divide by the number of rows.",
            lambda X1, y, w1: X1.T @ (expit(X1 @ w1) - y) / (len(y) - 1),
        ),
        (
            "halved",
            "The values are half of the right ones.",
            "Divide by the number of rows and by nothing else.",
            lambda X1, y, w1: X1.T @ (expit(X1 @ w1) - y) / len(y) / 2,
        ),
        (
            "a column returned",
            "The entries form a column of shape (k + 1, 1).",
            "Flatten the result to one dimension.",
            lambda X1, y, w1: X1.T @ (expit(X1 @ w1) - y)[:, None] / len(y),
        ),
        (
            "weights updated already",
            "These are the weights after a step, and not the gradient.",
            "Return the gradient itself; the step is taken elsewhere.",
            lambda X1, y, w1: w1 - 0.1 * X1.T @ (expit(X1 @ w1) - y) / len(y),
            lambda X1, y, w1: w1 - X1.T @ (expit(X1 @ w1) - y) / len(y),
        ),
        (
            "scalar only",
            "A function that takes one number, such as those of `math`, met a whole array.",
            "Use NumPy's functions, which work on every element.",
            lambda X1, y, w1: X1.T @ (1 / (1 + math.exp(-(X1 @ w1))) - y) / len(y),
        ),
        (
            "features left out",
            "The errors were averaged without the features.",
            "Each entry is the mean of error times feature.",
            lambda X1, y, w1: np.full(len(w1), np.mean(expit(X1 @ w1) - y)),
            lambda X1, y, w1: np.mean(expit(X1 @ w1) - y),
        ),
    ],
)


def _squared(X1, y, w1):
    p = expit(X1 @ w1)
    return X1.T @ ((p - y) * p * (1 - p))


FIXED = (1e-7, 0.49)  # one over a number, whatever the number
_HARD_CODED = (
    "hard-coded n or k",
    "A number of rows or columns is written into the function: into what the sum is divided by, or into a loop.",
    "Take the sizes from the arguments: `len(X1)`, `X1.shape`.",
)
log_loss_gradient.mistake(*_HARD_CODED, factor=FIXED)(lambda X1, y, w1: X1.T @ (expit(X1 @ w1) - y))


@log_loss_gradient.mistake("input changed in place")
def _(X1, y, w1):
    y *= -1
    y += expit(X1 @ w1)
    return X1.T @ y / len(y)


@log_loss_gradient.right("plain formula")
def _(X1, y, w1):
    p = 1 / (1 + np.exp(-np.dot(X1, w1)))
    return np.dot(X1.T, p - y) / X1.shape[0]


@log_loss_gradient.right("loops")
def _(X1, y, w1):
    total = [0.0] * len(w1)
    for row, label in zip(X1, y, strict=True):
        z = sum(value * weight for value, weight in zip(row, w1, strict=True))
        p = math.exp(z) / (1 + math.exp(z))
        for j, value in enumerate(row):
            total[j] += (p - label) * value / len(X1)
    return total


@log_loss_gradient.right("mean over rows")
def _(table, labels, weights, verbose=False):
    errors = expit(table @ weights) - labels
    return (table * errors.reshape(-1, 1)).mean(axis=0)


@log_loss_gradient.right("einsum")
def _(X1, y, w1):
    return np.einsum("nk,n->k", X1, expit(X1 @ w1) - y) / y.size


@log_loss_gradient.right("y - p and a minus")
def _(X1, y, w1):
    return -((y - expit(X1 @ w1)) @ X1) / len(X1)


@log_loss_gradient.right("pandas")
def _(X1, y, w1):
    return pd.DataFrame(X1).mul(pd.Series(expit(X1 @ w1)) - y, axis=0).mean()


@log_loss_gradient.right("clipped")
def _(X1, y, w1):
    p = np.clip(0.5 * (1 + np.tanh(X1 @ w1 / 2)), 1e-15, 1 - 1e-15)
    return np.average(X1.T * (p - y), axis=1)


# --- log_loss_hessian --------------------------------------------------------------------------------------

HESSIAN = "log_loss_hessian(X1, w1)"


def _weighted(X1, q):
    return X1.T @ (X1 * q[:, None])


@log_loss_hessian.reference
def _(X1, w1):
    p = expit(X1 @ w1)
    return _weighted(X1, p * (1 - p)) / len(X1)


@log_loss_hessian.cases
def _(rng, fresh):
    tiny = {"X1": np.array([[1.0, 1.0], [-1.0, 1.0], [2.0, 1.0]]), "w1": np.array([0.5, -0.25])}
    yield Case(HESSIAN, tiny, about="3 rows, 1 feature and the ones column")
    for n, k in [(6, 2), (3, 3), (2, 4), (1, 2)] + ([(40, 1), (600, 11)] if fresh else []):
        X, _ = _examples(rng, n, k)
        inputs = {"X1": _with_ones(X), "w1": rng.normal(size=k + 1).round(2)}
        yield Case(HESSIAN, inputs, about=f"{n} row{'s' * (n > 1)}, {k} features and the ones column", atol=1e-9)
    yield Case(HESSIAN, tiny, about="the first call once more")


_add_mistakes(
    log_loss_hessian,
    [
        (
            "q not per row",
            "One value of p(1 - p) was used for all rows.",
            "Each row has its own p(1 - p): multiply every row of X1 by its own value.",
            lambda X1, w1: _weighted(X1, np.full(len(X1), np.mean(_q(X1, w1)))) / len(X1),
            lambda X1, w1: X1.T @ X1 * np.sum(_q(X1, w1)) / len(X1),
            lambda X1, w1: X1.T @ X1 * np.mean(_q(X1, w1)),
            lambda X1, w1: X1.T @ X1 * np.sum(_q(X1, w1)),
            lambda X1, w1: X1.T @ X1 * _q(X1, w1)[0] / len(X1),
            lambda X1, w1: X1.T @ X1 * np.mean(expit(X1 @ w1)) * (1 - np.mean(expit(X1 @ w1))) / len(X1),
        ),
        (
            "no mean",
            "This is the Hessian of the sum of the losses.",
            "Divide by the number of rows: the loss here is a mean.",
            lambda X1, w1: _weighted(X1, _q(X1, w1)),
        ),
        (
            "q = p only",
            "The rows were weighted with p, and the factor 1 - p is missing.",
            "The weight of a row is p times (1 - p).",
            lambda X1, w1: _weighted(X1, expit(X1 @ w1)) / len(X1),
            lambda X1, w1: _weighted(X1, expit(X1 @ w1)),
        ),
        (
            "q = 1 - p only",
            "The rows were weighted with 1 - p, and the factor p is missing.",
            "The weight of a row is p times (1 - p).",
            lambda X1, w1: _weighted(X1, expit(-(X1 @ w1))) / len(X1),
        ),
        (
            "q squared",
            "The weights p(1 - p) came in twice.",
            "Weight one of the two factors X1, not both.",
            lambda X1, w1: _weighted(X1, _q(X1, w1) ** 2) / len(X1),
        ),
        (
            "X'X without q",
            "The rows were not weighted; this is the Hessian of the squared error of a linear regression.",
            "Multiply each row by its p(1 - p) before the product.",
            lambda X1, w1: X1.T @ X1 / len(X1) / 4,
            lambda X1, w1: X1.T @ X1 / len(X1),
            lambda X1, w1: X1.T @ X1,
            lambda X1, w1: 2 * X1.T @ X1 / len(X1),
        ),
        (
            "X'q shape",
            "You multiplied X1 with the weights of the rows and stopped there: one value per column.",
            "X1 comes in twice: one value for every pair of columns, a (k + 1, k + 1) table.",
            lambda X1, w1: X1.T @ _q(X1, w1) / len(X1),
            lambda X1, w1: X1.T @ _q(X1, w1),
        ),
        (
            "q returned",
            "These are the weights p(1 - p) of the rows, or their mean.",
            "Put them between the transposed X1 and X1.",
            lambda X1, w1: _q(X1, w1),
            lambda X1, w1: np.mean(_q(X1, w1)),
            lambda X1, w1: np.diag(_q(X1, w1)),
        ),
        (
            "one factor X1 missing",
            "The rows were weighted, and the second factor X1 is missing.",
            "Multiply by X1 once more: the result has one row and one column per weight.",
            lambda X1, w1: X1.T * _q(X1, w1),
            lambda X1, w1: X1 * _q(X1, w1)[:, None],
        ),
        (
            "n - 1 for n",
            "The sum was divided by n - 1.",
            "Divide by the number of rows.",
            lambda X1, w1: _weighted(X1, _q(X1, w1)) / (len(X1) - 1),
        ),
        (
            "diagonal only",
            "Only the second derivative of each weight with itself is there.",
            "The Hessian holds every pair of weights.",
            lambda X1, w1: (X1**2).T @ _q(X1, w1) / len(X1),
            lambda X1, w1: np.diag((X1**2).T @ _q(X1, w1) / len(X1)),
        ),
        (
            "intercept column forgotten",
            "The row and the column of the intercept are missing.",
            "X1 has the ones column already: use all of its columns.",
            lambda X1, w1: _weighted(X1[:, :-1], _q(X1, w1)) / len(X1),
            lambda X1, w1: _weighted(X1[:, :-1], _q(X1[:, :-1], w1[:-1])) / len(X1),
        ),
        (
            "sign",
            "Every value has the wrong sign.",
            "The loss is curved upwards: all entries of the diagonal are positive.",
            lambda X1, w1: -_weighted(X1, _q(X1, w1)) / len(X1),
        ),
        (
            "the inverse returned",
            "This is the inverse of the Hessian.",
            "Return the Hessian itself; it is inverted, or better solved for, in the update.",
            lambda X1, w1: np.linalg.inv(_weighted(X1, _q(X1, w1)) / len(X1)),
            lambda X1, w1: np.linalg.pinv(_weighted(X1, _q(X1, w1)) / len(X1)),
        ),
        (
            "rows with rows",
            "The product is the wrong way round: it compares examples with examples.",
            "The result has one row and one column per weight: transpose the first factor.",
            lambda X1, w1: (X1 * _q(X1, w1)[:, None]) @ X1.T / len(X1),
            lambda X1, w1: (X1 * _q(X1, w1)[:, None]) @ X1.T,
        ),
        (
            "divides by k",
            "The sum was divided by the number of weights.",
            "Divide by the number of rows.",
            lambda X1, w1: _weighted(X1, _q(X1, w1)) / len(w1),
            lambda X1, w1: _weighted(X1, _q(X1, w1)) / (len(w1) - 1),
        ),
        (
            "inverse logit forgotten",
            "z(1 - z) was used in place of p(1 - p).",
            "Turn X1 @ w1 into probabilities first.",
            lambda X1, w1: _weighted(X1, (X1 @ w1) * (1 - X1 @ w1)) / len(X1),
        ),
    ],
)


def _q(X1, w1):
    p = expit(X1 @ w1)
    return p * (1 - p)


log_loss_hessian.mistake(*_HARD_CODED, factor=FIXED)(lambda X1, w1: _weighted(X1, _q(X1, w1)))


@log_loss_hessian.mistake("input changed in place")
def _(X1, w1):
    q = _q(X1, w1)
    before = X1.copy()
    X1 *= q[:, None]
    return before.T @ X1 / len(X1)


@log_loss_hessian.right("a diagonal matrix")
def _(X1, w1):
    p = 1 / (1 + np.exp(-X1 @ w1))
    return X1.T @ np.diag(p * (1 - p)) @ X1 / len(X1)


@log_loss_hessian.right("loops")
def _(X1, w1):
    n, size = X1.shape
    result = np.zeros((size, size))
    for row in X1:
        p = 1 / (1 + math.exp(-sum(a * b for a, b in zip(row, w1, strict=True))))
        for a in range(size):
            for b in range(size):
                result[a, b] += p * (1 - p) * row[a] * row[b] / n
    return result.tolist()


@log_loss_hessian.right("einsum")
def _(X1, w1):
    p = expit(np.einsum("nk,k->n", X1, w1))
    return np.einsum("na,n,nb->ab", X1, p - p**2, X1) / X1.shape[0]


@log_loss_hessian.right("square roots of q")
def _(table, weights, ridge=0.0):
    z = table @ weights
    half = table / (2 * np.cosh(z / 2))[:, None]
    return half.T @ half / len(table) + ridge


@log_loss_hessian.right("a DataFrame")
def _(X1, w1):
    table = pd.DataFrame(X1)
    p = expit(table @ w1)
    return table.T @ table.mul(p * (1 - p), axis=0) / len(table)


@log_loss_hessian.right("mean of outer products")
def _(X1, w1):
    p = expit(X1 @ w1)
    return np.mean([value * (1 - value) * np.outer(row, row) for row, value in zip(X1, p, strict=True)], axis=0)


# --- fit_newton --------------------------------------------------------------------------------------------

FIT = "fit_newton(X, y)"


def _steps(X, y, max_iter=20, tolerance=1e-8):
    """All weights of Newton's method, (steps + 1, k + 1)."""
    X1 = _with_ones(X)
    path, size = [np.zeros(X1.shape[1])], math.inf
    while size >= tolerance and len(path) <= max_iter:
        p = expit(X1 @ path[-1])
        step = np.linalg.solve(_weighted(X1, p * (1 - p)), X1.T @ (p - y))
        path.append(path[-1] - step)
        size = np.abs(step).sum()
    return np.array(path)


@fit_newton.reference
def _(X, y, tolerance=1e-8, max_iter=20):
    path = _steps(X, y, max_iter, tolerance)
    return path[-1, :-1], path[-1, -1], path


def _clear_examples(rng, n, k, tolerance=1e-8, least=4, unit=1.0):
    """Overlapping classes, whose steps (at least `least`) lie clearly on one side of the tolerance in any measure.

    In a large `unit` the features are small and the weights large: then the last step but one is small beside them.
    """
    while True:
        X = (rng.normal(size=(n, k)) * rng.uniform(0.6, 1.6, size=k) + rng.uniform(-1, 1, size=k)).round(2)
        p = expit(X @ rng.uniform(-1.2, 1.2, size=k) + rng.uniform(0.3, 0.8) * rng.choice([-1, 1]))
        y = (rng.random(n) < p).astype(float)
        if not 0.25 < y.mean() < 0.75:
            continue
        X = X / unit
        try:
            path = _steps(X, y, tolerance=tolerance)
        except np.linalg.LinAlgError:
            continue
        steps = np.abs(np.diff(path, axis=0))
        clear = (steps.max(axis=1) > 5 * tolerance) | (steps.sum(axis=1) < tolerance / 5)
        if unit > 1 and not (len(steps) > 1 and 2 * steps[-2].sum() < tolerance * np.abs(path[-2]).sum()):
            continue
        if clear.all() and np.abs(path).max() < 5 * unit and least <= len(steps) <= 9 and steps[-1].sum() < tolerance:
            return {"X": X, "y": y}


@fit_newton.cases
def _(rng, fresh):
    questions = [(FIT, _clear_examples(rng, 14, 1), "14 rows, 1 feature")]
    for n, k in [(30, 2)] + ([(60, 3), (300, 11), (700, 4)] if fresh else []):
        questions.append((FIT, _clear_examples(rng, n, k), f"{n} rows, {k} features"))
    for call, inputs, about in questions:
        for position, what in enumerate(RESULTS):
            yield _fit_case(call, inputs, about, position, what)
    few = [("fit_newton(X, y, 0.01)", _clear_examples(rng, 30, 2, 0.01), "tolerance 0.01")]
    few.append(("fit_newton(X, y, 1e-8, 3)", _clear_examples(rng, 30, 2, least=5), "at most 3 steps"))
    few.append(("fit_newton(X, y, 0.01)", _clear_examples(rng, 30, 2, 0.01, unit=1000.0), "large weights"))
    for call, inputs, about in few:
        yield _fit_case(call, inputs, about, 2, "history")
    for position in (0, 1):
        yield _fit_case(*few[1], position, RESULTS[position])
    yield _fit_case(*questions[0][:2], "the first call once more", 0, "w")


RESULTS = ("w", "alpha", "history")


def _fit_case(call, inputs, about, position, what):
    result = f"np.asarray({call}[2], dtype=float)" if position == 2 else f"{call}[{position}]"
    return Case(result, inputs, about=f"{what}: {about}", rtol=1e-6, atol=1e-7)


def _fit(X, y, tolerance=1e-8, max_iter=20, change=None, small=None, intercept=True):
    """Newton's method with something to spoil. change: the step from X1, p and y; small: the test of the end."""
    X1 = _with_ones(X) if intercept else np.asarray(X)
    w1 = np.zeros(X1.shape[1])
    history = [w1]
    for _ in range(max_iter):
        p = expit(X1 @ w1)
        step = (change or _newton_step)(X1, p, y)
        w1 = w1 - step
        history.append(w1)
        done = np.abs(step).sum() < tolerance if small is None else small(step, w1, X1, y, tolerance)
        if done:
            break
    return w1[:-1], w1[-1], np.array(history)


def _newton_step(X1, p, y):
    return np.linalg.solve(_weighted(X1, p * (1 - p)), X1.T @ (p - y))


def _spoilt(**what):
    def version(X, y, tolerance=1e-8, max_iter=20):
        return _fit(X, y, tolerance, max_iter, **what)

    return version


def _fixed(**fixed):
    def version(X, y, tolerance=1e-8, max_iter=20):
        return _fit(X, y, **({"tolerance": tolerance, "max_iter": max_iter} | fixed))

    return version


def _spoilt_answer(change):
    """A version whose run is right and whose answer is spoilt: change(w, alpha, history)."""

    def version(X, y, tolerance=1e-8, max_iter=20):
        return change(*_fit(X, y, tolerance, max_iter))

    return version


def _no_intercept(X, y, tolerance=1e-8, max_iter=20):
    w, last, history = _fit(X, y, tolerance, max_iter, intercept=False)
    return np.append(w, last), 0.0, history


def _ones_first(X, y, tolerance=1e-8, max_iter=20):
    w, alpha, history = _fit(X, y, tolerance, max_iter)
    return w, alpha, np.roll(history, 1, axis=1)


def _mean_hessian(X1, p):
    return _weighted(X1, p * (1 - p)) / len(X1)


_add_mistakes(
    fit_newton,
    [
        (
            "ascends",
            "The step was added, or the sign of the gradient is wrong: the loss grows.",
            "Subtract the step, with a gradient made of p - y.",
            _spoilt(change=lambda X1, p, y: -_newton_step(X1, p, y)),
        ),
        (
            "multiplies by the Hessian",
            "The gradient was multiplied by the Hessian, not by its inverse.",
            "The step solves Hessian times step = gradient.",
            _spoilt(change=lambda X1, p, y: _mean_hessian(X1, p) @ X1.T @ (p - y) / len(y)),
        ),
        (
            "Hessian not used",
            "The steps are those of gradient descent.",
            "Multiply the gradient by the inverse of the Hessian, or solve for the step.",
            _spoilt(change=lambda X1, p, y: X1.T @ (p - y) / len(y)),
            _spoilt(change=lambda X1, p, y: 0.1 * X1.T @ (p - y) / len(y)),
        ),
        (
            "mean and sum mixed",
            "One of gradient and Hessian belongs to the mean of the losses, the other one to their sum.",
            "Divide both by the number of rows, or none.",
            _spoilt(change=lambda X1, p, y: _newton_step(X1, p, y) / len(y)),
            _spoilt(change=lambda X1, p, y: _newton_step(X1, p, y) * len(y)),
        ),
        (
            "a learning rate besides the Hessian",
            "The step was shortened by a learning rate, too.",
            "The inverse Hessian is the learning rate; take the whole step.",
            _spoilt(change=lambda X1, p, y: 0.1 * _newton_step(X1, p, y)),
            _spoilt(change=lambda X1, p, y: 0.5 * _newton_step(X1, p, y)),
        ),
        (
            "intercept column forgotten",
            "The intercept was not learned.",
            "Add a column of ones as the last column of X before the loop.",
            _no_intercept,
            _spoilt(intercept=False),
        ),
        (
            "intercept first in history",
            "The history holds the intercept in its first column.",
            "The ones column is the last one, so the intercept is the last weight.",
            _ones_first,
        ),
        (
            "intercept left among the weights",
            "w holds the intercept as well.",
            "Split the last weight off: w has one value per feature.",
            _spoilt_answer(lambda w, alpha, history: (np.append(w, alpha), alpha, history)),
        ),
        (
            "intercept taken from the front",
            "The first weight was returned as the intercept.",
            "The ones column is the last one, so the intercept is the last weight.",
            _spoilt_answer(lambda w, alpha, history: (np.append(w, alpha)[1:], np.append(w, alpha)[0], history)),
        ),
        (
            "history without the start",
            "The history lacks its first row, the zeros.",
            "Put the starting weights into the history before the loop.",
            _spoilt_answer(lambda w, alpha, history: (w, alpha, history[1:])),
        ),
        (
            "history without the end",
            "The history lacks its last row.",
            "Store the weights after the update, before you leave the loop.",
            _spoilt_answer(lambda w, alpha, history: (w, alpha, history[:-1])),
        ),
        (
            "the same array in every row of history",
            "All rows of the history are equal: the list holds one array many times, and `-=` changes it.",
            "Append a copy, or make a new array in each step.",
            _spoilt_answer(lambda w, alpha, history: (w, alpha, np.repeat(history[-1:], len(history), axis=0))),
        ),
        (
            "history turned",
            "The history has one column per step.",
            "One row per step: stack the weights below one another.",
            _spoilt_answer(lambda w, alpha, history: (w, alpha, history.T)),
        ),
        (
            "losses for weights in history",
            "The history is not a table of weights.",
            "Store all weights, the intercept last, once per step.",
            _spoilt_answer(lambda w, alpha, history: (w, alpha, np.abs(history).sum(axis=1))),
            _spoilt_answer(lambda w, alpha, history: (w, alpha, len(history) - 1)),
            _spoilt_answer(lambda w, alpha, history: (w, alpha, history[:, :-1])),
        ),
        (
            "ignores tolerance",
            "The tolerance that was given doesn't decide when your loop ends.",
            "Leave the loop as soon as the size of the step is below the argument `tolerance`.",
            _fixed(tolerance=-1.0),
            _fixed(tolerance=1e-8),
            _fixed(tolerance=1e-6),
        ),
        (
            "ignores max_iter",
            "Your loop goes on after max_iter steps.",
            "Make at most max_iter steps.",
            _fixed(max_iter=20),
            _fixed(max_iter=100),
        ),
        (
            "one update too many or too few",
            "When the iterations run out, you have made one update more or less than max_iter.",
            "`range(max_iter)` has max_iter rounds.",
            lambda X, y, tolerance=1e-8, max_iter=20: _fit(X, y, tolerance, max_iter + 1),
            lambda X, y, tolerance=1e-8, max_iter=20: _fit(X, y, tolerance, max_iter - 1),
        ),
        (
            "absolute value forgotten",
            "Negative changes count as small, so the loop can end too early.",
            "Take absolute values before you add.",
            _spoilt(small=lambda step, w1, X1, y, tolerance: step.sum() < tolerance),
            _spoilt(small=lambda step, w1, X1, y, tolerance: -step.sum() < tolerance),
        ),
        (
            "relative step",
            "The changes were divided by the weights before they were compared.",
            "Compare the plain sum of the absolute changes with the tolerance.",
            _spoilt(small=lambda step, w1, X1, y, tolerance: np.abs(step).sum() < tolerance * np.abs(w1).sum()),
            _spoilt(small=lambda step, w1, X1, y, tolerance: np.abs(step).sum() < tolerance * np.abs(w1 + step).sum()),
            _spoilt(small=lambda step, w1, X1, y, tolerance: np.linalg.norm(step) < tolerance * np.linalg.norm(w1)),
        ),
        (
            "step squared",
            "The squares of the changes were compared with the tolerance.",
            "Add up absolute changes, or take the root of the sum: a square is far smaller near the end.",
            _spoilt(small=lambda step, w1, X1, y, tolerance: np.sum(step**2) < tolerance),
        ),
        (
            "stops after one step",
            "The loop ends after its first round: `return` or `break` comes too early, or the old weights are the same "
            "array as the new ones.",
            "Return after the loop, and make a new array in each step.",
            _fixed(max_iter=1),
        ),
    ],
)


@fit_newton.mistake("the same array in every row of history")
def _(X, y, tolerance=1e-8, max_iter=20):
    X1 = _with_ones(X)
    w1 = np.zeros(X1.shape[1])
    history = [w1]
    for _ in range(max_iter):
        old = w1
        w1 -= _newton_step(X1, expit(X1 @ w1), y)
        history.append(w1)
        if np.abs(w1 - old).sum() < tolerance:
            break
    return w1[:-1], w1[-1], np.array(history)


@fit_newton.mistake("input changed in place")
def _(X, y, tolerance=1e-8, max_iter=20):
    result = _fit(X, y, tolerance, max_iter)
    X -= X.mean(axis=0)
    return result


@fit_newton.right("inverse, mean, norm")
def _(X, y, tolerance=1e-8, max_iter=20):
    X1 = np.hstack([X, np.ones((len(X), 1))])
    w1 = np.zeros(X1.shape[1])
    history = [w1.copy()]
    for _ in range(max_iter):
        p = 1 / (1 + np.exp(-X1 @ w1))
        inverse = np.linalg.inv(X1.T @ np.diag(p * (1 - p)) @ X1 / len(y))
        step = inverse @ (X1.T @ (p - y) / len(y))
        w1 = w1 - step
        history.append(w1.copy())
        if np.linalg.norm(step) < tolerance:
            break
    return w1[:-1], w1[-1], np.array(history)


@fit_newton.right("sums, least squares, maximum, lists")
def _(features, labels, eps=1e-8, steps=20, verbose=False):
    table = np.c_[features, np.ones(len(features))]
    history = [[0.0] * table.shape[1]]
    while len(history) <= steps:
        p = expit(table @ history[-1])
        root = np.sqrt(p * (1 - p))
        change = np.linalg.lstsq(root[:, None] * table, (labels - p) / root, rcond=None)[0]
        history.append((np.array(history[-1]) + change).tolist())
        if max(abs(change)) <= eps:
            break
    return history[-1][:-1], history[-1][-1], history


@fit_newton.right("filled table")
def _(X, y, tolerance=1e-8, max_iter=20):
    n, k = X.shape
    X1 = np.ones((n, k + 1))
    X1[:, :k] = X
    history = np.zeros((max_iter + 1, k + 1))
    used = max_iter
    for i in range(max_iter):
        p = expit(X1 @ history[i])
        history[i + 1] = history[i] - np.linalg.pinv((X1.T * (p - p * p)) @ X1) @ X1.T @ (p - y)
        if np.sum(np.abs(history[i + 1] - history[i])) < tolerance:
            used = i + 1
            break
    return history[used, :k], float(history[used, k]), history[: used + 1]


@fit_newton.right("pandas and reweighted least squares")
def _(X, y, tolerance=1e-8, max_iter=20):
    X1 = _with_ones(np.asarray(X, dtype=float))
    w1, rows, count, size = np.zeros(X1.shape[1]), [], 0, math.inf
    rows.append(w1)
    while count < max_iter and not size < tolerance:
        z = X1 @ w1
        p = expit(z)
        q = p * (1 - p)
        new = np.linalg.solve((X1.T * q) @ X1, (X1.T * q) @ (z + (y - p) / q))
        size, w1, count = np.abs(new - w1).sum(), new, count + 1
        rows.append(w1)
    table = pd.DataFrame(rows)
    return pd.Series(w1[:-1]), np.float64(w1[-1]), table


@fit_newton.right("in place with copies")
def _(X, y, tolerance=1e-8, max_iter=20):
    X1 = np.append(X, np.ones((X.shape[0], 1)), axis=1)
    w1 = np.zeros(X1.shape[1])
    history = w1.reshape(1, -1).copy()
    for _ in range(max_iter):
        old = w1.copy()
        p = 0.5 + 0.5 * np.tanh(X1 @ w1 / 2)
        w1 -= np.linalg.solve((X1 * (p * (1 - p))[:, None]).T @ X1 / len(y), X1.T @ (p - y) / len(y))
        history = np.vstack([history, w1])
        if np.abs(w1 - old).sum() < tolerance:
            break
    return [w1[:-1], w1[-1], history]


@fit_newton.right("a helper, called again and again")
def _(X, y, tolerance=1e-8, max_iter=20):
    X1 = _with_ones(X)

    def updated(w1):
        p = expit(X1 @ w1)
        return w1 - np.linalg.inv(np.einsum("na,n,nb->ab", X1, p * (1 - p), X1)) @ X1.T @ (p - y)

    history = [np.zeros(X1.shape[1])]
    sizes = [math.inf]
    while sizes[-1] >= tolerance and len(history) < max_iter + 1:
        history += [updated(history[-1])]
        sizes += [np.abs(history[-1] - history[-2]).sum()]
    return history[-1][:-1], history[-1][-1], np.stack(history)
