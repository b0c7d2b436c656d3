"""4.3, the lab: labelled examples from raw listings, logistic regression from scratch, and the comparison."""

import math
from hashlib import sha256

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from autograder.tasks import DIAGNOSIS, Case, Task
from workbook.data import AIRBNB_FEATURES, load_airbnb

LABEL = "host_is_superhost"
SCORES = [name for name in AIRBNB_FEATURES if name.startswith("review")]
RATES = [name for name in AIRBNB_FEATURES if name.endswith("rate")]

# --- listing_examples --------------------------------------------------------------------------------------

listing_examples = Task(
    "listing_examples", points={"rows": 1, "values": 1}, names=("df", "X", "y"), context=("listing_codes",)
)


def listing_codes(raw):
    """The texts of the lab's eight columns, eight characters each, as whole numbers (n, 8)."""
    texts = np.asarray(raw[[*AIRBNB_FEATURES, LABEL]].astype(str)).astype("S8")
    return texts.view(np.int64)


_TABLES: dict = {}  # the last table read: every known mistake starts from the same one


def _raw(codes, rates_as_numbers=False):
    """The eight columns as text, the scores as numbers, from `listing_codes`; the rates as text or in percent."""
    codes = np.ascontiguousarray(codes, dtype=np.int64)
    if codes.ndim != 2 or codes.shape[1] != 8:
        raise ValueError("`listing_codes` is not what the given cell makes.")
    key = sha256(codes.tobytes()).digest()
    if key not in _TABLES:
        _TABLES.clear()
        _TABLES[key] = _read(codes)
    return _TABLES[key][rates_as_numbers].copy()


def _read(codes):
    raw = pd.DataFrame(codes.view("S8").astype(str), columns=[*AIRBNB_FEATURES, LABEL]).astype(object)
    raw = raw.mask(raw == "nan")
    raw = raw.assign(**{name: pd.to_numeric(raw[name]) for name in SCORES})
    rates = {name: pd.to_numeric(raw[name].str.rstrip("%"), errors="coerce") for name in RATES}
    return raw, raw.assign(**rates)


def _clean(codes, gaps=None, scale=1.0, labels=None, rows=None):
    """The cleaned table. gaps: fills for the rates; labels: what t and f become; rows: columns that must be there."""
    df = _raw(codes, rates_as_numbers=True)
    for name in RATES:
        df[name] = (gaps(df[name]) if gaps else df[name]) * scale
    df[LABEL] = df[LABEL].map(labels or {"t": 1, "f": 0, "True": 1, "False": 0})
    return df.dropna(subset=rows or [*AIRBNB_FEATURES, LABEL])


def _examples(df, features=AIRBNB_FEATURES, label=LABEL):
    return {"df": df, "X": df[list(features)], "y": df[label]}


# Every way to shuffle them gives other numbers, so it is told by words.
LABEL_ORDER = (
    f"'as in df' if np.array_equal(np.ravel(y), np.ravel(df['{LABEL}'])) else "
    f"'shuffled' if np.array_equal(np.sort(np.ravel(y)), np.sort(np.ravel(df['{LABEL}']))) else 'other values'"
)


@listing_examples.context_example
def _(rng):
    return {"listing_codes": listing_codes(load_airbnb())}


@listing_examples.reference
def _(listing_codes):
    return _examples(_clean(listing_codes))


@listing_examples.cases
def _(rng, fresh):
    text = {"runs:ValueError": "text left in a column", "runs:TypeError": "text left in a column"}
    table = "np.asarray(X[{0}] if hasattr(X, 'columns') else np.asarray(X)[:, {1}], dtype=float)"
    yield Case("[len(df), len(X), len(y)]", part="rows", about="how many rows df, X and y have")
    yield Case("np.shape(X)", part="rows", about="the shape of X", faults={"shape": "not a table of rows and columns"})
    yield Case("np.shape(y)", part="rows", about="the shape of y")
    yield Case(
        "sorted(X.columns) if hasattr(X, 'columns') else np.shape(X)[-1]",
        part="rows",
        about="the names of the columns of X, from A to Z (of an array: how many)",
        also=(len(AIRBNB_FEATURES),),
    )
    yield Case(
        f"{table.format('scores', 'slice(0, 5)')}.mean(axis=0)",
        {"scores": SCORES},
        "rows",
        "the mean of each review score in X",
        rtol=1e-5,
        faults={"finite": "gaps left in", **text},
    )
    rate = table.format("rates", "slice(5, 7)")
    gaps = f"int(np.isnan({rate}).sum())"
    yield Case(gaps, {"rates": RATES}, "diagnosis", "missing rates in X")
    yield Case(f"{rate}.mean(axis=0)", {"rates": RATES}, about="the mean of each rate in X", rtol=1e-5, faults=text)
    yield Case(f"{rate}[[0, 1, -1]]", {"rates": RATES}, about="the rates of three rows of X", rtol=1e-5, faults=text)
    yield Case(
        "np.asarray(df[rates], dtype=float).mean(axis=0)",
        {"rates": RATES},
        about="the mean of each rate in df",
        rtol=1e-5,
        faults=text,
    )
    yield Case("np.asarray(y, dtype=float).mean()", about="the share of superhosts in y", faults=text)
    where = [0, 1, 2, 3, 5, 8] if not fresh else rng.integers(0, 200, size=12).tolist()
    yield Case(f"np.asarray(y, dtype=float)[{where}]", about="some labels in y", faults=text, silent=True)
    yield Case(f"np.asarray(df['{LABEL}'], dtype=float).mean()", about="the share of superhosts in df", faults=text)
    whole = table.format("features", "slice(0, 7)")
    yield Case(
        f"np.asarray(y, dtype=float) @ {whole} / len(y)",
        {"features": AIRBNB_FEATURES},
        about="labels and features belong to the same rows",
        rtol=1e-5,
        faults=text,
        silent=True,
    )
    yield Case(LABEL_ORDER, part=DIAGNOSIS, about="y against the label in df")


listing_examples.tell(
    "text left in a column",
    "A column still holds text, such as `95%`, `N/A`, `t` or `f`.",
    "Turn the two rates into numbers (95% becomes 95.0) and the label into 1 and 0, or True and False.",
)
listing_examples.tell(
    "gaps left in",
    "Some rows of X have missing values.",
    "Keep only the rows in which all seven features and the label are there.",
)
listing_examples.tell(
    "not a table of rows and columns",
    "X does not have one row a listing and seven columns.",
    "X holds the seven features and nothing else, for the rows of df.",
)


@listing_examples.mistake(
    "fractions for percent",
    "Your rates are fractions, such as 0.95.",
    "Here the rates stay in percent: `95%` becomes 95.0.",
)
def _(listing_codes):
    return _examples(_clean(listing_codes, scale=0.01))


@listing_examples.mistake(
    "rows dropped from X and y separately",
    "X and y lost their gaps each for itself, so they have different rows.",
    "Drop incomplete rows from the table first, then take X and y from it.",
)
def _(listing_codes):
    df = _clean(listing_codes, rows=["review_scores_rating"])
    whole = _clean(listing_codes, rows=[LABEL])
    return {"df": df, "X": whole[AIRBNB_FEATURES].dropna(), "y": whole[LABEL].dropna()}


@listing_examples.mistake("rows dropped from X and y separately")
def _(listing_codes):
    df = _clean(listing_codes)
    whole = _clean(listing_codes, rows=[LABEL])
    return {"df": df, "X": df[AIRBNB_FEATURES], "y": whole[LABEL].dropna()}


@listing_examples.mistake("rows dropped from X and y separately")
def _(listing_codes):
    everything = pd.DataFrame(_clean(listing_codes, rows=[LABEL]))
    whole = _raw(listing_codes, rates_as_numbers=True).assign(**{LABEL: everything[LABEL]})
    return {"df": whole, "X": whole[AIRBNB_FEATURES].dropna(), "y": whole[LABEL].dropna()}


@listing_examples.mistake(
    "label left in X",
    "X still holds the label.",
    "X holds the seven features only: the model must not see the answer.",
)
def _(listing_codes):
    return _examples(_clean(listing_codes), [*AIRBNB_FEATURES, LABEL])


@listing_examples.mistake("label left in X")
def _(listing_codes):
    examples = _examples(_clean(listing_codes), [*AIRBNB_FEATURES, LABEL])
    return examples | {"X": examples["X"].to_numpy(dtype=float)}


@listing_examples.mistake(
    "label upside down",
    "1 stands for the hosts that are not superhosts.",
    "`t` (true) becomes 1, `f` becomes 0.",
)
def _(listing_codes):
    return _examples(_clean(listing_codes, labels={"t": 0, "f": 1, "True": 0, "False": 1}))


@listing_examples.mistake(
    "everybody a superhost",
    "Every label is true: any text that isn't empty counts as True, also the text `f`.",
    "Compare with the text `t`, or map both texts.",
)
def _(listing_codes):
    return _examples(_clean(listing_codes, labels={"t": True, "f": True, "True": True, "False": True}))


@listing_examples.mistake(
    "missing label taken as no",
    "Rows without a label were kept as if their hosts were no superhosts.",
    "Drop rows whose label is missing; nobody knows the answer there.",
)
def _(listing_codes):
    df = _clean(listing_codes, rows=AIRBNB_FEATURES)
    return _examples(df.assign(**{LABEL: df[LABEL].fillna(0)}))


@listing_examples.mistake(
    "gaps filled",
    "Missing rates were filled with a number, such as 0 or the mean of the others.",
    "Filling gaps can be right elsewhere; here drop the rows in which a rate is missing (`N/A`).",
)
def _(listing_codes):
    return _examples(_clean(listing_codes, gaps=lambda rate: rate.fillna(0)))


@listing_examples.mistake("gaps filled")
def _(listing_codes):
    return _examples(_clean(listing_codes, gaps=lambda rate: rate.fillna(rate.mean())))


@listing_examples.mistake("gaps filled")
def _(listing_codes):
    return _examples(_clean(listing_codes, gaps=lambda rate: rate.fillna(rate.median())))


@listing_examples.mistake(
    "gaps left in",
)
def _(listing_codes):
    return _examples(_clean(listing_codes, rows=[LABEL]))


@listing_examples.mistake("gaps left in")
def _(listing_codes):
    return _examples(_clean(listing_codes, rows=[*SCORES, LABEL]))


@listing_examples.mistake(
    "standardised early",
    "The features were already standardised.",
    "Leave stars and percent as they are here; the next given cell standardises.",
)
def _(listing_codes):
    df = _clean(listing_codes)
    features = df[AIRBNB_FEATURES]
    return _examples(df.assign(**((features - features.mean()) / features.std())))


@listing_examples.mistake("text left in a column")
def _(listing_codes):
    df = _clean(listing_codes)
    return _examples(df.assign(**{name: df[name].astype(int).astype(str) + "%" for name in RATES}))


@listing_examples.mistake("text left in a column")
def _(listing_codes):
    df = _clean(listing_codes)
    return _examples(df.assign(**{LABEL: df[LABEL].map({1: "t", 0: "f"})}))


@listing_examples.mistake("text left in a column")
def _(listing_codes):
    df = _raw(listing_codes).dropna()
    return _examples(df) | {"y": df[LABEL] == "t"}


@listing_examples.mistake("text left in a column")
def _(listing_codes):
    return _examples(_raw(listing_codes).dropna())


@listing_examples.mistake(
    "labels shuffled",
    "X and y are the right rows in different orders.",
    "Take X and y from the same table, row for row.",
)
def _(listing_codes):
    df = _clean(listing_codes)
    return _examples(df) | {"y": df[LABEL].sort_values()}


@listing_examples.mistake("labels shuffled")
def _(listing_codes):
    df = _clean(listing_codes)
    return _examples(df) | {"y": df[LABEL].sample(frac=1, random_state=0).to_list()}


@listing_examples.right("truth values for labels")
def _(listing_codes):
    df = _clean(listing_codes)
    return _examples(df.assign(**{LABEL: df[LABEL] == 1}))


@listing_examples.right("arrays")
def _(listing_codes):
    df = _clean(listing_codes).reset_index(drop=True)
    return {"df": df, "X": df[AIRBNB_FEATURES].to_numpy(), "y": df[LABEL].to_numpy(dtype=int)}


@listing_examples.right("a loop over the rows")
def _(listing_codes):
    rows = []
    for row in _raw(listing_codes).to_dict("records"):
        rates = [str(row[name]).replace("%", "") for name in RATES]
        known = all(text.replace(".", "").isdigit() for text in rates) and not math.isnan(row[SCORES[0]])
        if known and row[LABEL] in ("t", "f"):
            rows.append(row | dict(zip(RATES, map(float, rates), strict=True)) | {LABEL: row[LABEL] == "t"})
    df = pd.DataFrame(rows)
    return _examples(df)


@listing_examples.right("columns in another order, and one more in df")
def _(listing_codes):
    df = _clean(listing_codes)
    return _examples(df.assign(stars=df[SCORES].mean(axis=1)), AIRBNB_FEATURES[::-1])


@listing_examples.right("replace and astype")
def _(listing_codes):
    df = _raw(listing_codes).replace("N/A", np.nan).dropna()
    for name in RATES:
        df[name] = df[name].str.replace("%", "").astype(float)
    df[LABEL] = (df[LABEL] == "t").astype(int)
    return {"df": df, "X": df.drop(columns=LABEL), "y": df[LABEL]}


@listing_examples.right("a mask, and labels of objects")
def _(listing_codes):
    df = _clean(listing_codes, rows=[LABEL])
    df = df[df[AIRBNB_FEATURES].notna().all(axis=1)]
    return _examples(df) | {"y": pd.Series([bool(v) for v in df[LABEL]], index=df.index, dtype=object)}


# --- LogisticRegressionScratch -----------------------------------------------------------------------------

# The methods are judged one by one: an expression makes an object, sets what the method starts from, and asks.
LogisticScratch = Task(
    "LogisticRegressionScratch",
    points={"predict_proba": 2, "gradient": 2, "hessian": 2, "update": 1, "check_stop": 2, "fit": 1},
    independent=True,  # a wrong gradient must not cost the points of check_stop
)

NEW = "m := LogisticRegressionScratch({})"
WITH_W = f"{NEW.format('')}, setattr(m, 'weights_array', w.copy())"


class _Given:
    """The parts of the class that the lab gives."""

    def __init__(self, tolerance=1e-8, max_iterations=20):
        self.tolerance, self.max_iterations = tolerance, max_iterations
        self.weights_array = self.prior_w = None

    def start(self, X, y):
        """The weights to begin with: zeros, and the intercept at the logit of the base rate."""
        return np.append(np.zeros(X.shape[1]), logit(np.mean(y)))

    def fit(self, X, y):
        X1 = np.column_stack([X, np.ones(len(X))])
        self.weights_array = self.start(X, y)
        for _ in range(self.max_iterations):
            self.update_weights(X1, y)
            if self.check_stop():
                break
        return self

    def get_weights(self):
        return self.weights_array[:-1]

    def get_intercept(self):
        return self.weights_array[-1]


class _Mean(_Given):
    """The reference: gradient and Hessian of the mean log loss."""

    def predict_proba(self, X1):
        return expit(np.asarray(X1) @ self.weights_array)

    def scale(self, X1):
        return len(X1)

    def compute_gradient(self, X1, y, p):
        return X1.T @ (p - y) / self.scale(X1)

    def compute_hessian(self, X1, p):
        return (X1.T * (p * (1 - p))) @ X1 / self.scale(X1)

    def update_weights(self, X1, y):
        p = self.predict_proba(X1)
        self.prior_w = self.weights_array
        step = np.linalg.solve(self.compute_hessian(X1, p), self.compute_gradient(X1, y, p))
        self.weights_array = self.prior_w - step

    def distance(self, new, old):
        return np.linalg.norm(new - old)

    def check_stop(self):
        new, old = np.asarray(self.weights_array, dtype=float), np.asarray(self.prior_w, dtype=float)
        lengths = np.linalg.norm(new), np.linalg.norm(old)
        if min(lengths) == 0:
            return False
        return bool(self.distance(new / lengths[0], old / lengths[1]) < self.tolerance)


class _Sum(_Mean):
    """Gradient and Hessian of the sum, as the source's lab writes them."""

    def scale(self, X1):
        return 1


LogisticScratch.reference(_Mean)


def _fit_case(args, X, y, about, faults=None, silent=False):
    expression = f"[{NEW.format(args)}, m.fit(X, y), np.append(m.get_weights(), m.get_intercept())][-1]"
    return Case(expression, {"X": X, "y": y}, "fit", about, rtol=1e-5, atol=1e-6, faults=faults or {}, silent=silent)


def _noisy_examples(rng, n, k):
    """Examples that no plane separates, with unequal classes: one row in six is mislabelled."""
    X = rng.normal(size=(n, k)).round(2)
    scores = X @ rng.normal(size=k) + rng.normal(size=n)
    y = (scores > np.quantile(scores, 0.6)).astype(float)
    y[:: max(2, n // 4)] = 1 - y[:: max(2, n // 4)]
    if y.mean() == 0.5:
        y[np.argmax(y)] = 0.0
    return X, y


GRADIENT, HESSIAN = "m.compute_gradient(X1, y, p)", "m.compute_hessian(X1, p)"
TINY_X1 = np.array([[1.0, 2.0, 1.0], [0.0, -1.0, 1.0], [-1.0, 3.0, 1.0], [2.0, 1.0, 1.0]])


@LogisticScratch.cases
def _(rng, fresh):
    yield from _predict_cases(rng, fresh)
    yield from _derivative_cases(rng, fresh)
    # update_weights is given right predictions, gradient and Hessian as numbers.
    for n, k in [(6, 2)] + ([(9, 1), (40, 4)] if fresh else []):
        yield from _update_cases(_design(rng, n, k), rng)
    yield from _check_stop_cases(rng, fresh)
    yield from _pair_cases(rng, fresh)
    yield from _fit_cases(rng, fresh)


def _open_yet(method):
    return {"runs:NotImplementedError": f"{method} not written yet"}


def _design(rng, n, k):
    """Some rows with the column of ones."""
    return np.column_stack([rng.normal(size=(n, k)).round(2), np.ones(n)])


def _predict_cases(rng, fresh):
    call = f"[{WITH_W}, m.predict_proba(X1)][-1]"
    w = np.array([0.5, -1.0, 0.25]) if not fresh else rng.normal(size=3).round(2)
    sizes = [(1, 1), (3, 3)] + ([(1, 3), (2, 4), (50, 7), (1000, 3)] if fresh else [])
    faults = _open_yet("predict_proba")
    ones = {"runs:ValueError:matmul": "ones column added again"}
    yield Case(call, {"X1": TINY_X1, "w": w}, "predict_proba", "4 rows, 2 features", faults=faults | ones)
    for n, k in sizes:
        w_here = rng.normal(size=k + 1).round(2)
        square = {f"shape:{n}x{n}": "(n, 1) returned", f"shape:{n}x1": "(n, 1) returned"}
        about = f"{n} row{'s' * (n > 1)}, {k} feature{'s' * (k > 1)}"
        inputs = {"X1": _design(rng, n, k), "w": w_here}
        yield Case(call, inputs, "predict_proba", about, faults=faults | ones | square)
    yield Case(call, {"X1": TINY_X1, "w": w}, "predict_proba", "the first call once more", faults=faults)


def _derivative_cases(rng, fresh):
    """Gradient and Hessian. With one row, mean and sum are the same; with more, both are welcome."""
    row = np.array([[2.0, -1.0, 1.0]])
    one = {"X1": row, "y": np.array([1.0]), "p": np.array([0.8])}
    four = {"X1": TINY_X1, "y": np.array([1.0, 0.0, 0.0, 1.0]), "p": np.array([0.7, 0.4, 0.1, 0.8])}
    if fresh:
        four["p"] = rng.uniform(0.05, 0.95, size=4).round(2)
        one["p"] = rng.uniform(0.05, 0.45, size=1).round(2)
    many = [four]
    for n, k in [(5, 1)] + ([(2, 3), (5, 3), (30, 5), (1000, 2)] if fresh else []):
        p = rng.uniform(0.05, 0.95, size=n).round(2)
        many.append({"X1": _design(rng, n, k), "y": (np.arange(n) % 3 == 1).astype(float), "p": p})
    for part, call, arguments in (("gradient", GRADIENT, ("X1", "y", "p")), ("hessian", HESSIAN, ("X1", "p"))):
        method, faults = f"compute_{part}", _open_yet(f"compute_{part}")
        given = {name: one[name] for name in arguments} | {"w": np.array([0.3, 0.2, -0.4])}
        yield Case(f"[{WITH_W}, {call}][-1]", given, part, f"{method}, 1 row, with p as given", faults=faults)
        for inputs in many:
            given = {name: inputs[name] for name in arguments}
            n, width = inputs["X1"].shape
            about = f"{method}, {n} rows, {width - 1} feature{'s' * (width > 2)} (mean or sum)"
            summed = getattr(_Sum(), method)(**given)
            given |= {"w": np.linspace(0.3, -0.4, width)}
            yield Case(f"[{WITH_W}, {call}][-1]", given, part, about, faults=faults, also=(summed,))


def _pair_cases(rng, fresh):
    """Both of the mean, or both of the sum.

    It belongs to `fit`, which a wrong gradient or Hessian alone costs already.
    """
    for n, k in [(6, 2)] + ([(40, 3)] if fresh else []):
        given = {"X1": _design(rng, n, k), "y": (np.arange(n) % 3 == 0).astype(float)}
        given |= {"p": rng.uniform(0.05, 0.95, size=n).round(2), "w": np.linspace(0.3, -0.4, k + 1)}
        yield Case(
            f"[{WITH_W}, np.append({GRADIENT}, {HESSIAN})][-1]",
            given,
            "fit",
            f"the numbers of gradient and Hessian, {n} rows: both of the mean, or both of the sum",
            faults=_open_yet("one of the methods") | {"values": "mixed pair"},
            also=(_pair(_Sum(), given),),
        )


def _fit_cases(rng, fresh):
    X = np.array([[-2.0], [-1.0], [-1.0], [0.0], [0.5], [1.0], [2.0], [3.0]])
    y = np.array([0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0])
    if fresh:
        X, y = _noisy_examples(rng, 20, 1)
    lost = {"runs:AttributeError": "a given method is missing", **_open_yet("one of the methods")}
    # What the source's own fit does: without convergence there are no final weights.
    unset = dict.fromkeys(("runs:AttributeError", "runs:TypeError", "type"), "final weights not set")
    yield _fit_case("", X, y, "fit, then get_weights and get_intercept", lost)
    yield _fit_case("max_iterations=1", X, y, "fit with one step only", unset)
    yield _fit_case("1e-8, 2", X, y, "fit with two steps only", unset)
    yield _fit_case("tolerance=3.0", X, y, "fit with a tolerance that the first step meets", unset)
    again = f"[{NEW.format('max_iterations=1')}, m.fit(X, 1 - y), m.fit(X, y), "
    again += "np.append(m.get_weights(), m.get_intercept())][-1]"
    yield Case(again, {"X": X, "y": y}, "fit", "fit twice with the same object", rtol=1e-5, atol=1e-6, faults=unset)
    yield _fit_case("", X[:6], np.array([0.0, 1.0, 0.0, 1.0, 1.0, 0.0]), "fit where both labels are as frequent")
    for n, k in [(300, 7), (2_000, 3)] if fresh else []:
        yield _fit_case("", *_noisy_examples(rng, n, k), f"fit, {n:,} rows, {k} features")


def _update_cases(X1, rng):
    n, width = X1.shape
    y = (np.arange(n) % 3 == 0).astype(float)
    w = rng.uniform(0.2, 0.8, size=width).round(2)
    truth = _Mean()
    truth.weights_array = w
    p = truth.predict_proba(X1)
    g, h = truth.compute_gradient(X1, y, p), truth.compute_hessian(X1, p)
    helped = (
        "m := type('Helped', (LogisticRegressionScratch,), {'predict_proba': lambda self, X1: p.copy(), "
        "'compute_gradient': lambda self, X1, y, p: g.copy(), 'compute_hessian': lambda self, X1, p: h.copy()})()"
    )
    start = f"[{helped}, setattr(m, 'weights_array', w.copy()), m.update_weights(X1, y), "
    inputs = {"X1": X1, "y": y, "w": w, "p": p, "g": g, "h": h}
    faults = {"runs:NotImplementedError": "update_weights not written yet"}
    about = "{} after update_weights, with right p, gradient g and Hessian h handed in"
    yield Case(f"{start} m.weights_array][-1]", inputs, "update", about.format("weights_array"), faults=faults)
    yield Case(f"{start} m.prior_w][-1]", inputs, "update", about.format("prior_w"), faults=faults)


def _pair(model, given):
    X1, y, p = (given[name] for name in ("X1", "y", "p"))
    return np.append(model.compute_gradient(X1, y, p), model.compute_hessian(X1, p))


def _check_stop_cases(rng, fresh):
    faults = {"runs:NotImplementedError": "check_stop not written yet"}

    def ask(old, new, about, args=""):
        call = f"[{NEW.format(args)}, setattr(m, 'prior_w', old.copy()), setattr(m, 'weights_array', new.copy()), "
        inputs = {"old": np.array(old, dtype=float), "new": np.array(new, dtype=float)}
        return Case(call + "m.check_stop()][-1]", inputs, "check_stop", about, faults=faults)

    yield ask([3, 4], [4, 3], "the same length, another direction: go on")
    yield ask([3, 4], [6, 8], "the same direction, twice as long: stop")
    yield ask([3, 4], [3, 4], "nothing changed: stop")
    yield ask([3, 4], [-3, -4], "the opposite direction: go on")
    yield ask([3e-10, 4e-10], [4e-10, 3e-10], "tiny weights, another direction: go on")
    yield ask([1, 0], [1, 1e-6], "directions 1e-6 apart: go on")
    yield ask([1, 0], [1, 1e-10], "directions 1e-10 apart: stop")
    yield ask([1, 0], [1, 0.1], "directions 0.1 apart, tolerance 0.5: stop", "tolerance=0.5")
    yield ask([1, 0], [0, 1], "a right angle, tolerance 0.5: go on", "0.5")
    yield ask([0, 0], [1, 2], "the old weights are all zeros: go on")
    yield ask([1, 2], [0, 0], "the new weights are all zeros: go on")
    yield ask([0, 0], [0, 0], "both are all zeros: go on")
    if fresh:
        for k in (1, 3, 8):
            w = rng.normal(size=k) + 2
            turned = w + rng.choice([-1.0, 1.0], size=k) * rng.uniform(0.1, 0.5, size=k)
            yield ask(w, 3.5 * w, f"{k} weights, 3.5 times as long: stop")
            yield ask(w, turned if k > 1 else -w, f"{k} weights, another direction: go on")
    kept = f"[{NEW.format('')}, setattr(m, 'prior_w', old.copy()), setattr(m, 'weights_array', new.copy()), "
    kept += "m.check_stop(), np.concatenate([m.prior_w, m.weights_array])][-1]"
    old, new = np.array([3.0, 4.0]), np.array([1.0, 2.0])
    yield Case(
        kept, {"old": old, "new": new}, "check_stop", "prior_w and weights_array after check_stop", faults=faults
    )


for _method in ("predict_proba", "compute_gradient", "compute_hessian", "update_weights", "check_stop"):
    LogisticScratch.tell(
        f"{_method} not written yet",
        f"The method `{_method}` still holds its placeholder line.",
        "Write the methods from the top down; this check says which of them are right already.",
    )
LogisticScratch.tell(
    "one of the methods not written yet",
    "`fit` called a method that still holds its placeholder line.",
    "Write that method first.",
)
LogisticScratch.tell(
    "a given method is missing",
    "`fit`, `get_weights` and `get_intercept` belong to the class and were given.",
    "Put the given methods back, as they were.",
)
LogisticScratch.tell(
    "ones column added again",
    "The shapes don't fit: `X1` has its column of ones already, so it has as many columns as there are weights.",
    "Multiply `X1` as it is by all of `self.weights_array`.",
)
LogisticScratch.tell(
    "(n, 1) returned",
    "A column of shape (n, 1) met a vector of shape (n,).",
    "Keep everything flat: weights (k+1,), y, p and the residuals (n,).",
)


def _mistake(name, cause=None, next_step=None, bases=(_Mean, _Sum)):
    """Decorator: a class body of overriding methods, in the mean and in the sum style (a mistake each)."""

    def add(body):
        for base in bases:
            methods = {key: value for key, value in vars(body).items() if not key.startswith("__")}
            version = type("LogisticRegressionScratch", (base,), methods | ({"__init__": body.__init__}))
            LogisticScratch.mistake(name, cause, next_step)(version)

    return add


ONE = (_Mean,)  # for mistakes outside of gradient and Hessian, where the style makes no difference


@_mistake(
    "sign of the exponent",
    "Every probability is 1 minus the right one.",
    "Large positive z must give a probability near 1: check the sign inside exp.",
    ONE,
)
class _(_Given):
    def predict_proba(self, X1):
        return expit(-(X1 @ self.weights_array))


@_mistake(
    "z returned",
    "`predict_proba` returns the linear step alone, the log-odds.",
    "Apply the inverse logit to it.",
    ONE,
)
class _(_Given):
    def predict_proba(self, X1):
        return X1 @ self.weights_array


@_mistake(
    "labels returned",
    "`predict_proba` returns 0 and 1.",
    "Leave the threshold out: the gradient needs probabilities.",
    ONE,
)
class _(_Given):
    def predict_proba(self, X1):
        return (X1 @ self.weights_array > 0).astype(float)


@_mistake("labels returned", bases=ONE)
class _(_Given):
    def predict_proba(self, X1):
        return (X1 @ self.weights_array >= 0).astype(float)


@_mistake(
    "odds returned",
    "`predict_proba` returns the odds.",
    "Odds o become a probability as o / (1 + o).",
    ONE,
)
class _(_Given):
    def predict_proba(self, X1):
        return np.exp(X1 @ self.weights_array)


@_mistake(
    "both classes returned",
    "`predict_proba` returns the probabilities of both classes, as scikit-learn's does.",
    "Return those of class 1 only, one value a row.",
    ONE,
)
class _(_Given):
    def predict_proba(self, X1):
        p = expit(X1 @ self.weights_array)
        return np.column_stack([1 - p, p])


@_mistake(
    "products not added up",
    "Each value was multiplied with its weight, and the products of a row were not added up.",
    "Use `@`, which multiplies and adds up.",
    ONE,
)
class _(_Given):
    def predict_proba(self, X1):
        return expit(X1 * self.weights_array)


@_mistake(
    "intercept dropped",
    "The last weight, which is the intercept, does not take part.",
    "`X1` has a column of ones for it: multiply all columns by all weights.",
    ONE,
)
class _(_Given):
    def predict_proba(self, X1):
        return expit(X1[:, :-1] @ self.weights_array[:-1])


@_mistake(
    "intercept doubled",
    "The intercept enters twice.",
    "The column of ones in `X1` adds it already; add nothing more.",
    ONE,
)
class _(_Given):
    def predict_proba(self, X1):
        return expit(X1 @ self.weights_array + self.weights_array[-1])


@_mistake(
    "scalar only",
    "A function that takes one number, such as those of `math`, met a whole array.",
    "Use NumPy's functions, which work on every element.",
    ONE,
)
class _(_Given):
    def predict_proba(self, X1):
        return 1 / (1 + math.exp(-(X1 @ self.weights_array)))


@_mistake("(n, 1) returned", bases=ONE)
class _(_Given):
    def predict_proba(self, X1):
        return expit(X1 @ self.weights_array.reshape(-1, 1))


@_mistake("input changed in place", bases=ONE)
class _(_Given):
    def predict_proba(self, X1):
        X1 *= self.weights_array
        return expit(X1.sum(axis=1))


@_mistake(
    "y - p",
    "The gradient has the wrong sign: it points downhill.",
    "The gradient of the log loss holds p - y; the minus of the step comes in `update_weights`.",
)
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return X1.T @ (y - p) / self.scale(X1)


@_mistake(
    "extra p(1-p)",
    "This is the gradient of the squared error: the residuals are multiplied by p (1 - p).",
    "For the log loss that factor cancels.",
)
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return X1.T @ ((p - y) * p * (1 - p)) / self.scale(X1)


@_mistake("extra p(1-p)")
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return 2 * X1.T @ ((p - y) * p * (1 - p)) / self.scale(X1)


@_mistake(
    "p not used",
    "The method computes probabilities of its own instead of using the p that it is given.",
    "Use the argument `p`.",
)
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return X1.T @ (self.predict_proba(X1) - y) / self.scale(X1)


@_mistake(
    "intercept column forgotten",
    "The entry of the intercept is missing.",
    "All columns of `X1` take part, the ones too: the gradient has shape (k+1,).",
)
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return X1[:, :-1].T @ (p - y) / self.scale(X1)


@_mistake(
    "rows not added up",
    "There is one entry for each row and weight.",
    "Add up over the rows, as a matrix product does: one number a weight.",
)
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return X1.T * (p - y) / self.scale(X1)


@_mistake("rows not added up")
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return X1 * (p - y).reshape(-1, 1) / self.scale(X1)


@_mistake(
    "residuals only",
    "These are the residuals, one a row.",
    "Multiply them by the columns of `X1` and add up: one number a weight.",
    ONE,
)
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return p - y


@_mistake(
    "hard labels in place of probabilities",
    "The probabilities were turned into 0 and 1 first.",
    "The gradient uses the probabilities as they are.",
)
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return X1.T @ ((p > 0.5) - y) / self.scale(X1)


@_mistake(
    "divides by k",
    "The sum over the rows is divided by something else than the number of rows.",
    "Divide by `len(X1)`, or leave the sum as it is, in both methods.",
    ONE,
)
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return X1.T @ (p - y) / X1.shape[1]


@_mistake("divides by k", bases=ONE)
class _(_Given):
    def compute_hessian(self, X1, p):
        return (X1.T * (p * (1 - p))) @ X1 / X1.shape[1]


class _SumGradient(_Mean):
    def compute_gradient(self, X1, y, p):
        return X1.T @ (p - y)


class _SumHessian(_Mean):
    def compute_hessian(self, X1, p):
        return (X1.T * (p * (1 - p))) @ X1


@_mistake("divides by k", bases=ONE)
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return X1.T @ (p - y) / len(X1) / 2


@_mistake("divides by k", bases=ONE)
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return X1.T @ (p - y) / (X1.shape[1] - 1)


for _fixed in (_SumGradient, _SumHessian):  # a number in place of len(X1), whatever the number
    LogisticScratch.mistake("divides by k", factor=(1e-7, 0.49))(_fixed)


@_mistake(
    "labels left out",
    "The gradient does not use y.",
    "The residuals are p - y.",
)
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return X1.T @ p / self.scale(X1)


@_mistake(
    "residuals without their sign",
    "The residuals were squared, or their absolute values taken.",
    "Use p - y as it is: the sign says in which direction to go.",
)
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return X1.T @ np.abs(p - y) / self.scale(X1)


@_mistake("residuals without their sign")
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return X1.T @ (p - y) ** 2 / self.scale(X1)


@_mistake("intercept column forgotten")
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return np.append(X1[:, :-1].T @ (p - y) / self.scale(X1), 0)


@_mistake(
    "one number for all weights",
    "The entries of all weights were added up or averaged.",
    "Add up over the rows only: each weight keeps its own entry.",
)
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return np.sum(X1.T @ (p - y)) / self.scale(X1)


@_mistake("one number for all weights")
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return np.sum(p - y) / self.scale(X1)


@_mistake("(n, 1) returned")
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return X1.T @ (p - y).reshape(-1, 1) / self.scale(X1)


@_mistake("input changed in place")
class _(_Given):
    def compute_gradient(self, X1, y, p):
        p -= y
        return X1.T @ p / self.scale(X1)


@_mistake(
    "q not per row",
    "One common p (1 - p) was used for all rows.",
    "Each row has its own weight q = p (1 - p) inside the product.",
)
class _(_Given):
    def compute_hessian(self, X1, p):
        return np.mean(p * (1 - p)) * (X1.T @ X1) / self.scale(X1)


@_mistake("q not per row")
class _(_Given):
    def compute_hessian(self, X1, p):
        return np.sum(p * (1 - p)) * (X1.T @ X1) / self.scale(X1)


@_mistake("q not per row")
class _(_Given):
    def compute_hessian(self, X1, p):
        return np.mean(p) * (1 - np.mean(p)) * (X1.T @ X1) / self.scale(X1)


@_mistake(
    "q = p only",
    "The rows are weighted by p alone.",
    "The weight of a row is q = p (1 - p).",
)
class _(_Given):
    def compute_hessian(self, X1, p):
        return (X1.T * p) @ X1 / self.scale(X1)


@_mistake("q not per row")
class _(_Given):
    def compute_hessian(self, X1, p):
        return p[0] * (1 - p[0]) * (X1.T @ X1) / self.scale(X1)


@_mistake(
    "q = 1 - p only",
    "The rows are weighted by 1 - p alone.",
    "The weight of a row is q = p (1 - p).",
)
class _(_Given):
    def compute_hessian(self, X1, p):
        return (X1.T * (1 - p)) @ X1 / self.scale(X1)


@_mistake(
    "q squared",
    "The weights p (1 - p) came in twice.",
    "Weight one of the two factors `X1`, not both.",
)
class _(_Given):
    def compute_hessian(self, X1, p):
        return (X1.T * (p * (1 - p)) ** 2) @ X1 / self.scale(X1)


@_mistake(
    "diagonal only",
    "Only the second derivative of each weight with itself is there.",
    "The Hessian holds every pair of weights.",
)
class _(_Given):
    def compute_hessian(self, X1, p):
        return np.diag((X1**2).T @ (p * (1 - p)) / self.scale(X1))


@_mistake("intercept column forgotten")
class _(_Given):
    def compute_hessian(self, X1, p):
        return (X1[:, :-1].T * (p * (1 - p))) @ X1[:, :-1] / self.scale(X1)


@_mistake(
    "the inverse returned",
    "This is the inverse of the Hessian.",
    "Return the Hessian itself; `update_weights` inverts it, or better solves.",
)
class _(_Given):
    def compute_hessian(self, X1, p):
        return np.linalg.inv((X1.T * (p * (1 - p))) @ X1 / self.scale(X1))


@_mistake(
    "q returned",
    "These are the weights p (1 - p) of the rows.",
    "Put them between the transposed `X1` and `X1`.",
    ONE,
)
class _(_Given):
    def compute_hessian(self, X1, p):
        return p * (1 - p)


@_mistake(
    "q left out",
    "The rows are not weighted: this is the product of `X1` with itself.",
    "The weight of a row is q = p (1 - p).",
)
class _(_Given):
    def compute_hessian(self, X1, p):
        return X1.T @ X1 / self.scale(X1)


@_mistake(
    "X'q shape",
    "There is one number a weight, where the Hessian has one for each pair of weights.",
    "`X1` takes part twice: once transposed on the left, once on the right.",
)
class _(_Given):
    def compute_hessian(self, X1, p):
        return X1.T @ (p * (1 - p)) / self.scale(X1)


@_mistake(
    "sign of the Hessian",
    "The Hessian is negative: it belongs to the log likelihood, not to the loss.",
    "The log loss curves upwards: no minus.",
)
class _(_Given):
    def compute_hessian(self, X1, p):
        return -(X1.T * (p * (1 - p))) @ X1 / self.scale(X1)


@_mistake("p not used")
class _(_Given):
    def compute_hessian(self, X1, p):
        p = self.predict_proba(X1)
        return (X1.T * (p * (1 - p))) @ X1 / self.scale(X1)


@_mistake(
    "rows taken as weights",
    "The product is the wrong way round and compares rows with rows.",
    "The Hessian has shape (k+1, k+1): the transposed `X1` stands on the left.",
)
class _(_Given):
    def compute_hessian(self, X1, p):
        return (X1.T * (p * (1 - p))).T @ X1.T / self.scale(X1)


@_mistake(
    "step uphill",
    "The step was added.",
    "Subtract it: the gradient points uphill.",
    ONE,
)
class _(_Given):
    def update_weights(self, X1, y):
        p = self.predict_proba(X1)
        self.prior_w = self.weights_array
        step = np.linalg.solve(self.compute_hessian(X1, p), self.compute_gradient(X1, y, p))
        self.weights_array = self.weights_array + step


@_mistake(
    "prior_w not kept",
    "`prior_w` does not hold the weights before the step.",
    "Store the old weights in `self.prior_w` before you compute new ones.",
    ONE,
)
class _(_Given):
    def update_weights(self, X1, y):
        _Mean.update_weights(self, X1, y)
        self.prior_w = None


@_mistake(
    "prior_w is the same array",
    "`prior_w` holds the new weights: it is the same array as `weights_array`, or was stored after the step.",
    "Store the old weights first, and make a new array for the new ones: `w = w - step`, not `w -= step`.",
    ONE,
)
class _(_Given):
    def update_weights(self, X1, y):
        _Mean.update_weights(self, X1, y)
        self.prior_w = self.weights_array


@_mistake(
    "multiplies by the Hessian",
    "The gradient was multiplied by the Hessian.",
    "Newton divides, in the sense of matrices: multiply by the inverse, or solve.",
    ONE,
)
class _(_Given):
    def update_weights(self, X1, y):
        p = self.predict_proba(X1)
        self.prior_w = self.weights_array
        self.weights_array = self.prior_w - self.compute_hessian(X1, p) @ self.compute_gradient(X1, y, p)


@_mistake(
    "Hessian not used",
    "This is a step of plain gradient descent.",
    "Newton's step is the inverse of the Hessian times the gradient.",
    ONE,
)
class _(_Given):
    def update_weights(self, X1, y):
        p = self.predict_proba(X1)
        self.prior_w = self.weights_array
        self.weights_array = self.prior_w - self.compute_gradient(X1, y, p)


for _rate in (0.001, 0.01, 0.1, 0.5):

    @_mistake("Hessian not used", bases=ONE)
    class _(_Given):
        def update_weights(self, X1, y, rate=_rate):
            p = self.predict_proba(X1)
            self.prior_w = self.weights_array
            self.weights_array = self.prior_w - rate * self.compute_gradient(X1, y, p)

    @_mistake(
        "a learning rate besides the Hessian",
        "The step was shortened by a learning rate, too.",
        "The inverse Hessian is the learning rate; nothing else is needed.",
        ONE,
    )
    class _(_Given):
        def update_weights(self, X1, y, rate=_rate):
            p = self.predict_proba(X1)
            self.prior_w = self.weights_array
            step = np.linalg.solve(self.compute_hessian(X1, p), self.compute_gradient(X1, y, p))
            self.weights_array = self.prior_w - rate * step


@_mistake(
    "product element by element",
    "The inverse Hessian and the gradient were multiplied element by element.",
    "Use the matrix product `@`, or `np.linalg.solve`.",
    ONE,
)
class _(_Given):
    def update_weights(self, X1, y):
        p = self.predict_proba(X1)
        self.prior_w = self.weights_array
        inverse = np.linalg.inv(self.compute_hessian(X1, p))
        self.weights_array = self.prior_w - inverse * self.compute_gradient(X1, y, p)


@_mistake(
    "diagonal of the Hessian only",
    "The gradient was divided by the diagonal of the Hessian.",
    "Use the whole matrix: `np.linalg.solve`.",
    ONE,
)
class _(_Given):
    def update_weights(self, X1, y):
        p = self.predict_proba(X1)
        self.prior_w = self.weights_array
        self.weights_array = self.prior_w - self.compute_gradient(X1, y, p) / np.diag(self.compute_hessian(X1, p))


@_mistake(
    "step for the new weights",
    "`weights_array` holds the step alone.",
    "The new weights are the old ones minus the step.",
    ONE,
)
class _(_Given):
    def update_weights(self, X1, y):
        p = self.predict_proba(X1)
        self.prior_w = self.weights_array
        self.weights_array = np.linalg.solve(self.compute_hessian(X1, p), self.compute_gradient(X1, y, p))


@_mistake(
    "reciprocal of each element",
    "Each element of the Hessian was turned into its reciprocal.",
    "Use `np.linalg.solve` or `np.linalg.inv`.",
    ONE,
)
class _(_Given):
    def update_weights(self, X1, y):
        p = self.predict_proba(X1)
        self.prior_w = self.weights_array
        self.weights_array = self.prior_w - (1 / self.compute_hessian(X1, p)) @ self.compute_gradient(X1, y, p)


@_mistake(
    "new weights not stored",
    "`weights_array` is as it was before the step.",
    "Assign the new weights to `self.weights_array`.",
    ONE,
)
class _(_Given):
    def update_weights(self, X1, y):
        self.prior_w = self.weights_array


_MIXED = (
    "mixed pair",
    "One of gradient and Hessian belongs to the mean of the rows, the other to their sum.",
    "Divide both by the number of rows, or neither.",
    ONE,
)


@_mistake(*_MIXED)
class _(_Given):
    def compute_hessian(self, X1, p):
        return _Sum.compute_hessian(_Sum(), X1, p)


@_mistake(*_MIXED)
class _(_Given):
    def compute_gradient(self, X1, y, p):
        return _Sum.compute_gradient(_Sum(), X1, y, p)


@_mistake(
    "compares norms",
    "Only the lengths of the weight vectors are compared; a change of direction goes unseen.",
    "Normalise both vectors, subtract one from the other, and take the length of the difference.",
    ONE,
)
class _(_Given):
    def check_stop(self):
        return bool(abs(np.linalg.norm(self.weights_array) - np.linalg.norm(self.prior_w)) < self.tolerance)


@_mistake(
    "unnormalised weights",
    "The weights were not divided each by its own length, so a change of length counts.",
    "Divide each vector by its own length first: only the direction counts.",
    ONE,
)
class _(_Given):
    def check_stop(self):
        return bool(np.linalg.norm(self.weights_array - self.prior_w) < self.tolerance)


@_mistake("unnormalised weights", bases=ONE)
class _(_Given):
    def check_stop(self):
        return bool(np.abs(self.weights_array - self.prior_w).sum() < self.tolerance)


def _guarded(rule):
    """check_stop by a rule for (new, old), which goes on where one of them is all zeros."""

    def check_stop(self):
        new, old = np.asarray(self.weights_array), np.asarray(self.prior_w)
        return bool(new.any() and old.any() and rule(new, old) < self.tolerance)

    return check_stop


@_mistake("compares norms", bases=ONE)
class _(_Given):
    check_stop = _guarded(lambda new, old: abs(np.linalg.norm(new) - np.linalg.norm(old)))


@_mistake("unnormalised weights", bases=ONE)
class _(_Given):
    check_stop = _guarded(lambda new, old: np.linalg.norm(new - old))


@_mistake("unnormalised weights", bases=ONE)
class _(_Given):
    check_stop = _guarded(lambda new, old: np.linalg.norm(new - old) / np.linalg.norm(old))


@_mistake("unnormalised weights", bases=ONE)
class _(_Given):
    check_stop = _guarded(lambda new, old: np.linalg.norm(new - old) / np.linalg.norm(new))


@_mistake("compares norms", bases=ONE)
class _(_Given):
    check_stop = _guarded(lambda new, old: np.linalg.norm(new) - np.linalg.norm(old))


@_mistake("compares norms", bases=ONE)
class _(_Given):
    check_stop = _guarded(lambda new, old: np.linalg.norm(old) - np.linalg.norm(new))


@_mistake(
    "only equal weights stop",
    "The rule asks whether the weights are exactly the same.",
    "Normalise both vectors and compare their distance with `self.tolerance`.",
    ONE,
)
class _(_Given):
    check_stop = _guarded(lambda new, old: 0.0 if np.array_equal(new, old) else np.inf)


@_mistake(
    "always goes on",
    "`check_stop` never says stop.",
    "Return True where the distance of the normalised vectors is below the tolerance.",
    ONE,
)
class _(_Given):
    def check_stop(self):
        return False


@_mistake(
    "always stops",
    "`check_stop` always says stop.",
    "Return False where the distance of the normalised vectors is not below the tolerance.",
    ONE,
)
class _(_Given):
    def check_stop(self):
        return True


@_mistake(
    "stop and go exchanged",
    "Stop and go on have changed places.",
    "True means stop: the distance is below the tolerance.",
    ONE,
)
class _(_Given):
    def check_stop(self):
        return not _Mean.check_stop(self)


@_mistake("stop and go exchanged", bases=ONE)
class _(_Given):
    def check_stop(self):
        new, old = self.weights_array, self.prior_w
        with np.errstate(invalid="ignore"):
            return bool(np.linalg.norm(new / np.linalg.norm(new) - old / np.linalg.norm(old)) > self.tolerance)


@_mistake(
    "tolerance ignored",
    "The tolerance that the object was made with is not used.",
    "Compare with `self.tolerance`.",
    ONE,
)
class _(_Given):
    def check_stop(self):
        model = _Mean()
        model.weights_array, model.prior_w = self.weights_array, self.prior_w
        return model.check_stop()


@_mistake("tolerance ignored", bases=ONE)
class _(_Given):
    def check_stop(self):
        model = _Mean(tolerance=1e-4)
        model.weights_array, model.prior_w = self.weights_array, self.prior_w
        return model.check_stop()


@_mistake(
    "squared distance",
    "The distance was squared, so the rule stops long before the tolerance is met.",
    "Take the square root of the sum of squares, as `np.linalg.norm` does.",
    ONE,
)
class _(_Given):
    def distance(self, new, old):
        return np.sum((new - old) ** 2)


@_mistake("squared distance", bases=ONE)
class _(_Given):
    def distance(self, new, old):
        return np.sum((new - old) ** 2) / 2


@_mistake(
    "opposite directions taken as equal",
    "Weights that turned right round count as unchanged.",
    "Subtract the normalised vectors themselves, without absolute values before.",
    ONE,
)
class _(_Given):
    def distance(self, new, old):
        return np.linalg.norm(np.abs(new) - np.abs(old))


@_mistake(
    "differences add up to zero",
    "Differences of both signs cancel in the sum.",
    "Square them before you add, and take the root: `np.linalg.norm`.",
    ONE,
)
class _(_Given):
    def distance(self, new, old):
        return np.sum(new - old)


@_mistake("differences add up to zero", bases=ONE)
class _(_Given):
    def distance(self, new, old):
        return abs(np.sum(new - old))


@_mistake(
    "zeros say stop",
    "Weights that are all zeros have no direction, yet the rule stops.",
    "Return False where one of the vectors is all zeros.",
    ONE,
)
class _(_Given):
    def check_stop(self):
        length = max(np.linalg.norm(self.weights_array), 1e-300)
        before = max(np.linalg.norm(self.prior_w), 1e-300)
        return bool(np.linalg.norm(self.weights_array / length - self.prior_w / before) < self.tolerance)


@_mistake("zeros say stop", bases=ONE)
class _(_Given):
    def check_stop(self):
        return _Mean.check_stop(self) or not (np.any(self.weights_array) and np.any(self.prior_w))


@_mistake("zeros say stop", bases=ONE)
class _(_Given):
    def check_stop(self):
        return _Mean.check_stop(self) or not np.any(self.prior_w)


@_mistake(
    "weights changed by check_stop",
    "`check_stop` normalises the object's own weights.",
    "Normalise into new variables: `w / length`, and leave `self.weights_array` and `self.prior_w` alone.",
    ONE,
)
class _(_Given):
    def check_stop(self):
        result = _Mean.check_stop(self)
        self.weights_array = self.weights_array / np.linalg.norm(self.weights_array)
        self.prior_w = self.prior_w / np.linalg.norm(self.prior_w)
        return result


@_mistake(
    "starts at zeros",
    "`fit` starts with the intercept at 0.",
    "Put the given `fit` back: it starts at the logit of the base rate.",
    ONE,
)
class _(_Given):
    def start(self, X, y):
        return np.zeros(X.shape[1] + 1)


@_mistake(
    "final weights not set",
    "When the steps run out before the rule says stop, there are no weights to read.",
    "Set the final weights after the loop, however it ended; the given `fit` does.",
    ONE,
)
class _(_Given):
    def fit(self, X, y):
        self.final = None
        X1 = np.column_stack([X, np.ones(len(X))])
        self.weights_array = self.start(X, y)
        for _ in range(self.max_iterations):
            self.update_weights(X1, y)
            if self.check_stop():
                self.final = self.weights_array
                break

    def get_weights(self):
        return self.final[:-1]

    def get_intercept(self):
        return self.final[-1]


@_mistake(
    "goes on where the last fit ended",
    "A second `fit` starts from the weights of the first.",
    "Put the given `fit` back: every call starts anew.",
    ONE,
)
class _(_Given):
    def start(self, X, y):
        return _Given.start(self, X, y) if self.weights_array is None else self.weights_array


@_mistake(
    "max_iterations ignored",
    "`fit` takes more steps than it may.",
    "Put the given `fit` back: it stops after `max_iterations` steps.",
    ONE,
)
class _(_Given):
    def __init__(self, tolerance=1e-8, max_iterations=20):
        _Given.__init__(self, tolerance, 20)


@_mistake(
    "check_stop not asked",
    "`fit` does not stop when `check_stop` says so.",
    "Put the given `fit` back.",
    ONE,
)
class _(_Given):
    def fit(self, X, y):
        X1 = np.column_stack([X, np.ones(len(X))])
        self.weights_array = self.start(X, y)
        for _ in range(self.max_iterations):
            self.update_weights(X1, y)


@_mistake("max_iterations ignored", bases=ONE)
class _(_Given):
    def __init__(self, tolerance=1e-8, max_iterations=20):
        _Given.__init__(self, tolerance, max_iterations + 1)


@_mistake("max_iterations ignored", bases=ONE)
class _(_Given):
    def __init__(self, tolerance=1e-8, max_iterations=20):
        _Given.__init__(self, tolerance, 100)


@_mistake(
    "intercept not last",
    "Weights and intercept come out in the wrong places.",
    "The intercept is the last of `weights_array`.",
    ONE,
)
class _(_Given):
    def get_weights(self):
        return self.weights_array[1:]

    def get_intercept(self):
        return self.weights_array[0]


LogisticScratch.right("gradient and Hessian of the sum")(_Sum)


@LogisticScratch.right("as the source's lab writes it, final weights always set")
class _:
    def __init__(self, tolerance=10**-8, max_iterations=20):
        self.tolerance = tolerance
        self.max_iterations = max_iterations
        self.weights_array = None
        self.prior_w = None
        self.final_weights = None
        self.final_intercept = None

    def predict_proba(self, X):
        return 1 / (1 + np.exp(-1 * X.dot(self.weights_array)))

    def compute_gradient(self, X, Y, P):
        return -1 * (Y - P).dot(X)

    def compute_hessian(self, X, P):
        Q = P * (1 - P)
        return ((X.T) * Q).dot(X)

    def update_weights(self, X, y):
        P = self.predict_proba(X)
        gradient = self.compute_gradient(X, y, P)
        hessian = self.compute_hessian(X, P)
        self.prior_w = self.weights_array
        self.weights_array = self.weights_array - np.linalg.inv(hessian).dot(gradient)

    def check_stop(self):
        w_old_norm = self.prior_w / np.linalg.norm(self.prior_w)
        w_new_norm = self.weights_array / np.linalg.norm(self.weights_array)
        diff = w_old_norm - w_new_norm
        return np.sqrt(diff.dot(diff)) < self.tolerance

    def fit(self, X, y):
        self.weights_array = np.zeros(X.shape[1] + 1)
        base_rate = y.sum() / len(y)
        self.weights_array[-1] = np.log(base_rate / (1 - base_rate))
        X_int = np.hstack((X, np.ones((X.shape[0], 1))))
        for _ in range(self.max_iterations):
            self.update_weights(X_int, y)
            if self.check_stop():
                break
        self.final_weights = self.weights_array[0:-1]
        self.final_intercept = self.weights_array[-1]

    def get_weights(self):
        return self.final_weights

    def get_intercept(self):
        return self.final_intercept


class _Loops(_Given):
    """Methods with Python loops, lists returned."""

    def _z(self, row):
        return sum(value * weight for value, weight in zip(row, self.weights_array, strict=True))

    def predict_proba(self, X1):
        return np.array([1 / (1 + math.exp(-self._z(row))) for row in X1])

    def compute_gradient(self, X1, y, p):
        result = [0.0] * X1.shape[1]
        for i, row in enumerate(X1):
            for j, value in enumerate(row):
                result[j] += (p[i] - y[i]) * value / len(X1)
        return result

    def compute_hessian(self, X1, p):
        return sum(q * np.outer(row, row) for q, row in zip(p * (1 - p), X1, strict=True)) / X1.shape[0]

    def update_weights(self, X1, y):
        p = self.predict_proba(X1)
        self.prior_w = [float(value) for value in self.weights_array]
        step = np.linalg.lstsq(self.compute_hessian(X1, p), self.compute_gradient(X1, y, p), rcond=None)[0]
        self.weights_array = np.array([a - b for a, b in zip(self.prior_w, step, strict=True)])

    def check_stop(self):
        lengths = [math.sqrt(sum(value**2 for value in w)) for w in (self.weights_array, self.prior_w)]
        if 0 in lengths:
            return False
        pairs = zip(self.weights_array, self.prior_w, strict=True)
        return math.sqrt(sum((a / lengths[0] - b / lengths[1]) ** 2 for a, b in pairs)) < self.tolerance


LogisticScratch.right("loops")(_Loops)


@LogisticScratch.right("in place, with a copy kept")
class _(_Mean):
    def update_weights(self, X1, y):
        p = self.predict_proba(X1)
        self.prior_w = self.weights_array.copy()
        self.weights_array -= np.linalg.pinv(self.compute_hessian(X1, p)) @ self.compute_gradient(X1, y, p)


@LogisticScratch.right("everything inside update_weights, sums, einsum")
class _(_Sum):
    def compute_gradient(self, features, labels, probabilities):
        return np.einsum("ij,i->j", features, probabilities - labels)

    def compute_hessian(self, features, probabilities, verbose=False):
        q = probabilities - probabilities**2
        return np.einsum("ij,i,ik->jk", features, q, features)

    def update_weights(self, X1, y):
        p = expit(X1 @ self.weights_array)
        self.prior_w = self.weights_array
        hessian = (X1 * (p * (1 - p))[:, None]).T @ X1
        self.weights_array = self.prior_w + np.linalg.inv(hessian) @ X1.T @ (y - p)


@LogisticScratch.right("diag, tuples, subclass of a subclass")
class _(type("Middle", (_Mean,), {"note": "nothing more"})):
    def __init__(self, tolerance=1e-8, max_iterations=20, verbose=False):
        super().__init__(tolerance, max_iterations)
        self.verbose = verbose
        self.history = []

    def compute_gradient(self, X1, y, p):
        return tuple((X1 * (p - y).reshape(-1, 1)).mean(axis=0))

    def compute_hessian(self, X1, p):
        return (
            pd.DataFrame(X1.T @ np.diag(p * (1 - p)) @ X1 / len(p)) if len(p) < 100 else super().compute_hessian(X1, p)
        )

    def update_weights(self, X1, y):
        super().update_weights(X1, y)
        self.history.append(self.weights_array.copy())

    def check_stop(self):
        a, b = self.weights_array, self.prior_w
        with np.errstate(all="ignore"):
            return np.sqrt(((a / np.sqrt(a @ a) - b / np.sqrt(b @ b)) ** 2).sum()) < self.tolerance


@LogisticScratch.right("largest difference of the normalised weights")
class _(_Mean):
    def distance(self, new, old):
        return np.max(np.abs(new - old))


# --- scratch_against_sklearn -------------------------------------------------------------------------------

scratch_against_sklearn = Task(
    "scratch_against_sklearn",
    points={"fitted": 1, "compared": 1},
    names=("scratch_model", "sklearn_model", "largest_difference"),
    context=("X_scaled", "labels"),
)

ITS = "np.append(scratch_model.get_weights(), scratch_model.get_intercept())"
THEIRS = "np.append(sklearn_model.coef_, sklearn_model.intercept_)"
LARGE_C = (
    "float(min(1e12 if getattr(sklearn_model, 'penalty', 0) is None else getattr(sklearn_model, 'C', 1e12), 1e12))"
)
PENALTY = (
    "'hardly any' if getattr(sklearn_model, 'penalty', 0) is None or getattr(sklearn_model, 'C', np.inf) > 1000 "
    "else 'the default' if sklearn_model.C == 1 else 'some'"
)


@scratch_against_sklearn.context_example
def _(rng):
    examples = _examples(_clean(listing_codes(load_airbnb())))
    X = examples["X"].to_numpy(dtype=float)
    return {"X_scaled": (X - X.mean(axis=0)) / X.std(axis=0, ddof=1), "labels": examples["y"].to_numpy(dtype=float)}


def _fit_both(X_scaled, labels, C=1e10, **options):
    X, y = np.asarray(X_scaled, dtype=float), np.asarray(labels, dtype=float)
    if X.ndim != 2 or len(X) != len(y) or not np.allclose(X.std(axis=0, ddof=1), 1):
        raise ValueError("they are not what the given cell makes")
    settings = {"solver": "newton-cholesky", "C": C} | options
    model = LogisticRegression(**settings).fit(X, y)
    return _Mean().fit(X, y), model


def _differences(scratch, model):
    ours = np.append(scratch.get_weights(), scratch.get_intercept())
    return ours - np.append(model.coef_, model.intercept_)


def _gap(scratch, model):
    return float(np.abs(_differences(scratch, model)).max())


def _compared(scratch, model, gap=_gap):
    return {"scratch_model": scratch, "sklearn_model": model, "largest_difference": gap(scratch, model)}


@scratch_against_sklearn.reference
def _(X_scaled, labels):
    return _compared(*_fit_both(X_scaled, labels))


@scratch_against_sklearn.cases
def _(rng, fresh):
    unfitted = {"runs:AttributeError": "not fitted", "runs:TypeError": "not fitted"}
    yield Case(ITS, part="fitted", about="the weights and the intercept of scratch_model", rtol=1e-3, atol=1e-4)
    # Solvers stop up to 0.002 from the minimum; the penalty of C=1 moves the weights by 0.01.
    yield Case(
        THEIRS,
        part="fitted",
        about="the weights and the intercept of sklearn_model",
        rtol=0,
        atol=5e-3,
        faults=unfitted,
    )
    # C=10 moves the weights less than a solver that stops early.
    yield Case(
        LARGE_C,
        part="fitted",
        about="C of sklearn_model (without a penalty: 1e12)",
        compare="at least",
        expected=1000.0,
        silent=True,
    )
    yield Case(PENALTY, part=DIAGNOSIS, about="the penalty of sklearn_model")
    yield Case(
        "float(largest_difference)",
        part="compared",
        about="largest_difference, from the eight numbers of your two models",
        between=(ITS, THEIRS),
        rtol=1e-6,
        atol=1e-12,
    )


scratch_against_sklearn.tell(
    "not fitted",
    "`sklearn_model` holds no weights: it was not fitted, or it is not the model itself.",
    "Keep the fitted LogisticRegression in `sklearn_model`.",
)


@scratch_against_sklearn.mistake("not fitted")
def _(X_scaled, labels):
    scratch, model = _fit_both(X_scaled, labels)
    return _compared(scratch, model) | {"sklearn_model": LogisticRegression(C=1e10)}


def _fitted_with(name, cause, next_step, **options):
    """A mistake in what scikit-learn's model is made with."""

    @scratch_against_sklearn.mistake(name, cause, next_step)
    def _(X_scaled, labels):
        return _compared(*_fit_both(X_scaled, labels, **options))


HIGH_C = "Set C=1e10: a high C means next to no penalty."
_fitted_with("C ignored", "`sklearn_model` is still regularised as scikit-learn does by default.", HIGH_C, C=1.0)
for _c in (10.0, 100.0):
    _fitted_with("C too small", "`sklearn_model` is still regularised, if only a little.", HIGH_C, C=_c)
_fitted_with(
    "C turned round",
    "`sklearn_model` is regularised so strongly that its weights are almost 0.",
    "C is the inverse of the penalty: it must be large here, 1e10.",
    C=1e-10,
)
_fitted_with(
    "no intercept",
    "`sklearn_model` was fitted without an intercept.",
    "Leave fit_intercept as it is by default.",
    fit_intercept=False,
)


def _difference_is(name, cause, next_step, number):
    """A mistake in largest_difference: number(the eight differences). It is known for each of the usual solvers."""
    for solver in ("lbfgs", "newton-cholesky", "newton-cg", "liblinear"):

        @scratch_against_sklearn.mistake(name, cause, next_step)
        def _(X_scaled, labels, solver=solver):
            both = _fit_both(X_scaled, labels, solver=solver)
            return _compared(*both) | {"largest_difference": float(number(_differences(*both)))}


_difference_is(
    "largest signed difference",
    "The differences have signs, so negative ones were passed over.",
    "Take absolute values before the maximum.",
    lambda d: min(d.max(), -d.min()),
)
_difference_is(
    "sign left on",
    "This is the largest difference with its minus sign.",
    "Take absolute values: the question is how far apart the two are.",
    lambda d: -np.abs(d).max(),
)
_difference_is(
    "mean for largest",
    "This is the mean of the absolute differences.",
    "Take the largest of them.",
    lambda d: np.abs(d).mean(),
)
_difference_is(
    "sum for largest",
    "This is the sum of the absolute differences.",
    "Take the largest of them.",
    lambda d: np.abs(d).sum(),
)
_difference_is(
    "length of the difference vector",
    "This is the Euclidean length of the differences.",
    "Take the largest absolute value of the eight.",
    np.linalg.norm,
)
_difference_is(
    "no difference at all",
    "largest_difference is exactly 0: a model was compared with itself, or the number was rounded away.",
    "Take the weights of one from those of the other, and leave the result unrounded.",
    lambda d: 0.0,
)


@scratch_against_sklearn.right("lbfgs")
def _(X_scaled, labels):
    return _compared(*_fit_both(X_scaled, labels, solver="lbfgs"))


@scratch_against_sklearn.right("a tight lbfgs, C infinite")
def _(X_scaled, labels):
    return _compared(*_fit_both(X_scaled, labels, solver="lbfgs", C=np.inf, tol=1e-8))


@scratch_against_sklearn.right("the sum style, newton-cg, a NumPy number")
def _(X_scaled, labels):
    _, model = _fit_both(X_scaled, labels, solver="newton-cg")
    scratch = _Sum().fit(np.asarray(X_scaled), np.asarray(labels))
    return _compared(scratch, model, lambda ours, theirs: np.float64(_gap(ours, theirs)))
