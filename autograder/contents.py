"""What the helper module must know of the unit: its notebooks and tasks, where each task is taught, its tables.

`autograder build` writes it to workbook/unit.json, from which `progress`, `doctor`, `submit` and the cards read it.
"""

import hashlib

from autograder import tasks, unit

# Where a task is taught: the number of a notebook and the heading of a section in it.
LESSONS = {
    "mean_squared_error": ("1.1", "4 Squared error: for numbers"),
    "zero_one_loss": ("1.1", "5 Zero-one loss: for labels"),
    "linear_step": ("1.2", "2 The linear step"),
    "map_to_label": ("1.2", "4 Mapping to a label"),
    "labeled_examples": ("1.1", "1 What a linear model is"),
    "split": ("1.2", "6 In scikit-learn"),
    "fitted_model": ("1.2", "6 In scikit-learn"),
    "accuracy_at": ("1.2", "4 Mapping to a label"),
    "best_threshold": ("1.2", "4 Mapping to a label"),
    "dot_loop": ("2.1", "5. Dot product: multiply partners, add up"),
    "dot_vectorized": ("2.1", "5. Dot product: multiply partners, add up"),
    "centered": ("2.1", "Adding a vector to rows or to columns"),
    "covariance": ("2.1", "8. The matrix product"),
    "covariance_inverse": ("2.1", "9. The inverse"),
    "inverse_logit": ("2.2", "5. Wrap it as a function"),
    "log_loss": ("1.1", "6 Log loss: for probabilities"),
    "f": ("3.1", "1. A valley"),
    "grid_minimum": ("3.1", "1. A valley"),
    "gradient": ("3.1", "2. Four rules"),
    "hessian": ("3.1", "4. Let the curvature choose"),
    "gradient_descent": ("3.1", "3. The learning rate"),
    "newton": ("3.1", "4. Let the curvature choose"),
    "log_loss_gradient": ("3.3", "3. The gradient"),
    "log_loss_hessian": ("3.3", "4. The Hessian"),
    "fit_newton": ("3.3", "6. The whole loop"),
    "l2_penalty": ("3.4", "L2: squares"),
    "l1_penalty": ("3.4", "L1: absolute values"),
    "train_test_lr": ("3.4", "6. What scikit-learn's C is"),
    "regularization_path": ("3.4", "8. Which C?"),
    "loss_plot": ("3.4", "8. Which C?"),
    "accuracy_plot": ("3.4", "8. Which C?"),
    "softmax": ("3.7", "3 Softmax"),
    "cross_entropy": ("3.7", "4 Cross-entropy"),
    "ols": ("4.1", "3 The best line: least squares"),
    "r_squared": ("4.1", "5 How good is the fit?"),
    "listing_examples": ("4.3", "1 The problem and its table"),
    "LogisticRegressionScratch": ("3.3", "6. The whole loop"),
    "scratch_against_sklearn": ("3.3", "8. Against scikit-learn"),
}


def contents():
    """Everything as one dictionary that JSON can hold."""
    books = [book for book in unit.notebooks() if book.assignment]
    path = {book.name.partition("_")[0]: f"{book.assignment}/{book.name}.ipynb" for book in books}
    title = {book.name.partition("_")[0]: book.title for book in books}
    lessons = {
        task: {"path": path[number], "title": title[number], "section": section}
        for task, (number, section) in LESSONS.items()
    }
    return {
        "notebooks": [_notebook(book) for book in books],
        "tasks": {name: _task(name, lessons.get(name)) for book in books for name in book.tasks()},
        "tables": {file.name: digest(file.read_bytes()) for file in sorted((unit.ROOT / "data").glob("*.csv"))},
    }


def _notebook(book):
    return {
        "path": f"{book.assignment}/{book.name}.ipynb",
        "title": book.title,
        "tasks": book.tasks(),
        "written": book.tasks("written"),
    }


def _task(name, lesson):
    task = tasks.find(name)
    return {"names": list(task.names), "graded": task.graded, "points": task.max_score, "lesson": lesson}


def digest(content):
    """SHA-256 of a text file, whatever its line ends."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
