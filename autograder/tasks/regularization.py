"""3.5: logistic regression for many values of C: `train_test_lr`, `regularization_path` and two plots of it."""

import warnings
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.special import expit
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from autograder.tasks import DIAGNOSIS, Case, Task
from workbook.data import load_churn

# --- train_test_lr -----------------------------------------------------------------------------------------

train_test_lr = Task("train_test_lr", points={"values": 2, "C": 1})

ARGUMENTS = "X_train, y_train, X_test, y_test"
TIGHT = {"solver": "newton-cholesky", "tol": 1e-8}


def _fitted(X, y, C=1.0, **options):
    """A fitted LogisticRegression; one that can't converge in time is taken as it is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return LogisticRegression(C=C, **(TIGHT | options)).fit(X, y)


def _scores(model, X, y):
    return float(metrics.log_loss(y, model.predict_proba(X))), float(model.score(X, y))


@train_test_lr.reference
def _(X_train, y_train, X_test, y_test, C=1):
    return _scores(_fitted(X_train, y_train, C), X_test, y_test)


def _examples(rng, n_train, n_test, k, C):
    """Training and test rows of unequal classes; no test row lies so near the border that solvers could differ."""
    spread = rng.uniform(0.5, 2.0, size=k).round(1)
    weights = rng.uniform(0.6, 1.6, size=k) * rng.choice([-1, 1], size=k) / spread

    def draw(n):
        X = (rng.normal(size=(n, k)) * spread + 0.6).round(2)
        z = X @ weights - 0.6 * weights.sum() + 0.9
        return X, (rng.uniform(size=n) < expit(z)).astype(float)

    X_train, y_train = draw(n_train)
    y_train[:2] = 0.0, 1.0
    model = _fitted(X_train, y_train, C)
    X_test, y_test = draw(6 * n_test)
    clear = np.abs(model.predict_proba(X_test)[:, 1] - 0.5) > 0.02
    chosen = np.flatnonzero(clear)[:n_test]
    X_test, y_test = X_test[chosen], y_test[chosen]
    y_test[:2] = 0.0, 1.0
    return {"X_train": X_train, "y_train": y_train, "X_test": X_test, "y_test": y_test}


@train_test_lr.cases
def _(rng, fresh):
    order = {"shape": "more or less than two numbers"}
    tiny = {
        "X_train": np.array([[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]]),
        "y_train": np.array([0.0, 0.0, 1.0, 0.0, 1.0, 1.0]),
        "X_test": np.array([[0.5], [3.5], [4.5], [6.0], [1.0]]),
        "y_test": np.array([0.0, 1.0, 1.0, 1.0, 1.0]),
    }
    if fresh:
        tiny = _examples(rng, 9, 5, 1, 1.0)
    call = f"train_test_lr({ARGUMENTS})"
    with_C = f"train_test_lr({ARGUMENTS}, C)"
    # Solvers that take single rows in random order stop a bit beside the minimum, most so with few rows.
    tolerance = {"rtol": 6e-3, "atol": 1e-6, "faults": order}
    wide = tolerance | {"rtol": 4e-2}
    yield Case(call, tiny, about="6 rows to train on, 5 to test, C left out", **wide)
    for n, k in [(40, 2)] + ([(150, 5), (500, 11)] if fresh else []):
        inputs = _examples(rng, n, min(60, max(20, n // 3)), k, 1.0)
        yield Case(call, inputs, about=f"{n} rows, {k} features, C left out", **tolerance)
    # Written differently, because solvers that draw random numbers needn't give the very same digits twice.
    yield Case(f"train_test_lr(*[{ARGUMENTS}])", tiny, about="the first call once more", **wide)
    for C in (0.003, 0.1, 100.0):
        inputs = _examples(rng, 40, 20, 2, C) if not fresh else _examples(rng, 120, 60, 4, C)
        yield Case(with_C, inputs | {"C": C}, "C", f"C = {C:g}", **tolerance)
        if C == 0.1:  # C = 1 alone may not tell a weak penalty from none
            yield Case(with_C, inputs | {"C": 0.2}, DIAGNOSIS, "C = 0.2", **tolerance)
    inputs = _examples(rng, 30, 20, 2, 1.0)
    by_name = f"[train_test_lr({ARGUMENTS}, C=2), train_test_lr({ARGUMENTS}, 1)]"
    yield Case(by_name, inputs, "C", "C = 2 by name, and C = 1", rtol=6e-3, atol=1e-6)


train_test_lr.tell(
    "more or less than two numbers",
    "The function returns something else than a pair.",
    "Return the log loss and the accuracy, in this order: `return loss, accuracy`.",
)


@train_test_lr.mistake(
    "accuracy and loss swapped",
    "The accuracy comes first.",
    "Return the log loss first, then the accuracy.",
)
def _(X_train, y_train, X_test, y_test, C=1):
    return _scores(_fitted(X_train, y_train, C), X_test, y_test)[::-1]


@train_test_lr.mistake(
    "train rows evaluated",
    "Loss and accuracy were taken on the rows that the model was trained on.",
    "Evaluate on `X_test` and `y_test`, which the model has not seen.",
)
def _(X_train, y_train, X_test, y_test, C=1):
    return _scores(_fitted(X_train, y_train, C), X_train, y_train)


@train_test_lr.mistake(
    "trained on the test rows",
    "The model was fitted to the test rows.",
    "Fit on `X_train` and `y_train`.",
)
def _(X_train, y_train, X_test, y_test, C=1):
    return _scores(_fitted(X_test, y_test, C), X_test, y_test)


@train_test_lr.mistake(
    "trained on all rows",
    "The model has seen the test rows while training.",
    "Fit on `X_train` and `y_train` only.",
)
def _(X_train, y_train, X_test, y_test, C=1):
    model = _fitted(np.vstack([X_train, X_test]), np.append(y_train, y_test), C)
    return _scores(model, X_test, y_test)


@train_test_lr.mistake(
    "labels for probabilities",
    "The log loss was taken of predicted labels.",
    "The log loss needs probabilities: `predict_proba`.",
)
def _(X_train, y_train, X_test, y_test, C=1):
    model = _fitted(X_train, y_train, C)
    return metrics.log_loss(y_test, model.predict(X_test)), model.score(X_test, y_test)


@train_test_lr.mistake(
    "class-0 column used",
    "The log loss was taken of the probabilities of class 0.",
    "`predict_proba` has two columns; class 1 is the second.",
)
def _(X_train, y_train, X_test, y_test, C=1):
    model = _fitted(X_train, y_train, C)
    return metrics.log_loss(y_test, model.predict_proba(X_test)[:, 0]), model.score(X_test, y_test)


@train_test_lr.mistake(
    "squared error",
    "The first number is the mean squared error of the probabilities.",
    "Use the log loss.",
)
def _(X_train, y_train, X_test, y_test, C=1):
    model = _fitted(X_train, y_train, C)
    return np.mean((model.predict_proba(X_test)[:, 1] - y_test) ** 2), model.score(X_test, y_test)


@train_test_lr.mistake(
    "sum for mean",
    "The first number is the sum of the losses of all test rows.",
    "The log loss is the mean over the rows, as `log_loss` gives it by default.",
)
def _(X_train, y_train, X_test, y_test, C=1):
    loss, accuracy = _scores(_fitted(X_train, y_train, C), X_test, y_test)
    return loss * len(y_test), accuracy


@train_test_lr.mistake(
    "accuracy in percent",
    "The accuracy is given in percent.",
    "Give it as a share between 0 and 1.",
)
def _(X_train, y_train, X_test, y_test, C=1):
    loss, accuracy = _scores(_fitted(X_train, y_train, C), X_test, y_test)
    return loss, 100 * accuracy


@train_test_lr.mistake(
    "share of mistakes returned",
    "The second number is the share of wrong labels.",
    "The accuracy is the share of right ones, 1 minus that.",
)
def _(X_train, y_train, X_test, y_test, C=1):
    loss, accuracy = _scores(_fitted(X_train, y_train, C), X_test, y_test)
    return loss, 1 - accuracy


@train_test_lr.mistake(
    "C ignored",
    "The result does not depend on C as it should: the model was made without it.",
    "Hand it on: `LogisticRegression(C=C)`.",
)
def _(X_train, y_train, X_test, y_test, C=1):
    return _scores(_fitted(X_train, y_train), X_test, y_test)


@train_test_lr.mistake(
    "no regularization",
    "The model is fitted without a penalty, or with a C so large that there is none.",
    "Hand on the argument: `LogisticRegression(C=C)`.",
)
def _(X_train, y_train, X_test, y_test, C=1):
    return _scores(_fitted(X_train, y_train, 1e10), X_test, y_test)


@train_test_lr.mistake(
    "times C for over C",
    "C works the wrong way round: a small C gives a weak penalty.",
    "In scikit-learn C is the *inverse* strength already; hand it on as it is.",
)
def _(X_train, y_train, X_test, y_test, C=1):
    return _scores(_fitted(X_train, y_train, 1 / C), X_test, y_test)


@train_test_lr.mistake(
    "C passed as log10 C",
    "C was taken as an exponent: ten to the power of C went into the model.",
    "The argument is C itself; hand it on as it is.",
)
def _(X_train, y_train, X_test, y_test, C=1):
    return _scores(_fitted(X_train, y_train, 10.0**C), X_test, y_test)


@train_test_lr.mistake(
    "intercept penalised",
    "The penalty pulls at the intercept too, as the solver `liblinear` does it.",
    "Use the default solver, whose intercept is free.",
)
def _(X_train, y_train, X_test, y_test, C=1):
    return _scores(_fitted(X_train, y_train, C, solver="liblinear", tol=1e-8), X_test, y_test)


@train_test_lr.mistake(
    "intercept dropped",
    "The model has no intercept.",
    "Leave `fit_intercept` as it is by default.",
)
def _(X_train, y_train, X_test, y_test, C=1):
    return _scores(_fitted(X_train, y_train, C, fit_intercept=False), X_test, y_test)


@train_test_lr.mistake(
    "L1 for L2",
    "The penalty is L1.",
    "Leave the penalty as it is by default, which is L2.",
)
def _(X_train, y_train, X_test, y_test, C=1):
    options = {"solver": "saga", "l1_ratio": 1.0, "tol": 1e-5, "max_iter": 3_000, "random_state": 0}
    return _scores(_fitted(X_train, y_train, C, **options), X_test, y_test)


@train_test_lr.mistake(
    "scaled inside the function",
    "The features were scaled again inside the function, which changes what the penalty means.",
    "Train on the features as they are handed in: the notebook has scaled them.",
)
def _(X_train, y_train, X_test, y_test, C=1):
    model = make_pipeline(StandardScaler(), LogisticRegression(C=C, **TIGHT)).fit(X_train, y_train)
    return _scores(model, X_test, y_test)


def _without_default(X_train, y_train, X_test, y_test, C):
    return _scores(_fitted(X_train, y_train, C), X_test, y_test)


_without_default.__qualname__ = "train_test_lr"  # Python's message names the function
train_test_lr.mistake(
    "no default for C",
    "The function can't be called without C.",
    "Give C a default in the brackets after `def`: `C=1`.",
)(_without_default)


@train_test_lr.mistake("input changed in place")
def _(X_train, y_train, X_test, y_test, C=1):
    model = _fitted(X_train, y_train, C)
    loss = metrics.log_loss(y_test, model.predict_proba(X_test))
    accuracy = model.score(X_test, y_test)
    y_test -= model.predict(X_test)
    return loss, accuracy


@train_test_lr.right("lbfgs, the default")
def _(X_train, y_train, X_test, y_test, C=1):
    model = LogisticRegression(C=C)
    model.fit(X_train, y_train)
    loss = metrics.log_loss(y_test, model.predict_proba(X_test)[:, 1])
    return loss, metrics.accuracy_score(y_test, model.predict(X_test))


@train_test_lr.right("newton-cg, a list")
def _(X_train, y_train, X_test, y_test, C=1.0, solver="newton-cg"):
    model = LogisticRegression(C=C, solver=solver, max_iter=1000).fit(X_train, y_train)
    p = model.predict_proba(X_test)[:, 1]
    return [-np.mean(y_test * np.log(p) + (1 - y_test) * np.log(1 - p)), np.mean((p > 0.5) == y_test)]


@train_test_lr.right("renamed arguments, an array")
def _(features, labels, new_features, new_labels, C=1, **options):
    model = LogisticRegression(C=C, max_iter=5000, tol=1e-6, **options).fit(features, labels)
    return np.array(
        [metrics.log_loss(new_labels, model.predict_proba(new_features)), model.score(new_features, new_labels)]
    )


@train_test_lr.right("Newton from scratch")
def _(X_train, y_train, X_test, y_test, C=1):
    X1 = np.column_stack([X_train, np.ones(len(X_train))])
    penalty = np.diag([1.0] * X_train.shape[1] + [0.0])
    w = np.zeros(X1.shape[1])
    for _ in range(50):
        p = expit(X1 @ w)
        gradient = C * X1.T @ (p - y_train) + penalty @ w
        w = w - np.linalg.solve(C * (X1.T * (p * (1 - p))) @ X1 + penalty, gradient)
    p = expit(X_test @ w[:-1] + w[-1])
    loss = np.where(y_test == 1, -np.log(p), -np.log(1 - p)).mean()
    return loss, sum((value > 0.5) == label for value, label in zip(p, y_test, strict=True)) / len(p)


@train_test_lr.right("DataFrames inside")
def _(X_train, y_train, X_test, y_test, C=1):
    model = LogisticRegression(C=C, max_iter=1000).fit(pd.DataFrame(X_train), pd.Series(y_train))
    p = pd.DataFrame(model.predict_proba(pd.DataFrame(X_test)), columns=[0, 1])
    return metrics.log_loss(y_test, p), (p.idxmax(axis=1) == pd.Series(y_test)).mean()


@train_test_lr.right("saga, which stops a bit beside the minimum")
def _(X_train, y_train, X_test, y_test, C=1):
    model = LogisticRegression(C=C, solver="saga", random_state=0).fit(X_train, y_train)
    return _scores(model, X_test, y_test)


# --- regularization_path -----------------------------------------------------------------------------------

# A mistake in train_test_lr costs its points there and none here, as far as this side can tell that it is one: the
# student's own lists, names of the task and givens as well, may also be what a known wrong train_test_lr gives for the
# twenty C. This side computes it on the given tables, and asks the student's function whether it is that wrong one.

regularization_path = Task(
    "regularization_path",
    points={"Cs": 1, "values": 1},
    names=("Cs", "losses", "accuracies"),
    context=("X_train", "y_train", "X_test", "y_test", "losses", "accuracies"),
)

RIGHT = "right"
TABLES = ("X_train", "y_train", "X_test", "y_test")
EXPONENTS = range(-10, 10)
POWERS = tuple(10.0**exponent for exponent in EXPONENTS)
TINY = 8  # so many C are so small that all probabilities lie close together, and solvers differ in labels near 0.5
TINY_NEAR = 0.3  # of an accuracy there: with unseeded sag, 0.16 was seen between the same call made twice
NEAR = np.array([[6e-4, TINY_NEAR if place < TINY else 2e-3] for place in range(len(POWERS))])  # of loss and accuracy


@regularization_path.context_example
def _(rng):
    churn = load_churn()
    X, y = churn.drop(columns="churn").to_numpy(dtype=float), churn["churn"].to_numpy(dtype=float)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.33, random_state=1234)
    scaler = StandardScaler().fit(X_train)
    X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)
    return {"X_train": X_train, "y_train": y_train, "X_test": X_test, "y_test": y_test}


class _Data:
    """The four tables of the context, compared by content so that results can be kept."""

    def __init__(self, **given):
        self.tables = {name: np.asarray(given[name], dtype=float) for name in TABLES}
        self.key = hash(tuple(table.tobytes() for table in self.tables.values()))
        X_train, y_train, X_test, y_test = self.tables.values()
        if any(X.ndim != 2 or y.shape != X.shape[:1] for X, y in ((X_train, y_train), (X_test, y_test))):
            raise ValueError("the tables are not what the given cell makes")
        if min(len(y_train), len(y_test)) < 100 or min(np.ptp(table) for table in self.tables.values()) == 0:
            raise ValueError("there is nothing to learn in these tables")

    def __eq__(self, other):
        return self.key == other.key

    def __hash__(self):
        return self.key


@lru_cache(maxsize=500)
def _score(data, C, on_train=False):
    """Loss and accuracy on the test rows (or the training rows), kept from submission to submission."""
    tables = data.tables
    X, y = (tables["X_train"], tables["y_train"]) if on_train else (tables["X_test"], tables["y_test"])
    return _scores(_fitted(tables["X_train"], tables["y_train"], C, tol=1e-4), X, y)


@lru_cache(maxsize=500)
def _wrong_score(make, data, C):
    """What the wrong train_test_lr `make` gives, or None where it breaks."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            loss, accuracy = make(*(np.copy(data.tables[name]) for name in TABLES), C)
        return float(loss), float(accuracy)
    except Exception:  # such as 10**C for a large C
        return None


def _own_lists(context):
    """The student's own losses and accuracies side by side, or None when they can't be right."""
    try:
        own = np.array([context["losses"], context["accuracies"]], dtype=float).T
    except (KeyError, TypeError, ValueError):  # none, lists of other things or of unequal lengths
        return None
    return own if own.shape == (len(POWERS), 2) else None


def _made_by(context):
    """Which train_test_lr made the student's own lists: "right", the name of a known wrong one, or None."""
    own, data = _own_lists(context), _Data(**context)
    if own is None:
        return None

    def made_them(scorer, near):
        # The middle C first: most wrong versions are found out there, and the others needn't be tried.
        for place in sorted(range(len(POWERS)), key=lambda place: abs(place - TINY)):
            found = scorer(data, POWERS[place])
            if found is None or not (np.abs(own[place] - found) <= near[place]).all():
                return False
        return True

    if made_them(_score, NEAR):
        return RIGHT
    either = NEAR.max(axis=1, keepdims=True)  # a wrong version may return them in the other order
    wrong = (v for v in train_test_lr.mistakes if made_them(partial(_wrong_score, v.make), either))
    return next((version.name for version in wrong), None)


def _path(context, Cs=None, lists=None, function=None, order=1, on_train=False, without_C=False):
    """The variables of an answer. lists: losses and accuracies side by side. `train_test_lr` was defined before."""
    data = _Data(**context)
    Cs = list(POWERS) if Cs is None else Cs
    pairs = [_score(data, 1.0 if without_C else C, on_train) for C in Cs] if lists is None else lists.tolist()
    losses, accuracies = list(zip(*pairs, strict=True))[::order]
    function = function or (lambda C: _score(data, C))
    return {
        "Cs": Cs,
        "losses": list(losses),
        "accuracies": list(accuracies),
        "train_test_lr": lambda X_train, y_train, X_test, y_test, C=1: function(float(C)),
    }


@regularization_path.reference
def _(**context):
    if _made_by(context) is None:
        return _path(context)
    own = _own_lists(context)
    return _path(context, lists=own, function=lambda C: own[np.argmin(np.abs(np.log10(C) - EXPONENTS))])


@regularization_path.cases
def _(rng, fresh):
    yield Case("np.log10(np.asarray(Cs, dtype=float))", part="Cs", about="log10 of Cs", atol=1e-9)
    yield Case("[len(Cs), len(losses), len(accuracies)]", part="Cs", about="how many values each list has")
    # A few C do: each one trains a model.
    places = [1, 6, 8, 14] if not fresh else [0, 19, *rng.integers(5, 9, size=2).tolist(), int(rng.integers(9, 18))]
    if fresh:
        for name, start, stop in (("losses", 0, 20), ("accuracies", 0, TINY), ("accuracies", TINY, 20)):
            some = f"{name}, number {start} to {stop - 1}"
            near = NEAR[start, int(name == "accuracies")]
            yield Case(f"[*{name}][{start}:{stop}]", part="values", about=some, rtol=0, atol=near)
    for place in places:
        own = f"train_test_lr(X_train, y_train, X_test, y_test, Cs[{place}])"
        if fresh:
            for item, (name, near) in enumerate(zip(("losses", "accuracies"), NEAR[place], strict=True)):
                about = f"what your train_test_lr gives for Cs[{place}], against {name}[{place}]"
                yield Case(f"{own}[{item}]", part="values", about=about, rtol=0, atol=near)
        else:  # the notebook's check knows no one's own train_test_lr, so the two are compared where they are
            yield Case(
                f"[losses[{place}] - {own}[0], accuracies[{place}] - {own}[1]]",
                part="values",
                about=f"losses[{place}] and accuracies[{place}], less what your train_test_lr gives for Cs[{place}]",
                atol=2e-3,
            )


@regularization_path.mistake(
    "exponents in place of C",
    "Cs holds the exponents -10 … 9.",
    "C is ten to the power of the exponent: `10.0**exponent`.",
)
def _(**context):
    return _path(context) | {"Cs": list(EXPONENTS)}


@regularization_path.mistake(
    "one C short",
    "Cs stops before 10**9: the end of `range` is not included.",
    "There are 20 values; the exponents are `range(-10, 10)`.",
)
def _(**context):
    return _path(context, [10.0**exponent for exponent in range(-10, 9)])


@regularization_path.mistake(
    "one C too many",
    "Cs goes on to 10**10.",
    "There are 20 values, from 10**-10 to 10**9; the exponents are `range(-10, 10)`.",
)
def _(**context):
    return _path(context, [10.0**exponent for exponent in range(-10, 11)])


@regularization_path.mistake(
    "even steps of C",
    "The values of Cs lie in even steps, so almost all of them are huge.",
    "Let the exponents go in even steps, and take ten to their power.",
)
def _(**context):
    return _path(context, np.linspace(1e-10, 1e9, 20).tolist())


@regularization_path.mistake(
    "e for 10",
    "Cs holds powers of e.",
    "Take powers of ten.",
)
def _(**context):
    return _path(context, [float(np.exp(exponent)) for exponent in EXPONENTS])


@regularization_path.mistake(
    "largest C first",
    "Cs runs from large to small.",
    "Begin with 10**-10.",
)
def _(**context):
    return _path(context, [10.0**exponent for exponent in reversed(EXPONENTS)])


def _called_wrongly(name, cause, next_step, like, **options):
    """A mistake whose lists are those of a wrong train_test_lr, `like`, where the function itself is right."""

    @regularization_path.mistake(name, cause, next_step)
    def _(**context):
        if _made_by(context) == like:
            return _path(context, lists=_own_lists(context))
        return _path(context, **options)


_called_wrongly(
    "losses and accuracies swapped",
    "Losses and accuracies have changed places.",
    "`train_test_lr` returns the loss first.",
    "accuracy and loss swapped",
    order=-1,
)


_called_wrongly(
    "train rows evaluated",
    "Losses and accuracies were taken on the training rows.",
    "Call your function with the test rows in third and fourth place.",
    "train rows evaluated",
    on_train=True,
)


_called_wrongly(
    "the same result for every C",
    "All losses are those of C = 1: your function was called without C.",
    "Hand each C of the list to `train_test_lr`.",
    "C ignored",
    without_C=True,
)


@regularization_path.right("logspace and arrays")
def _(**context):
    path = _path(context)
    return {name: np.array(path[name]) for name in ("Cs", "losses", "accuracies")} | {
        "Cs": np.logspace(-10, 9, 20),
        "train_test_lr": path["train_test_lr"],
    }


@regularization_path.right("Series")
def _(**context):
    path = _path(context)
    return path | {name: pd.Series(path[name]) for name in ("Cs", "losses", "accuracies")}


@regularization_path.right("tuples, lbfgs")
def _(**context):
    path = _path(context)
    data = _Data(**context)
    pairs = [
        _scores(
            _fitted(data.tables["X_train"], data.tables["y_train"], C, solver="lbfgs", tol=1e-4),
            data.tables["X_test"],
            data.tables["y_test"],
        )
        for C in path["Cs"]
    ]
    losses, accuracies = zip(*pairs, strict=True)
    return path | {"losses": losses, "accuracies": accuracies}


@regularization_path.right("an earlier mistake costs once")
def _(**context):
    path = _path(context, order=-1)
    swapped = path["train_test_lr"]
    return path | {"train_test_lr": lambda *tables: swapped(*tables)[::-1]}


# --- the two plots -----------------------------------------------------------------------------------------

# The line is compared with the student's own lists, so that a mistake in them costs nothing here.

CS = (10.0 ** np.arange(-10, 10)).tolist()
LISTS = {  # what a student might have; a submission brings its own
    "Cs": CS,
    "losses": [0.6 + 0.09 / (1 + 100 * C) for C in CS],
    "accuracies": [0.69 - 0.2 / (1 + 900 * C) for C in CS],
}


def _lists(given):
    """The student's own three lists, as floats; those of LISTS for a student who has none of them."""
    if not given:
        return dict(LISTS)
    lists = {name: np.ravel(np.asarray(given[name], dtype=float)).tolist() for name in LISTS}
    if len(lists["Cs"]) < 10 or len({len(values) for values in lists.values()}) > 1:
        raise ValueError("they are not three lists of the same length, with a value for each C")
    return lists


@dataclass(frozen=True)
class _Plot:
    """One of the two plots: `values` (a list of the notebook) against log10 C, the Axes kept in `axes`.

    word: what the values are; other: the list that belongs into the other plot.
    """

    axes: str
    values: str
    word: str
    other: str

    @property
    def line(self):
        """Of several lines, such as one for guessing, that with as many points as `values` and the nearest heights."""
        heights = "np.sort(np.asarray(line.get_ydata(), dtype=float))"
        return (
            f"min({self.axes}.get_lines(), key=lambda line: (abs(len(line.get_xdata()) - len({self.values})), "
            f"float(np.abs(np.resize({heights}, len({self.values})) - np.sort({self.values})).sum())))"
        )

    @property
    def x(self):
        """The horizontal positions of the line, as logarithms where the axis has a log scale."""
        place = f"np.asarray({self.line}.get_xdata(), dtype=float)"
        return f"(lambda x: np.log10(x) if {self.axes}.get_xscale() == 'log' else x)({place})"

    @property
    def y(self):
        """The heights of the line, from left to right."""
        return f"np.asarray({self.line}.get_ydata(), dtype=float)[np.argsort({self.x})]"

    def drawn(self, lists, x=None, y=None, labels=None, title=None, scale="linear"):
        """Axes with a line, as the answer would make them."""
        place = Figure().add_subplot()
        with np.errstate(all="ignore"):
            place.plot(np.log10(lists["Cs"]) if x is None else x, lists[self.values] if y is None else y)
        place.set_xscale(scale)
        across, upwards = labels or ("log10 of C", self.word)
        place.set(xlabel=across, ylabel=upwards, title=f"{self.word} over C" if title is None else title)
        return place

    def version(self, draw):
        """A version of the task from draw(plot, lists), which makes the Axes; equal ones are made once."""

        @lru_cache(maxsize=8)
        def made(*columns):
            return draw(self, {name: list(column) for name, column in zip(LISTS, columns, strict=True)})

        def answer(**given):
            lists = _lists(given)
            return lists | {self.axes: made(*map(tuple, lists.values()))}

        return answer


NO_AXES = {"runs:AttributeError": "not the Axes"}
NO_LINE = NO_AXES | {"runs:ValueError": "no line drawn"}


def _fresh_line(plot):
    """What the grader asks of the line."""
    count = f"len({plot.line}.get_xdata())"
    yield Case(count, part="line", about="the number of points on the line", faults=NO_LINE)
    about = "the horizontal positions of the line, from left to right"
    yield Case(f"np.sort({plot.x})", part="line", about=about, rtol=1e-6, atol=1e-6, faults=NO_LINE)
    about = f"the heights of the line, against your {plot.values}"
    yield Case(plot.y, part="line", about=about, rtol=0, atol=1e-9, faults=NO_LINE)


def _visible_line(plot):
    """What the notebook's check asks: it knows no one's lists, so they are compared where they are."""

    def in_order(values):
        return f"np.asarray({values}, dtype=float)[np.argsort(Cs)]"

    across = f"np.sort({plot.x})"
    for expression, about, atol in [
        (f"len({plot.line}.get_xdata()) - len(Cs)", "the number of points on the line, less that of your Cs", None),
        (f"{across} - np.sort(np.log10(Cs))", "the horizontal positions of the line, less log10 of your Cs", 1e-6),
        (f"{plot.y} - {in_order(plot.values)}", f"the heights of the line, less your {plot.values}", 1e-9),
    ]:
        yield Case(expression, part="line", about=about, atol=atol, faults=NO_LINE, silent=True)
    for found, candidate in [
        (across, "np.sort(Cs)"),
        (across, "np.sort(np.log10(Cs))"),
        (across, "np.sort(np.log(Cs))"),
        (across, "np.arange(len(Cs))"),
        (across, "np.arange(len(Cs)) + 1"),
        (across, f"np.sort({plot.values})"),
        (plot.y, in_order(plot.values)),
        (plot.y, in_order(plot.other)),
    ]:
        same = f"len({found}) == len(Cs) and bool(np.allclose({found}, {candidate}, rtol=1e-6))"
        yield Case(same, part=DIAGNOSIS, about=f"is it {candidate}?")


def _texts(plot):
    """Both labels and the title; each may stand on the Axes or on the whole figure."""
    axes, figure = plot.axes, f"{plot.axes}.figure"
    titles = f"*[{axes}.get_title(loc=where) for where in ('left', 'center', 'right')], {figure}.get_suptitle()"
    for part, texts in (
        ("label of the horizontal axis", f"{axes}.get_xlabel(), {figure}.get_supxlabel()"),
        ("label of the vertical axis", f"{axes}.get_ylabel(), {figure}.get_supylabel()"),
        ("title", titles),
    ):
        yield Case(
            f"max(len(text.strip()) for text in [{texts}])",
            part="labels",
            about=f"letters of the {part}",
            compare="at least",
            expected=1,
            faults=NO_AXES | {"values": f"no {part}"},
        )


def _tell_faults(task, plot):
    """The texts of the mistakes that show in how an answer breaks."""
    task.tell(
        "not the Axes",
        f"`{plot.axes}` is not an Axes: perhaps a list of lines, as `plt.plot` returns it, or a whole figure.",
        f"Keep the Axes: `{plot.axes} = plt.gca()` after drawing, or `fig, {plot.axes} = plt.subplots()` before.",
    )
    task.tell(
        "no line drawn",
        "There is no line in these Axes, or its positions are not numbers.",
        "Draw a line, such as with `plot`, in the Axes that you keep.",
    )
    for missing in ("label of the horizontal axis", "label of the vertical axis", "title"):
        task.tell(
            f"no {missing}",
            f"The plot has no {missing}.",
            "Say what is drawn: both axes get a label, and the whole a title.",
        )


def _points_only(plot, lists):
    place = Figure().add_subplot()
    place.scatter(np.log10(lists["Cs"]), lists[plot.values])
    return place


WRONG_PLOTS = [  # name, cause, next step, draw(plot, lists)
    (
        "C itself on an even axis",
        "The line is drawn over C itself, so that nearly all points crowd at the left edge.",
        "Draw it over log10 of C, or set the horizontal axis to a log scale.",
        lambda plot, lists: plot.drawn(lists, x=lists["Cs"]),
    ),
    (
        "natural logarithm of C",
        "The positions are natural logarithms.",
        "Use `np.log10`, so that the axis reads as powers of ten.",
        lambda plot, lists: plot.drawn(lists, x=np.log(lists["Cs"])),
    ),
    (
        "C left out",
        "The line is drawn over 0, 1, 2, … and not over C.",
        "Give two lists to `plot`: the logarithms of C and the values.",
        lambda plot, lists: plot.drawn(lists, x=np.arange(len(lists["Cs"]))),
    ),
    (
        "axes exchanged",
        "C runs upwards and the values run to the right.",
        "C belongs on the horizontal axis.",
        lambda plot, lists: plot.drawn(lists, x=lists[plot.values], y=np.log10(lists["Cs"])),
    ),
    (
        "the other list drawn",
        "The line shows `{plot.other}`.",
        "Draw `{plot.values}` here.",
        lambda plot, lists: plot.drawn(lists, y=lists[plot.other]),
    ),
    ("not the Axes", "", "", lambda plot, lists: plot.drawn(lists).figure),
    ("not the Axes", "", "", lambda plot, lists: list(plot.drawn(lists).get_lines())),
    ("no line drawn", "", "", _points_only),
    ("no label of the horizontal axis", "", "", lambda plot, lists: plot.drawn(lists, labels=("", plot.word))),
    ("no label of the vertical axis", "", "", lambda plot, lists: plot.drawn(lists, labels=("log10 of C", ""))),
    ("no title", "", "", lambda plot, lists: plot.drawn(lists, title="")),
]


def _log_axis(plot, lists):
    return plot.drawn(lists, x=lists["Cs"], scale="log")


def _by_a_series(plot, lists):
    values = pd.Series(np.asarray(lists[plot.values]), index=lists["Cs"])
    place = values.plot(logx=True, ax=Figure().add_subplot())
    place.set(xlabel="C", ylabel=plot.word)
    place.figure.suptitle("Many C")
    return place


def _by_a_table(plot, lists):
    table = pd.DataFrame({"exponent": np.log10(lists["Cs"]), plot.word: lists[plot.values]}).iloc[::-1]
    drawing = {"style": "o--", "title": "Many C", "ylabel": plot.word}
    return table.plot(x="exponent", y=plot.word, ax=Figure().add_subplot(), **drawing)


def _best_marked(plot, lists):
    place = Figure().add_subplot()
    place.axvline(0.01, color="grey")
    place.semilogx(lists["Cs"], lists[plot.values])
    place.set_title("left", loc="left")
    place.set(xlabel="C", ylabel=plot.word)
    return place


def _points_on_the_line(plot, lists):
    place = plot.drawn(lists)
    place.scatter(np.log10(lists["Cs"]), lists[plot.values])
    return place


def _beside_others(plot, lists):
    """Other lines of as many points, and of more, stand before the one that counts."""
    exponents = np.log10(lists["Cs"])
    place = Figure().add_subplot()
    place.plot(exponents, np.full(len(exponents), lists[plot.values][0]))
    place.plot(exponents, lists[plot.other])
    place.plot(np.linspace(-10, 9, 200), np.interp(np.linspace(-10, 9, 200), exponents, lists[plot.values]))
    place.plot(exponents, lists[plot.values], "o")
    place.set(xlabel="log10 of C", ylabel=plot.word, title="Beside a guess")
    return place


def _labelled_figure(plot, lists):
    place = plot.drawn(lists, labels=("", ""), title="")
    place.figure.supxlabel("log10 of C")
    place.figure.supylabel(plot.word)
    place.figure.suptitle("Many C")
    return place


RIGHT_PLOTS = {
    "a log axis": _log_axis,
    "pandas, a title over the figure": _by_a_series,
    "a DataFrame's plot, markers, drawn from large to small": _by_a_table,
    "a second line that marks the best C": _best_marked,
    "points on the line": _points_on_the_line,
    "a line of guesses, the other list and a finer line besides": _beside_others,
    "labels on the figure": _labelled_figure,
}


def _plot_task(name, plot):
    """The task of one plot."""
    task = Task(name, points={"line": 0.5, "labels": 0.5}, names=(plot.axes,), context=tuple(LISTS))
    task.context_example(lambda rng: {})
    task.cases(lambda rng, fresh: [*(_fresh_line(plot) if fresh else _visible_line(plot)), *_texts(plot)])
    task.reference(plot.version(_Plot.drawn))
    _tell_faults(task, plot)
    for mistake, cause, next_step, draw in WRONG_PLOTS:
        task.mistake(mistake, cause.format(plot=plot), next_step.format(plot=plot))(plot.version(draw))
    for style, draw in RIGHT_PLOTS.items():
        task.right(style)(plot.version(draw))
    return task


loss_plot = _plot_task("loss_plot", _Plot("loss_ax", "losses", "log loss", "accuracies"))
accuracy_plot = _plot_task("accuracy_plot", _Plot("accuracy_ax", "accuracies", "accuracy", "losses"))
