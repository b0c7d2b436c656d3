"""What comes from a submission is bounded, legal and inert before anything else reads it."""

import json

import numpy as np
import pytest

from autograder import inert, judge, tasks
from autograder.submission import rebuild
from autograder.unit import notebooks
from tests.hostile import cheat
from tests.inert import harmful_markup
from workbook.probe import Answer

SCRIPTS = [
    "<b>bold</b><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="java\tscript:alert(1)">x</a><a href="&#106;avascript:alert(1)">y</a>',
    "<svg><g onload=alert(1)></g></svg><math><mtext><style><img src=x onerror=alert(1)>",
    "<iframe srcdoc='<script>'></iframe><object data=//example.org></object><embed src=//example.org>",
    '<p style="background: url(http://example.org); color: red">z</p><style>@import "http://example.org"</style>',
    "<meta http-equiv=refresh content='0;url=//example.org'><base href=//example.org><link rel=stylesheet href=//x>",
    "<scr<script>ipt>alert(1)</scr</script>ipt><img src='data:image/svg+xml;base64,AAAA'>",
    "<form action=//example.org><input autofocus onfocus=alert(1)><button formaction=javascript:alert(1)>",
]
LINKS = [
    "[x](javascript:alert(1))",
    "[x](<java&#115;cript:alert(1)> 'title')",
    "[q][a]\n\n> [a]: javascript&colon;alert(1)",
    "![p](http://example.org/p.png)",
    "<javascript:alert(1)>",
    "[x](data:text/html;base64,AAAA)",
    "[x](\\javascript:alert(1))",
]


@pytest.mark.parametrize("text", SCRIPTS)
def test_html_outputs_are_inert(text):
    shown = inert.outputs([{"output_type": "display_data", "data": {"text/html": text}, "metadata": {}}])
    assert harmful_markup(shown[0]["data"]["text/html"]) == []


@pytest.mark.parametrize("text", SCRIPTS + LINKS)
def test_markdown_is_inert_as_nbconvert_renders_it(text):
    from nbconvert.filters import markdown2html

    assert harmful_markup(markdown2html(inert.markdown(text))) == []


def test_tables_text_and_pictures_stay():
    import pandas as pd

    table = pd.DataFrame({"a": [1.5], "b": ["x"]})._repr_html_()
    shown = inert.html(table)
    assert shown.count("<td>") == 2 and 'border="1"' in shown and "vertical-align" not in shown
    assert inert.html("<p style='color: red'><b>1</b> &lt; 2</p>") == '<p style="color: red;"><b>1</b> &lt; 2</p>'
    assert inert.markdown("a < b, **c**, [web](https://example.org) [here](#place) x<sub>1</sub>, w[0]: 3") == (
        "a < b, **c**, [web](https://example.org) [here](#place) x<sub>1</sub>, w[0]: 3"
    )


@pytest.mark.parametrize("text", ["<b>" * 90_000, "<b><i></b>" * 30_000, f"<p style='{'color:(' * 40_000}'>"])
def test_html_that_can_not_be_cleaned_is_shown_as_text(text):
    shown = inert.html(f"{text}<img src=x onerror=alert(1)>")
    assert harmful_markup(shown) == [] and shown.startswith("&lt;")


def test_only_pictures_are_pictures():
    data = {
        "image/png": 'AA" onerror="alert(1)',
        "image/svg+xml": "<svg/>",
        "application/javascript": "1",
        "text/plain": "p",
    }
    shown = inert.outputs(
        [{"output_type": "display_data", "data": data, "metadata": {"image/png": {"width": '"><b>'}}}]
    )
    assert shown == [{"output_type": "display_data", "data": {"text/plain": "p"}, "metadata": {}}]


@pytest.mark.parametrize("name", [*cheat.MALFORMED, "deep"])
def test_malformed_answers_are_refused_or_made_harmless(name):
    """Whatever value comes in every answer: the verdict is 0 points, and every file can hold it."""
    value = cheat.MALFORMED.get(name, cheat.deep(300))
    for word in ("log_loss", "centered", "covariance"):
        task = tasks.find(word)
        given = {"state": "answered", "value": value, "seconds": 10**400, "missing": "\ud800", "warnings": ["\ud800"]}
        try:
            answer = Answer.from_plain(json.loads(json.dumps(given)))
        except ValueError:
            answer = Answer("timeout")
        verdict = judge.from_answers(task, [answer] * len(judge.questions(task)))
        assert verdict.score == 0
        text = json.dumps(judge.as_json(verdict), ensure_ascii=False)
        assert len(text.encode()) < 200_000


@pytest.mark.parametrize("error", [5, [], "x", {"type": {}, "message": ["\ud800"] * 10**5}])
def test_malformed_errors_are_refused_or_made_harmless(error):
    try:
        answer = Answer.from_plain({"state": "raised", "error": error})
    except ValueError:
        return
    assert all(isinstance(text, str) and len(text.encode()) <= 1200 for text in answer.error.values())


def test_an_answer_without_its_value_is_refused():
    for given in ({"state": "answered"}, {"state": "passed", "value": {"kind": "none"}}, {"state": ["x"]}, None, 5):
        with pytest.raises(ValueError):
            Answer.from_plain(given)


@pytest.mark.parametrize("X", [np.zeros((50, 11)), np.full((50, 11), np.nan), np.zeros((0, 11)), np.ones((1, 1))])
def test_data_that_tell_nothing_earn_nothing(X):
    """A student's own X is welcome when it can tell a wrong answer from a right one."""
    namespace = {"X": X, "X_means": X.mean(axis=0) if X.size else np.zeros(11), "X_centered": X}
    assert judge.in_namespace(tasks.find("centered"), namespace).score == 0


def test_notebooks_are_bounded_before_anything_is_compared():
    book = next(book for book in notebooks() if book.name.startswith("2.3"))
    cells = [{"cell_type": "code", "source": "1", "metadata": {}}] * 50_000
    marked = {
        "cell_type": "code",
        "source": "def log_loss(y, p): ...",
        "metadata": {"nbgrader": {"grade_id": "log_loss"}},
    }
    long = {"cell_type": "code", "source": "x = 1\n" * 10**6 + "\ud800", "metadata": {}}
    found = rebuild(json.dumps({"cells": [*cells, long, marked]}).encode(), book)
    assert len(found.cells) < 2_200 and "50,002 cells" in " ".join(found.repairs)
    assert any(work.id == "log_loss" and "def log_loss" in work.source for work in found.cells)
    assert all(work.source.encode() is not None for work in found.cells)
