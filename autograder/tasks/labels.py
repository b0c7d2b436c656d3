"""From features to labels: 1.2 `linear_step` and `map_to_label` (practice), 1.3 `accuracy_at` and `best_threshold`."""

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from autograder.tasks import DIAGNOSIS, Case, Task
from workbook.data import load_churn

# --- linear_step -------------------------------------------------------------------------------------------

linear_step = Task("linear_step", points={"values": 1}, graded=False)
linear_step.pace = (
    "lambda n: (np.linspace(-1.0, 1.0, 4 * n).reshape(n, 4), np.array([0.5, -1.0, 0.25, 2.0]), 0.5)",
    "lambda X, w, alpha: np.abs(X).max(axis=1)",
)

LINEAR = "linear_step(X, w, alpha)"


@linear_step.reference
def _(X, w, alpha):
    return np.asarray(X, dtype=float) @ np.ravel(w) + alpha


@linear_step.cases
def _(rng, fresh):
    tiny = {"X": np.array([[10.0, 0.0], [3.0, -4.0], [0.0, 4.0]]), "w": np.array([4.0, -5.0]), "alpha": -9.0}
    if fresh:
        tiny |= {"w": rng.integers(1, 9, size=2) * 1.0, "alpha": float(rng.integers(2, 9))}
    yield Case(LINEAR, tiny, about="3 rows, 2 features")
    shapes = [(1, 2), (4, 1), (5, 3), (3, 3), (2, 4)] + ([(1, 1), (17, 4), (1000, 11)] if fresh else [])
    for n, k in shapes:
        X, w = rng.normal(size=(n, k)).round(2), rng.normal(size=k).round(2)
        alpha = round(float(rng.choice([-1, 1]) * rng.uniform(0.3, 1.5)), 2)
        size = f"{n} row{'s' * (n > 1)}, {k} feature{'s' * (k > 1)}"
        yield Case(LINEAR, {"X": X, "w": w, "alpha": alpha}, about=size, atol=1e-9)
    yield Case(LINEAR, {"X": np.zeros((2, 3)), "w": np.ones(3), "alpha": 0.5}, about="all features 0")
    yield Case(LINEAR, tiny, about="the first call once more")


for _name, _cause, _next, _version in [
    (
        "intercept dropped",
        "The intercept is missing.",
        "Add alpha to the weighted sum of each row.",
        lambda X, w, alpha: X @ w,
    ),
    (
        "intercept subtracted",
        "The intercept was subtracted.",
        "Add alpha.",
        lambda X, w, alpha: X @ w - alpha,
    ),
    (
        "intercept added once a feature",
        "The intercept was added to each product and so counts once per feature.",
        "Add the products up first, then add alpha once.",
        lambda X, w, alpha: (X * w + alpha).sum(axis=1),
    ),
    (
        "products not added up",
        "You returned a product per feature.",
        "Add up the products of each row: z has one number a row.",
        lambda X, w, alpha: X * w + alpha,
    ),
    (
        "products not added up",
        None,
        None,
        lambda X, w, alpha: X * w,
    ),
    (
        "weights ignored",
        "The features were added up without their weights.",
        "Multiply each feature by its weight first.",
        lambda X, w, alpha: X.sum(axis=1) + alpha,
    ),
    (
        "sigmoid applied already",
        "These are probabilities: the second step was taken, too.",
        "This function is the first step only and may return any number.",
        lambda X, w, alpha: expit(X @ w + alpha),
    ),
    (
        "one number for all rows",
        "All rows were added up.",
        "Add up along each row, `axis=1`, or use the matrix product.",
        lambda X, w, alpha: (X * w).sum() + alpha,
    ),
    (
        "summed down the columns",
        "The sum runs down the columns: one number a feature.",
        "Sum along the rows: `axis=1`.",
        lambda X, w, alpha: (X * w).sum(axis=0) + alpha,
    ),
    (
        "first feature only",
        "Only the first feature counts.",
        "Every feature has its weight; add up all the products.",
        lambda X, w, alpha: X[:, 0] * w[0] + alpha,
    ),
    (
        "first row only",
        "Only the first row was computed: the function returns inside the loop.",
        "Move `return` out of the loop.",
        lambda X, w, alpha: X[0] @ w + alpha,
    ),
    (
        "intercept multiplied",
        "The weighted sum was multiplied by the intercept.",
        "Add alpha.",
        lambda X, w, alpha: (X @ w) * alpha,
    ),
    (
        "(n, 1) returned",
        "z stands in a column.",
        "Return one axis, (n,): `np.ravel` flattens.",
        lambda X, w, alpha: X @ w.reshape(-1, 1) + alpha,
    ),
]:
    linear_step.mistake(_name, _cause, _next)(_version)


@linear_step.mistake("input changed in place")
def _(X, w, alpha):
    X *= w
    return X.sum(axis=1) + alpha


@linear_step.right("matrix times vector")
def _(X, w, alpha):
    return alpha + X @ w


@linear_step.right("two loops")
def _(X, w, alpha):
    z = []
    for row in X:
        total = alpha
        for feature, weight in zip(row, w, strict=True):
            total += feature * weight
        z.append(total)
    return z


@linear_step.right("a comprehension")
def _(X, w, alpha=0.0):
    return np.array([np.dot(row, w) + alpha for row in X])


@linear_step.right("multiply and sum")
def _(features, weights, intercept):
    return (features * weights).sum(axis=1) + intercept


@linear_step.right("einsum")
def _(X, w, alpha):
    return np.einsum("nk,k->n", X, w) + alpha


@linear_step.right("pandas")
def _(X, w, alpha):
    return pd.DataFrame(X).mul(w, axis=1).sum(axis=1) + alpha


@linear_step.right("a column of ones")
def _(X, w, alpha):
    return np.column_stack([X, np.ones(len(X))]) @ np.append(w, alpha)


@linear_step.right("column by column")
def _(X, w, alpha):
    z = np.full(X.shape[0], float(alpha))
    for j in range(X.shape[1]):
        z += w[j] * X[:, j]
    return z


# --- map_to_label ------------------------------------------------------------------------------------------

map_to_label = Task("map_to_label", points={"values": 1}, graded=False)
map_to_label.pace = ("lambda n: (np.linspace(0.01, 0.99, n), 0.5)", "lambda p, threshold: np.sqrt(p).round()")

LABEL = "map_to_label(p, threshold)"


@map_to_label.reference
def _(p, threshold):
    return (np.asarray(p) > threshold).astype(int)


@map_to_label.cases
def _(rng, fresh):
    tiny = {"p": np.array([0.73, 0.2, 0.97, 0.0]), "threshold": 0.5}
    yield Case(LABEL, tiny, about="4 probabilities, threshold 0.5")
    yield Case(LABEL, tiny | {"threshold": 0.75}, about="the same, threshold 0.75")
    for n, threshold in [(1, 0.25), (8, 0.305), (9, 0.855)] + ([(50, 0.105), (2000, 0.655)] if fresh else []):
        p = rng.uniform(0, 1, size=n).round(2)
        yield Case(LABEL, {"p": p, "threshold": threshold}, about=f"{n} rows, threshold {threshold}")
    ties = np.array([0.5, 0.75, 0.25, 0.5, 0.9])
    yield Case(LABEL, {"p": ties, "threshold": 0.5}, about="p exactly at the threshold 0.5")
    yield Case(LABEL, {"p": ties, "threshold": 0.75}, about="p exactly at the threshold 0.75")
    yield Case(LABEL, {"p": np.array([0.0, 0.3, 1.0]), "threshold": 0.0}, about="threshold 0")
    yield Case(LABEL, {"p": np.array([0.0, 0.3, 1.0]), "threshold": 1.0}, about="threshold 1")
    yield Case(LABEL, tiny, about="the first call once more")


for _name, _cause, _next, _version in [
    (
        ">= for >",
        "A probability exactly at the threshold got label 1.",
        "Label 1 needs a probability above the threshold: use `>`.",
        lambda p, threshold: (p >= threshold).astype(int),
    ),
    (
        "probabilities returned as labels",
        "You returned the probabilities.",
        "Compare them with the threshold.",
        lambda p, threshold: p,
    ),
    (
        "probabilities returned as labels",
        None,
        None,
        lambda p, threshold: np.where(p > threshold, p, 0),
    ),
    (
        "threshold ignored",
        "0.5 was used whatever the threshold is.",
        "Use the argument `threshold`.",
        lambda p, threshold: (p > 0.5).astype(int),
    ),
    (
        "threshold ignored",
        None,
        None,
        lambda p, threshold: (p >= 0.5).astype(int),
    ),
    (
        "class-0 column used",
        "The threshold was held against 1 - p, the probability of class 0.",
        "p is the probability of class 1 already: compare it as it is.",
        lambda p, threshold: (1 - p > threshold).astype(int),
    ),
    (
        "labels exchanged",
        "Rows above the threshold got 0.",
        "Above the threshold the label is 1.",
        lambda p, threshold: (p <= threshold).astype(int),
    ),
    (
        "labels exchanged",
        None,
        None,
        lambda p, threshold: (p < threshold).astype(int),
    ),
    (
        "labels -1/+1",
        "Your labels are -1 and 1.",
        "In this unit labels are 0 and 1.",
        lambda p, threshold: np.where(p > threshold, 1, -1),
    ),
    (
        "labels 1/2",
        "Your labels are 1 and 2.",
        "In this unit labels are 0 and 1.",
        lambda p, threshold: np.where(p > threshold, 2, 1),
    ),
    (
        "threshold before the sigmoid",
        "p was treated as if it were z, the result of the linear step.",
        "p is a probability already, and so is the threshold: compare the two as they are.",
        lambda p, threshold: (p > logit(threshold)).astype(int),
    ),
    (
        "threshold before the sigmoid",
        None,
        None,
        lambda p, threshold: (expit(p) > threshold).astype(int),
    ),
    (
        "distance to the threshold returned",
        "You returned how far p lies above the threshold.",
        "Ask whether it lies above: a comparison gives True or False.",
        lambda p, threshold: p - threshold,
    ),
    (
        "one label for all rows",
        "You returned a single label.",
        "Each row gets its own.",
        lambda p, threshold: int((p > threshold).any()),
    ),
    (
        "one label for all rows",
        None,
        None,
        lambda p, threshold: int(p.mean() > threshold),
    ),
    (
        "one label for all rows",
        None,
        None,
        lambda p, threshold: 1 if p[0] > threshold else 0,
    ),
    (
        "positions returned",
        "You returned the positions of the rows above the threshold.",
        "Return a label for every row, 0 or 1.",
        lambda p, threshold: np.flatnonzero(p > threshold),
    ),
    (
        "only the rows above",
        "You returned the rows above the threshold and left out the others.",
        "Return a label for every row, 0 or 1.",
        lambda p, threshold: p[p > threshold],
    ),
]:
    map_to_label.mistake(_name, _cause, _next)(_version)


@map_to_label.mistake("input changed in place")
def _(p, threshold):
    above = p > threshold
    p[above], p[~above] = 1, 0
    return p


map_to_label.right("astype")(lambda p, threshold: (p > threshold).astype(int))
map_to_label.right("where")(lambda p, threshold: np.where(p > threshold, 1.0, 0.0))
map_to_label.right("booleans")(lambda p, threshold: p > threshold)
map_to_label.right("times one")(lambda probabilities, t=0.5: 1 * (probabilities > t))
map_to_label.right("a comprehension")(lambda p, threshold: [1 if value > threshold else 0 for value in p])
map_to_label.right("not below")(lambda p, threshold: (~(np.asarray(p) <= threshold)).astype(np.int8))
map_to_label.right("heaviside")(lambda p, threshold: np.heaviside(p - threshold, 0))
map_to_label.right("pandas")(lambda p, threshold: pd.Series(p).gt(threshold).astype(int))


@map_to_label.right("a loop into a new array")
def _(p, threshold):
    labels = np.zeros(len(p))
    for i in range(len(p)):
        if p[i] > threshold:
            labels[i] = 1
    return labels


# --- accuracy_at -------------------------------------------------------------------------------------------

accuracy_at = Task("accuracy_at", points={"values": 1, "ties": 1})
accuracy_at.pace = (
    "lambda n: (np.linspace(0.01, 0.99, n), np.arange(n) % 2.0, 0.5)",
    "lambda p, y, threshold: np.maximum(p, y).max()",
)

ACCURACY = "accuracy_at(p, y, threshold)"


@accuracy_at.reference
def _(p, y, threshold):
    return metrics.accuracy_score(np.asarray(y).astype(int), (np.asarray(p) > threshold).astype(int))


@accuracy_at.cases
def _(rng, fresh):
    tiny = {"p": np.array([0.9, 0.35, 0.6, 0.2, 0.7]), "y": np.array([1.0, 0.0, 0.0, 1.0, 1.0]), "threshold": 0.5}
    if fresh:
        tiny = {"p": rng.uniform(0, 1, size=5).round(2), "y": np.array([0.0, 1.0, 1.0, 0.0, 1.0]), "threshold": 0.455}
    yield Case(ACCURACY, tiny, about=f"5 rows, threshold {tiny['threshold']}")
    yield Case(ACCURACY, tiny | {"threshold": 0.725}, about="the same, threshold 0.725")
    sizes = [(2, 0.255), (9, 0.305), (12, 0.855), (20, 0.105)] + ([(70, 0.455), (3000, 0.605)] if fresh else [])
    for n, threshold in sizes:
        p, y = rng.uniform(0, 1, size=n).round(2), (rng.permutation(n) < n / 3).astype(float)
        yield Case(ACCURACY, {"p": p, "y": y, "threshold": threshold}, about=f"{n} rows, threshold {threshold}")
    p, y = rng.uniform(0, 1, size=8).round(2), (rng.permutation(8) < 5).astype(float)
    yield Case(ACCURACY, {"p": p, "y": pd.Series(y), "threshold": 0.405}, about="y as a Series", silent=True)
    yield Case(
        "accuracy_at(p, pd.Series(y, index=range(7, 7 + len(y))), threshold)",
        {"p": p, "y": y, "threshold": 0.405},
        about="y as a Series whose rows aren't called 0, 1, 2, like y_test",
        edge=True,
    )
    yield Case(
        ACCURACY, {"p": np.array([0.8]), "y": np.array([1.0]), "threshold": 0.5}, about="1 row, right", edge=True
    )
    yield Case(
        ACCURACY, {"p": np.array([0.8]), "y": np.array([0.0]), "threshold": 0.5}, about="1 row, wrong", edge=True
    )
    yield Case(ACCURACY, tiny, about="the first call once more")

    ties = np.array([0.5, 0.5, 0.5, 0.75, 0.25, 0.9])
    labels = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 1.0])
    for threshold in (0.5, 0.75):
        yield Case(
            ACCURACY,
            {"p": ties, "y": labels, "threshold": threshold},
            "ties",
            f"p exactly at the threshold {threshold}",
        )
    ends = {"p": np.array([0.0, 1.0, 0.4, 0.0]), "y": np.array([0.0, 1.0, 1.0, 1.0])}
    for threshold in (0.0, 1.0):
        yield Case(ACCURACY, ends | {"threshold": threshold}, "ties", f"threshold {threshold:.0f}")
    if fresh:
        p, y = rng.integers(0, 11, size=200) / 10, (rng.permutation(200) < 90).astype(float)
        for threshold in (0.3, 0.6):
            yield Case(ACCURACY, {"p": p, "y": y, "threshold": threshold}, "ties", f"200 rows with ties at {threshold}")


def _share(flags):
    return float(np.mean(flags)) if len(flags) else 0.0


for _name, _cause, _next, _version in [
    (
        ">= for >",
        "A probability exactly at the threshold got label 1.",
        "Label 1 needs a probability above the threshold: use `>`.",
        lambda p, y, threshold: np.mean((p >= threshold) == y),
    ),
    (
        "error rate for accuracy",
        "This is the share of wrong labels.",
        "The accuracy is the share of right ones.",
        lambda p, y, threshold: np.mean((p > threshold) != y),
    ),
    (
        "error rate for accuracy",
        None,
        None,
        lambda p, y, threshold: np.mean((p < threshold) == y),
    ),
    (
        "threshold ignored",
        "0.5 was used whatever the threshold is.",
        "Use the argument `threshold`.",
        lambda p, y, threshold: np.mean((p > 0.5) == y),
    ),
    (
        "threshold ignored",
        None,
        None,
        lambda p, y, threshold: np.mean((p >= 0.5) == y),
    ),
    (
        "count in place of a share",
        "This is the number of right labels.",
        "Divide by the number of rows, or take the mean.",
        lambda p, y, threshold: int(np.sum((p > threshold) == y)),
    ),
    (
        "in percent",
        "The share was multiplied by 100.",
        "Return a number between 0 and 1.",
        lambda p, y, threshold: 100 * np.mean((p > threshold) == y),
    ),
    (
        "labels not compared",
        "This is the share of rows that get label 1. The true labels play no part in it.",
        "Compare the labels with y, row by row.",
        lambda p, y, threshold: np.mean(p > threshold),
    ),
    (
        "probabilities compared with labels",
        "Labels were compared with the probabilities themselves, which are hardly ever equal.",
        "Hold p against the threshold first, and then compare the result with y.",
        lambda p, y, threshold: np.mean(p == y),
    ),
    (
        "class-0 column used",
        "The threshold was held against 1 - p, the probability of class 0.",
        "p is the probability of class 1 already: compare it as it is.",
        lambda p, y, threshold: np.mean((1 - p > threshold) == y),
    ),
    (
        "a value per row",
        "You returned for each row whether it is right.",
        "Take the mean: one number.",
        lambda p, y, threshold: (p > threshold) == y,
    ),
    (
        "recall for accuracy",
        "This is the share of churners that were found (the recall).",
        "Count all rows, with label 0 and with label 1.",
        lambda p, y, threshold: _share((p > threshold)[np.asarray(y) == 1]),
    ),
    (
        "precision for accuracy",
        "This is the share of churners among the rows labelled 1 (the precision).",
        "Count all rows, those labelled 0 as well.",
        lambda p, y, threshold: _share(np.asarray(y)[p > threshold]),
    ),
    (
        "only label 1 counted",
        "Only churners with label 1 were counted as right.",
        "A row with label 0 that stayed is right, too.",
        lambda p, y, threshold: np.mean((p > threshold) & (y == 1)),
    ),
    (
        "only label 0 counted",
        "Only rows with label 0 that stayed were counted as right.",
        "A churner with label 1 is right, too.",
        lambda p, y, threshold: np.mean((p <= threshold) & (y == 0)),
    ),
    (
        "probabilities compared with labels",
        None,
        None,
        lambda p, y, threshold: np.mean((y > threshold) == p),
    ),
    (
        "mean difference for accuracy",
        "This is 1 minus the mean difference of labels and probabilities.",
        "Map p to labels first, then count the right ones.",
        lambda p, y, threshold: 1 - np.mean(np.abs(y - p)),
    ),
]:
    accuracy_at.mistake(_name, _cause, _next)(_version)


@accuracy_at.mistake("input changed in place")
def _(p, y, threshold):
    above = p > threshold
    p[above], p[~above] = 1, 0
    return np.mean(p == y)


accuracy_at.right("one line")(lambda p, y, threshold: np.mean((p > threshold) == y))
accuracy_at.right("scikit-learn")(lambda p, y, threshold: metrics.accuracy_score(y, p > threshold))
accuracy_at.right("1 minus the mistakes")(
    lambda p, y, threshold: 1 - np.abs(np.where(p > threshold, 1, 0) - y).sum() / len(y)
)
accuracy_at.right("pandas")(
    lambda p, y, threshold: pd.Series(np.asarray(y)).eq((pd.Series(p) > threshold).astype(int)).mean()
)
accuracy_at.right("where")(lambda p, y, threshold=0.5: float(np.where((p > threshold) == (y == 1), 1.0, 0.0).mean()))
accuracy_at.right("the diagonal of the confusion matrix")(
    lambda p, y, t: np.trace(metrics.confusion_matrix(y, p > t, labels=[0, 1])) / len(p)
)


@accuracy_at.right("a loop")
def _(p, y, threshold):
    right = 0
    for probability, label in zip(p, y, strict=True):
        predicted = 1 if probability > threshold else 0
        right += predicted == label
    return right / len(p)


@accuracy_at.right("a helper function")
def _(p, y, threshold):
    def to_label(value):
        return int(value > threshold)

    labels = [to_label(value) for value in p]
    print("labels:", labels[:3])
    return np.count_nonzero(np.array(labels) == np.asarray(y)) / np.size(p)


@accuracy_at.right("positions of an array, fails on y_test's own row names")
def _(p, y, threshold):
    return sum(int(p[i] > threshold) == y[i] for i in range(len(p))) / len(p)


# --- best_threshold ----------------------------------------------------------------------------------------

# Several thresholds may share the highest accuracy, so the student's own is a given as well as a name of the task: this
# side finds out whether it is one of them.
best_threshold = Task(
    "best_threshold",
    points={"values": 1},
    names=("best_threshold",),
    context=("p", "y_test", "thresholds", "best_threshold"),
)


@best_threshold.context_example
def _(rng):
    """What the notebook's model answers give; another model in tests, where rng brings it in."""
    df = load_churn()
    X, y = df.drop(columns="churn"), df["churn"]
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.33, random_state=1234)
    model = LogisticRegression(solver="newton-cholesky").fit(X_train, y_train)
    return {"p": model.predict_proba(X_test)[:, 1], "y_test": y_test, "thresholds": np.linspace(0.01, 0.97, 33)}


def _accuracies(p, y_test, thresholds):
    return [np.mean((np.asarray(p) > threshold) == np.asarray(y_test)) for threshold in thresholds]


def _best(p, y_test, thresholds, **own):
    return {"best_threshold": float(thresholds[int(np.argmax(_accuracies(p, y_test, thresholds)))])}


@best_threshold.reference
def _(p, y_test, thresholds, best_threshold=None):
    p, y_test, thresholds = (np.asarray(given, dtype=float) for given in (p, y_test, thresholds))
    if p.ndim != 1 or len(p) < 10 or p.shape != y_test.shape or not np.isfinite(p).all():
        raise ValueError("`p` doesn't hold one probability per test row.")
    if thresholds.ndim != 1 or len(np.unique(thresholds)) < 10:
        raise ValueError("`thresholds` is not the grid.")
    accuracies = np.array(_accuracies(p, y_test, thresholds))
    best = thresholds[accuracies == accuracies.max()]
    is_number = isinstance(best_threshold, (int, float, np.ndarray)) and np.ndim(best_threshold) == 0
    if is_number and np.isclose(best, float(best_threshold), rtol=0, atol=1e-9).any():
        return {"best_threshold": float(best_threshold)}
    return {"best_threshold": float(best[0])}


@best_threshold.cases
def _(rng, fresh):
    yield Case("str(np.shape(best_threshold))", about="the shape of best_threshold")
    if fresh:
        yield Case("best_threshold", about="best_threshold", rtol=0, atol=1e-9)
        return
    # The notebook's check knows no one's own threshold, so it takes all that are as good.
    yield Case(
        '"yes" if np.isclose(thresholds, best_threshold, rtol=0, atol=1e-9).any() else "no"',
        about="is best_threshold one of thresholds?",
    )
    yield Case(
        "np.count_nonzero((p > best_threshold) != y_test)",
        about="the number of wrong labels on the test rows at best_threshold",
        silent=True,
    )
    yield Case("float(best_threshold)", part=DIAGNOSIS, about="best_threshold")


@best_threshold.mistake(
    "worst threshold",
    "This threshold has the lowest accuracy.",
    "Look for the highest.",
)
def _(p, y_test, thresholds, **own):
    return {"best_threshold": float(thresholds[int(np.argmin(_accuracies(p, y_test, thresholds)))])}


@best_threshold.mistake("worst threshold")
def _(p, y_test, thresholds, **own):
    return {"best_threshold": float(thresholds[-1 - int(np.argmin(_accuracies(p, y_test, thresholds)[::-1]))])}


@best_threshold.mistake(
    "position in place of the threshold",
    "This is the position of the best threshold in the grid.",
    "Look up the threshold at that position: `thresholds[...]`.",
)
def _(p, y_test, thresholds, **own):
    return {"best_threshold": int(np.argmax(_accuracies(p, y_test, thresholds)))}


@best_threshold.mistake(
    "accuracy in place of the threshold",
    "This is the highest accuracy.",
    "Keep the threshold that reaches it.",
)
def _(p, y_test, thresholds, **own):
    return {"best_threshold": float(max(_accuracies(p, y_test, thresholds)))}


@best_threshold.mistake(
    "0.5 by habit",
    "0.5 is what `predict` uses, but it isn't a value of the grid.",
    "Compute the accuracy at every threshold of the grid.",
)
def _(p, y_test, thresholds, **own):
    return {"best_threshold": 0.5}


@best_threshold.mistake(
    "all accuracies in place of one threshold",
    "You kept one accuracy for each threshold.",
    "Pick the threshold whose accuracy is the highest: one number.",
)
def _(p, y_test, thresholds, **own):
    return {"best_threshold": _accuracies(p, y_test, thresholds)}


best_threshold.right("argmax")(_best)


@best_threshold.right("max with a key")
def _(p, y_test, thresholds, **own):
    return {"best_threshold": max(thresholds, key=lambda t: metrics.accuracy_score(y_test, p > t))}


@best_threshold.right("a loop that keeps the best")
def _(p, y_test, thresholds, **own):
    best, highest = None, -1.0
    for threshold in thresholds:
        accuracy = (np.where(p > threshold, 1, 0) == np.asarray(y_test)).mean()
        if accuracy > highest:
            best, highest = threshold, accuracy
    return {"best_threshold": best}


@best_threshold.right("the last of equal ones")
def _(p, y_test, thresholds, **own):
    accuracies = np.array(_accuracies(p, y_test, thresholds))
    return {"best_threshold": np.asarray(thresholds)[accuracies == accuracies.max()][-1]}


@best_threshold.right("pandas")
def _(p, y_test, thresholds, **own):
    return {"best_threshold": pd.Series(_accuracies(p, y_test, thresholds), index=thresholds).idxmax()}


@best_threshold.right("fewest mistakes, rounded to the grid")
def _(p, y_test, thresholds, **own):
    mistakes = (np.asarray(p)[None, :] > np.asarray(thresholds)[:, None]) != np.asarray(y_test)[None, :]
    return {"best_threshold": round(float(thresholds[mistakes.sum(axis=1).argmin()]), 2)}
