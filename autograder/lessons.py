"""Where the unit teaches what a graded task asks for."""

from autograder import unit

# task: (lesson, the number of its section)
LESSONS = {
    "labeled_examples": ("1.2", 6),
    "split": ("1.2", 6),
    "fitted_model": ("1.2", 6),
    "accuracy_at": ("1.2", 4),
    "best_threshold": ("1.2", 4),
    "centered": ("2.1", 7),
    "covariance": ("2.1", 8),
    "covariance_inverse": ("2.1", 9),
    "inverse_logit": ("2.2", 5),
    "log_loss": ("1.1", 6),
    "f": ("3.1", 1),
    "grid_minimum": ("3.1", 1),
    "gradient": ("3.1", 2),
    "hessian": ("3.1", 4),
    "gradient_descent": ("3.1", 2),
    "newton": ("3.1", 4),
    "train_test_lr": ("3.4", 6),
    "regularization_path": ("3.4", 8),
    "loss_plot": ("3.4", 5),
    "accuracy_plot": ("3.4", 5),
    "loss_analysis": ("3.4", 8),
    "accuracy_analysis": ("3.4", 8),
    "written_1": ("1.1", 1),
    "written_2": ("1.2", 1),
    "written_3": ("3.3", 1),
    "written_4": ("3.1", 4),
    "written_5": ("3.4", 3),
    "written_6": ("1.1", 7),
    "listing_examples": ("2.2", 1),
    "LogisticRegressionScratch": ("3.3", 6),
    "scratch_against_sklearn": ("3.3", 8),
    "lab_discussion": ("3.3", 8),
}


def of_task(task):
    """(the lesson's unit.Notebook, the heading of its section) for a task, or None."""
    if task not in LESSONS:
        return None
    number, section = LESSONS[task]
    book = next(book for book in unit.notebooks() if book.name.startswith(f"{number}_"))
    headings = (line for cell in book.cells if cell.kind != "code" for line in cell.source.splitlines())
    heading = next(h for h in headings if h.startswith((f"## {section} ", f"## {section}. ")))
    return book, heading.removeprefix("## ")
