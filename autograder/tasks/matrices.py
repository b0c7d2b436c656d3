"""2.3 `centered`, `covariance` and `covariance_inverse`: matrix work on the churn features."""

import numpy as np
import pandas as pd

from autograder.tasks import Case, Task
from workbook.data import load_churn

# --- centered ----------------------------------------------------------------------------------------------

centered = Task("centered", points={"values": 1}, names=("X_means", "X_centered"), context=("X",))

CENTERED = "np.asarray(X_centered, dtype=float)"


@centered.context_example
def _(rng):
    return {"X": load_churn().drop(columns="churn").to_numpy(dtype=float)}


@centered.reference
def _(X):
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or len(X) < 10 or (X.std(axis=0) == 0).any():
        raise ValueError("`X` is not the table of features any more.")
    means = X.mean(axis=0)
    return {"X_means": means, "X_centered": X - means}


@centered.cases
def _(rng, fresh):
    yield Case("X_means", about="the means, one per feature")
    yield Case("np.shape(X_centered)", about="the shape of X_centered")
    rows = [0, 1, -1] + (rng.integers(2, 10, size=3).tolist() if fresh else [])
    yield Case(f"{CENTERED}[{rows}]", about="some rows of X_centered", atol=1e-7)
    yield Case(f"{CENTERED}.mean(axis=0)", about="the column means of X_centered", atol=1e-6)
    yield Case(f"np.abs({CENTERED}).mean(axis=0)", about="the mean size of each column of X_centered", rtol=1e-6)


@centered.mistake(
    "one mean for the whole table",
    "One mean was taken over all numbers of the table.",
    "Each feature has its own mean: take the mean along the rows, `axis=0`.",
)
def _(X):
    return {"X_means": X.mean(), "X_centered": X - X.mean()}


@centered.mistake(
    "means of the rows",
    "The means were taken across the features of each customer.",
    "A mean of a feature runs down the rows: `axis=0`.",
)
def _(X):
    means = X.mean(axis=1)
    return {"X_means": means, "X_centered": X - means.reshape(-1, 1)}


@centered.mistake(
    "standardised",
    "The columns were also divided by their standard deviations.",
    "Centring subtracts the means and stops there.",
)
def _(X):
    return {"X_means": X.mean(axis=0), "X_centered": (X - X.mean(axis=0)) / X.std(axis=0)}


@centered.mistake("standardised")
def _(X):
    return {"X_means": X.mean(axis=0), "X_centered": (X - X.mean(axis=0)) / X.std(axis=0, ddof=1)}


@centered.mistake("median for mean", "These are the medians.", "Use the means.")
def _(X):
    return {"X_means": np.median(X, axis=0), "X_centered": X - np.median(X, axis=0)}


@centered.mistake("not centered", "X_centered still equals X.", "Subtract the means from X.")
def _(X):
    return {"X_means": X.mean(axis=0), "X_centered": X}


@centered.mistake("means added", "The means were added.", "Subtract them, so that each column has mean 0.")
def _(X):
    return {"X_means": X.mean(axis=0), "X_centered": X + X.mean(axis=0)}


@centered.mistake("centered the wrong way round", "You computed means minus X.", "Compute X minus the means.")
def _(X):
    return {"X_means": X.mean(axis=0), "X_centered": X.mean(axis=0) - X}


@centered.right("a loop over columns")
def _(X):
    means = [sum(X[:, j]) / len(X) for j in range(X.shape[1])]
    result = np.zeros_like(X)
    for j, mean in enumerate(means):
        result[:, j] = X[:, j] - mean
    return {"X_means": means, "X_centered": result}


@centered.right("pandas")
def _(X):
    table = pd.DataFrame(X)
    return {"X_means": table.mean(), "X_centered": table - table.mean()}


@centered.right("a matrix product with ones")
def _(X):
    ones = np.ones(len(X))
    means = ones @ X / len(X)
    return {"X_means": means, "X_centered": X - np.outer(ones, means)}


@centered.right("np.subtract and np.average")
def _(X):
    means = np.average(X, axis=0)
    return {"X_means": means, "X_centered": np.subtract(X, means).tolist()}


# --- covariance --------------------------------------------------------------------------------------------

covariance = Task("covariance", points={"values": 2})

CALL = "covariance(X)"


@covariance.reference
def _(X):
    X = np.asarray(X, dtype=np.longdouble)
    deviations = X - X.mean(axis=0)
    return (deviations.T @ deviations / (len(X) - 1)).astype(float)


@covariance.cases
def _(rng, fresh):
    tiny = np.array([[1.0, 2.0], [3.0, 0.0], [5.0, 7.0], [0.0, 1.0]])
    if fresh:
        tiny = rng.integers(-5, 6, size=(4, 2)) + np.arange(8).reshape(4, 2) % 3 * 1.0
    yield Case(CALL, {"X": tiny}, about="4 rows, 2 features", atol=1e-9)
    for n, k in [(6, 3), (4, 4), (3, 5), (2, 2)] + ([(400, 11), (800, 4)] if fresh else []):
        scale = rng.uniform(0.5, 30, size=k).round(1)
        features = (rng.normal(size=(n, k)) * scale + 10 * scale).round(2)
        yield Case(CALL, {"X": features}, about=f"{n} rows, {k} features")
    yield Case(CALL, {"X": tiny}, about="the first call once more", atol=1e-9)


@covariance.mistake(
    "n for n - 1",
    "The products were divided by n.",
    "The sample covariance divides by n - 1, since the means were taken from the same rows.",
)
def _(X):
    return np.cov(X.T, ddof=0)


@covariance.mistake(
    "not centered",
    "The means were not subtracted first.",
    "Center the columns of X inside the function, then multiply.",
)
def _(X):
    return X.T @ X / (len(X) - 1)


@covariance.mistake("not centered")
def _(X):
    return X.T @ X / len(X)


@covariance.mistake("not centered")
def _(X):
    return X.T @ X


@covariance.mistake(
    "sum for mean",
    "The products were added up and not divided.",
    "Divide by n - 1.",
)
def _(X):
    return np.cov(X.T) * (len(X) - 1)


@covariance.mistake(
    "rows taken as features",
    "The result compares customers with customers: the product is the wrong way round.",
    "The result has one row and one column per feature: transpose the first factor.",
)
def _(X):
    deviations = X - X.mean(axis=0)
    return deviations @ deviations.T / (len(X) - 1)


@covariance.mistake("rows taken as features")
def _(X):
    return np.cov(X)


@covariance.mistake("rows taken as features")
def _(X):
    deviations = X - X.mean()
    return deviations @ deviations.T / (len(X) - 1)


@covariance.mistake("rows taken as features")
def _(X):
    deviations = X - X.mean(axis=0)
    return deviations @ deviations.T


@covariance.mistake(
    "correlation returned",
    "These are correlations: everything was divided by the standard deviations.",
    "Leave the units in: only center, multiply and divide by n - 1.",
)
def _(X):
    return np.corrcoef(X.T)


@covariance.mistake(
    "variances only",
    "Only the variances, the diagonal of the matrix, are there.",
    "The matrix holds every pair of features.",
)
def _(X):
    return X.var(axis=0, ddof=1)


@covariance.mistake("variances only")
def _(X):
    return np.diag(X.var(axis=0, ddof=1))


@covariance.mistake(
    "one mean for the whole table",
    "One mean was subtracted from all columns.",
    "Each column has its own mean: `axis=0`.",
)
def _(X):
    deviations = X - X.mean()
    return deviations.T @ deviations / (len(X) - 1)


@covariance.mistake(
    "divides by k - 1",
    "The number of features was used in place of the number of rows.",
    "Rows are counted by `len(X)` or `X.shape[0]`.",
)
def _(X):
    deviations = X - X.mean(axis=0)
    return deviations.T @ deviations / (X.shape[1] - 1)


# A fixed number in place of n - 1, such as 3999, whatever the number.
covariance.mistake(
    "hard-coded n or k",
    "The products were divided by a fixed number.",
    "Count the rows: `len(X) - 1`.",
    factor=(1e-7, 0.49),
)(lambda X: np.cov(X.T) * (len(X) - 1))

for _name, _cause, _next_step, *_versions in [
    (
        "rows centered",
        "The mean of each row was subtracted, and not that of each column.",
        "Each column, a feature, has its own mean: `axis=0`.",
        lambda X: (X - X.mean(axis=1, keepdims=True)).T @ (X - X.mean(axis=1, keepdims=True)) / (len(X) - 1),
    ),
    (
        "median for mean",
        "The medians were subtracted.",
        "Subtract the means.",
        lambda X: (X - np.median(X, axis=0)).T @ (X - np.median(X, axis=0)) / (len(X) - 1),
    ),
    (
        "correlation returned",
        None,
        None,
        lambda X: np.corrcoef(X.T) * len(X) / (len(X) - 1),
        lambda X: np.corrcoef(X.T) * (len(X) - 1) / len(X),
    ),
    (
        "element by element",
        "The deviations were squared one by one.",
        "Use the matrix product, which pairs every feature with every other and adds up over the rows.",
        lambda X: (X - X.mean(axis=0)) ** 2 / (len(X) - 1),
        lambda X: (X - X.mean(axis=0)) ** 2,
    ),
    (
        "the inverse returned",
        "This is the inverse of the covariance matrix.",
        "Return the covariance itself.",
        lambda X: np.linalg.inv(np.cov(X.T)),
    ),
]:
    for _version in _versions:
        covariance.mistake(_name, _cause, _next_step)(_version)


@covariance.mistake("input changed in place")
def _(X):
    X -= X.mean(axis=0)
    return X.T @ X / (len(X) - 1)


@covariance.right("np.cov")
def _(X):
    return np.cov(X, rowvar=False)


@covariance.right("two loops")
def _(X):
    n, k = X.shape
    means = [X[:, j].mean() for j in range(k)]
    result = [[0.0] * k for _ in range(k)]
    for a in range(k):
        for b in range(k):
            for i in range(n):
                result[a][b] += (X[i, a] - means[a]) * (X[i, b] - means[b]) / (n - 1)
    return result


@covariance.right("einsum")
def _(X, ddof=1):
    deviations = X - X.mean(axis=0, keepdims=True)
    return np.einsum("na,nb->ab", deviations, deviations) / (X.shape[0] - ddof)


@covariance.right("pandas")
def _(X):
    return pd.DataFrame(X).cov()


@covariance.right("a sum of outer products")
def _(table):
    middle = table.mean(axis=0)
    return sum(np.outer(row - middle, row - middle) for row in table) / (len(table) - 1)


@covariance.right("moments")
def _(X):
    X = np.asarray(X, dtype=float)
    shifted = X - X[0]
    n = len(X)
    total = shifted.sum(axis=0)
    return (shifted.T @ shifted - np.outer(total, total) / n) / (n - 1)


# --- covariance_inverse ------------------------------------------------------------------------------------

covariance_inverse = Task("covariance_inverse", points={"values": 1}, names=("C_inv", "C_identity"), context=("C",))

# Features have very different units: compare the entries after bringing each feature to variance 1.
SCALED = "np.asarray(C_inv, dtype=float) * np.sqrt(np.outer(np.diag(C), np.diag(C)))"


@covariance_inverse.context_example
def _(rng):
    return {"C": np.cov(load_churn().drop(columns="churn").to_numpy(dtype=float), rowvar=False)}


@covariance_inverse.reference
def _(C):
    C = np.asarray(C, dtype=float)
    if C.ndim != 2 or len(C) < 2 or np.allclose(C, np.diag(np.diag(C))):
        raise ValueError("`C` is not the covariance matrix of the features any more.")
    inverse = np.linalg.inv(C)
    return {"C_inv": inverse, "C_identity": C @ inverse}


@covariance_inverse.cases
def _(rng, fresh):
    yield Case("np.shape(C_inv)", about="the shape of C_inv")
    yield Case(SCALED, about="C_inv, every feature scaled to variance 1", rtol=1e-6, atol=1e-6)
    yield Case("np.asarray(C_identity, dtype=float)", about="the product of C and C_inv", atol=1e-6)


@covariance_inverse.mistake(
    "reciprocal of each element",
    "Each element was turned into its reciprocal.",
    "The inverse of a matrix is another matrix as a whole: look at `np.linalg`.",
)
def _(C):
    return {"C_inv": 1 / C, "C_identity": C @ (1 / C)}


@covariance_inverse.mistake("reciprocal of each element")
def _(C):
    return {"C_inv": 1 / C, "C_identity": C * (1 / C)}


@covariance_inverse.mistake(
    "elementwise product",
    "C and its inverse were multiplied element by element.",
    "The identity comes out of the matrix product: use `@`.",
)
def _(C):
    return {"C_inv": np.linalg.inv(C), "C_identity": C * np.linalg.inv(C)}


@covariance_inverse.mistake(
    "transpose for inverse",
    "You transposed C.",
    "The inverse undoes a multiplication; the transpose exchanges rows and columns.",
)
def _(C):
    return {"C_inv": C.T, "C_identity": C @ C.T}


@covariance_inverse.right("solve")
def _(C):
    inverse = np.linalg.solve(C, np.eye(len(C)))
    return {"C_inv": inverse, "C_identity": inverse @ C}


@covariance_inverse.right("inverse of the scaled matrix")
def _(C):
    scale = np.sqrt(np.diag(C))
    inverse = np.linalg.inv(C / np.outer(scale, scale)) / np.outer(scale, scale)
    return {"C_inv": inverse.tolist(), "C_identity": np.matmul(C, inverse).round(12)}


@covariance_inverse.right("a DataFrame")
def _(C):
    inverse = pd.DataFrame(np.linalg.inv(C))
    return {"C_inv": inverse, "C_identity": pd.DataFrame(C) @ inverse}


@covariance_inverse.right("eigenvectors")
def _(C):
    scale = np.sqrt(np.diag(C))
    values, vectors = np.linalg.eigh(C / np.outer(scale, scale))
    inverse = vectors @ np.diag(1 / values) @ vectors.T / np.outer(scale, scale)
    return {"C_inv": inverse, "C_identity": C.dot(inverse)}
