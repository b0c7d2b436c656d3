"""The kill matrix as a command and as a page, and the mutants of the model answers."""

import re

import numpy as np
import pytest
from typer.testing import CliRunner

from autograder import judge, matrix, mutants, tasks
from autograder.cli import app


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_every_version_is_listed_and_the_page_is_accessible(tmp_path):
    page = tmp_path / "matrix.html"
    result = run("matrix", "log_loss", "--seed", 1, "--seed", 2, "--html", page)
    assert result.exit_code == 0
    assert re.search(r"✓ mistake +sum for mean +failed +sum for mean", result.output)
    html = page.read_text(encoding="utf-8")
    assert 'lang="en"' in html and "color-scheme: light dark" in html and "the seeds 1, 2" in html
    assert [int(level) for level in re.findall(r"<h([1-6])", html)] == [1, 2, 2, 3]
    assert re.findall(r"<th(?! scope=)[^>]*>", html.replace("<thead>", "")) == []
    assert "1 + p for 1 - p" in html


@pytest.fixture
def spoilt():
    """A task whose known versions are entered wrongly: a right one that is wrong, a wrong one that is right."""
    task = tasks.Task("spoilt_task", points={"values": 1})
    task.reference(lambda a: a.sum())
    task.cases(lambda rng, fresh: [tasks.Case("spoilt_task(a)", {"a": rng.normal(size=3)})])
    task.right("wrong, in truth")(lambda a: a.max())
    task.mistake("right, in truth", "It adds up.", "Nothing.")(lambda a: sum(a))
    task.mistake("another mistake", "It is the mean.", "Sum.")(lambda a: a.mean())
    task.mistake("the same by another name", "It is the mean.", "Sum.")(lambda a: a.mean())
    yield task
    tasks._REGISTRY.pop("spoilt_task")


def test_a_survivor_a_missing_name_and_a_rejected_right_version_fail(spoilt):
    rows = list(matrix.rows(["spoilt_task"], (1, 2, 3)))
    assert [row.version for row in rows if not row.ok] == [
        "wrong, in truth",
        "right, in truth",
        "another mistake",
        "the same by another name",
    ]
    totals = matrix.totals(rows)
    assert (totals["passed"], totals["rights"], totals["killed"], totals["wrongs"], totals["named"]) == (1, 2, 2, 3, 0)
    assert run("matrix", "spoilt_task", "--totals").exit_code == 1
    assert "Exceptions" in matrix.page(rows, (1, 2, 3))


def test_what_no_machine_judges_has_no_matrix():
    result = run("matrix", "accuracy_analysis")
    assert result.exit_code == 2 and "marked by hand" in result.output


def test_every_mutant_of_a_model_answer_is_killed_or_listed_with_a_reason():
    judged = list(mutants.judged())
    assert [(mutant.task, mutant.change) for mutant in judged if not mutant.ok] == []
    assert mutants.stale(judged) == []
    assert len(judged) > 500


def test_a_mutant_that_passes_without_a_reason_fails_the_matrix(monkeypatch):
    monkeypatch.setattr(mutants, "mutants", lambda task, code: [mutants.Mutant(task, "nothing  →  nothing", code)])
    assert run("matrix", "mean_squared_error", "--totals", "--mutants").exit_code == 1


def test_same_seed_same_verdict_and_other_seeds_other_questions():
    task = tasks.find("covariance")
    one, two = ([(probe.expression, probe.inputs) for _, probe in judge.questions(task, seed)] for seed in (3, 4))
    assert one == [(probe.expression, probe.inputs) for _, probe in judge.questions(task, 3)] and one != two
    wrong = {"covariance": lambda X: np.cov(X.T, ddof=0)}
    assert judge.in_namespace(task, wrong, 3) == judge.in_namespace(task, wrong, 3)
