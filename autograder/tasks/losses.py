"""1.1 `mean_squared_error` and `zero_one_loss` (practice)."""

import math

import numpy as np
import pandas as pd
from sklearn import metrics

from autograder.tasks import Case, Task

# --- mean_squared_error ------------------------------------------------------------------------------------

mean_squared_error = Task("mean_squared_error", points={"values": 1}, graded=False)
mean_squared_error.pace = (
    "lambda n: (np.linspace(-1.0, 1.0, n), np.linspace(0.0, 2.0, n))",
    "lambda y, y_hat: np.maximum(y, y_hat).max()",
)

MSE = "mean_squared_error(y, y_hat)"


@mean_squared_error.reference
def _(y, y_hat):
    return math.fsum((np.asarray(y, dtype=float) - np.asarray(y_hat, dtype=float)) ** 2) / len(y)


@mean_squared_error.cases
def _(rng, fresh):
    tiny = {"y": np.array([3.0, 5.0, 8.0]), "y_hat": np.array([4.0, 5.0, 5.0])}
    if fresh:
        tiny = {"y": rng.integers(0, 9, size=3) * 1.0, "y_hat": rng.uniform(0, 9, size=3).round(1)}
    yield Case(MSE, tiny, about="3 rows")
    for n, scale in [(2, 1), (5, 10), (12, 1000)] + ([(40, 0.01), (3000, 50)] if fresh else []):
        y = (rng.normal(size=n) * scale + 2 * scale).round(4)
        y_hat = (y + rng.normal(size=n) * scale + 0.3 * scale).round(4)
        yield Case(MSE, {"y": y, "y_hat": y_hat}, about=f"{n} rows", atol=1e-12)
    yield Case(MSE, {"y": np.array([2.0, 7.0]), "y_hat": np.array([2.0, 7.0])}, about="no error at all", edge=True)
    yield Case(MSE, {"y": np.array([4.0]), "y_hat": np.array([2.5])}, about="1 row", edge=True)
    yield Case(MSE, tiny, about="the first call once more")


for _name, _cause, _next, _version in [
    (
        "root taken",
        "This is the square root of the mean squared error.",
        "Return the mean before the root: the root mean squared error is another measure.",
        lambda y, y_hat: np.sqrt(((y - y_hat) ** 2).mean()),
    ),
    (
        "halved",
        "The value is half of the right one.",
        "Some books put 1/2 in front; the loss of this unit has no such factor.",
        lambda y, y_hat: ((y - y_hat) ** 2).mean() / 2,
    ),
    (
        "sum halved",
        "This is half of the sum of the squared errors.",
        "Divide the sum by the number of examples, and by nothing else.",
        lambda y, y_hat: ((y - y_hat) ** 2).sum() / 2,
    ),
    (
        "length of the error vector",
        "This is the square root of the sum of the squared errors.",
        "Leave the root out, and divide by the number of examples.",
        lambda y, y_hat: np.sqrt(((y - y_hat) ** 2).sum()),
    ),
    (
        "median for mean",
        "The median of the squared errors was taken.",
        "Take their mean.",
        lambda y, y_hat: np.median((y - y_hat) ** 2),
    ),
    (
        "largest error only",
        "Only the largest squared error counts.",
        "Take the mean of all of them.",
        lambda y, y_hat: ((y - y_hat) ** 2).max(),
    ),
    (
        "absolute error",
        "This is the mean of the absolute errors.",
        "Square each error before you take the mean.",
        lambda y, y_hat: np.abs(y - y_hat).mean(),
    ),
    (
        "sum for mean",
        "This is the sum of the squared errors.",
        "Divide by the number of examples.",
        lambda y, y_hat: ((y - y_hat) ** 2).sum(),
    ),
    (
        "one row only",
        "Only the squared error of the first or the last row is there.",
        "Add up the squared errors of all rows inside the loop, and `return` after it.",
        lambda y, y_hat: (y[0] - y_hat[0]) ** 2 / len(y),
    ),
    ("one row only", None, None, lambda y, y_hat: (y[-1] - y_hat[-1]) ** 2 / len(y)),
    (
        "a loss per row",
        "You returned the squared error of each row.",
        "Take the mean over the rows: one number.",
        lambda y, y_hat: (y - y_hat) ** 2,
    ),
    (
        "errors not squared",
        "This is the mean of the errors, in which plus and minus cancel.",
        "Square each error before you take the mean.",
        lambda y, y_hat: (y - y_hat).mean(),
    ),
    (
        "errors not squared",
        None,
        None,
        lambda y, y_hat: (y_hat - y).mean(),
    ),
    (
        "mean squared, not squares averaged",
        "The mean of the errors was squared.",
        "First square each error, then take the mean.",
        lambda y, y_hat: (y - y_hat).mean() ** 2,
    ),
    (
        "n - 1 for n",
        "The sum was divided by n - 1.",
        "Divide by the number of examples, n.",
        lambda y, y_hat: ((y - y_hat) ** 2).sum() / (len(y) - 1) if len(y) > 1 else np.nan,
    ),
    (
        "variance of the errors",
        "The mean error was subtracted before squaring.",
        "Square the errors themselves, so that a constant error counts.",
        lambda y, y_hat: np.var(y - y_hat),
    ),
    (
        "squares of the values",
        "The values were squared first and then subtracted.",
        "Subtract first, then square.",
        lambda y, y_hat: (y**2 - y_hat**2).mean(),
    ),
    (
        "sign",
        "The loss is negative.",
        "A squared error is never negative; leave the minus out.",
        lambda y, y_hat: -((y - y_hat) ** 2).mean(),
    ),
]:
    mean_squared_error.mistake(_name, _cause, _next)(_version)


# One over a number that is written into the function, whatever the number; a half of the sum has its own name.
mean_squared_error.mistake(
    "hard-coded n or k",
    "The sum was divided by a fixed number.",
    "Divide by the number of examples, whatever it is: `len(y)`.",
    factor=(1e-7, 0.42),
)(lambda y, y_hat: ((y - y_hat) ** 2).sum())


@mean_squared_error.mistake("input changed in place")
def _(y, y_hat):
    y -= y_hat
    return (y**2).mean()


@mean_squared_error.right("a loop")
def _(y, y_hat):
    total = 0
    for true, predicted in zip(y, y_hat, strict=True):
        total += (true - predicted) ** 2
    return total / len(y)


@mean_squared_error.right("one line")
def _(y, y_hat):
    return np.mean((y_hat - y) ** 2)


@mean_squared_error.right("a dot product")
def _(truth, prediction):
    errors = np.subtract(truth, prediction)
    return errors @ errors / errors.size


@mean_squared_error.right("pandas")
def _(y, y_hat):
    return (pd.Series(y) - pd.Series(y_hat)).pow(2).mean()


@mean_squared_error.right("the norm")
def _(y, y_hat):
    return np.linalg.norm(np.asarray(y) - np.asarray(y_hat)) ** 2 / len(y)


@mean_squared_error.right("a list of squares")
def _(y, y_hat, power=2):
    return math.fsum([abs(y[i] - y_hat[i]) ** power for i in range(len(y))]) / len(y)


mean_squared_error.right("scikit-learn")(lambda y, y_hat: metrics.mean_squared_error(y, y_hat))


# --- zero_one_loss -----------------------------------------------------------------------------------------

zero_one_loss = Task("zero_one_loss", points={"values": 1}, graded=False)
zero_one_loss.pace = (
    "lambda n: (np.arange(n) % 2.0, np.arange(n) % 3.0 > 0)",
    "lambda y, y_hat: np.maximum(y, y_hat).max()",
)

ZERO_ONE = "zero_one_loss(y, y_hat)"


@zero_one_loss.reference
def _(y, y_hat):
    return 1 - metrics.accuracy_score(np.asarray(y), np.asarray(y_hat))


@zero_one_loss.cases
def _(rng, fresh):
    tiny = {"y": np.array([1.0, 0.0, 1.0, 0.0, 0.0]), "y_hat": np.array([1.0, 1.0, 1.0, 0.0, 1.0])}
    yield Case(ZERO_ONE, tiny, about="5 rows, 2 of them wrong")
    for n, wrong in [(4, 1), (7, 5), (9, 3)] + ([(60, 13), (2000, 371)] if fresh else []):
        y = (rng.permutation(n) < n / 2).astype(float)
        missed = rng.permutation(n) < wrong
        yield Case(ZERO_ONE, {"y": y, "y_hat": np.where(missed, 1 - y, y)}, about=f"{n} rows, {wrong} of them wrong")
    labels = np.array([0.0, 1.0, 1.0])
    yield Case(ZERO_ONE, {"y": labels, "y_hat": labels.copy()}, about="all right")
    yield Case(ZERO_ONE, {"y": labels, "y_hat": 1 - labels}, about="all wrong")
    yield Case(ZERO_ONE, {"y": np.array([1.0]), "y_hat": np.array([0.0])}, about="1 row", edge=True)
    yield Case(ZERO_ONE, tiny, about="the first call once more")


for _name, _cause, _next, _version in [
    (
        "accuracy returned",
        "This is the share of right labels, the accuracy.",
        "The zero-one loss is the share of wrong ones, 1 minus the accuracy.",
        lambda y, y_hat: (y == y_hat).mean(),
    ),
    (
        "sum for mean",
        "This is the number of wrong labels.",
        "Divide by the number of examples.",
        lambda y, y_hat: (y != y_hat).sum(),
    ),
    (
        "number of right labels",
        "This is the number of right labels.",
        "Count the wrong ones and divide by the number of examples.",
        lambda y, y_hat: (y == y_hat).sum(),
    ),
    (
        "a loss per row",
        "You returned the loss of each row.",
        "Take the mean over the rows: one number.",
        lambda y, y_hat: y != y_hat,
    ),
    (
        "a loss per row",
        None,
        None,
        lambda y, y_hat: np.abs(y - y_hat),
    ),
    (
        "plus and minus cancel",
        "The labels were subtracted, so that the two kinds of mistake cancel.",
        "Ask whether the labels differ, `!=`, and not by how much.",
        lambda y, y_hat: (y - y_hat).mean(),
    ),
    (
        "plus and minus cancel",
        None,
        None,
        lambda y, y_hat: (y_hat - y).mean(),
    ),
    (
        "plus and minus cancel",
        None,
        None,
        lambda y, y_hat: abs((y_hat - y).mean()),
    ),
    (
        "only false alarms counted",
        "Only rows with label 0 and prediction 1 were counted.",
        "A missed 1 is a mistake, too.",
        lambda y, y_hat: ((y == 0) & (y_hat == 1)).mean(),
    ),
    (
        "only misses counted",
        "Only rows with label 1 and prediction 0 were counted.",
        "A false alarm is a mistake, too.",
        lambda y, y_hat: ((y == 1) & (y_hat == 0)).mean(),
    ),
    (
        "all or nothing",
        "You compared the two arrays as a whole.",
        "Compare row by row and take the share of rows that differ.",
        lambda y, y_hat: 0.0 if np.array_equal(y, y_hat) else 1.0,
    ),
    (
        "in percent",
        "The share was multiplied by 100.",
        "Return a number between 0 and 1.",
        lambda y, y_hat: 100 * (y != y_hat).mean(),
    ),
    (
        "root taken",
        "This is the square root of the share of wrong labels.",
        "Leave the root out.",
        lambda y, y_hat: np.sqrt((y != y_hat).mean()),
    ),
    (
        "halved",
        "The value is half of the right one.",
        "Divide by the number of examples and by nothing else.",
        lambda y, y_hat: (y != y_hat).mean() / 2,
    ),
]:
    zero_one_loss.mistake(_name, _cause, _next)(_version)


@zero_one_loss.right("a loop")
def _(y, y_hat):
    wrong = 0
    for i in range(len(y)):
        if y[i] != y_hat[i]:
            wrong += 1
    return wrong / len(y)


@zero_one_loss.right("one line")
def _(y, y_hat):
    return np.mean(y != y_hat)


@zero_one_loss.right("differences of labels")
def _(labels, predictions):
    return np.abs(labels - predictions).sum() / labels.size


@zero_one_loss.right("lists")
def _(y, y_hat):
    return sum([bool(a != b) for a, b in zip(list(y), list(y_hat), strict=True)]) / len(list(y))


@zero_one_loss.right("pandas")
def _(y, y_hat):
    return float(pd.Series(y).ne(pd.Series(y_hat)).mean())


zero_one_loss.right("scikit-learn")(metrics.zero_one_loss)
zero_one_loss.right("1 minus the accuracy")(lambda y, y_hat: 1 - metrics.accuracy_score(y, y_hat))
zero_one_loss.right("exclusive or")(lambda y, y_hat: np.count_nonzero(np.logical_xor(y, y_hat)) / len(y))
