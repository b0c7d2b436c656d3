"""What a student sees: the ladder through `check`, on the frozen tables that are released."""

import re
import sys
import warnings

import numpy as np
import pytest

from workbook import check as check_function
from workbook.card import SYMBOLS, WORDS, Card
from workbook.check import judge
from workbook.ladder import STATES


def log_loss_namespace(code):
    namespace = {"np": np}
    exec(f"def log_loss(y, p):\n    {code}", namespace)
    return namespace


def verdict(code):
    return judge("log_loss", log_loss_namespace(code))


RIGHT = "p = np.clip(p, 1e-12, 1 - 1e-12)\n    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()"


def test_a_right_answer_passes_and_promises_no_grade():
    result = verdict(RIGHT)
    assert result.passed and result.score == 3
    assert "when it is graded" in repr(Card(result))


def test_nothing_defined_is_not_attempted():
    result = judge("log_loss", {})
    assert (result.state, result.score) == ("not attempted", 0)
    assert "`log_loss` is not defined" in repr(Card(result))


@pytest.mark.parametrize(
    "body", ['raise NotImplementedError("Replace")', "pass", "...", "return None", '"""Only words."""']
)
def test_a_stub_is_not_attempted(body):
    assert verdict(body).state == "not attempted"


def test_an_empty_body_is_not_mistaken_for_short_code():
    assert judge("dot_vectorized", {"dot_vectorized": lambda a, b: a @ b}).passed


@pytest.mark.parametrize(
    ("code", "rung", "told"),
    [
        ("loss = y - p", "type", "return"),
        ("return 'a text'", "type", "number"),
        ("return y - p", "shape", "one number"),
        ("return np.nan * y.sum()", "finite", "finite"),
        ("return missing_name", "runs", "NameError"),
        ("return 1 / 0 * y[0]", "runs", "ZeroDivisionError"),
        ("while True: pass", "runs", "no answer"),
        ("return y.mean()", "values", "expected"),
    ],
)
def test_each_rung_says_what_was_found(code, rung, told, monkeypatch):
    monkeypatch.setattr(sys.modules["workbook.check"], "PATIENCE", 0.05)
    result = verdict(code)
    assert not result.passed
    assert result.rungs[0].name == rung
    assert told.lower() in repr(Card(result)).lower()


def test_partial_credit_names_what_is_missing():
    result = verdict("return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()")
    assert (result.state, result.score, result.mistake) == ("partial", 2, "log(0) to inf or nan")


def test_two_mistakes_at_once_get_no_name():
    result = verdict("return (y * np.log2(p)).sum()")
    assert result.state == "failed" and result.mistake is None


def test_a_changed_input_is_found():
    result = verdict("p *= 1.0000001\n    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()")
    assert any("changed" in rung.found for rung in result.rungs)


def test_kept_state_is_found():
    namespace = log_loss_namespace("return 0")
    exec("seen = []\ndef log_loss(y, p):\n    seen.append(1)\n    return float(len(seen))", namespace)
    assert any(rung.name == "same answer twice" for rung in judge("log_loss", namespace).rungs)


def test_a_global_is_named():
    namespace = {"np": np, "p_test": np.full(3, 0.4)}
    exec("def log_loss(y, p):\n    return -np.log(p_test).mean()", namespace)
    assert judge("log_loss", namespace).mistake == "reads a global"


def test_warnings_become_remarks_and_nothing_is_printed(capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = verdict("print('hello')\n    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()")
    assert any("divide by zero" in remark for remark in result.remarks)
    assert capfd.readouterr() == ("", "")


def test_check_prints_a_card_and_returns_nothing(capsys):
    globals()["dot_loop"] = lambda a, b: sum(x * y for x, y in zip(a, b, strict=True))
    assert check_function("dot_loop") is None
    assert capsys.readouterr().out.startswith("✓ Passed: dot_loop")


@pytest.mark.parametrize("name", ["logloss", "log_los", "Log_Loss", "inverse_logti"])
def test_an_unknown_task_gets_a_near_name(name, capsys):
    check_function(name)
    said = capsys.readouterr().out
    assert f"no task called `{name}`" in said
    assert ('check("inverse_logit")' if name.startswith("inv") else 'check("log_loss")') in said


def test_check_takes_the_function_itself_and_says_so_when_nothing_is_named(capsys):
    def log_loss(y, p):
        raise NotImplementedError

    check_function(log_loss)
    check_function()
    check_function("../plain")
    said = capsys.readouterr().out
    assert ": log_loss" in said and "no task was named" in said and "no task called `../plain`" in said


def test_variables_on_another_table_are_not_judged_wrongly():
    other = np.arange(60.0).reshape(20, 3)
    result = judge("centered", {"X": other, "X_means": other.mean(0), "X_centered": other - other.mean(0)})
    assert result.state == "can't compare"
    assert "another table was loaded" in " ".join(repr(Card(result)).split())


def test_the_html_card_is_readable_without_colour_and_escapes():
    html = Card(verdict("return '<script>alert(1)</script>'"))._repr_html_()
    assert "<script" not in html
    assert "Not yet right" in html and 'role="group"' in html and "<dt" in html and "<dd" in html
    assert not re.search(r"background(-color)?:\s*(#|white|rgb)", html), "a fixed background breaks dark themes"


def test_every_state_has_a_symbol_and_a_word():
    assert set(SYMBOLS) == set(WORDS) == set(STATES)
