"""Mistakes around the code: each gets a card that says what happened, and the kernel goes on."""

import html
import re
import signal

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from autograder import tasks
from workbook.card import Card
from workbook.check import _examine, judge, load_table, task_names
from workbook.probe import Probe, ask
from workbook.surroundings import digest

RIGHT = "return -np.log(np.where(y == 1, p, 1 - p).clip(1e-9, 1)).mean()"


def said(task, code, **names):
    """The text of the card for `task` after `code` ran in a notebook that holds `names`."""
    namespace = {"__name__": "__main__", "np": np, **names}
    exec(code, namespace)
    return " ".join(repr(Card(judge(task, namespace))).split())


def define(body, head="log_loss(y, p)"):
    return f"def {head}:\n    {body}"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (define(RIGHT, "log_los(y, p)"), "You defined `log_los`; the task asks for `log_loss`"),
        (define(RIGHT, "logLoss(y, p)"), "You defined `logLoss`"),
        (define(RIGHT, "my_loss(y, p)"), "You defined `my_loss`"),
        ("del np\n" + define(RIGHT), "run `import numpy as np`"),
        (define("return -np.log(probs).mean()") + "\nprob = 1", "`prob` exists"),
        (define("return inverse_logit(y, p, 0).mean()"), "`inverse_logit` belongs to the task `inverse_logit`"),
        ("sum = 0\n" + define("return sum(y * p)"), "hides Python's own function. Next step:"),
        ("np = 3\n" + define(RIGHT), "`np` as the name of a variable (int), which hides the library"),
        (define(RIGHT, "log_loss(y)"), "takes (y); the task gives it (y, p)"),
        ("log_loss = 0.3", "`log_loss` is a variable (float); the task asks for a function"),
        (define("return log_loss(y, p)"), "calls itself without an end"),
        (define("return float(input('p? '))"), "waits for somebody to type"),
        (define("import sys; sys.exit()"), "Use `return` to leave a function"),
        (define("yield y.mean()"), "has a `yield`"),
        (define("return y.mean"), "A method was returned"),
        ("async " + define(RIGHT), "`async def`"),
        (define("import no_such_library"), "A library is missing"),
        (define("return sum(np.log(p[i]) for i in range(len(y) + 1))"), "An index lies beyond the end"),
    ],
)
def test_the_reason_is_told(code, told):
    assert told in said("log_loss", code)


def test_a_method_that_the_class_lacks_is_named():
    model = "class LogisticRegressionScratch:\n    def predict_probas(self, X1):\n        return X1[:, 0]"
    assert "The class has `predict_probas`" in said("LogisticRegressionScratch", model)
    assert "write `def predict_proba(self, ...)` in" in said("LogisticRegressionScratch", model.replace("probas", "it"))


def test_many_failures_with_one_answer_are_told_once():
    text = said("log_loss", "del np\n" + define(RIGHT))
    assert text.count("name 'np' is not defined") == 1 and "the same in" in text and "Remark" not in text


def test_a_renamed_function_is_found_behind_its_placeholder_too():
    stub = define("raise NotImplementedError")
    assert "You defined `log_los`" in said("log_loss", stub + "\n" + define(RIGHT, "log_los(y, p)"))


def test_a_near_name_is_not_one_of_another_task():
    code = define("return 0", "l2_penalty(w, C)") + "\nfrom math import log1p, log2"
    assert "You defined" not in said("l1_penalty", code)


@pytest.mark.parametrize("name", ["list", "len", "range", "print", "np", "pd", "str"])
def test_a_hidden_name_that_the_answer_does_not_use_costs_nothing(name):
    assert "Passed" in said(
        "accuracy_at", f"def accuracy_at(p, y, threshold):\n    return ((p > threshold) == y).mean()\n{name} = 5"
    )
    assert "Passed" in said("dot_loop", f"def dot_loop(a, b):\n    return sum(x * y for x, y in zip(a, b))\n{name} = 5")


def test_words_of_a_recognised_mistake_stay():
    assert "Recognised: sum for mean" in said("log_loss", define(RIGHT.replace("mean", "sum")))


def test_missing_data_is_told_apart_from_changed_data():
    answer = "X_means = X_centered = 1"
    assert "was not run since the kernel started" in said("centered", answer)
    assert "The task `labeled_examples` makes it" in said(
        "split", "X = y = X_train = X_test = y_train = y_test = np.ones(3)"
    )


@pytest.mark.parametrize("alarm", [True, False], ids=["alarm", "no alarm, as on Windows"])
@pytest.mark.parametrize("body", ["pass", "try:\n            x += 1\n        except:\n            x = 0"])
def test_an_endless_loop_ends_whatever_it_catches(body, alarm, monkeypatch):
    if not alarm:
        monkeypatch.delattr(signal, "SIGALRM")
    namespace = {}
    exec(f"def f(x):\n    while True:\n        {body}", namespace)
    assert ask(Probe("f(1)"), ("f",), namespace, 0.2).state == "timeout"


def test_a_card_for_every_case_shows_the_same_in_html_and_text():
    """All that a reader learns from the page stands in the text, too."""
    compared = 0
    for name in task_names():
        task = tasks.find(name)
        for mistake in task.mistakes if not task.is_variable else ():
            verdict, case = _examine(load_table(name), task.namespace(mistake))
            lesson = {"path": "1_a/1.1_b.ipynb", "title": "1.1 B", "section": "2 C"}
            card = Card(verdict, case=case, lesson=lesson, root="../")
            page = re.sub(r"<summary>.*?</summary>|<[^>]+>", " ", card._repr_html_())
            page, text = (set(re.findall(r"[^\W_]+", html.unescape(side))) for side in (page, repr(card)))
            assert page ^ text <= {"Also", "Remark"}, (name, mistake.name)
            compared += 1
    assert compared > 50


def test_a_real_kernel_stays_calm(tmp_path):
    """Run in a kernel: prints, displays, figures, an endless loop, a stop; then the right answer passes."""
    bodies = [
        "return (1",  # Python can't read it
        "exit()",
        "for i in range(2_000): print('noise', i)\n    display('noise'); plt.plot([1]); plt.show()\n    " + RIGHT,
        "while True: pass",
        "raise KeyboardInterrupt",
        RIGHT,
        "return 1 +",
    ]
    cells = ["import sys\nimport numpy as np\nimport matplotlib.pyplot as plt\nfrom workbook import check"]
    cells += ["sys.modules['workbook.check'].PATIENCE = 3"]
    for body in bodies:
        cells += [define(body), "check('log_loss')"]
    book = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    NotebookClient(book, timeout=60, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}}).execute()
    nbformat.validate(book)
    outputs = [cell.outputs for cell in book.cells[3::2]]
    assert [len(output) for output in outputs] == [1] * len(bodies), "one card and nothing else"
    texts = [output[0]["data"]["text/plain"] for output in outputs]
    unread, earlier = "'(' was never closed, line 2: `return (1`", "This is about an earlier version: Python can't read"
    for text, told in zip(
        texts, (unread, "leave a function", "Passed", "no answer within", "was stopped", "Passed", earlier), strict=True
    ):
        assert told in text
    facts = outputs[5][0]["metadata"]["workbook"]
    assert facts["state"] == "passed" and facts["source"] == digest(book.cells[-4].source)
