"""4.1 `ols` and `r_squared`: ordinary least squares and how much of the spread a line explains. Practice."""

import math

import numpy as np
import pandas as pd
from scipy import linalg, stats
from sklearn import metrics
from sklearn.linear_model import LinearRegression, Ridge

from autograder.tasks import Case, Task

ols = Task("ols", points={"values": 1}, graded=False)

BOTH = "(lambda w, alpha: np.append(w, alpha))(*ols(X, y))"
PREDICTED = "(lambda w, alpha: X @ np.ravel(w) + alpha)(*ols(X, y))"


def _with_ones(X):
    return np.column_stack([X, np.ones(len(X))])


@ols.reference
def _(X, y):
    middle, centre = np.mean(X, axis=0), np.mean(y)
    w = np.linalg.lstsq(np.asarray(X) - middle, np.asarray(y) - centre, rcond=None)[0]
    return w, float(centre - middle @ w)


@ols.cases
def _(rng, fresh):
    pair = {"runs:TypeError:unpack": "not a pair", "runs:ValueError:unpack": "not a pair"}
    tiny = {"X": np.array([[0.0], [1.0], [2.0], [4.0]]), "y": np.array([1.0, 3.0, 4.0, 9.0])}
    if fresh:
        tiny = {"X": np.array([[0.0], [1.0], [3.0], [7.0]]), "y": rng.normal(size=4).round(2) + 5}
    yield Case(BOTH, tiny, about="w and alpha, 4 rows, 1 feature", rtol=1e-6, atol=1e-8, faults=pair)
    for n, k in [(8, 2), (5, 4)] + ([(40, 3), (2000, 6), (6, 5)] if fresh else []):
        X = (rng.normal(size=(n, k)) * rng.uniform(0.5, 4, size=k) + rng.uniform(1, 4, size=k)).round(2)
        y = (X @ rng.normal(size=k) + 3 + rng.normal(size=n)).round(2)
        about = f"w and alpha, {n} rows, {k} features"
        yield Case(BOTH, {"X": X, "y": y}, about=about, rtol=1e-5, atol=1e-6, faults=pair)
    yield Case(BOTH, tiny, about="the first call once more", rtol=1e-6, atol=1e-8, faults=pair)
    singular = {"runs:LinAlgError": "normal equations on a singular matrix"}
    column = np.array([1.0, 2.0, 4.0, 5.0, 7.0])
    y = np.array([2.0, 1.0, 5.0, 4.0, 8.0]) if not fresh else rng.normal(size=5).round(2) + 4
    # Rank deficient: many weights are as good; the predictions are the same for all of them.
    deficient = [
        (np.column_stack([column, np.zeros(5)]), y, "a column of zeros", False),
        (np.column_stack([column, column]), y, "a column that stands there twice", True),
        (np.column_stack([column, np.full(5, 2.0)]), y, "a constant column", True),
        (rng.normal(size=(3, 5)).round(2), y[:3], "3 rows, 5 features", True),
    ]
    for X, labels, about, silent in deficient:
        about = f"predictions X @ w + alpha, {about}"
        yield Case(PREDICTED, {"X": X, "y": labels}, about=about, rtol=1e-5, atol=1e-6, faults=singular, silent=silent)


ols.tell(
    "not a pair",
    "The function does not return two things.",
    "Return the weights and the intercept: `return w, alpha`.",
)
ols.tell(
    "normal equations on a singular matrix",
    "X'X has no inverse here, because a column repeats what others say or there are too few rows.",
    "Use `np.linalg.lstsq`, which finds a best solution all the same (or `np.linalg.pinv`).",
)


@ols.mistake("normal equations on a singular matrix")
def _(X, y):
    X1 = _with_ones(X)
    w = np.linalg.solve(X1.T @ X1, X1.T @ y)
    return w[:-1], w[-1]


@ols.mistake("normal equations on a singular matrix")
def _(X, y):
    X1 = _with_ones(X)
    w = np.linalg.inv(X1.T @ X1) @ X1.T @ y
    return w[:-1], w[-1]


@ols.mistake(
    "no intercept",
    "The line was forced through the origin.",
    "Add a column of ones to X; its weight is the intercept.",
)
def _(X, y):
    return np.linalg.lstsq(X, y, rcond=None)[0], 0.0


@ols.mistake(
    "intercept doubled",
    "The intercept is counted twice.",
    "Either add a column of ones, or let LinearRegression fit the intercept, not both.",
)
def _(X, y):
    model = LinearRegression().fit(_with_ones(X), y)
    return model.coef_, model.intercept_


@ols.mistake("intercept doubled")
def _(X, y):
    model = LinearRegression().fit(_with_ones(X), y)
    return model.coef_[:-1], model.coef_[-1]


@ols.mistake("intercept doubled")
def _(X, y):
    w = np.linalg.lstsq(_with_ones(X), y, rcond=None)[0]
    return w[:-1], 2 * w[-1]


@ols.mistake(
    "ones weight left in w",
    "w holds one weight too many: that of the column of ones.",
    "The weight of the ones is alpha; w has one weight a feature.",
)
def _(X, y):
    w = np.linalg.lstsq(_with_ones(X), y, rcond=None)[0]
    return w, w[-1]


@ols.mistake(
    "w and alpha swapped",
    "The intercept comes first.",
    "Return the weights first, then the intercept.",
)
def _(X, y):
    w = np.linalg.lstsq(_with_ones(X), y, rcond=None)[0]
    return w[-1], w[:-1]


@ols.mistake(
    "intercept taken from the wrong end",
    "The column of ones stands at one end, and the intercept was taken from the other.",
    "Where the ones are the last column, the intercept is the last weight.",
)
def _(X, y):
    w = np.linalg.lstsq(_with_ones(X), y, rcond=None)[0]
    return w[1:], w[0]


@ols.mistake("intercept taken from the wrong end")
def _(X, y):
    w = np.linalg.lstsq(np.column_stack([np.ones(len(X)), X]), y, rcond=None)[0]
    return w[:-1], w[-1]


@ols.mistake("no intercept")
def _(X, y):
    w = np.linalg.lstsq(X, y, rcond=None)[0]
    return w, np.mean(y - X @ w)


@ols.mistake(
    "sign of the intercept",
    "The intercept has the wrong sign.",
    "alpha is the mean of y minus the weighted means of the features.",
)
def _(X, y):
    w = np.linalg.lstsq(_with_ones(X), y, rcond=None)[0]
    return w[:-1], -w[-1]


for _strength in (1.0, 0.001, 0.01, 0.1, 10.0):

    @ols.mistake(
        "intercept penalised",
        "The weights are pulled towards 0, the intercept too, as ridge regression with a column of ones does it.",
        "Least squares has no penalty.",
    )
    def _(X, y, strength=_strength):
        X1 = _with_ones(X)
        w = np.linalg.solve(X1.T @ X1 + strength * np.eye(X1.shape[1]), X1.T @ y)
        return w[:-1], w[-1]

    @ols.mistake(
        "weights penalised",
        "The weights are pulled towards 0, as ridge regression does it.",
        "Least squares has no penalty.",
    )
    def _(X, y, strength=_strength):
        model = Ridge(alpha=strength, tol=1e-10).fit(X, y)
        return model.coef_, model.intercept_


@ols.mistake(
    "mean of y as intercept",
    "The intercept is the mean of y, which is right for centred features only.",
    "Subtract the weighted means of the features: mean of y minus mean of X times w.",
)
def _(X, y):
    w = np.linalg.lstsq(X - X.mean(axis=0), y - y.mean(), rcond=None)[0]
    return w, y.mean()


@ols.mistake(
    "standardised weights",
    "These are weights of standardised features.",
    "Fit the features in their own units.",
)
def _(X, y):
    spread = np.where(X.std(axis=0) > 0, X.std(axis=0), 1)
    w = np.linalg.lstsq(_with_ones((X - X.mean(axis=0)) / spread), y, rcond=None)[0]
    return w[:-1], w[-1]


@ols.mistake(
    "one feature at a time",
    "Each weight was fitted as if the other features were not there.",
    "Fit all weights together.",
)
def _(X, y):
    centred = X - X.mean(axis=0)
    squares = (centred**2).sum(axis=0)
    w = centred.T @ (y - y.mean()) / np.where(squares > 0, squares, 1)
    return w, y.mean() - X.mean(axis=0) @ w


@ols.mistake("input changed in place")
def _(X, y):
    middle = X.mean(axis=0)
    X -= middle
    w = np.linalg.lstsq(X, y - y.mean(), rcond=None)[0]
    return w, y.mean() - middle @ w


@ols.right("lstsq with ones")
def _(X, y):
    w = np.linalg.lstsq(_with_ones(X), y, rcond=None)[0]
    return w[:-1], w[-1]


@ols.right("LinearRegression")
def _(X, y):
    model = LinearRegression().fit(X, y)
    return model.coef_, model.intercept_


@ols.right("pinv, ones first")
def _(features, target):
    table = np.hstack([np.ones((len(features), 1)), features])
    w = np.linalg.pinv(table) @ target
    return w[1:].tolist(), float(w[0])


@ols.right("SciPy")
def _(X, y, check=False):
    w, *_ = linalg.lstsq(_with_ones(X), y)
    return [w[:-1], w[-1]]


@ols.right("pandas")
def _(X, y):
    table = pd.DataFrame(X)
    w = np.linalg.lstsq((table - table.mean()).to_numpy(), y - np.mean(y), rcond=None)[0]
    return pd.Series(w), np.mean(y) - (table.mean() * w).sum()


@ols.right("a column of weights")
def _(X, y):
    w = np.linalg.pinv(_with_ones(X)) @ np.reshape(y, (-1, 1))
    return w[:-1], w[-1, 0]


@ols.right("normal equations, solved by lstsq")
def _(X, y):
    middle = X.mean(axis=0)
    centred = X - middle
    w = np.linalg.lstsq(centred.T @ centred, centred.T @ y, rcond=1e-10)[0]
    return w, np.mean(y) - middle.dot(w)


# --- r_squared ---------------------------------------------------------------------------------------------

r_squared = Task("r_squared", points={"values": 1}, graded=False)
r_squared.pace = (
    "lambda n: (np.linspace(-1.0, 1.0, n), np.linspace(0.0, 2.0, n))",
    "lambda y, y_hat: np.maximum(y, y_hat).max()",
)


@r_squared.reference
def _(y, y_hat):
    return float(metrics.r2_score(y, y_hat))


@r_squared.cases
def _(rng, fresh):
    call = "r_squared(y, y_hat)"
    tiny = {"y": np.array([2.0, 3.0, 5.0, 8.0]), "y_hat": np.array([2.5, 3.0, 4.0, 7.5])}
    if fresh:
        tiny["y_hat"] = tiny["y"] + rng.uniform(0.2, 1, size=4).round(2)
    yield Case(call, tiny, about="4 rows", rtol=1e-6)
    for n in (2, 3, 6, 15) + ((300,) if fresh else ()):
        y = (rng.normal(size=n) * 3 + 7).round(2)
        y_hat = (0.7 * y + rng.normal(size=n) + 1).round(2)
        yield Case(call, {"y": y, "y_hat": y_hat}, about=f"{n} rows", rtol=1e-6, silent=n == 2)
    y = np.array([1.0, 2.0, 3.0, 6.0])
    yield Case(call, {"y": y, "y_hat": y.copy()}, about="perfect predictions: 1", atol=1e-9)
    yield Case(call, {"y": y, "y_hat": np.full(4, 3.0)}, about="always the mean: 0", atol=1e-9, silent=True)
    yield Case(call, {"y": y, "y_hat": y[::-1].copy()}, about="worse than the mean: below 0", rtol=1e-6)
    yield Case(call, {"y": y, "y_hat": y + 2.0}, about="every prediction 2 too high", rtol=1e-6)
    yield Case(call, tiny, about="the first call once more", rtol=1e-6)


@r_squared.mistake(
    "train mean missing",
    "The total was taken without the mean: the sum of y² itself.",
    "The total measures the spread around the mean of y: subtract the mean before you square.",
)
def _(y, y_hat):
    return 1 - ((y - y_hat) ** 2).sum() / (y**2).sum()


@r_squared.mistake(
    "correlation",
    "This is the correlation of y and the predictions, or its square, which does not see a shift or a wrong scale.",
    "Compare squared errors with the squared spread of y: 1 - SSE / SST.",
)
def _(y, y_hat):
    with np.errstate(all="ignore"):
        return np.corrcoef(y, y_hat)[0, 1] ** 2


@r_squared.mistake("correlation")
def _(y, y_hat):
    with np.errstate(all="ignore"):
        return np.corrcoef(y, y_hat)[0, 1]


@r_squared.mistake(
    "not subtracted from 1",
    "This is the share of the spread that is *not* explained.",
    "Subtract it from 1.",
)
def _(y, y_hat):
    return ((y - y_hat) ** 2).sum() / ((y - y.mean()) ** 2).sum()


@r_squared.mistake(
    "brackets missing",
    "1 minus the squared errors was divided by the spread: only the errors stand above the fraction line.",
    "Divide first, then subtract the quotient from 1.",
)
def _(y, y_hat):
    return (1 - ((y - y_hat) ** 2).sum()) / ((y - y.mean()) ** 2).sum()


@r_squared.mistake(
    "fraction upside down",
    "The fraction stands on its head.",
    "The squared errors are on top, the spread of y below.",
)
def _(y, y_hat):
    with np.errstate(all="ignore"):
        return 1 - ((y - y.mean()) ** 2).sum() / ((y - y_hat) ** 2).sum()


@r_squared.mistake(
    "arguments swapped",
    "The spread was taken of the predictions.",
    "The total is the spread of y around its mean.",
)
def _(y, y_hat):
    with np.errstate(all="ignore"):
        return 1 - ((y - y_hat) ** 2).sum() / ((y_hat - y_hat.mean()) ** 2).sum()


@r_squared.mistake(
    "explained spread over total",
    "You divided the spread of the predictions by that of y. For least squares on the training rows this is the "
    "same, elsewhere it is not.",
    "Use 1 minus squared errors over total.",
)
def _(y, y_hat):
    return ((y_hat - y.mean()) ** 2).sum() / ((y - y.mean()) ** 2).sum()


@r_squared.mistake(
    "shift unseen",
    "The mean of the errors was taken off first, so that a constant error costs nothing.",
    "Square the errors as they are: y - y_hat.",
)
def _(y, y_hat):
    return 1 - np.var(y - y_hat) / np.var(y)


@r_squared.mistake(
    "roots taken",
    "The fraction was made of roots.",
    "Leave the sums of squares as they are.",
)
def _(y, y_hat):
    return 1 - math.sqrt(((y - y_hat) ** 2).sum() / ((y - y.mean()) ** 2).sum())


@r_squared.mistake(
    "absolute errors",
    "The errors were not squared.",
    "Square them, and the deviations too.",
)
def _(y, y_hat):
    return 1 - np.abs(y - y_hat).sum() / np.abs(y - y.mean()).sum()


@r_squared.mistake(
    "mean squared error",
    "This is the mean squared error, or 1 minus it.",
    "Divide it by the variance of y and subtract the result from 1.",
)
def _(y, y_hat):
    return ((y - y_hat) ** 2).mean()


@r_squared.mistake("mean squared error")
def _(y, y_hat):
    return 1 - ((y - y_hat) ** 2).mean()


@r_squared.mistake("explained spread over total")
def _(y, y_hat):
    return np.var(y_hat) / np.var(y)


@r_squared.mistake(
    "never below 0",
    "Values below 0 were raised to 0.",
    "R² is below 0 where predictions are worse than the mean; return it as it is.",
)
def _(y, y_hat):
    return max(0.0, metrics.r2_score(y, y_hat))


@r_squared.mistake(
    "adjusted for the number of features",
    "This is the adjusted R², which counts features.",
    "Here R² is 1 - SSE / SST, without a correction.",
)
def _(y, y_hat):
    return 1 - (1 - metrics.r2_score(y, y_hat)) * (len(y) - 1) / max(len(y) - 2, 1)


@r_squared.mistake(
    "mean of one, sum of the other",
    "A mean was divided by a sum, or the other way round.",
    "Take sums in both places, or means in both.",
)
def _(y, y_hat):
    return 1 - ((y - y_hat) ** 2).mean() / ((y - y.mean()) ** 2).sum()


@r_squared.mistake("mean of one, sum of the other")
def _(y, y_hat):
    return 1 - ((y - y_hat) ** 2).sum() / np.var(y)


@r_squared.mistake(
    "n - 1 in one place",
    "One of the two means was divided by n - 1, the other by n.",
    "Divide both by the same number, or neither: `np.var` divides by n, pandas' `var` by n - 1.",
)
def _(y, y_hat):
    return 1 - ((y - y_hat) ** 2).mean() / np.var(y, ddof=1)


@r_squared.mistake("n - 1 in one place")
def _(y, y_hat):
    return 1 - ((y - y_hat) ** 2).sum() / ((len(y) - 1) * np.var(y))


@r_squared.mistake("input changed in place")
def _(y, y_hat):
    y_hat -= y
    return 1 - (y_hat**2).sum() / ((y - y.mean()) ** 2).sum()


@r_squared.right("sums")
def _(y, y_hat):
    return 1 - ((y - y_hat) ** 2).sum() / ((y - y.mean()) ** 2).sum()


@r_squared.right("a loop")
def _(truth, predictions):
    middle = sum(truth) / len(truth)
    errors = spread = 0.0
    for value, prediction in zip(truth, predictions, strict=True):
        errors += (value - prediction) ** 2
        spread += (value - middle) ** 2
    return 1 - errors / spread


@r_squared.right("scikit-learn")
def _(y, y_hat):
    return metrics.r2_score(y, y_hat)


@r_squared.right("mean squared error over variance")
def _(y, y_hat):
    return 1 - np.mean((np.asarray(y) - np.asarray(y_hat)) ** 2) / np.var(y)


@r_squared.right("dot products")
def _(y, y_hat, digits=None):
    error, deviation = y - y_hat, y - np.mean(y)
    return float(1 - error @ error / (deviation @ deviation))


@r_squared.right("pandas")
def _(y, y_hat):
    table = pd.DataFrame({"y": y, "error": np.subtract(y, y_hat)})
    return 1 - (table["error"] ** 2).sum() / (table["y"].var() * (len(table) - 1))


@r_squared.right("norms, a NumPy number")
def _(y, y_hat):
    return np.float64(1) - (np.linalg.norm(y - y_hat) / np.linalg.norm(y - y.mean())) ** 2


@r_squared.right("statistics")
def _(y, y_hat):
    return 1 - np.mean(np.square(y - y_hat)) / stats.moment(y, 2)
