"""2.3 `log_loss`: the mean log loss of probabilities against labels."""

import math

import numpy as np
import pandas as pd
from scipy.special import xlogy
from sklearn import metrics

from autograder.tasks import Case, Task

log_loss = Task("log_loss", points={"values": 2, "extremes": 1})
log_loss.pace = ("lambda n: (np.arange(n) % 2.0, np.linspace(0.01, 0.99, n))", "lambda y, p: np.log(p).max()")

CALL = "log_loss(y, p)"


def _clipped(p, clip=1e-15):
    return np.clip(p, clip, 1 - clip)


def _terms(y, p, log=np.log):
    """The loss of each row; probabilities of exactly 0 or 1 give inf or nan."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return -(y * log(p) + (1 - y) * log(1 - p))


@log_loss.reference
def _(y, p):
    p = _clipped(np.asarray(p, dtype=float))
    return float(-(xlogy(y, p) + xlogy(1 - np.asarray(y), 1 - p)).mean())


@log_loss.cases
def _(rng, fresh):
    tiny = {"y": np.array([1.0, 0.0, 1.0]), "p": np.array([0.9, 0.2, 0.4])}
    if fresh:
        tiny = {"y": np.array([0.0, 1.0, 1.0]), "p": rng.uniform(0.1, 0.9, size=3).round(2)}
    yield Case(CALL, tiny, about="3 rows", rtol=2e-5)
    for n in (2, 5, 8, 40) + ((7, 100, 2000) if fresh else ()):
        y = (np.arange(n) < max(1, n // 3)).astype(float)
        p = rng.uniform(0.02, 0.98, size=n).round(3 if n < 50 else 6)
        order = rng.permutation(n)
        yield Case(CALL, {"y": y[order], "p": p[order]}, about=f"{n} rows", rtol=2e-5)
    for label in (0.0, 1.0):
        y, p = np.full(4, label), rng.uniform(0.1, 0.9, size=4).round(2)
        yield Case(CALL, {"y": y, "p": p}, about=f"all labels {label:.0f}", rtol=2e-5, edge=True)
    yield Case(CALL, {"y": np.array([1.0]), "p": np.array([0.7])}, about="1 row", rtol=2e-5, edge=True)
    yield Case(CALL, tiny, about="the first call once more", rtol=2e-5)

    # How much the extremes cost is open, so these are silent and a word says what happens to them.
    given = {"part": "extremes", "silent": True}
    given["faults"] = dict.fromkeys(("finite", "runs:ValueError", "runs:ZeroDivisionError"), "log(0) to inf or nan")
    p = rng.uniform(0.2, 0.8, size=3).round(2)
    wrong = {"y": np.array([1.0, 0.0]), "p": np.array([0.0, 1.0])}
    yield Case(CALL, wrong, about="both rows wrong, p exactly 0 and 1", compare="at least", expected=15.0, **given)
    one_wrong = {"y": np.array([1.0, 0.0, 1.0, 0.0]), "p": np.array([0.0, *p])}
    about = "one row of four wrong, p exactly 0"
    yield Case(CALL, one_wrong, about=about, compare="at least", expected=15.0 / 4, **given)
    right = {"y": np.array([1.0, 0.0, 1.0, 0.0]), "p": np.array([1.0, 0.0, *p[:2]])}
    yield Case(CALL, right, about="p exactly 1 and 0 where that is right", rtol=1e-6, atol=1e-6, **given)
    close = {"y": np.array([1.0, 0.0, 1.0]), "p": np.array([1e-5, 1 - 2e-5, 0.5])}
    yield Case(CALL, close, about="p close to 0 and 1 must not be clipped", rtol=0.02, **given)
    rest = {"y_rest": one_wrong["y"][1:], "p_rest": p}
    about = "what a row costs that is wrong for sure"
    yield Case(COST_OF_A_ROW, one_wrong | rest, about=about, expected="enough", **(given | {"silent": False}))


# The cost of the one wrong row: none, when the row was set to 0 or left out; else by what its loss adds.
COST_OF_A_ROW = (
    "(lambda four, three: 'none' if np.isclose([4 * four, four], 3 * np.array([three, three / 3])).any() else "
    "'no number' if not np.isfinite(four) else 'too little' if 4 * four - 3 * three < 15 else 'enough')"
    "(float(log_loss(y, p)), float(log_loss(y_rest, p_rest)))"
)


log_loss.tell(
    "log(0) to inf or nan",
    "A probability of exactly 0 or 1 reaches the logarithm, and log(0) is minus infinity.",
    "Keep p a hair away from 0 and 1 before you take logarithms, by 1e-7 or less.",
)


@log_loss.mistake(
    "sum for mean",
    "This is the sum of the losses of all rows.",
    "Divide by the number of rows, or take the mean.",
)
def _(y, p):
    return _terms(y, _clipped(p)).sum()


@log_loss.mistake(
    "sign",
    "The loss is negative: the minus in front is missing.",
    "Logarithms of probabilities are negative; the minus makes the loss positive.",
)
def _(y, p):
    return -_terms(y, _clipped(p)).mean()


@log_loss.mistake(
    "squared error",
    "The differences of labels and probabilities were squared.",
    "The log loss adds up logarithms of probabilities, not squared differences.",
)
def _(y, p):
    return ((y - p) ** 2).mean()


for _of_squares in (np.sum, lambda e: np.sqrt(np.mean(e)), lambda e: np.mean(e) / 2, lambda e: np.sum(e) / 2):
    log_loss.mistake("squared error")(lambda y, p, of=_of_squares: of((y - p) ** 2))


@log_loss.mistake(
    "absolute error",
    "This is the mean absolute error.",
    "The log loss adds up logarithms of probabilities, not differences.",
)
def _(y, p):
    return np.abs(y - p).mean()


@log_loss.mistake(
    "(1-y) term missing",
    "Only the rows with label 1 count.",
    "Rows with label 0 bring in the logarithm of 1 - p.",
)
def _(y, p):
    return -(y * np.log(_clipped(p))).mean()


@log_loss.mistake(
    "y term missing",
    "Only the rows with label 0 count.",
    "Rows with label 1 bring in the logarithm of p.",
)
def _(y, p):
    return -((1 - y) * np.log(1 - _clipped(p))).mean()


@log_loss.mistake(
    "log2/log10",
    "The logarithm has base 2 or 10.",
    "Here log is the natural logarithm, `np.log`.",
)
def _(y, p):
    return _terms(y, _clipped(p), np.log2).mean()


@log_loss.mistake("log2/log10")
def _(y, p):
    return _terms(y, _clipped(p), np.log10).mean()


@log_loss.mistake(
    "1 + p for 1 - p",
    "The second term holds 1 + p.",
    "The probability of class 0 is 1 - p.",
)
def _(y, p):
    p = _clipped(p)
    return -(y * np.log(p) + (1 - y) * np.log(1 + p)).mean()


@log_loss.mistake(
    "terms subtracted",
    "The two terms were subtracted from each other.",
    "Both terms are added before the minus in front.",
)
def _(y, p):
    p = _clipped(p)
    return -(y * np.log(p) - (1 - y) * np.log(1 - p)).mean()


@log_loss.mistake(
    "labels exchanged",
    "Rows with label 1 are treated as rows with label 0, and the other way round.",
    "Label 1 belongs to p, label 0 to 1 - p.",
)
def _(y, p):
    return _terms(1 - y, _clipped(p)).mean()


@log_loss.mistake(
    "a loss per row",
    "You returned the loss of each row.",
    "Take the mean over the rows: one number.",
)
def _(y, p):
    return _terms(y, _clipped(p))


@log_loss.mistake(
    "divides by k",
    "The sum is divided by a fixed number and not by the number of rows.",
    "Divide by the number of rows, whatever it is: `len(y)`.",
)
def _(y, p):
    return _terms(y, _clipped(p)).mean() / 2


log_loss.mistake("divides by k")(lambda y, p: _terms(y, _clipped(p)).sum() / 2)
log_loss.mistake("divides by k", factor=(1e-7, 0.42))(lambda y, p: _terms(y, _clipped(p)).sum())  # whatever the number

for _name, _cause, _next_step, *_answers in [
    (
        "(1-y) term missing",
        None,
        None,
        lambda y, p: -np.log(p[y == 1]).mean() if (y == 1).any() else np.nan,
        lambda y, p: -(y * np.log(p)).sum(),
    ),
    (
        "log(p) for every row",
        "The logarithm of p was taken for every row, also for those with label 0.",
        "Rows with label 0 bring in the logarithm of 1 - p.",
        lambda y, p: -np.log(p).mean(),
    ),
    (
        "a factor missing",
        "One of the two logarithms counts for all rows: its factor, y or 1 - y, is missing.",
        "Multiply log(p) by y and log(1 - p) by 1 - y.",
        lambda y, p: -(y * np.log(p) + np.log(1 - p)).mean(),
        lambda y, p: -(np.log(p) + (1 - y) * np.log(1 - p)).mean(),
        lambda y, p: -(np.log(p) + np.log(1 - p)).mean(),
    ),
    (
        "terms multiplied",
        "The two terms were multiplied, so that one of them makes everything 0.",
        "Add them.",
        lambda y, p: -(y * np.log(p) * (1 - y) * np.log(1 - p)).mean() * 1.0,
    ),
    (
        "1 - log(p) for log(1 - p)",
        "The second term holds 1 - log(p).",
        "First subtract, then take the logarithm: log(1 - p).",
        lambda y, p: -(y * np.log(p) + (1 - y) * (1 - np.log(p))).mean(),
    ),
    (
        "logarithm left out",
        "The probabilities themselves were averaged.",
        "Take the logarithm of each one first.",
        lambda y, p: -(y * p + (1 - y) * (1 - p)).mean(),
        lambda y, p: (y * p + (1 - y) * (1 - p)).mean(),
    ),
    (
        "logarithm of the mean",
        "The mean was taken before the logarithm.",
        "First the logarithm of each row, then the mean.",
        lambda y, p: -np.log((y * p + (1 - y) * (1 - p)).mean()),
    ),
    (
        "n - 1 for n",
        "The sum was divided by n - 1.",
        "Divide by the number of rows.",
        lambda y, p: _terms(y, p).sum() / (len(y) - 1),
    ),
    (
        "divided by n twice",
        "The mean was divided by the number of rows once more.",
        "`mean` divides already.",
        lambda y, p: _terms(y, p).mean() / len(y),
    ),
    (
        "divides by the number of ones",
        "The sum was divided by the number of rows with label 1.",
        "Divide by the number of all rows.",
        lambda y, p: _terms(y, p).sum() / y.sum(),
    ),
    (
        "one row only",
        "Only the loss of the first or the last row is there.",
        "Add up the losses of all rows inside the loop, and `return` after it.",
        lambda y, p: _terms(y, p)[0] / len(y),
        lambda y, p: _terms(y, p)[-1] / len(y),
        lambda y, p: _terms(y, p)[0],
        lambda y, p: _terms(y, p)[-1],
    ),
    (
        "brackets missing",
        "Without brackets around 1 - y, the second term is `y * log(1 - p)` taken from 1.",
        "Write `(1 - y) * log(1 - p)`.",
        lambda y, p: -np.mean(y * np.log(p) + 1 - y * np.log(1 - p)),
    ),
    ("arguments swapped", None, None, lambda y, p: metrics.log_loss(p, y)),
    (
        "arguments swapped",
        None,
        None,
        lambda y, p: -sum(b * math.log(a) + (1 - b) * math.log(1 - a) for a, b in zip(y, p, strict=True)) / len(y),
    ),
]:
    for _answer in _answers:
        log_loss.mistake(_name, _cause, _next_step)(_answer)


log_loss.tell(
    "hard labels in place of probabilities",
    "The probabilities were turned into 0 or 1 first.",
    "Feed the probabilities themselves: the log loss sees shades of correctness.",
)
log_loss.tell(
    "arguments swapped",
    "Labels and probabilities have changed places.",
    "The arguments are (y, p): labels first, and the logarithm goes around the probabilities.",
)
log_loss.tell(
    "over-clipping",
    "The probabilities are clipped so coarsely that honest values change.",
    "Clip at 1e-7 or finer.",
)


# With clipped logarithms these two cost a constant, the logarithm of the clip, times what is wrong: the constant is
# left open, since everybody clips elsewhere. Without clipping they are infinite or undefined.
CLIP_COST = (8.0, 750.0)


@log_loss.mistake("arguments swapped", factor=CLIP_COST)
def _(y, p):
    return np.abs(y - p).mean()


@log_loss.mistake("arguments swapped")
def _(y, p):
    return _terms(p, y).mean()


for _labels in (lambda p: p > 0.5, lambda p: p >= 0.5):

    @log_loss.mistake("hard labels in place of probabilities", factor=CLIP_COST)
    def _(y, p, labels=_labels):
        return (labels(p) != y).mean()

    @log_loss.mistake("hard labels in place of probabilities")
    def _(y, p, labels=_labels):
        return _terms(y, labels(p).astype(float)).mean()


COARSE = (0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.001, 1e-4, 1e-5)
for _clip in COARSE:
    log_loss.mistake("over-clipping")(lambda y, p, clip=_clip: _terms(y, _clipped(p, clip)).mean())
    log_loss.mistake("over-clipping")(
        lambda y, p, clip=_clip: -(y * np.log(p + clip) + (1 - y) * np.log(1 - p + clip)).mean()
    )


@log_loss.mistake(
    "rows with p of 0 or 1 ignored",
    "Rows whose logarithm is infinite were set to zero or left out.",
    "Those rows are the worst mistakes of the model: clip p, so that they cost a lot but not infinitely much.",
)
def _(y, p):
    terms = _terms(y, np.asarray(p))
    return np.where(np.isfinite(terms), terms, 0).mean()


@log_loss.mistake("rows with p of 0 or 1 ignored")
def _(y, p):
    terms = _terms(y, np.asarray(p))
    kept = terms[np.isfinite(terms)]
    return kept.mean() if len(kept) else 0.0


@log_loss.mistake("log(0) to inf or nan")
def _(y, p):
    return _terms(y, np.asarray(p)).mean()


@log_loss.mistake("log(0) to inf or nan")
def _(y, p):
    pairs = zip(y, p, strict=True)
    return sum(-math.log(value) if label == 1 else -math.log(1 - value) for label, value in pairs) / len(y)


@log_loss.mistake("log(0) to inf or nan")
def _(y, p):
    with np.errstate(divide="ignore"):
        return -np.mean(np.where(y == 1, np.log(p), np.log(1 - np.asarray(p))))


@log_loss.mistake("input changed in place")
def _(y, p):
    p[p == 0] = 1e-15
    p[p == 1] = 1 - 1e-15
    return _terms(y, p).mean()


@log_loss.mistake("input changed in place")
def _(y, p):
    p *= -1
    return _terms(y, _clipped(-p)).mean()


@log_loss.right("one line, clipped")
def _(y, p):
    p = np.clip(p, 1e-15, 1 - 1e-15)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@log_loss.right("a loop with math.log")
def _(labels, probabilities):
    total = 0.0
    for label, value in zip(labels, probabilities, strict=True):
        value = min(max(value, 1e-12), 1 - 1e-12)
        total += math.log(value) if label == 1 else math.log(1 - value)
    return -total / len(labels)


@log_loss.right("where, clipped at 1e-7")
def _(y, p):
    likelihood = np.where(np.asarray(y) == 1, p, 1 - np.asarray(p))
    return float(np.mean(-np.log(np.maximum(likelihood, 1e-7))))


@log_loss.right("a small number added inside the logarithm")
def _(y, p, eps=1e-9):
    return -(y * np.log(p + eps) + (1 - y) * np.log(1 - p + eps)).sum() / y.shape[0]


@log_loss.right("dot products")
def _(y, p):
    p = np.clip(p, 1e-10, 1 - 1e-10)
    return -(y @ np.log(p) + (1 - y) @ np.log1p(-p)) / len(y)


@log_loss.right("einsum on lists")
def _(y, p):
    y, p = np.array(list(y)), np.clip(list(p), 1e-15, 1 - 1e-15)
    return np.einsum("i,i->", np.stack([-y, y - 1]).ravel(), np.log(np.stack([p, 1 - p])).ravel()) / y.size


@log_loss.right("pandas")
def _(y, p):
    table = pd.DataFrame({"y": y, "p": pd.Series(p).clip(1e-15, 1 - 1e-15)})
    return -(table["y"] * np.log(table["p"]) + (1 - table["y"]) * np.log(1 - table["p"])).mean()


@log_loss.right("scikit-learn")
def _(y, p):
    return metrics.log_loss(y, p)


@log_loss.right("boolean masks")
def _(y, p):
    y, p = np.asarray(y), np.clip(np.asarray(p), 1e-15, 1 - 1e-15)
    return -(np.log(p[y == 1]).sum() + np.log(1 - p[y == 0]).sum()) / len(y)
