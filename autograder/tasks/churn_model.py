"""1.3 `labeled_examples`, `split` and `fitted_model`: scikit-learn's logistic regression on the churn data.

What earns points is numbers that this side compares. A split without its seed gives other numbers in every notebook,
so its mistakes, and those of the labels, are recognised by words ("each row once"): cases of part "diagnosis", which
earn nothing.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special
from sklearn import metrics
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits

from autograder.tasks import DIAGNOSIS, Case, Task
from workbook.data import load_churn

# --- labeled_examples --------------------------------------------------------------------------------------

labeled_examples = Task(
    "labeled_examples",
    points={"features": 1, "label": 1},
    names=("feature_names", "X", "y"),
    context=("df",),
)

ORDER_RTOL = 1e-7  # single precision passes; two rows that change places show
TABLE = "pd.DataFrame(X, columns=list(feature_names)).sort_index(axis=1).to_numpy(dtype=float)"
ORDER = (
    '"as in df" if np.array_equal(np.ravel(y), df["churn"]) else '
    '"shuffled" if np.array_equal(np.sort(np.ravel(y)), np.sort(df["churn"])) else "other values"'
)


@labeled_examples.context_example
def _(rng):
    return {"df": load_churn()}


@labeled_examples.reference
def _(df):
    if "churn" not in df or df.shape[1] < 3:
        raise ValueError("`df` is not the table of customers any more.")
    names = [name for name in df.columns if name != "churn"]
    return {"feature_names": names, "X": df[names], "y": df["churn"]}


@labeled_examples.cases
def _(rng, fresh):
    rows = [0, 1, 2] + (rng.integers(3, 500, size=4).tolist() if fresh else [])
    yield Case('", ".join(sorted(feature_names))', part="features", about="the names in feature_names")
    shape = "str(np.shape(feature_names) or np.shape([*feature_names]))"  # a set has no shape of its own
    yield Case(shape, part="features", about="the shape of feature_names")
    yield Case("np.shape(X)[1]", part="features", about="the number of columns of X")
    yield Case("len(X)", part="features", about="the number of rows of X", silent=True)
    yield Case(f"{TABLE}[{rows}]", part="features", about="some rows of X, columns sorted by name", silent=True)
    yield Case(f"{TABLE}.mean(axis=0)", part="features", about="the mean of each column of X", silent=True)
    yield Case(
        f"np.arange(len(X)) @ {TABLE} / len(X)",
        part="features",
        about="the order of the rows of X",
        rtol=ORDER_RTOL,
        silent=True,
    )
    yield Case('"as many" if len(X) == len(y) else "fewer or more"', part=DIAGNOSIS, about="rows of X and of y")
    yield Case("np.ndim(y)", part="label", about="the number of axes of y")
    yield Case("len(y)", part="label", about="the number of rows of y", silent=True)
    yield Case("np.count_nonzero(np.ravel(y) == 1)", part="label", about="the number of ones in y", silent=True)
    labels = "np.ravel(y)" if fresh else "np.arange(len(y)) @ np.ravel(y) / len(y)"
    yield Case(labels, part="label", about="the labels in y, row by row", silent=True)
    yield Case(ORDER, part=DIAGNOSIS, about="y against the column churn of df")
    for word, what in (("1 - df['churn']", "0 for 1"), ("2 * df['churn'] - 1", "-1 for 0")):
        yield Case(f"np.array_equal(np.ravel(y), {word})", part=DIAGNOSIS, about=f"labels with {what}")
    yield Case(
        'any(np.array_equal(np.ravel(y), df[name]) for name in df.columns if name != "churn")',
        part=DIAGNOSIS,
        about="a feature as label",
    )


def _parts(df):
    names = list(df.columns[:-1])
    return {"feature_names": names, "X": df[names], "y": df["churn"]}


@labeled_examples.mistake(
    "label left in X",
    "The label is among the features, so a model would read the answer from its input.",
    "Take all columns but `churn`.",
)
def _(df):
    return _parts(df) | {"feature_names": list(df.columns), "X": df}


@labeled_examples.mistake("label left in X")
def _(df):
    return _parts(df) | {"X": df}


@labeled_examples.mistake("label left in X")
def _(df):
    return _parts(df) | {"feature_names": list(df.columns)}


@labeled_examples.mistake(
    "a feature left out",
    "One of the eleven features is missing.",
    "Take all columns but `churn`, the first and the last feature included.",
)
def _(df):
    names = list(df.columns[:-2])
    return _parts(df) | {"feature_names": names, "X": df[names]}


@labeled_examples.mistake("a feature left out")
def _(df):
    names = list(df.columns[1:-1])
    return _parts(df) | {"feature_names": names, "X": df[names]}


@labeled_examples.mistake(
    "a number for the names",
    "feature_names is the number of features.",
    "Make a list of their names, which are in `df.columns`.",
)
def _(df):
    return _parts(df) | {"feature_names": len(df.columns) - 1}


@labeled_examples.mistake(
    "a table for the names",
    "feature_names is a table and not a list of names.",
    "The names are in `.columns`; `list(...)` makes a list of them.",
)
def _(df):
    return _parts(df) | {"feature_names": df.drop(columns="churn")}


@labeled_examples.mistake(
    "rows dropped from X and y separately",
    "X and y have different numbers of rows: a row was dropped from one of them only.",
    "Whatever you drop, drop it from the table first, then take X and y from it. Here nothing needs to be dropped.",
)
def _(df):
    return _parts(df) | {"X": df[df.columns[:-1]].iloc[1:]}


@labeled_examples.mistake("rows dropped from X and y separately")
def _(df):
    return _parts(df) | {"y": df["churn"].iloc[:-1]}


@labeled_examples.mistake(
    "y is a table of one column",
    "y has two axes: double brackets make a table of one column.",
    "Take the column with single brackets, so that y has one axis.",
)
def _(df):
    return _parts(df) | {"y": df[["churn"]]}


@labeled_examples.mistake(
    "shuffled labels",
    "y holds the right labels in another order than the rows of X.",
    "Row i of X and entry i of y are the same customer: don't sort or shuffle one of them alone.",
)
def _(df):
    return _parts(df) | {"y": df["churn"].sample(frac=1, random_state=0)}


@labeled_examples.mistake("shuffled labels")
def _(df):
    return _parts(df) | {"y": df["churn"].sort_values()}


@labeled_examples.mistake(
    "labels exchanged",
    "Here 1 stands for staying and 0 for leaving.",
    "Take the column `churn` as it is.",
)
def _(df):
    return _parts(df) | {"y": 1 - df["churn"]}


@labeled_examples.mistake(
    "labels -1/+1",
    "The labels are -1 and 1.",
    "Take the column `churn` as it is: 0 and 1.",
)
def _(df):
    return _parts(df) | {"y": 2 * df["churn"] - 1}


@labeled_examples.mistake(
    "a feature as label",
    "y is one of the features.",
    "The label is the column `churn`.",
)
def _(df):
    return _parts(df) | {"y": df["revenue"] if "revenue" in df else df.iloc[:, 0]}


@labeled_examples.right("drop")
def _(df):
    X = df.drop(columns="churn")
    return {"feature_names": X.columns.tolist(), "X": X, "y": df["churn"]}


@labeled_examples.right("positions")
def _(df):
    return {"feature_names": list(df)[:-1], "X": df.iloc[:, :-1], "y": df.iloc[:, -1]}


@labeled_examples.right("the Index itself")
def _(df):
    names = df.columns.drop("churn")
    return {"feature_names": names, "X": df.loc[:, names].copy(), "y": df.loc[:, "churn"].astype(int)}


@labeled_examples.right("other order of columns")
def _(df):
    names = sorted(set(df.columns) - {"churn"})
    return {"feature_names": names, "X": df[names], "y": df["churn"]}


@labeled_examples.right("a loop, and y as an array")
def _(df):
    names = []
    for name in df.columns:
        if name != "churn":
            names.append(name)
    return {"feature_names": tuple(names), "X": df.filter(items=names), "y": df["churn"].to_numpy()}


@labeled_examples.right("pop from a copy")
def _(df):
    X = df.copy()
    y = X.pop("churn")
    return {"feature_names": X.columns.values, "X": X, "y": y}


@labeled_examples.right("a set, single precision")
def _(df):
    names = set(df.columns) - {"churn"}
    return {"feature_names": names, "X": df[list(names)].astype(np.float32), "y": df["churn"].astype(bool)}


@labeled_examples.right("float arrays")
def _(df):
    names = [*df.columns[:11]]
    return {"feature_names": names, "X": df[names].to_numpy(dtype=float), "y": df.churn.to_list()}


# --- split -------------------------------------------------------------------------------------------------

split = Task(
    "split",
    points={"values": 1},
    names=("X_train", "X_test", "y_train", "y_test"),
    context=("X", "y"),
)


@split.context_example
def _(rng):
    df = load_churn()
    return {"X": df.drop(columns="churn"), "y": df["churn"]}


def _split(X, y, **options):
    options = {"test_size": 0.33, "random_state": 1234} | options
    return dict(zip(split.names, train_test_split(X, y, **options), strict=True))


@split.reference
def _(X, y):
    if np.ndim(X) != 2 or len(X) != len(y) or len(X) < 100:
        raise ValueError("`X` and `y` are not the labelled examples.")
    return _split(X, y)


def _numbers(name):
    return f"np.asarray({name}, dtype=float)"


ALL_ROWS = (
    '"yes" if np.allclose(np.sum(np.asarray(X_train, dtype=float) ** 2, axis=0)'
    " + np.sum(np.asarray(X_test, dtype=float) ** 2, axis=0), np.sum(np.asarray(X, dtype=float) ** 2, axis=0),"
    ' rtol=1e-9, atol=0) and np.sum(y_train) + np.sum(y_test) == np.sum(y) else "no"'
)
OWN_LABEL = (
    '"yes" if np.allclose(np.asarray(X_train, dtype=float).T @ np.ravel(y_train)'
    " + np.asarray(X_test, dtype=float).T @ np.ravel(y_test), np.asarray(X, dtype=float).T @ np.ravel(y),"
    ' rtol=1e-9, atol=0) else "no"'
)
FIRST_ROWS = 'np.array_equal(np.asarray(X_train)[:9], np.asarray(X)[:9]) and "in the order of X" or "mixed"'
# The call of the task once more, for mixed rows that were sorted afterwards.
OF_THE_SEED = (
    "(lambda rows: 'of the seed' if np.shape(rows) == np.shape(X_train) and np.allclose(np.sum(rows ** 2, axis=0), "
    "np.sum(np.asarray(X_train, dtype=float) ** 2, axis=0), rtol=1e-7, atol=0) else 'others')("
    "__import__('sklearn.model_selection').model_selection.train_test_split("
    "np.asarray(X, dtype=float), test_size=0.33, random_state=1234)[0])"
)
# A stratified split has the right size and other rows, too, and is not to be called a missing seed.
EQUAL_SHARES = "bool(abs(np.mean(y_test) - np.mean(y)) * len(y_test) < 1 and len(y_test) == -(-len(y) * 33 // 100))"


@split.cases
def _(rng, fresh):
    for name in split.names:
        yield Case(f"str(np.shape({name}))", about=f"the shape of {name}")
    for name in ("X_train", "X_test"):
        yield Case(f"{_numbers(name)}[[0, 1, 2, -1]]", about=f"some rows of {name}", silent=True)
    for name in ("y_train", "y_test"):
        yield Case(f"{_numbers(name)}[:12]", about=f"the first twelve labels in {name}", silent=True)
    for name in split.names:
        yield Case(
            f"np.arange(len({name})) @ {_numbers(name)} / len({name})",
            about=f"the order of the rows in {name}",
            rtol=ORDER_RTOL,
            silent=True,
        )
    yield Case(ALL_ROWS, part=DIAGNOSIS, about="is each row of X in one of the two parts, once?")
    yield Case(OWN_LABEL, part=DIAGNOSIS, about="does each row keep its own label?")
    yield Case(FIRST_ROWS, part=DIAGNOSIS, about="the order of the training rows")
    yield Case(OF_THE_SEED, part=DIAGNOSIS, about="the training rows, in any order")
    yield Case(EQUAL_SHARES, part=DIAGNOSIS, about="equal shares of churners")


def _is_stratified(y, parts):
    return abs(np.mean(parts["y_test"]) - np.mean(y)) * len(parts["y_test"]) < 1


@split.mistake(
    "split without the seed",
    "Sizes and labels fit, but these are other rows than `random_state=1234` draws.",
    "Give `train_test_split` the argument `random_state=1234`, so that everyone works with the same rows.",
)
def _(X, y):
    parts = (_split(X, y, random_state=number) for number in range(1000, 1050))
    return next(part for part in parts if not _is_stratified(y, part))


def _other_size(**options):
    def version(X, y):
        return _split(X, y, **options)

    return version


for _size in (0.1, 0.15, 0.2, 0.25, 0.3, 0.32, 0.34, 1 / 3, 0.35, 0.4, 0.5, 0.66):
    split.mistake(
        "another test_size",
        "The test part has another size than a share of 0.33.",
        "Give `train_test_split` the argument `test_size=0.33`.",
    )(_other_size(test_size=_size))
split.mistake("another test_size")(_other_size(test_size=None))


# What each name gets in place of its own part.
ORDERS = (
    {"y_train": "X_test", "X_test": "y_train"},
    {"X_train": "y_train", "y_train": "X_train", "X_test": "y_test", "y_test": "X_test"},
    {"X_train": "y_train", "X_test": "X_train", "y_train": "y_test", "y_test": "X_test"},
)


def _in_order(order, seed):
    def version(X, y):
        parts = _split(X, y, random_state=seed)
        return {name: parts[order.get(name, name)] for name in split.names}

    return version


for _order in ORDERS:
    for _seed in (1234, 7):  # with the seed and without it
        split.mistake(
            "order of the four parts",
            "The four parts were given to the names in another order.",
            "`train_test_split(X, y)` returns both parts of X first, then both parts of y.",
        )(_in_order(_order, _seed))


@split.mistake(
    "the small part for training",
    "The training part is the smaller one.",
    "In what `train_test_split` returns, the training part comes before the test part; `test_size` is the share of "
    "the test part.",
)
def _(X, y):
    parts = _split(X, y)
    return {
        "X_train": parts["X_test"],
        "X_test": parts["X_train"],
        "y_train": parts["y_test"],
        "y_test": parts["y_train"],
    }


split.mistake("the small part for training")(_other_size(test_size=0.67))


@split.mistake(
    "shuffled labels",
    "Labels stand beside rows of other customers: X and y were drawn apart, or one of them was sorted or shuffled.",
    "Give X and y to one and the same call of `train_test_split`, and keep the order that it returns.",
)
def _(X, y):
    other = _split(X, y, random_state=7)
    return _split(X, y) | {"y_train": other["y_train"], "y_test": other["y_test"]}


@split.mistake("shuffled labels")
def _(X, y):
    one, other = _split(X, y, random_state=6), _split(X, y, random_state=7)
    return one | {"y_train": other["y_train"], "y_test": other["y_test"]}


@split.mistake(
    "rows sorted again",
    "These are the right rows, but no longer in the order in which they were drawn.",
    "Keep the four parts as `train_test_split` returns them.",
)
def _(X, y):
    parts = _split(pd.DataFrame(X).reset_index(drop=True), pd.Series(np.ravel(y)))
    return {name: part.sort_index() for name, part in parts.items()}


@split.mistake("rows sorted again")
def _(X, y):
    parts = _split(X, y)
    return parts | {name: np.asarray(parts[name])[::-1] for name in ("X_train", "y_train")}


@split.mistake(
    "not mixed",
    "The training part is the head of the table.",
    "Let `train_test_split` draw the rows at random: leave `shuffle` alone.",
)
def _(X, y):
    return _split(X, y, shuffle=False, random_state=None)


@split.mistake(
    "all rows in the training part",
    "The training part holds every row, those of the test part included.",
    "Use both training parts that `train_test_split` returns.",
)
def _(X, y):
    return _split(X, y) | {"X_train": X, "y_train": y}


@split.mistake(
    "all rows in both parts",
    "Nothing was split: both parts hold every row.",
    "Call `train_test_split` and keep what it returns.",
)
def _(X, y):
    return {"X_train": X, "X_test": X, "y_train": y, "y_test": y}


split.right("keyword arguments")(_other_size(train_size=None))


@split.right("by positions")
def _(X, y):
    train, test = train_test_split(range(len(X)), random_state=1234, test_size=0.33)
    X, y = pd.DataFrame(X), pd.Series(y)
    return {"X_train": X.iloc[train], "X_test": X.iloc[test], "y_train": y.iloc[train], "y_test": y.iloc[test]}


@split.right("single precision, and truth values")
def _(X, y):
    return _split(np.asarray(X, dtype=np.float32), np.asarray(y) == 1)


@split.right("arrays")
def _(X, y):
    return _split(np.asarray(X, dtype=float), np.asarray(y))


@split.right("one table, then its columns")
def _(X, y):
    table = pd.DataFrame(X).assign(label=np.asarray(y))
    train, test = train_test_split(table, test_size=0.33, random_state=1234)
    return {
        "X_train": train.drop(columns="label"),
        "X_test": test.drop(columns="label"),
        "y_train": train["label"],
        "y_test": test["label"],
    }


@split.right("a fresh index")
def _(X, y):
    return {name: part.reset_index(drop=True) for name, part in _split(pd.DataFrame(X), pd.Series(y)).items()}


@split.right("a RandomState")
def _(X, y):
    return _split(X, y, random_state=np.random.RandomState(1234), test_size=-(-len(X) * 33 // 100))


# --- fitted_model ------------------------------------------------------------------------------------------

# Any solver and setting may have fitted the model, so what is right follows from the student's own `probabilities`:
# a name that the task asks for and that is also among the givens. This side reads what they are, by comparing them
# with a model of its own, and computes from them what the two numbers must be. Without them (the frozen table, or a
# blank) the numbers are those of the solver that the notebook recommends.

fitted_model = Task(
    "fitted_model",
    points={"model": 1, "accuracy": 1, "probabilities": 1, "log loss": 1},
    names=("model", "probabilities", "test_log_loss", "test_accuracy"),
    context=("X_train", "X_test", "y_train", "y_test", "X", "y", "probabilities"),
)


@fitted_model.context_example
def _(rng):
    df = load_churn()
    X, y = df.drop(columns="churn"), df["churn"]
    return _split(X, y) | {"X": X, "y": y}


_KEPT: dict = {}  # what was computed last: the known mistakes of one submission start from the same few models


def _kept(key, tables, make):
    """make(), or what it returned before for the same key and the same tables."""
    key = (key, *(np.asarray(table, dtype=float).tobytes() for table in tables))
    if key not in _KEPT:
        while len(_KEPT) >= 16:
            del _KEPT[next(iter(_KEPT))]
        _KEPT[key] = make()
    return _KEPT[key]


def _newton():
    return LogisticRegression(solver="newton-cholesky")


def _fit(X, y, make=_newton):
    """A fitted model; the same rows are fitted once."""

    def fit():
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return make().fit(np.asarray(X, dtype=float), np.asarray(y, dtype=float))

    return _kept(make, (X, y), fit)


def _tree():
    return DecisionTreeClassifier(max_depth=3, random_state=0)


def _evaluate(model, X, y):
    X = np.asarray(X, dtype=float)
    P = model.predict_proba(X)
    return {
        "model": model,
        "probabilities": P,
        "test_log_loss": metrics.log_loss(y, P),
        "test_accuracy": float(np.mean(model.predict(X) == np.asarray(y))),
    }


# What a student's probabilities are, in words; the mistakes of the same names explain them.
RIGHT, OTHER = "right", "something else"
ALL_ROWS_FITTED, TEST_ROWS_FITTED = "fitted on all rows", "fitted on the test rows"
OF_TRAINING_ROWS = "probabilities of the training rows"
HARD_LABELS, ONE_COLUMN, EXCHANGED = (
    "hard labels in place of probabilities",
    "one column of probabilities",
    "columns exchanged",
)


@dataclass(frozen=True)
class Reading:
    """What the student's probabilities are, and the probabilities of leaving of the model that they come from."""

    kind: str
    test: np.ndarray
    train: np.ndarray


def _read(given):
    """The Reading of the student's probabilities among the `given`."""
    own, *parts = tables = _tables(given)
    return _kept(("read", own.shape), tables, lambda: _what(own, *parts))


def _tables(given):
    """The student's probabilities and the other givens as arrays of numbers."""
    try:
        own = np.asarray(given.get("probabilities"), dtype=float)
    except (TypeError, ValueError):  # texts, lists of unequal lengths
        own = np.array(np.nan)
    parts = {name: np.asarray(given[name], dtype=float) for name in fitted_model.context[:-1]}
    return own, *(part.ravel() if name[0] == "y" else part for name, part in parts.items())


def _what(own, X_train, X_test, y_train, y_test, X, y):
    model = _fit(X_train, y_train)
    train, test = (model.predict_proba(rows)[:, 1] for rows in (X_train, X_test))
    if np.std(_log_odds(test)) < 0.01:
        raise ValueError("no model can tell the customers of `X_train` and `X_test` apart")
    n = len(y_test)
    if not np.isfinite(own).all() or own.size == 0 or own.min() < 0 or own.max() > 1:
        return Reading(OTHER, test, train)
    if own.ndim == 2 and own.shape[1] == 2 and not np.allclose(own.sum(axis=1), 1, atol=1e-6):
        return Reading(OTHER, test, train)
    leaving = own[:, -1] if own.ndim == 2 and own.shape[1] in (1, 2) else own
    if own.shape in ((n, 2), (n,), (n, 1)) and np.isin(own, (0, 1)).all():
        alike = np.mean(leaving == (test > 0.5)) > SAME_LABELS
        return Reading(HARD_LABELS, leaving, train) if alike else Reading(OTHER, test, train)
    if own.shape == (len(y_train), 2) != (n, 2) and _near(leaving, train):
        return Reading(OF_TRAINING_ROWS, _elsewhere(X_train, leaving, X_test, test), leaving)
    if own.shape not in ((n, 2), (n,), (n, 1)):
        return Reading(OTHER, test, train)
    for found, exchanged in ((leaving, False), (1 - leaving, True)):
        if _near(found, test):
            own_train = _elsewhere(X_test, found, X_train, train)
            if own.shape != (n, 2):
                return Reading(ONE_COLUMN, found, own_train)
            kind = EXCHANGED if exchanged else _rows_fitted(found, X_train, X_test, y_train, y_test, X, y)
            return Reading(kind, found, own_train)
    return Reading(OTHER, test, train)


SAME_LABELS = 0.85  # share of rows in which two models trained on the same rows give the same label, at least


def _near(p, trained):
    """True when p are the probabilities of a model like the one that says `trained`.

    A penalty or a solver that stopped early shrink and blur the log-odds; constants, labels, noise, and other
    models' probabilities don't have so much in common with them.
    """
    odds, wanted = _log_odds(p), _log_odds(trained)
    if np.std(odds) < 1e-9:
        return False
    apart = np.sqrt(np.mean((odds - wanted) ** 2)) / np.std(wanted)
    return bool(apart < 0.6 and np.corrcoef(odds, wanted)[0, 1] > 0.9)


def _log_odds(p):
    return special.logit(np.clip(p, 1e-12, 1 - 1e-12))


def _weights(X, p):
    """Intercept and weights of the logistic regression that gives the rows of X the probabilities p, or None."""
    odds, rows = _log_odds(p), np.column_stack([np.ones(len(X)), X])
    scale = np.abs(rows).max(axis=0).clip(1e-12)
    w = np.linalg.lstsq(rows / scale, odds, rcond=None)[0] / scale
    return w if np.allclose(rows @ w, odds, rtol=0, atol=1e-6) else None


def _elsewhere(X, p, rows, otherwise):
    """What the logistic regression that gives the rows of X the probabilities p says of other rows."""
    w = _weights(X, p)
    return otherwise if w is None else special.expit(w[0] + rows @ w[1:])


def _rows_fitted(p, X_train, X_test, y_train, y_test, X, y):
    """Whether the model behind p has seen the test rows, where that can be told; else RIGHT.

    At the end of its training the gradient of a model is zero on the rows that it was fitted on, and only there.
    A default solver on these tables stops earlier, but always at the same place.
    """
    w = _weights(X_test, p)
    for name, rows, labels in ((ALL_ROWS_FITTED, X, y), (TEST_ROWS_FITTED, X_test, y_test)):
        if np.allclose(_fit(rows, labels, LogisticRegression).predict_proba(X_test)[:, 1], p, rtol=0, atol=1e-4):
            return name
        if w is None:
            continue
        here, there = _gradient(w, rows, labels), _gradient(w, X_train, y_train)
        if (here[0] < 1e-6 and there[0] > 1e-4) or np.median(here) < 0.15 * np.median(there):
            return name
    return RIGHT


def _gradient(w, X, y):
    """Size of the gradient of the log loss for the intercept and each weight, in units of its feature."""
    error = special.expit(w[0] + X @ w[1:]) - y
    rows = np.column_stack([np.ones(len(X)), X])
    return np.abs(error @ rows) / len(y) / np.sqrt(np.mean(rows**2, axis=0)).clip(1e-12)


def _found(given):
    """What is right for a student with these givens, own probabilities included."""
    own, X_train, X_test, y_train, y_test, *_ = tables = _tables(given)
    if np.ndim(X_train) != 2 or len(X_train) != len(y_train) or len(X_test) != len(y_test):
        raise ValueError("`X_train` and the other parts are not what `split` asks for.")
    reading = _read(given)

    def make():
        found = _evaluate(_fit(X_train, y_train), X_test, y_test)
        if reading.kind != OTHER:
            found["test_accuracy"] = float(np.mean((reading.test > 0.5) == y_test))
        if reading.kind not in (OTHER, HARD_LABELS):
            found["test_log_loss"] = metrics.log_loss(y_test, reading.test)
        return found

    found = _kept(("found", own.shape), tables, make)
    return found | ({"probabilities": given["probabilities"]} if reading.kind == RIGHT else {})


@fitted_model.reference
def _(**given):
    return _found(given)


@fitted_model.cases
def _(rng, fresh):
    yield Case(
        'repr((model, type(model).__mro__)).partition("LogisticRegression")[1] or type(model).__name__',
        part="model",
        about="what `model` is",
    )
    yield Case(
        'getattr(model, "n_features_in_", 0)',
        part="model",
        about="the number of features that `model` was fitted with, 0 before it is fitted",
    )
    if fresh:
        yield Case("test_accuracy", part="accuracy", about="the accuracy on the test rows")
        yield Case("probabilities", part="probabilities", about="the probabilities of the test rows")
        yield Case("test_log_loss", part="log loss", about="the log loss of these probabilities on the test rows")
    else:
        yield from _visible_cases()


def _visible_cases():
    """What the notebook's check can tell by one table for all solvers. "At least" lets a mistake be known exactly."""
    given = fitted_model.example(None)
    share = "the share of right labels"
    yield Case("test_accuracy", part="accuracy", about=f"test_accuracy, {share}", rtol=0, atol=0.03, silent=True)
    yield Case("test_accuracy", part="accuracy", about=f"test_accuracy, {share}", compare="at least", expected=0.0)
    yield Case(
        "round(test_accuracy * len(y_test), 6) % 1",
        part="accuracy",
        about="test_accuracy times the number of test rows is a whole number; what is left over",
    )
    yield Case("str(np.shape(probabilities))", part="probabilities", about="the shape of probabilities")
    rows, about = "np.asarray(probabilities)[:8]", "the first eight rows of probabilities"
    yield Case(rows, part="probabilities", about=f"{about}, within 0.25", rtol=0, atol=0.25, silent=True)
    yield Case(rows, part="probabilities", about=about, compare="at least", expected=np.zeros((8, 2)))
    for which, X, y in (("all rows", "X", "y"), ("the test rows", "X_test", "y_test")):
        seen = _evaluate(_fit(given[X], given[y]), given["X_test"], given["y_test"])["probabilities"][0, 1]
        yield Case(
            "abs(np.ravel(probabilities)[1] - seen)",
            {"seen": float(seen)},
            part="probabilities",
            about=f"how far the first probability of leaving is from what a model fitted on {which} says",
            compare="at least",
            expected=1e-7,
        )
    yield Case(
        "test_log_loss + np.log(np.abs(np.asarray(probabilities)[:, 0] - y_test).clip(1e-15)).mean()",
        part="log loss",
        about="test_log_loss less the mean of -log(the probability of the label that came true)",
        rtol=0,
        atol=1e-9,
    )


def _told(name, cause, next_step):
    """A mistake of fitted_model that changes what the right answers hold: version(found, given) -> changes."""

    def add(version):
        @fitted_model.mistake(name, cause, next_step)
        def _(**given):
            found = _found(given)
            if _read(given).kind == name:
                return found | {"probabilities": given["probabilities"]}
            return found | version(found, given)

        return version

    return add


@_told(
    "another kind of model",
    "`model` is no logistic regression.",
    "Use scikit-learn's `LogisticRegression`.",
)
def _(found, given):
    tree = _fit(given["X_train"], given["y_train"], _tree)
    return _evaluate(tree, given["X_test"], given["y_test"])


@_told("not fitted", "`model` was made but not fitted.", "Call its method `fit` with the training rows.")
def _(found, given):
    return {"model": LogisticRegression()}


@_told(
    "label left in X",
    "The model was fitted with the label among its features.",
    "Fit on X_train, which holds the features only.",
)
def _(found, given):
    wider = [
        pd.DataFrame(given[f"X_{part}"]).reset_index(drop=True).assign(label=np.asarray(given[f"y_{part}"]))
        for part in ("train", "test")
    ]
    return _evaluate(_fit(wider[0], given["y_train"]), wider[1], given["y_test"])


def _accuracy_is(name, cause, next_step, number):
    _told(name, cause, next_step)(lambda found, given: {"test_accuracy": number(found, given)})


_accuracy_is(
    "error rate for accuracy",
    "This is the share of wrong labels.",
    "The accuracy is the share of right ones: 1 minus that.",
    lambda found, given: 1 - found["test_accuracy"],
)
_accuracy_is(
    "accuracy on the training rows",
    "The accuracy was computed on the rows that the model was fitted on.",
    "Evaluate on X_test and y_test: rows that the model has never seen.",
    lambda found, given: float(np.mean((_read(given).train > 0.5) == np.asarray(given["y_train"]))),
)
_accuracy_is(
    "accuracy in percent",
    "The accuracy was multiplied by 100.",
    "Leave it a number between 0 and 1; format it when you print it.",
    lambda found, given: 100 * found["test_accuracy"],
)
_accuracy_is(
    "count in place of a share",
    "This is the number of customers with a right label.",
    "Divide by the number of test rows.",
    lambda found, given: round(found["test_accuracy"] * len(given["y_test"])),
)
_accuracy_is(
    "share of churners for accuracy",
    "This is the share of churners among the test rows, which no model enters.",
    "Compare the model's labels with y_test.",
    lambda found, given: float(np.mean(given["y_test"])),
)
for _digits in (2, 3, 4):
    _accuracy_is("rounded", None, None, lambda found, given, n=_digits: round(found["test_accuracy"], n))


def _columns(found, given, part="test"):
    """What this side's own model says of the rows of a part."""
    return found["model"].predict_proba(np.asarray(given[f"X_{part}"], dtype=float))


@_told(
    "hard labels in place of probabilities",
    "`probabilities` holds zeros and ones: these are labels.",
    "Ask the model for `predict_proba`, not for `predict`.",
)
def _(found, given):
    labels = (_columns(found, given) > 0.5).astype(float)
    return {"probabilities": labels, "test_log_loss": metrics.log_loss(given["y_test"], labels)}


@_told(HARD_LABELS, None, None)
def _(found, given):
    labels = (_columns(found, given)[:, 1] > 0.5).astype(int)
    return {"probabilities": labels, "test_log_loss": metrics.log_loss(given["y_test"], labels)}


@_told(
    "one column of probabilities",
    "Only one column is there, for one of the two classes.",
    "Keep all that `predict_proba` returns, (n, 2): column 0 for staying, column 1 for leaving.",
)
def _(found, given):
    return {"probabilities": _columns(found, given)[:, 1]}


@_told("one column of probabilities", None, None)
def _(found, given):
    return {"probabilities": _columns(found, given)[:, 0]}


@_told("one column of probabilities", None, None)
def _(found, given):
    return {"probabilities": _columns(found, given)[:, 1:]}


@_told("one column of probabilities", None, None)
def _(found, given):
    return {"probabilities": _columns(found, given)[:, :1]}


@_told(
    "columns exchanged",
    "The columns have changed places.",
    "Column 0 belongs to class 0, column 1 to class 1, as `predict_proba` returns them.",
)
def _(found, given):
    return {"probabilities": _columns(found, given)[:, ::-1]}


@_told(
    "probabilities of the training rows",
    "These are the probabilities of the training rows.",
    "Predict for X_test.",
)
def _(found, given):
    return {"probabilities": _columns(found, given, "train")}


@_told("probabilities of the training rows", None, None)
def _(found, given):
    train = _columns(found, given, "train")
    return {"probabilities": train, "test_log_loss": metrics.log_loss(given["y_train"], train)}


@_told(
    "fitted on all rows",
    "The model has seen the test rows when it was fitted, so they can't tell how it does on new customers.",
    "Fit on X_train and y_train only.",
)
def _(found, given):
    return _evaluate(_fit(given["X"], given["y"]), given["X_test"], given["y_test"])


@_told(
    "fitted on the test rows",
    "The model was fitted on the test rows.",
    "Fit on X_train and y_train; the test rows are for evaluating.",
)
def _(found, given):
    return _evaluate(_fit(given["X_test"], given["y_test"]), given["X_test"], given["y_test"])


def _hard_loss(y, labels, clip):
    """The log loss of labels that were clipped to [clip, 1 - clip]."""
    right = np.mean(labels == np.asarray(y))
    return float(-right * np.log1p(-clip) - (1 - right) * np.log(clip))


def _loss_is(name, cause, next_step, number):
    _told(name, cause, next_step)(lambda found, given: {"test_log_loss": number(found, given)})


_loss_is(
    "log loss of hard labels",
    "The log loss was computed from labels of 0 and 1.",
    "Give it the probabilities: the log loss sees shades of correctness.",
    lambda found, given: metrics.log_loss(given["y_test"], (_read(given).test > 0.5).astype(int)),
)
for _clip in (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5):
    _loss_is(
        "log loss of hard labels",
        None,
        None,
        lambda found, given, clip=_clip: _hard_loss(given["y_test"], _read(given).test > 0.5, clip),
    )
_loss_is(
    "class-0 column used",
    "The log loss was computed from column 0, the probabilities of staying.",
    "Use column 1, or give both columns.",
    lambda found, given: metrics.log_loss(given["y_test"], 1 - _read(given).test),
)
_loss_is(
    "log loss on the training rows",
    "The log loss was computed on the rows that the model was fitted on.",
    "Evaluate on the test rows.",
    lambda found, given: metrics.log_loss(given["y_train"], _read(given).train),
)
_loss_is(
    "sign",
    "This is minus the log loss.",
    "A loss is positive, and smaller is better.",
    lambda found, given: -found["test_log_loss"],
)
_loss_is(
    "sum for mean",
    "This is the sum of the losses of all test rows.",
    "Take the mean over the rows.",
    lambda found, given: found["test_log_loss"] * len(given["y_test"]),
)
_loss_is(
    "squared error",
    "This is the mean squared error of the probabilities.",
    "Use `metrics.log_loss`.",
    lambda found, given: metrics.brier_score_loss(given["y_test"], _read(given).test),
)
for _digits in (2, 3, 4):
    _loss_is("rounded", None, None, lambda found, given, n=_digits: round(found["test_log_loss"], n))


def _answers(given, make=_newton):
    """What a student gets who fits `make()` and evaluates it."""
    X_train, X_test, y_train, y_test = (given[name] for name in split.names)
    return _evaluate(_fit(X_train, y_train, make), X_test, y_test)


def _right(style, make):
    fitted_model.right(style)(lambda **given: _answers(given, make))


_right("the default solver, stopped early", LogisticRegression)
_right("the default solver, more iterations", lambda: LogisticRegression(max_iter=1000))
_right("liblinear", lambda: LogisticRegression(solver="liblinear"))
_right("no penalty to speak of", lambda: LogisticRegression(C=1e10, solver="newton-cholesky"))
_right("a strong penalty", lambda: LogisticRegression(C=0.01, solver="newton-cholesky"))


class _Own(LogisticRegression):
    """A subclass by another name."""


_right("a subclass", _Own)
_right("another solver", lambda: LogisticRegression(solver="newton-cg", C=20))
_right("scaled in a pipeline", lambda: make_pipeline(StandardScaler(), LogisticRegression()))


@fitted_model.right("scaled by hand")
def _(**given):
    scaler = StandardScaler().fit(given["X_train"])
    scaled = {name: scaler.transform(given[name]) for name in ("X_train", "X_test")}
    return _answers(given | scaled, LogisticRegression)


@fitted_model.right("another implementation of both numbers")
def _(**given):
    found = _answers(given)
    p, labels = found["probabilities"][:, 1], np.asarray(given["y_test"])
    return found | {
        "probabilities": pd.DataFrame(found["probabilities"]),
        "test_log_loss": -(labels * np.log(p) + (1 - labels) * np.log(1 - p)).mean(),
        "test_accuracy": float(np.mean((p > 0.5) == labels)),
    }
