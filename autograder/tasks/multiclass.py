"""3.7 `softmax` and `cross_entropy`: probabilities of more than two classes, and their loss. Practice."""

import math

import numpy as np
import pandas as pd
from scipy import special
from sklearn import metrics

from autograder.tasks import Case, Task

softmax = Task("softmax", points={"values": 1}, graded=False)
softmax.pace = ("lambda n: (np.linspace(-3.0, 3.0, 3 * n).reshape(n, 3),)", "lambda Z: np.exp(Z).max(axis=1)")


@softmax.reference
def _(Z):
    return special.softmax(np.asarray(Z, dtype=float), axis=1)


@softmax.cases
def _(rng, fresh):
    call = "softmax(Z)"
    tiny = np.array([[0.0, 1.0, 2.0], [1.0, 1.0, -1.0]]) if not fresh else rng.normal(size=(2, 3)).round(2)
    yield Case(call, {"Z": tiny}, about="2 rows, 3 classes")
    for n, c in [(1, 2), (3, 3), (4, 2)] + ([(1, 5), (200, 4), (5, 40)] if fresh else []):
        Z = (2 * rng.normal(size=(n, c)) + rng.normal(size=(n, 1))).round(2)
        square = {"runs:ValueError:broadcast": "sum not kept as a column"} if n != c else {}
        about = f"{n} row{'s' * (n > 1)}, {c} classes"
        yield Case(call, {"Z": Z}, about=about, faults=square, silent=n == 1)
    yield Case(call, {"Z": tiny}, about="the first call once more")
    # Silent, since a naive formula with another mistake is to be called after that mistake.
    far = [[1000.0, 1001.0, 999.0], [-1000.0, -1001.0, -1000.0], [0.5, 0.0, 1.0]]
    far = np.array([*far, [1500.0, 0.0, -1500.0], [0.0, -2000.0, 2000.0]])
    broken = {"finite": "overflow", "runs:OverflowError": "overflow", "runs:ValueError": "sum not kept as a column"}
    yield Case(call, {"Z": far}, about="z of 1000 and of -1000", atol=1e-12, faults=broken, silent=True)


softmax.tell(
    "sum not kept as a column",
    "The table (n, c) and the sums (n,) don't align.",
    "Keep the sums as a column, (n, 1): `keepdims=True`.",
)
softmax.tell(
    "overflow",
    "exp of a large number is too large for a float, and exp of a very negative row is 0 everywhere.",
    "Subtract the largest z of each row first: the result stays the same.",
)


@softmax.mistake("overflow")
def _(Z):
    with np.errstate(all="ignore"):
        return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)


@softmax.mistake("overflow")
def _(Z):
    return [[math.exp(z) / sum(map(math.exp, row)) for z in row] for row in Z]


@softmax.mistake("overflow")
def _(Z):
    with np.errstate(all="ignore"):
        powers = np.exp(Z - Z.mean(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)


@softmax.mistake("overflow")
def _(Z):
    with np.errstate(all="ignore"):
        powers = np.exp(Z - Z.max())
        return powers / powers.sum(axis=1, keepdims=True)


@softmax.mistake(
    "columns add up to 1",
    "The columns add up to 1, not the rows.",
    "Each row is one example: add along the row, `axis=1`.",
)
def _(Z):
    return special.softmax(Z, axis=0)


@softmax.mistake(
    "whole table adds up to 1",
    "All numbers together add up to 1.",
    "Each row adds up to 1: give an `axis` to the sum.",
)
def _(Z):
    return special.softmax(Z)


@softmax.mistake(
    "sum not kept as a column",
)
def _(Z):
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1)


@softmax.mistake(
    "sigmoid of each element",
    "Each z was sent through the sigmoid by itself.",
    "The classes of a row compete: divide by the sum over the row.",
)
def _(Z):
    return special.expit(Z)


@softmax.mistake("sigmoid of each element")
def _(Z):
    p = special.expit(Z)
    return p / p.sum(axis=1, keepdims=True)


@softmax.mistake(
    "not divided by the sum",
    "These are powers of e; their rows don't add up to 1.",
    "Divide each row by its sum.",
)
def _(Z):
    return np.exp(Z)


@softmax.mistake("not divided by the sum")
def _(Z):
    return np.exp(Z - Z.max(axis=1, keepdims=True))


@softmax.mistake(
    "exponential left out",
    "The z themselves were divided by their sum.",
    "Take exp of each z first; then all are positive.",
)
def _(Z):
    with np.errstate(all="ignore"):
        return Z / Z.sum(axis=1, keepdims=True)


@softmax.mistake(
    "sign of the exponent",
    "The largest z got the smallest probability.",
    "There is no minus in the exponent.",
)
def _(Z):
    return special.softmax(-Z, axis=1)


@softmax.mistake(
    "logarithm returned",
    "These are logarithms of the probabilities.",
    "Return the probabilities themselves.",
)
def _(Z):
    return special.log_softmax(Z, axis=1)


@softmax.mistake(
    "labels returned",
    "You returned the number of the most probable class.",
    "Return all probabilities, one row an example.",
)
def _(Z):
    return Z.argmax(axis=1)


@softmax.mistake("input changed in place")
def _(Z):
    Z -= Z.max(axis=1, keepdims=True)
    return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)


@softmax.right("the row's largest z subtracted")
def _(Z):
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@softmax.right("a loop over rows")
def _(Z):
    result = []
    for row in Z:
        powers = [math.exp(z - max(row)) for z in row]
        result.append([power / sum(powers) for power in powers])
    return result


@softmax.right("logsumexp")
def _(scores):
    return np.exp(scores - special.logsumexp(scores, axis=1, keepdims=True))


@softmax.right("reshape in place of keepdims")
def _(Z, axis=1):
    powers = np.exp(np.asarray(Z) - np.max(Z, axis=axis).reshape(-1, 1))
    return powers / powers.sum(axis=axis).reshape(-1, 1)


@softmax.right("transposed")
def _(Z):
    powers = np.exp(Z.T - Z.max(axis=1))
    return (powers / powers.sum(axis=0)).T


@softmax.right("pandas")
def _(Z):
    table = pd.DataFrame(Z)
    powers = np.exp(table.sub(table.max(axis=1), axis=0))
    return powers.div(powers.sum(axis=1), axis=0)


@softmax.right("one minus the others, by differences")
def _(Z):
    with np.errstate(over="ignore"):
        return 1 / np.exp(Z[:, None, :] - Z[:, :, None]).sum(axis=2)


# --- cross_entropy -----------------------------------------------------------------------------------------

cross_entropy = Task("cross_entropy", points={"values": 1}, graded=False)
cross_entropy.pace = ("lambda n: (np.arange(n) % 3, np.full((n, 3), 1 / 3))", "lambda y, P: np.log(P).max(axis=1)")


@cross_entropy.reference
def _(y, P):
    chosen = np.asarray(P, dtype=float)[np.arange(len(y)), np.asarray(y, dtype=int)]
    return float(-np.log(chosen).mean())


@cross_entropy.cases
def _(rng, fresh):
    call = "cross_entropy(y, P)"
    tiny = {"y": np.array([0, 2]), "P": np.array([[0.7, 0.2, 0.1], [0.3, 0.3, 0.4]])}
    if fresh:
        tiny["P"] = rng.dirichlet(np.ones(3), size=2)
    yield Case(call, tiny, about="2 rows, 3 classes", rtol=1e-6)
    for n, c in [(5, 3), (4, 4), (6, 2), (1, 3)] + ([(500, 5)] if fresh else []):
        P = rng.dirichlet(np.full(c, 2.0), size=n)
        if not fresh:
            P = P.round(3) + 0.001
            P[:, -1] = 1 - P[:, :-1].sum(axis=1)
        y = (np.arange(n) + 1) % c
        about = f"{n} row{'s' * (n > 1)}, {c} classes"
        yield Case(call, {"y": rng.permutation(y), "P": P}, about=about, rtol=1e-6, silent=n == 1)
    yield Case(call, tiny, about="the first call once more", rtol=1e-6)


def _chosen(y, P):
    return P[np.arange(len(y)), y]


@cross_entropy.mistake(
    "sum for mean",
    "This is the sum over the rows.",
    "Take the mean over the rows.",
)
def _(y, P):
    return -np.log(_chosen(y, P)).sum()


@cross_entropy.mistake(
    "sign", "The loss is negative.", "Put a minus in front: logarithms of probabilities are negative."
)
def _(y, P):
    return np.log(_chosen(y, P)).mean()


@cross_entropy.mistake("log2/log10", "The logarithm has base 2 or 10.", "Use the natural logarithm, `np.log`.")
def _(y, P):
    return -np.log2(_chosen(y, P)).mean()


@cross_entropy.mistake("log2/log10")
def _(y, P):
    return -np.log10(_chosen(y, P)).mean()


@cross_entropy.mistake(
    "all classes counted",
    "The logarithms of all classes were added or averaged.",
    "Only the probability of the true class counts: pick `P[i, y[i]]` in each row.",
)
def _(y, P):
    return -np.log(P).mean()


@cross_entropy.mistake("all classes counted")
def _(y, P):
    return -np.log(P).sum(axis=1).mean()


@cross_entropy.mistake(
    "divides by n times c",
    "The sum is divided by the number of rows times the number of classes.",
    "Divide by the number of rows.",
)
def _(y, P):
    return -np.log(_chosen(y, P)).sum() / P.size


@cross_entropy.mistake(
    "largest probability for that of the true class",
    "In each row the largest probability was taken, right or wrong.",
    "Take the probability of the true class, whatever it is.",
)
def _(y, P):
    return -np.log(P.max(axis=1)).mean()


@cross_entropy.mistake(
    "logarithm left out",
    "The probabilities themselves were averaged.",
    "Take their logarithms first.",
)
def _(y, P):
    return -_chosen(y, P).mean()


@cross_entropy.mistake("logarithm left out")
def _(y, P):
    return 1 - _chosen(y, P).mean()


@cross_entropy.mistake(
    "logarithm of the mean",
    "The mean was taken before the logarithm.",
    "First the logarithm of each row's probability, then the mean.",
)
def _(y, P):
    return -np.log(_chosen(y, P).mean())


@cross_entropy.mistake(
    "binary loss of every class",
    "Each class was treated as a question of its own, with terms for log(1 - p).",
    "With softmax only the true class has a term.",
)
def _(y, P):
    Y = np.eye(P.shape[1])[y]
    return -(Y * np.log(P) + (1 - Y) * np.log(1 - P)).sum(axis=1).mean()


@cross_entropy.mistake("binary loss of every class")
def _(y, P):
    Y = np.eye(P.shape[1])[y]
    return -(Y * np.log(P) + (1 - Y) * np.log(1 - P)).mean()


@cross_entropy.mistake(
    "a loss per row", "You returned the loss of each row.", "Take the mean over the rows: one number."
)
def _(y, P):
    return -np.log(_chosen(y, P))


@cross_entropy.mistake(
    "columns picked for all rows",
    "`P[:, y]` picks whole columns, so that a table of n by n comes out.",
    "Pick one element a row: `P[np.arange(len(y)), y]`.",
)
def _(y, P):
    return -np.log(P[:, y]).mean()


@cross_entropy.mistake("input changed in place")
def _(y, P):
    np.log(P, out=P)
    return -_chosen(y, P).mean()


@cross_entropy.right("one-hot rows")
def _(y, P):
    return -(np.eye(P.shape[1])[y] * np.log(P)).sum() / len(y)


@cross_entropy.right("a loop")
def _(labels, probabilities):
    total = 0.0
    for i in range(len(labels)):
        total -= math.log(probabilities[i][labels[i]])
    return total / len(labels)


@cross_entropy.right("clipped")
def _(y, P, tiny=1e-15):
    return np.mean(-np.log(np.clip(_chosen(y, P), tiny, 1)))


@cross_entropy.right("take_along_axis")
def _(y, P):
    return -np.log(np.take_along_axis(P, np.reshape(y, (-1, 1)), axis=1)).mean()


@cross_entropy.right("scikit-learn")
def _(y, P):
    return metrics.log_loss(y, P, labels=np.arange(np.shape(P)[1]))


@cross_entropy.right("masks of classes")
def _(y, P):
    return sum(-np.log(P[y == label, label]).sum() for label in range(P.shape[1])) / len(P)


@cross_entropy.right("the log loss of all, by einsum")
def _(y, P):
    return np.einsum("ij,ij->", (y[:, None] == np.arange(P.shape[1])).astype(float), -np.log(P)) / y.size
