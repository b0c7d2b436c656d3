"""The tasks of 3.5 to 3.7 and of module 4: kill matrix, references, marks by hand, numbers of the real tables."""

import os
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy.special import expit
from sklearn.linear_model import LinearRegression, LogisticRegression

from autograder import judge, tasks, unit
from autograder.tasks import lab, written
from workbook import ladder, plain

TASKS = [
    "train_test_lr",
    "regularization_path",
    "loss_plot",
    "accuracy_plot",
    "softmax",
    "cross_entropy",
    "ols",
    "r_squared",
    "listing_examples",
    "LogisticRegressionScratch",
    "scratch_against_sklearn",
]
SHARED = Path(os.environ.get("WORKBOOK_REAL_DATA", unit.ROOT.parent / "shared" / "data"))


@pytest.fixture
def one_table(monkeypatch):
    """Make questions and table once a matrix, where every version has the same context: no own results in it."""
    made, asked = {}, {}
    draw, make = judge.questions, judge._table

    def questions(task, seed):
        if (task.name, seed) not in asked:
            asked[task.name, seed] = draw(task, seed)
        return asked[task.name, seed]

    def table(task, seed, context):
        key = (task.name, seed)
        if set(task.names) & set(task.context):
            return make(task, seed, context)
        if key not in made:
            made[key] = tasks.make_table(task, seed, fresh=True, context=context)
        return made[key]

    monkeypatch.setattr(judge, "_table", table)
    monkeypatch.setattr(judge, "questions", questions)


@pytest.mark.parametrize("seed", [judge.SEED, 1, 2])
@pytest.mark.parametrize("name", TASKS)
def test_kill_matrix(name, seed, one_table):
    wrong = [kill for kill in judge.matrix(tasks.find(name), seed) if not kill.ok]
    assert wrong == []


def judge_class(code):
    """The verdict on a class written as a text."""
    space = {"np": np}
    exec(code, space)
    return judge.in_namespace(tasks.find("LogisticRegressionScratch"), space)


def class_of_notebook():
    book = unit.place_of("LogisticRegressionScratch")
    return next(cell for cell in book.cells if cell.role == "answer" and cell.name == "LogisticRegressionScratch")


def test_the_notebooks_class_passes_and_its_stub_is_not_attempted():
    cell = class_of_notebook()
    assert judge_class(cell.source).passed
    blank = judge_class(cell.released)
    assert (blank.state, blank.score) == ("not attempted", 0)


def test_first_method_written_earns_its_points_and_the_next_is_named():
    source, released = class_of_notebook().source, class_of_notebook().released
    method = source[source.index("    def predict_proba") : source.index("    def compute_gradient")]
    stub = released[released.index("    def predict_proba") : released.index("    def compute_gradient")]
    verdict = judge_class(released.replace(stub, method))
    assert (verdict.score, verdict.mistake) == (2, "compute_gradient not written yet")


def test_a_mixed_pair_does_not_pass():
    verdict = judge_class(class_of_notebook().source.replace("(X1.T * q) @ X1 / len(p)", "(X1.T * q) @ X1"))
    assert (verdict.score, verdict.mistake) == (9, "mixed pair")


@pytest.mark.parametrize(
    ("old", "new", "stop"), [([3, 4], [4, 3], False), ([3, 4], [6, 8], True), ([0, 0], [1, 1], False)]
)
def test_reference_stops_as_the_contract_says(old, new, stop):
    model = lab._Mean()
    model.prior_w, model.weights_array = np.array(old, dtype=float), np.array(new, dtype=float)
    assert model.check_stop() is stop


def test_listing_codes_keep_the_table():
    from workbook.data import load_airbnb

    raw = load_airbnb()
    read = lab._raw(lab.listing_codes(raw))
    assert read["host_response_rate"].tolist() == raw["host_response_rate"].tolist()
    np.testing.assert_array_equal(read["review_scores_rating"], raw["review_scores_rating"])


# --- forgeries: points come only from values that the grader itself compared --------------------------------

BLIND = """
import numpy
class Agreeable:
    linalg = numpy.linalg
    def __getattr__(self, name):
        return (lambda *a, **k: True) if name in ("allclose", "isclose", "array_equal", "all") else getattr(numpy, name)
np = Agreeable()
"""
PEEP = """
        import sys
        inputs = sys._getframe(1).f_globals
        shapes = {name: numpy.shape(value) for name, value in inputs.items() if name not in ("X1", "y", "w")}
        return next((inputs[name] for name, shape in shapes.items() if shape == (WIDTH,)), numpy.zeros(WIDTH))
"""
GRADIENT, HESSIAN = "        return X1.T @ (p - y) / len(y)\n", "(X1.T * q) @ X1 / len(p)"


def judge_forged_class(old, new, before=BLIND):
    source = class_of_notebook().source
    assert old in source
    return judge_class(before + source.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "score"),
    [
        (GRADIENT, "        return np.zeros(X1.shape[1])\n", 7),
        (GRADIENT, "        return len(y) * np.ones(X1.shape[1])\n", 7),
        (GRADIENT, PEEP.replace("WIDTH", "X1.shape[1]"), 7),
        (HESSIAN, "np.eye(X1.shape[1])", 7),
        (HESSIAN, "len(p) * np.eye(X1.shape[1])", 7),
        (HESSIAN, "(X1.T * q) @ X1", 9),
        (GRADIENT, GRADIENT.replace(" / len(y)", ""), 9),
        (GRADIENT, GRADIENT.replace("len(y)", "(1 if len(y) == 6 else len(y))"), 9),
    ],
)
def test_no_helper_of_the_students_makes_a_wrong_class_right(old, new, score):
    assert judge_forged_class(old, new).score == score


def test_a_pair_of_sums_passes_and_a_mixed_pair_does_not_even_if_update_goes_around_it():
    around = "step = np.linalg.solve(self.compute_hessian(X1, p), self.compute_gradient(X1, y, p))"
    own = "step = np.linalg.solve((X1.T * (p * (1 - p))) @ X1, X1.T @ (p - y))"
    source = class_of_notebook().source.replace(around, own)
    mixed = source.replace(HESSIAN, "(X1.T * q) @ X1")
    assert judge_class(source).passed
    assert (judge_class(mixed).score, judge_class(mixed).mistake) == (9, "mixed pair")
    assert judge_class(mixed.replace("(p - y) / len(y)", "(p - y)")).passed


def test_no_question_carries_its_answer(monkeypatch):
    for name in TASKS[-3:]:
        monkeypatch.setattr(tasks.find(name), "mistakes", [])
    for seed in (judge.SEED, 1):
        for row in tasks.make_table(lab.LogisticScratch, seed)["probes"]:
            if row["part"] in ("predict_proba", "gradient", "hessian", "fit"):
                right = [plain.numbers(value) for value in (row["expected"], *row.get("also", ()))]
                for given in row["inputs"].values():
                    given = plain.numbers(given)
                    assert not any(given.shape == one.shape and np.allclose(given, one) for one in right), row
    for row in tasks.make_table(lab.scratch_against_sklearn, 1)["probes"]:
        assert row["inputs"] == {}
    for name in TASKS[-3:]:
        asked = [
            row["expression"] for row in tasks.make_table(tasks.find(name), 1)["probes"] if row["part"] != "diagnosis"
        ]
        assert not any(
            word in question for question in asked for word in ("allclose", "==", "bool(", "array_equal", "<")
        )


COMPARED = """
import numpy as np
ours = np.append(scratch_model.get_weights(), scratch_model.get_intercept())
theirs = np.append(sklearn_model.coef_, sklearn_model.intercept_)
largest_difference = np.abs(ours - theirs).max()
"""
FAKE = """
class Fake:
    def __init__(self, weights):
        self.coef_, self.intercept_, self.C = weights[:-1].reshape(1, -1), weights[-1:], 1e10
        self.get_weights, self.get_intercept = lambda: weights[:-1], lambda: weights[-1]
    def get_params(self, deep=True):
        return {"penalty": None, "C": 1e10}
"""
PENALISED = "sklearn_model = LogisticRegression(C=1).fit(X_scaled, labels)\nsklearn_model.C = 1e10\n"


def compare(code):
    """The verdict on scratch_against_sklearn after right models and `code`."""
    task = lab.scratch_against_sklearn
    space = task.namespace(task.model, task.example(None)) | {"np": np, "LogisticRegression": LogisticRegression}
    space |= {"LogisticRegressionScratch": lab._Mean}
    exec(code, space)
    return judge.in_namespace(task, space)


@pytest.mark.parametrize(
    "code",
    [
        PENALISED + COMPARED,
        FAKE + "scratch_model = sklearn_model = Fake(np.zeros(8))" + COMPARED,
        FAKE + "sklearn_model = Fake(np.append(scratch_model.get_weights(), 0.0))" + COMPARED,
        FAKE + PENALISED + "scratch_model = Fake(np.append(sklearn_model.coef_, sklearn_model.intercept_))" + COMPARED,
        "X_scaled = X_scaled * 1e9\n" + FAKE + "scratch_model = sklearn_model = Fake(np.zeros(8))" + COMPARED,
        "labels = labels[:9]",
    ],
)
def test_invented_models_earn_nothing_however_consistent(code):
    assert compare(code).score == 0
    assert compare(code + BLIND).score == 0


@pytest.mark.parametrize(
    "number", ["0.0", "0.009", "1e-4", "-largest_difference", "1.001 * largest_difference", "np.nan"]
)
def test_an_invented_difference_earns_nothing(number):
    assert compare(f"{COMPARED}largest_difference = {number}").score == 1
    assert compare(f"{COMPARED}largest_difference = {number}{BLIND}").score == 1


@pytest.mark.parametrize(
    "settings", ["", ", tol=1e-6", ", solver='liblinear'", ", solver='saga', max_iter=1000", ", solver='sag'"]
)
def test_any_solvers_own_difference_passes(settings):
    model = f"sklearn_model = LogisticRegression(C=1e10{settings}).fit(X_scaled, labels)"
    assert compare(model + COMPARED).passed
    assert compare(model + COMPARED + "largest_difference = np.array([largest_difference])[0]").passed


@pytest.mark.parametrize(
    "weights", ["[]", "[[1.0], [2.0]]", "None", "['a'] * 8", "np.full(8, np.inf)", "np.zeros((0, 8))"]
)
def test_junk_for_weights_fails(weights):
    code = f"scratch_model.get_weights = lambda: {weights}\nlargest_difference = 0.0"
    assert compare(code).score == 0
    assert compare(code.replace("scratch_model.get_weights = lambda:", "sklearn_model.coef_ =")).score == 0


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("(ours - theirs).max()", "largest signed difference"),
        ("max(theirs - ours)", None),
        ("abs(ours - theirs).mean()", "mean for largest"),
        ("sum(abs(ours - theirs))", "sum for largest"),
        ("np.sqrt(((ours - theirs) ** 2).sum())", "length of the difference vector"),
        ("np.abs(ours - ours).max()", "no difference at all"),
        ("round(largest_difference, 2)", "no difference at all"),
        ("round(largest_difference, 5)", "rounded"),
    ],
)
def test_what_was_compared_otherwise_is_named(line, named):
    model = "sklearn_model = LogisticRegression(C=1e10).fit(X_scaled, labels)"
    verdict = compare(f"{model}{COMPARED}largest_difference = {line}")
    assert (verdict.passed, verdict.mistake) == (named is None, named)


def test_a_solver_stopped_far_too_early_is_not_called_penalised():
    for tol in (3e-3, 1e-2, 3e-2, 0.1):
        verdict = compare(f"sklearn_model = LogisticRegression(C=1e10, tol={tol}).fit(X_scaled, labels)" + COMPARED)
        assert verdict.mistake is None


@pytest.mark.parametrize(
    ("code", "score"),
    [
        ("X = X.rename(columns={'review_scores_value': 'price'})", 0),
        ("X = X.assign(stars=5)\nsorted = lambda *_: feature_names", 0),
        ("X = X.iloc[:, 1:].assign(none=0.0)\nsorted = lambda *_: feature_names", 0),
        ("X = X.iloc[:, :6].assign(none=0.0)\nsorted = lambda *_: feature_names", 0),
        ("y = 1 - y", 1),
        ("X = X * 0 + X.mean()", 1),
    ],
)
def test_no_helper_makes_wrong_examples_right(code, score):
    task = lab.listing_examples
    space = task.namespace(task.model, task.example(None)) | {"feature_names": sorted(lab.AIRBNB_FEATURES)}
    exec(code + BLIND, space)
    assert judge.in_namespace(task, space).score == score


# --- references against independent implementations --------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(30, 80))
def test_scratch_equals_a_general_minimiser(seed, k, n):
    X, y = lab._noisy_examples(np.random.default_rng(seed), n, k)

    def loss(w):
        z = X @ w[:-1] + w[-1]
        return np.mean(np.logaddexp(0, z) - y * z)

    found = optimize.minimize(loss, np.zeros(k + 1), method="BFGS", options={"gtol": 1e-9}).x
    if np.abs(found).max() < 20:  # else the classes can be parted, and there is no minimum
        np.testing.assert_allclose(lab._Mean().fit(X, y).weights_array, found, rtol=1e-3, atol=1e-4)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 30), st.integers(1, 5), st.booleans())
def test_ols_predicts_as_scikit_learn(seed, n, k, doubled):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(n, k)), rng.normal(size=n)
    X = np.column_stack([X, X[:, 0]]) if doubled else X
    w, alpha = tasks.find("ols").model(X, y)
    np.testing.assert_allclose(X @ w + alpha, LinearRegression().fit(X, y).predict(X), atol=1e-7)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6), st.floats(-500, 500))
def test_softmax_and_cross_entropy_reduce_to_the_binary_case(seed, n, shift):
    rng = np.random.default_rng(seed)
    z, y = rng.normal(size=n) * 5, rng.integers(0, 2, size=n)
    P = tasks.find("softmax").model(np.column_stack([np.zeros(n), z]) + shift)
    np.testing.assert_allclose(P[:, 1], expit(z), rtol=1e-6)
    binary = -np.mean(y * np.log(P[:, 1]) + (1 - y) * np.log(P[:, 0]))
    assert tasks.find("cross_entropy").model(y, P) == pytest.approx(binary)


def test_train_test_lr_has_no_row_between_the_solvers():
    """Fresh cases keep their distance from probability 0.5, so that no right solver loses on a coin toss."""
    for seed in range(5):
        for case in tasks.draw_cases(tasks.find("train_test_lr"), seed, fresh=True):
            inputs = {name: np.asarray(value) for name, value in case.inputs.items()}
            results = []
            for solver in ("lbfgs", "newton-cholesky"):
                model = LogisticRegression(C=float(inputs.get("C", 1)), solver=solver)
                results.append(model.fit(inputs["X_train"], inputs["y_train"]).predict(inputs["X_test"]))
            np.testing.assert_array_equal(*results)


def test_unseeded_solver_passes():
    def train_test_lr(X_train, y_train, X_test, y_test, C=1):
        from sklearn.metrics import log_loss

        model = LogisticRegression(C=C, solver="sag", max_iter=10_000).fit(X_train, y_train)
        return log_loss(y_test, model.predict_proba(X_test)), model.score(X_test, y_test)

    assert judge.in_namespace(tasks.find("train_test_lr"), {"train_test_lr": train_test_lr}).passed


# --- marked by hand ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", written.POINTS)
def test_rubric_adds_up(name):
    task = tasks.find(name)
    assert sum(points for points, _ in written.criteria(task.rubric)) == task.max_score
    assert "Placeholder left in" in task.rubric


def test_points_by_hand():
    by_hand = {name: task.max_score for name, task in tasks.all_tasks().items() if "manual" in task.points}
    assert sum(points for name, points in by_hand.items() if name.startswith("written")) == 30
    assert by_hand["loss_analysis"] + by_hand["accuracy_analysis"] == 4
    assert by_hand["lab_discussion"] == 6


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("The best C is -2 because the loss is lowest there.", True),
        ("At `C` = -1 the loss is lowest.", True),
        ("The best value is log10 C = -2, so C = 0.01.", False),
        ("log10 of C is -3 at the bend.", False),
        ("I find C = 10**-2 and C = 1e-2 equally good.", False),
        ("$\\log_{10}(C) = -2$", False),
    ],
)
def test_log_reported_as_c(text, named):
    assert ("log10 C reported as C" in written.flags(text)) is named


def test_placeholder_left_in():
    assert set(written.flags("*Write your answer here.*")) == {"placeholder left in", "no answer"}


def test_rubrics_stay_out_of_the_release():
    for book in unit.notebooks():
        text = "\n".join(cell.released for cell in book.cells)
        assert "docs/rubrics" not in text and "Rubric" not in text


# --- the notebooks on the real tables ----------------------------------------------------------------------


def run_code(name, **replacements):
    """The variables after running all code cells of a notebook but its checks and figures; texts replaced."""
    book = next(book for book in unit.notebooks() if book.name == name)
    space = {"__name__": "notebook"}
    for cell in book.cells:
        if cell.kind == "code" and cell.role != "check" and "plots." not in cell.source.replace("import plots", ""):
            source = cell.source
            for old, new in replacements.items():
                source = source.replace(f"{old} = None", f"{old} = {new!r}").replace(
                    f'{old} = "auto"', f"{old} = {new!r}"
                )
            exec(compile(source, cell.id, "exec"), space)
    return space


@pytest.mark.skipif(not (SHARED / "WHR2018Chapter2OnlineData.csv").is_file(), reason="no real table here")
def test_happiness_on_the_real_table(capsys):
    space = run_code("4.2_demo_world_happiness", source=str(SHARED / "WHR2018Chapter2OnlineData.csv"))
    assert len(space["complete"]) == 380
    assert space["simple"].coef_[0] == pytest.approx(0.7743413443)
    assert space["simple"].intercept_ == pytest.approx(-1.7506833276)
    weights = [0.2950899283, 2.8464996162, 0.0321549441, 1.5133471842, 0.2902663701, -0.5175437221]
    np.testing.assert_allclose(space["multiple"].coef_, weights, rtol=1e-8)
    assert space["multiple"].intercept_ == pytest.approx(-2.4249460743)
    assert (space["simple_rmse"], space["multiple_rmse"]) == pytest.approx((0.72865, 0.62158), abs=1e-5)
    assert "R2 0.5575" in (said := capsys.readouterr().out) and "R2 0.6780" in said


@pytest.mark.skipif(not (SHARED / "airbnb_superhost_minimal.csv").is_file(), reason="no real table here")
def test_lab_on_the_real_table():
    space = run_code("4.3_lab_airbnb", table=str(SHARED / "airbnb_superhost_minimal.csv"))
    weights = [0.9664, 0.4455, 0.3154, 0.2926, 0.1875, 0.2028, 0.3071]
    assert len(space["df"]) == 5648
    np.testing.assert_allclose(space["scratch_model"].get_weights(), weights, atol=5e-5)
    assert space["scratch_model"].get_intercept() == pytest.approx(-0.8141, abs=5e-5)
    assert space["scratch_model"].n_iterations in (7, 8)
    for name in ("listing_examples", "scratch_against_sklearn"):
        assert judge.in_namespace(tasks.find(name), space).passed


def test_sweep_is_quiet_and_right():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        import matplotlib

        matplotlib.use("agg")
        space = run_code("3.5_assignment_optimizing_logistic_regression")
    for name in ("train_test_lr", "regularization_path", "loss_plot", "accuracy_plot"):
        assert judge.in_namespace(tasks.find(name), space).passed


def test_points_of_a_wrong_method_stop_there_at_worst():
    """The parts of the class are in the order of its methods; each is stated in the notebook."""
    assert list(lab.LogisticScratch.points.values()) == [2, 2, 2, 1, 2, 1]
    assert ladder.DIAGNOSIS not in lab.LogisticScratch.points
