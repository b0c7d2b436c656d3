"""An invented class for the demo and the tests: right answers in many styles, known mistakes, and broken files.

Each Student says what he or she writes, what happens to the file, and what should come out.
"""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from autograder import build, tasks, unit

ASSIGNMENT = "2_inverse_logit_and_log_loss"
NOTEBOOK = "2.3_assignment_predict_and_evaluate"


@dataclass(frozen=True)
class Student:
    """What one student hands in for one assignment.

    answers: {task: code or text}. lost: {task: score} where it is not full. mistakes: {task: name}. damage changes the
    notebook (a dictionary) or, when it returns bytes, the file. honest: stock nbgrader can grade it and must come to
    the same scores.
    """

    name: str
    answers: dict
    lost: dict = field(default_factory=dict)
    mistakes: dict = field(default_factory=dict)
    damage: Callable | None = None
    file_name: str = f"{NOTEBOOK}.ipynb"
    honest: bool = True
    assignment: str = ASSIGNMENT

    @property
    def scores(self):
        """The points that every automatic task of the assignment should get."""
        return full_scores(self.assignment) | self.lost


def full_scores(assignment):
    """{task: points} of the tasks of an assignment that are graded automatically."""
    names = [name for book in unit.assignments()[assignment] for name in book.tasks()]
    return {name: tasks.find(name).max_score for name in names if tasks.find(name).graded}


def model_answer(task, old="", new=""):
    """The model answer to `task`, with one piece of it exchanged."""
    cell = unit.place_of(task).find(task)
    if old not in cell.source:
        raise ValueError(f"{old!r} is not in the model answer to {task}")
    code = cell.source.replace(old, new) if old else cell.source
    return re.sub(r"^[ \t]*### (BEGIN|END) SOLUTION\n?", "", code, flags=re.M)


# --- right answers -----------------------------------------------------------------------------------------

NUMPY = {
    "centered": "X_means = np.mean(X, axis=0)\nX_centered = X - X_means.reshape(1, -1)",
    "covariance": """
def covariance(X):
    D = X - X.mean(0)
    return np.dot(D.T, D) / (X.shape[0] - 1)
""",
    "covariance_inverse": "C_inv = np.linalg.inv(C)\nC_identity = np.matmul(C, C_inv)",
    "inverse_logit": """
def inverse_logit(X, w, alpha):
    z = np.clip(np.dot(X, np.array(w).flatten()) + alpha, -700, 700)
    return 1 / (1 + np.exp(-z))
""",
    "log_loss": """
def log_loss(y, p):
    eps = 1e-12
    q = np.minimum(np.maximum(p, eps), 1 - eps)
    losses = -y * np.log(q) - (1 - y) * np.log(1 - q)
    return losses.sum() / len(losses)
""",
}
LOOPS = {
    "centered": """
X_means = []
for j in range(X.shape[1]):
    X_means.append(sum(X[:, j]) / X.shape[0])
X_centered = np.array([[value - m for value, m in zip(row, X_means)] for row in X])
""",
    "covariance": """
def covariance(X):
    n, k = X.shape
    means = [sum(X[:, j]) / n for j in range(k)]
    C = np.zeros((k, k))
    for a in range(k):
        for b in range(k):
            C[a, b] = sum((X[i, a] - means[a]) * (X[i, b] - means[b]) for i in range(n)) / (n - 1)
    return C
""",
    "covariance_inverse": "C_inv = np.linalg.solve(C, np.identity(11))\nC_identity = C_inv @ C",
    "inverse_logit": """
import math

def sigmoid(z):
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    return math.exp(z) / (1 + math.exp(z))

def inverse_logit(X, w, alpha):
    flat = [float(np.ravel(v)[0]) for v in w]
    answer = []
    for row in X:
        z = alpha
        for a, b in zip(row, flat):
            z = z + a * b
        answer.append(sigmoid(z))
    return answer
""",
    "log_loss": """
from math import log

def log_loss(y, p):
    total = 0
    for label, prob in zip(y, p):
        prob = max(1e-15, min(prob, 1 - 1e-15))
        if label == 1:
            total -= log(prob)
        else:
            total -= log(1 - prob)
    return total / len(y)
""",
}
LIBRARIES = {
    "centered": "import pandas as pd\nX_means = pd.DataFrame(X).mean()\nX_centered = pd.DataFrame(X) - X_means",
    "covariance": "def covariance(X):\n    return np.cov(X, rowvar=False)",
    "covariance_inverse": "C_inv = np.linalg.inv(C)\nC_identity = (C @ C_inv).round(10)",
    "inverse_logit": """
from scipy.special import expit
def inverse_logit(X, w, alpha):
    return expit(np.einsum('ij,j->i', X, np.ravel(w)) + alpha)
""",
    "log_loss": "def log_loss(y, p):\n    return metrics.log_loss(y, p)",
}
SERIES = NUMPY | {
    "inverse_logit": """
import pandas as pd
def inverse_logit(features, weights, intercept):
    print("predicting", len(features), "rows")
    z = pd.DataFrame(features).dot(np.ravel(weights)) + intercept
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))
""",
}

# --- known mistakes ----------------------------------------------------------------------------------------

SIGMOIDS = {
    "sign of the exponent": "def inverse_logit(X, w, alpha):\n    return 1 / (1 + np.exp(X @ np.ravel(w) + alpha))",
    "scalar only": "import math\ndef inverse_logit(X, w, alpha):\n    return 1 / (1 + math.exp(-(X @ w + alpha)))",
    "overflow": "def inverse_logit(X, w, alpha):\n    z = X @ np.ravel(w) + alpha\n    return 1 / (1 + np.exp(-z))",
    "input changed in place": """
def inverse_logit(X, w, alpha):
    for j, weight in enumerate(np.ravel(w)):
        X[:, j] = X[:, j] * weight
    z = X.sum(axis=1) + alpha
    return np.exp(-np.logaddexp(0, -z))
""",
    "intercept dropped": "def inverse_logit(X, w, alpha):\n    return 1 / (1 + np.exp(-(X @ np.ravel(w))))",
    "W transposed into (n, n)": """
def inverse_logit(X, w, alpha):
    W = np.reshape(w, (1, -1))
    z = X @ W.T + np.zeros(len(X))
    return 1 / (1 + np.exp(-(z + alpha)))
""",
    "(n, 1) returned": """
def inverse_logit(X, w, alpha):
    W = np.array(w).reshape(-1, 1)
    return 1 / (1 + np.exp(-(X @ W + alpha)))
""",
}
LOSSES = {
    "sum for mean": "return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))",
    "sign": "return np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))",
    "squared error": "return np.mean((y - p) ** 2)",
    "(1-y) term missing": "return -np.mean(y * np.log(p))",
    "log2/log10": "return -np.mean(y * np.log10(p) + (1 - y) * np.log10(1 - p))",
    "log(0) to inf or nan": "return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))",
    "over-clipping": "q = np.clip(p, 1e-3, 1 - 1e-3)\n    return -np.mean(y * np.log(q) + (1 - y) * np.log(1 - q))",
    "hard labels in place of probabilities": (
        "q = np.clip((p > 0.5) * 1.0, 1e-15, 1 - 1e-15)\n    return -np.mean(y * np.log(q) + (1 - y) * np.log(1 - q))"
    ),
    "arguments swapped": (
        "t = 1e-15\n    return -np.mean(p * np.log(np.maximum(y, t)) + (1 - p) * np.log(np.maximum(1 - y, t)))"
    ),
    "divides by k": "return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)) / X.shape[1]",
}
COVARIANCES = {
    "n for n - 1": "def covariance(X):\n    D = X - X.mean(axis=0)\n    return D.T @ D / len(X)",
    "not centered": "def covariance(X):\n    return X.T @ X / (len(X) - 1)",
}
PARTIAL = {"overflow": 2, "log(0) to inf or nan": 2, "over-clipping": 2}


def _mistaken(name, sigmoid, loss, covariance=None):
    answers = NUMPY | {
        "inverse_logit": SIGMOIDS[sigmoid] if sigmoid else NUMPY["inverse_logit"],
        "log_loss": f"def log_loss(y, p):\n    {LOSSES[loss]}" if loss else NUMPY["log_loss"],
        "covariance": COVARIANCES[covariance] if covariance else NUMPY["covariance"],
    }
    found = {"inverse_logit": sigmoid, "log_loss": loss, "covariance": covariance}
    mistakes = {task: mistake for task, mistake in found.items() if mistake}
    return Student(name, answers, {task: PARTIAL.get(m, 0) for task, m in mistakes.items()}, mistakes)


# --- damage ------------------------------------------------------------------------------------------------


def _cell(book, grade_id):
    return next(c for c in book["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def _copied(book):
    cell = _cell(book, "log_loss")
    book["cells"].append(json.loads(json.dumps(cell)))


def _split(book):
    cell = _cell(book, "inverse_logit")
    place = book["cells"].index(cell)
    source = cell["source"]
    half = source.index("def inverse_logit")
    second = json.loads(json.dumps(cell))
    cell["source"], second["source"] = source[:half], source[half:]
    book["cells"].insert(place + 1, second)


def _deleted(book):
    book["cells"].remove(_cell(book, "test_log_loss"))
    book["cells"].remove(_cell(book, "load_customers"))


def _reordered(book):
    book["cells"].sort(key=lambda cell: cell["cell_type"])


def _retyped(book):
    for grade_id in ("log_loss", "test_covariance"):
        cell = _cell(book, grade_id)
        cell["cell_type"] = "markdown"
        cell.pop("outputs"), cell.pop("execution_count")


def _renamed(book):
    for number, cell in enumerate(book["cells"]):
        cell["id"] = f"colab-{number}"
        cell["metadata"] = {}


def _relabelled(book):
    for grade_id in ("log_loss", "test_inverse_logit"):
        _cell(book, grade_id)["metadata"]["nbgrader"]["grade_id"] = f"{grade_id}_copy"


def _changed_check(book):
    _cell(book, "test_log_loss")["source"] = "3.0"


def _cut_off(book):
    text = json.dumps(book, indent=1)
    return text[: text.index("## 3 The log loss")].encode()


def _utf16(book):
    return json.dumps(book, ensure_ascii=False).encode("utf-16")


def _latin1(book):
    _cell(book, "log_loss")["source"] += "\n# bien vérifié"
    return json.dumps(book, ensure_ascii=False, indent=1).encode("latin-1", "replace")


def _empty(_):
    return b""


def _not_a_notebook(_):
    return b"<html><body>Log in to download this file</body></html>"


# --- the class ---------------------------------------------------------------------------------------------

NOTHING = dict.fromkeys(NUMPY, 0)
HALF = {task: NUMPY[task] for task in ("centered", "covariance", "covariance_inverse")}

STUDENTS = [
    Student("abel_numpy", NUMPY),
    Student("bea_loops", LOOPS),
    Student("chidi_libraries", LIBRARIES),
    Student("dana_series", SERIES),
    _mistaken("emre", "sign of the exponent", "sum for mean", "n for n - 1"),
    _mistaken("fatou", "scalar only", "sign", "not centered"),
    _mistaken("gus", "overflow", "squared error"),
    _mistaken("hana", "input changed in place", "(1-y) term missing"),
    _mistaken("ivo", "intercept dropped", "log2/log10"),
    _mistaken("jun", "W transposed into (n, n)", "log(0) to inf or nan"),
    _mistaken("kaja", "(n, 1) returned", "over-clipping"),
    _mistaken("luis", "overflow", "hard labels in place of probabilities"),
    _mistaken("mei", None, "arguments swapped"),
    _mistaken("nils", "overflow", "sum for mean"),
    _mistaken("oya", "sign of the exponent", "divides by k"),
    Student("pia_blank", {}, NOTHING),
    Student("quinn_half", HALF, {"inverse_logit": 0, "log_loss": 0}),
    Student(
        "rosa_syntax_error",
        NUMPY | {"log_loss": "def log_loss(y, p)\n    return 0"},
        {"log_loss": 0},
    ),
    Student("sami_copied_cell", NUMPY, damage=_copied, honest=False),
    Student("tom_split_cell", LIBRARIES, damage=_split, honest=False),
    Student("uma_deleted_cells", NUMPY, damage=_deleted, honest=False),
    Student("vera_reordered", NUMPY, damage=_reordered, honest=False),
    Student("wim_retyped", LOOPS, damage=_retyped, honest=False),
    Student("xenia_ids_lost", LIBRARIES, damage=_renamed, honest=False),
    Student("yan_ids_renamed", NUMPY, damage=_relabelled, honest=False),
    Student("zoe_changed_check", NUMPY | {"log_loss": ""}, {"log_loss": 0}, damage=_changed_check, honest=False),
    Student("adil_cut_off", NUMPY, {"log_loss": 0}, damage=_cut_off, honest=False),
    Student("bo_utf16", NUMPY, damage=_utf16, honest=False),
    Student("cleo_latin1", NUMPY, damage=_latin1, honest=False),
    Student("dora_empty_file", {}, NOTHING, damage=_empty, honest=False),
    Student("egon_wrong_file", {}, NOTHING, damage=_not_a_notebook, honest=False),
    Student("finn_other_name", LOOPS, file_name="2.3 assignment (1) final.ipynb", honest=False),
    Student(
        "greta_endless_loop",
        NUMPY | {"log_loss": "def log_loss(y, p):\n    while True:\n        pass"},
        {"log_loss": 0},
        honest=False,
    ),
    Student(
        "hugo_kills_kernel",
        NUMPY | {"inverse_logit": "import os\nos._exit(0)"},
        {"inverse_logit": 0},
        honest=False,
    ),
]


# --- the other modules -------------------------------------------------------------------------------------

WRITTEN = (
    "In my own words: the weights say how a feature moves the odds, and the loss says how wrong the probabilities are."
)
ALTERED = {
    "1_introduction": {
        "bea_loops": [("split", "test_size=0.33", "test_size=0.25", "another test_size", 0)],
        "emre": [("accuracy_at", "p > threshold", "p >= threshold", ">= for >", 1)],
        "gus": [("best_threshold", "np.argmax(", "np.argmin(", "worst threshold", 0)],
    },
    "3_training": {
        "bea_loops": [
            ("newton", "gradient(w) / hessian(w)", "gradient(w) * hessian(w)", "multiplies by the Hessian", 0),
            ("hessian", " + 12", "", "the 12 missing", 0),
        ],
        "emre": [("gradient_descent", "w, n_iter = w - step", "w, n_iter = w + step", "ascends", 0)],
        "gus": [("loss_plot", "loss_ax.set_title", "print", "no title", 0.5)],
    },
    "4_linear_regression": {
        "bea_loops": [("listing_examples", 'errors="coerce")', 'errors="coerce") / 100', "fractions for percent", 1)],
        "emre": [
            (
                "LogisticRegressionScratch",
                "np.linalg.norm(self.weights_array / length - self.prior_w / prior_length)",
                "abs(length - prior_length)",
                "compares norms",
                8,
            )
        ],
        "gus": [("scratch_against_sklearn", "C=1e10", "C=1", "C ignored", 0)],
    },
}


def _other_modules():
    """A right, a blank and some mistaken submissions for every other assignment with points."""
    for assignment, students in ALTERED.items():
        right = {name: model_answer(name) for name in full_scores(assignment)}
        right |= {name: WRITTEN for book in unit.assignments()[assignment] for name in book.tasks("written")}
        yield Student("abel_numpy", right, assignment=assignment)
        yield Student("pia_blank", {}, dict.fromkeys(full_scores(assignment), 0), assignment=assignment)
        for name, changes in students.items():
            wrong = {task: model_answer(task, old, new) for task, old, new, _, _ in changes}
            lost = {task: score for task, _, _, _, score in changes}
            mistakes = {task: mistake for task, _, _, mistake, _ in changes}
            yield Student(name, right | wrong, lost, mistakes, assignment=assignment)


def everybody():
    """The whole class over all graded notebooks of the unit."""
    return [*STUDENTS, *_other_modules()]


# --- handing in --------------------------------------------------------------------------------------------


def make(course, students=STUDENTS):
    """Write course/submitted/ for the class; the folder's earlier submissions are removed."""
    root = Path(course, "submitted")
    shutil.rmtree(root, ignore_errors=True)
    for student in students:
        folder = root / student.name / student.assignment
        folder.mkdir(parents=True)
        for book in unit.assignments()[student.assignment]:
            path = folder / (student.file_name if book.name == NOTEBOOK else f"{book.name}.ipynb")
            path.write_bytes(notebook_of(student, book.name))


def notebook_of(student, name=NOTEBOOK):
    """The bytes of a notebook of the assignment as the student hands it in."""
    path = build.NOTEBOOKS / student.assignment / f"{name}.ipynb"
    book = json.loads(path.read_text(encoding="utf-8"))
    for cell in book["cells"]:
        cell["source"] = "".join(cell["source"])
        task = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if task in student.answers:
            cell["source"] = _fill_in(cell["source"], student.answers[task].strip("\n"))
    damaged = student.damage(book) if student.damage and name == NOTEBOOK else None
    return damaged if isinstance(damaged, bytes) else json.dumps(book, indent=1, ensure_ascii=False).encode()


def _fill_in(stub, code):
    """The student keeps the comment lines of the cell and replaces the rest."""
    comments = re.match(r"(?:#.*\n)*", stub)[0]
    return code if comments and comments in code else comments + code
