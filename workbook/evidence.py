"""What is this number? Words for a wrong result, found by comparing it with what usual slips would give.

The checks of the churn assignment ask these functions, because there any solver may have fitted the model and a
result can't be compared with fixed numbers.
"""

import numpy as np
from scipy.stats import bernoulli
from sklearn import clone
from threadpoolctl import threadpool_limits

RIGHT_ACCURACY, RIGHT_LOSS = "the accuracy on the test rows", "the log loss on the test rows"
CLIPS = (1e-15, 1e-16, np.finfo(float).eps, 1e-14, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3)


def which_rows(model, probabilities, X, y, X_train, X_test, y_train, y_test):
    """The rows that `model` was fitted on: all rows or the test rows, where refitting it on them gives the same."""
    if abs(np.mean(model.predict_proba(X_train)[:, 1]) - np.mean(y_train)) < 1e-6:
        return "the training rows"  # a free intercept makes the mean probability of its own rows right
    for name, features, labels in (("all rows", X, y), ("the test rows", X_test, y_test)):
        with threadpool_limits(1):  # quicker for a small table, above all on a busy machine
            refitted = clone(model).fit(features, labels)
        if np.allclose(refitted.predict_proba(X_test), probabilities, atol=1e-7):
            return name
    return "the training rows"


def which_accuracy(value, model, probabilities, X_train, X_test, y_train, y_test):
    """What `value`, given as the accuracy on the test rows, is."""
    right = [_accuracy(model, X_test, y_test)]
    if np.shape(probabilities) == (len(y_test), 2):
        right.append(np.mean(np.argmax(np.asarray(probabilities), axis=1) == y_test))
    found = {
        RIGHT_ACCURACY: right,
        "the share of wrong labels": [1 - number for number in right],
        "the accuracy in percent": [100 * number for number in right],
        "the number of right labels": [len(y_test) * number for number in right],
        "the accuracy on the training rows": [_accuracy(model, X_train, y_train)],
        "the share of churners": [np.mean(y_test)],
    }
    return _name(value, found, RIGHT_ACCURACY)


def which_loss(value, model, probabilities, X_train, X_test, y_train, y_test):
    """What `value`, given as the log loss on the test rows, is."""
    p = np.asarray(probabilities, dtype=float)[:, 1]
    right = _log_loss(p, y_test)
    wrong_labels = np.mean((p > 0.5) != y_test)
    found = {
        RIGHT_LOSS: [right],
        "minus the log loss": [-right],
        "the log loss of column 0": [_log_loss(1 - p, y_test)],
        "the log loss of hard labels": [-wrong_labels * np.log(clip) for clip in CLIPS],
        "the log loss on the training rows": [_log_loss(model.predict_proba(X_train)[:, 1], y_train)],
        "the sum of the log losses": [right * len(y_test)],
        "the mean squared error of the probabilities": [np.mean((p - y_test) ** 2)],
    }
    return _name(value, found, RIGHT_LOSS)


def _accuracy(model, X, y):
    return np.mean(model.predict(X) == np.asarray(y))


def _log_loss(p, y):
    hair = np.finfo(float).eps  # scikit-learn's
    return -bernoulli.logpmf(np.asarray(y, dtype=int), np.clip(p, hair, 1 - hair)).mean()


def _name(value, found, right):
    """The first name in `found`, {name: numbers}, one of whose numbers `value` is; also for `right`, rounded."""
    for name, numbers in found.items():
        if np.isclose(numbers, value, rtol=1e-7, atol=1e-9).any():
            return name
    rounded = any(
        np.isclose(value, round(number, digits), atol=1e-12) for number in found[right] for digits in range(1, 8)
    )
    return f"{right}, rounded" if rounded else "something else"
