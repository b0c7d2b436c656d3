"""What judging costs beyond the student's own code: every notebook, its answers right and wrong.

Run: python benchmarks/judging.py. The questions are asked before the clock starts, so what is timed is the judge alone:
expected results, comparison, and the search for a known mistake. "first" is the first submission of a run; "next" is
one after it, whose tables are there; "all wrong" is a submission that fails every task, each in another known way.
Compare the columns with each other and with "its code", the time that the answers themselves took to the questions.
"""

import time
import warnings

import numpy as np

from autograder import judge, tasks, unit


def namespaces(task, turn):
    """The model answer of a task, and one of its known mistakes; another one each turn."""
    context = task.example(np.random.default_rng(judge.SEED)) if task.is_variable else None
    wrong = [version for version in task.mistakes if not version.factor]
    return task.namespace(task.model, context), task.namespace(wrong[turn % len(wrong)].make, context)


def seconds(run):
    """The result of a call and what it took."""
    start = time.perf_counter()
    result = run()
    return result, time.perf_counter() - start


def of_task(name):
    """Seconds for the answers themselves, the first right submission, the next one, and two wrong ones."""
    task = tasks.find(name)
    right, _ = namespaces(task, 0)
    answers, own = seconds(lambda: list(judge.ask_all(judge.questions(task), right)))
    _, first = seconds(lambda: judge.from_answers(task, answers))
    _, following = seconds(lambda: judge.from_answers(task, answers))
    spent = []
    for turn in (0, 1):
        wrong = namespaces(task, turn)[1]
        answers = list(judge.ask_all(judge.questions(task), wrong))
        spent.append(seconds(lambda answers=answers: judge.from_answers(task, answers))[1])
    return np.array([own, first, following, *spent])


def main():
    """Print a row a notebook."""
    columns = ("its code", "first", "next", "all wrong", "again")
    print(f"{'milliseconds':40}" + "".join(f"{column:>11}" for column in columns))
    for book in unit.notebooks():
        names = [name for name in book.tasks() if tasks.find(name).model]
        if names:
            row = 1000 * sum(of_task(name) for name in names)
            print(f"{book.name.split('/')[-1]:40}" + "".join(f"{value:11.0f}" for value in row))


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main()
