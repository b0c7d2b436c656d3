"""Module 1's tasks: the kill matrix, also on the real table, natural answers, and references checked otherwise."""

import json
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from autograder import build, judge, tasks
from workbook.data import load_churn

visible = sys.modules["workbook.check"]  # `workbook.check` is the function of the same name
FUNCTIONS = ("mean_squared_error", "zero_one_loss", "linear_step", "map_to_label", "accuracy_at")
VARIABLES = ("labeled_examples", "split", "best_threshold", "fitted_model")

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


SEEDS = [
    *((name, seed) for name in FUNCTIONS for seed in (judge.SEED, 1, 2)),
    *((name, judge.SEED) for name in VARIABLES),
]


@pytest.mark.parametrize(("name", "seed"), SEEDS)  # the seed means little to tasks that start from the same table
def test_kill_matrix(name, seed):
    kills = list(judge.matrix(tasks.find(name), seed))
    assert [kill for kill in kills if not kill.ok] == []
    assert len({kill.version for kill in kills if kill.kind == "right"}) >= 6
    assert len({kill.version for kill in kills if kill.kind == "mistake"}) >= 5


@pytest.mark.parametrize("name", VARIABLES)
def test_kill_matrix_on_the_real_table(name, real_table, monkeypatch):
    real = load_churn(real_table("Cell2Cell_data.csv"))
    task = tasks.find(name)
    for module in ("churn_model", "labels"):
        monkeypatch.setattr(f"autograder.tasks.{module}.load_churn", lambda: real)
    monkeypatch.setattr(task, "rights", [v for v in task.rights if "default" not in v.name])  # slow on 40,000 rows
    monkeypatch.setattr(task, "mistakes", task.mistakes[::3])
    assert [kill for kill in judge.matrix(task, judge.SEED) if not kill.ok] == []


# --- natural answers ---------------------------------------------------------------------------------------

CHAIN = """
feature_names = list(df.columns)[:-1]
X, y = df[feature_names], df["churn"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.33, random_state=1234)
model = LogisticRegression(solver="newton-cholesky").fit(X_train, y_train)
probabilities = model.predict_proba(X_test)
test_log_loss = metrics.log_loss(y_test, probabilities)
test_accuracy = model.score(X_test, y_test)
p, thresholds = probabilities[:, 1], np.linspace(0.01, 0.97, 33)
"""
TOOLS = {"np": np, "pd": pd, "metrics": metrics, "train_test_split": train_test_split}
TOOLS |= {"LogisticRegression": LogisticRegression, "StandardScaler": StandardScaler, "SGDClassifier": SGDClassifier}
EVALUATE = """
probabilities = model.predict_proba(X_test)
test_log_loss = metrics.log_loss(y_test, probabilities[:, 1])
test_accuracy = (model.predict(X_test) == y_test).mean()
"""


def verdict_on(task, code):
    namespace = TOOLS | {"df": load_churn()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(CHAIN, namespace)
        exec(code, namespace)
        return judge.in_namespace(tasks.find(task), namespace)


RIGHT = [
    ("labeled_examples", "X = X.to_numpy(); y = y.tolist()"),
    ("labeled_examples", "X = df[sorted(feature_names)]"),
    (
        "split",
        "X_train, X_test, y_train, y_test = train_test_split(X.to_numpy(), list(y), test_size=.33, random_state=1234)",
    ),
    ("fitted_model", "model = LogisticRegression(max_iter=5000).fit(X_train, y_train)" + EVALUATE),
    (
        "fitted_model",
        "model = LogisticRegression().fit(X_train.values, y_train.values)\nX_test = X_test.values" + EVALUATE,
    ),
    (
        "fitted_model",
        "model = LogisticRegression(penalty=None, solver='newton-cholesky').fit(X_train, y_train)" + EVALUATE,
    ),
    (
        "fitted_model",
        "s = StandardScaler().fit(X_train)\nkeep, X_test = X_test, s.transform(X_test)\n"
        "model = LogisticRegression(C=0.5).fit(s.transform(X_train), y_train)" + EVALUATE + "X_test = keep",
    ),
    ("accuracy_at", "accuracy_at = lambda p, y, t: ((np.sign(p - t) + 1) // 2 * (p > t) == y).sum() / y.shape[0]"),
    ("best_threshold", "best_threshold = 0.52"),
    ("best_threshold", "best_threshold = thresholds[16]"),
]


@pytest.mark.parametrize(("task", "code"), RIGHT)
def test_natural_right_answers_pass(task, code):
    verdict = verdict_on(task, code)
    assert verdict.passed, verdict


WRONG = [
    ("labeled_examples", "X = df.drop(columns='revenue')", 0, None),
    ("labeled_examples", "X = (X - X.mean()) / X.std()", 0, None),
    ("labeled_examples", "y = y.sample(frac=1)", 1, "shuffled labels"),
    ("labeled_examples", "y = y.map({0: 'stayed', 1: 'left'})", 1, None),
    ("split", "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=.33, random_state=42)", 0, "seed"),
    ("split", "X_train, X_test, y_train, y_test = train_test_split(X, y)", 0, "another test_size"),
    (
        "split",
        "X_train, y_train, X_test, y_test = train_test_split(X, y, test_size=.33, random_state=5)",
        0,
        "order of",
    ),
    ("split", "y_train, y_test = train_test_split(y, test_size=.33, random_state=5)", 0, "shuffled labels"),
    (
        "split",
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=.33, random_state=1234, stratify=y)",
        0,
        None,
    ),
    ("split", "X_train = X_train / X_train.max()", 0, None),
    ("fitted_model", "test_log_loss = metrics.log_loss(y_test, p > 0.5)", 3, "log loss of hard labels"),
    ("fitted_model", "test_log_loss = np.round(test_log_loss, 2)", 3, "rounded"),
    ("fitted_model", "test_log_loss = metrics.log_loss(y_test, probabilities[:, 0])", 3, "class-0 column used"),
    ("fitted_model", "probabilities = p", 2, "one column of probabilities"),
    ("fitted_model", "model = LogisticRegression().fit(X, y)" + EVALUATE, 2, "fitted on all rows"),
    (
        "fitted_model",
        "model = LogisticRegression(max_iter=300).fit(X_test, y_test)" + EVALUATE,
        2,
        "fitted on the test",
    ),
    ("fitted_model", "model = LogisticRegression(solver='sag').fit(X_train, y_train)" + EVALUATE, 1, None),
    ("fitted_model", "model = SGDClassifier(loss='log_loss').fit(X_train, y_train)" + EVALUATE, 0, None),
    ("fitted_model", "test_accuracy = 0.69", 1, "rounded"),
    ("fitted_model", "test_accuracy, test_log_loss = 0.68, 0.6", 1, None),
    ("accuracy_at", "accuracy_at = lambda p, y, t: metrics.f1_score(y, p > t)", 0, None),
    ("accuracy_at", "accuracy_at = lambda p, y, t: metrics.balanced_accuracy_score(y, p > t)", 0, None),
    ("accuracy_at", "accuracy_at = lambda p, y, t: metrics.accuracy_score(y, p >= t)", 1, ">= for >"),
    ("best_threshold", "best_threshold = 0.5", 0, "0.5 by habit"),
    ("best_threshold", "best_threshold = 0.46", 0, None),
]


@pytest.mark.parametrize(("task", "code", "score", "name"), WRONG)
def test_natural_wrong_answers_get_their_points_and_no_wrong_name(task, code, score, name):
    verdict = verdict_on(task, code)
    assert verdict.score == score and not verdict.passed
    assert (name in verdict.mistake) if name else verdict.mistake is None, verdict.mistake


def test_an_earlier_mistake_costs_once():
    code = "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=.2, random_state=1)\n"
    code += "model = LogisticRegression(solver='newton-cholesky').fit(X_train, y_train)" + EVALUATE
    code += "p = probabilities[:, 1]\nbest_threshold = max(thresholds, key=lambda t: np.mean((p > t) == y_test))"
    assert verdict_on("split", code).score == 0
    assert verdict_on("fitted_model", code).passed
    assert verdict_on("best_threshold", code).passed


# --- forgeries: points come only from values that the grader itself compared --------------------------------

FORGE = """
import sys, types
fake = types.ModuleType("workbook.evidence")
fake.which_accuracy = lambda *_: "the accuracy on the test rows"
fake.which_loss = lambda *_: "the log loss on the test rows"
fake.which_rows = lambda *_: "the training rows"
sys.modules["workbook.evidence"] = fake
"""
ONE_HOT = "probabilities = np.column_stack([1 - y_test, y_test]).astype(float)\n"
SQUEEZED = "q = 0.3 + 0.4 * np.asarray(y_test)\nprobabilities = np.column_stack([1 - q, q])\n"
CONSTANT = "probabilities = np.full((len(y_test), 2), 0.5)\n"
RANDOM = "q = np.random.default_rng(0).random(len(y_test))\nprobabilities = np.column_stack([1 - q, q])\n"
NOT_FINITE = "probabilities = probabilities + np.nan\n"
CONSISTENT = """
test_accuracy = np.mean(np.argmax(probabilities, axis=1) == y_test)
test_log_loss = -np.log(probabilities[np.arange(len(y_test)), y_test].clip(1e-15)).mean()
"""
LIAR = """
class LogisticRegression(LogisticRegression):
    def predict_proba(self, X):
        return np.column_stack([1 - y_test, y_test]).astype(float)
    def predict(self, X):
        return self.predict_proba(X)[:, 1] > 0.5
model = LogisticRegression(max_iter=1000).fit(X_train, y_train)
probabilities = model.predict_proba(X_test)
"""
BLIND = """
class Agreeable:
    def __getattr__(self, name):
        return (lambda *a, **k: True) if name in ("allclose", "isclose", "array_equal", "all") else getattr(numpy, name)
import numpy
np = Agreeable()
"""


@pytest.mark.parametrize("fake", [ONE_HOT, SQUEEZED, CONSTANT, RANDOM, LIAR], ids=lambda text: text.split(" ")[0])
def test_invented_probabilities_earn_nothing_that_a_trained_model_earns(fake):
    assert verdict_on("fitted_model", FORGE + fake + CONSISTENT).score == 1  # the model itself is there


@pytest.mark.parametrize("fake", [ONE_HOT, SQUEEZED, CONSTANT, RANDOM, NOT_FINITE])
def test_right_numbers_do_not_make_invented_probabilities_right(fake):
    verdict = verdict_on("fitted_model", FORGE + fake)
    assert verdict.score == 2 and verdict.mistake is None


@pytest.mark.parametrize("numbers", ["test_accuracy = 0.7\ntest_log_loss = 0.58", "test_accuracy = 1.0"])
def test_patched_helpers_do_not_make_invented_numbers_right(numbers):
    assert verdict_on("fitted_model", FORGE + BLIND + numbers).score == 1


def test_a_patched_helper_does_not_make_an_invented_loss_right():
    assert verdict_on("fitted_model", FORGE + BLIND + "test_log_loss = 0.1").score == 3


@pytest.mark.parametrize(
    "junk", ["None", "'a text'", "[[1], [1, 2]]", "np.zeros((0, 2))", "np.ones((3, 2, 2))", "2 * probabilities", "{}"]
)
def test_junk_for_probabilities_fails(junk):
    verdict = verdict_on("fitted_model", f"probabilities = {junk}")
    assert verdict.score == 2 and verdict.mistake is None


def test_emptied_tables_earn_nothing():
    code = "X_train = X_train * 0\nX_test = X_test * 0\nmodel = LogisticRegression().fit(X_train, y_train)" + EVALUATE
    assert verdict_on("fitted_model", code).score == 0


FOOLED = """
import numpy
class Fooled:
    def __getattr__(self, name):
        fooled = {"isclose": lambda *_, **__: numpy.array([True]), "count_nonzero": lambda *_: 406}
        return fooled.get(name, getattr(numpy, name))
np = Fooled()
"""
SAME = "class Same(float):\n    __eq__ = lambda *_: True\n    __hash__ = float.__hash__\n"


@pytest.mark.parametrize(
    "fake",
    [
        FOOLED + "best_threshold = 0.5",
        FOOLED + "best_threshold = 0.46",
        SAME + "best_threshold = Same(0.5)",
        "best_threshold = '0.52'",
        "best_threshold = [0.52]",
        "best_threshold = None",
        "best_threshold = {}",
        "thresholds = np.full(33, 0.1); best_threshold = 0.1",
        "p, y_test, best_threshold = p[:0], y_test[:0], 0.13",
        "p = p * np.nan; best_threshold = 0.13",
    ],
)
def test_invented_thresholds_fail(fake):
    assert verdict_on("best_threshold", fake).score == 0


def test_each_of_several_best_thresholds_passes_and_their_neighbours_fail():
    start = "p = np.round(np.asarray(p) * 4) / 4\n"
    code = "shares = [np.mean((p > t) == y_test) for t in thresholds]\nties = thresholds[shares == np.max(shares)]\n"
    for place in (0, -1):
        assert verdict_on("best_threshold", start + code + f"best_threshold = np.array(ties[{place}])").passed
        wrong = f"best_threshold = ties[{place}] + 0.03 * (1 if {place} else -1)"
        assert verdict_on("best_threshold", start + code + wrong).score == 0


# --- what the notebook's check says ------------------------------------------------------------------------


@pytest.fixture
def frozen(monkeypatch):
    table = json.loads(json.dumps(build.frozen_table(tasks.find("fitted_model"))))
    monkeypatch.setattr(visible, "load_table", lambda name: table)
    return table


def test_the_visible_check_knows_the_same_mistakes(frozen):
    task = tasks.find("fitted_model")
    given = task.example(None)
    assert "probabilities" not in frozen["context"]  # any solver's will do
    for version in task.rights:
        assert visible.judge(task.name, task.namespace(version.make, given)).passed, version.name
    for version in task.mistakes:
        assert visible.judge(task.name, task.namespace(version.make, given)).mistake == version.name
    assert visible.judge(task.name, given).state == "not attempted"
    assert "import" not in "".join(row["expression"] for row in frozen["probes"])


# --- references against independent implementations --------------------------------------------------------

numbers = st.floats(-1e4, 1e4)


@given(st.integers(1, 30).flatmap(lambda n: st.tuples(*[hnp.arrays(float, n, elements=numbers)] * 2)))
@settings(max_examples=60, deadline=None)
def test_mean_squared_error_against_scikit_learn(pair):
    expected = metrics.mean_squared_error(*pair)
    assert tasks.find("mean_squared_error").model(*pair) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(st.integers(1, 40), st.integers(0, 10_000), st.sampled_from([0.0, 0.1, 0.5, 0.7, 1.0]))
@settings(max_examples=80, deadline=None)
def test_labels_and_their_share_against_plain_python(n, seed, threshold):
    rng = np.random.default_rng(seed)
    p, y = rng.integers(0, 11, n) / 10, rng.integers(0, 2, n)
    labels = [1 if value > threshold else 0 for value in p]
    wrong = sum(a != b for a, b in zip(labels, y, strict=True)) / n
    assert tasks.find("map_to_label").model(p, threshold).tolist() == labels
    assert tasks.find("zero_one_loss").model(y, np.array(labels)) == pytest.approx(wrong)
    assert tasks.find("accuracy_at").model(p, y, threshold) == pytest.approx(1 - wrong)


@given(hnp.arrays(float, st.tuples(st.integers(1, 8), st.integers(1, 5)), elements=st.floats(-30, 30)), st.data())
@settings(max_examples=60, deadline=None)
def test_linear_step_against_scikit_learn(X, data):
    w = data.draw(hnp.arrays(float, X.shape[1], elements=st.floats(-3, 3)))
    model = LogisticRegression()
    model.classes_, model.coef_, model.intercept_ = np.array([0, 1]), w.reshape(1, -1), np.array([0.5])
    np.testing.assert_allclose(tasks.find("linear_step").model(X, w, 0.5), model.decision_function(X), atol=1e-9)
