"""The pages that people read after grading: what they say, what they must not say, and that they are sound HTML."""

import base64
import json
import re
from itertools import pairwise
from pathlib import Path

import html5lib
import nbformat
import pytest

from autograder import feedback, grade, gradebook, markup, tasks
from workbook.ladder import Rung, Verdict

TEMPLATES = Path(feedback.__file__).parent / "templates"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\x00" * 40).decode()
EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)><style>@import 'http://e.example'</style>"
LINKS = "[a](javascript:alert(1)) <a href='JaVaScRiPt:alert(1)' onclick='x'>b</a> <a href='data:text/html,x'>c</a>"


def elements(text):
    """The page parsed as browsers parse it; a parse error fails."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return list(parser.parse(text).iter())


def assert_sound(text):
    """What a page needs for every reader: language, headings in order, described pictures, scoped headers, own ids."""
    every = [e for e in elements(text) if isinstance(e.tag, str)]
    assert every[0].get("lang") == "en"
    levels = [int(e.tag[1]) for e in every if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels
    assert all(e.get("alt") for e in every if e.tag == "img")
    assert all(e.get("aria-label") for e in every if e.get("role") == "img")
    assert all(e.get("scope") in ("col", "row") for e in every if e.tag == "th")
    ids = [e.get("id") for e in every if e.get("id")]
    assert len(ids) == len(set(ids))
    targets = [e.get("href")[1:] for e in every if e.tag == "a" and (e.get("href") or "").startswith("#")]
    assert set(targets) <= set(ids)
    assert {"main", "header", "footer"} <= {e.tag for e in every}
    assert any(
        (e.get("http-equiv"), (e.get("content") or "")[:18]) == ("Content-Security-Policy", "default-src 'none'")
        for e in every
    )
    assert_inert(every)


def assert_inert(every):
    """Nothing runs and nothing is loaded."""
    names = {e.tag.rsplit("}", 1)[-1] for e in every}
    assert not names & {
        "script",
        "iframe",
        "object",
        "embed",
        "form",
        "link",
        "base",
        "foreignObject",
        "annotation-xml",
    }
    for element in every:
        for name, value in element.attrib.items():
            name = name.rsplit("}", 1)[-1].lower()
            assert not name.startswith("on"), (element.tag, name)
            if name in ("href", "src", "srcset", "action", "xlink:href", "background", "poster"):
                assert re.match(r"#|https?://|mailto:|data:image/png;base64,|[\w./%-]+(#|$)", value), value
                assert element.tag == "a" or not value.startswith("http")
    sheets = " ".join(e.text or "" for e in every if e.tag == "style")
    assert "url(" not in sheets and "@import" not in sheets


# --- one submission without playing it ----------------------------------------------------------------------


def failed(task, **more):
    rung = Rung(
        "values", next(iter(task.points)), False, "3 rows", "f(y)", "1.2", "0.4", "You summed.", "Divide by `n`."
    )
    return Verdict(task.name, "failed", 0.0, task.max_score, (rung,), **more)


def put(course, student, assignment, sources=None, outputs=None, **verdict):
    """Lay down a graded submission: executed notebooks, verdicts and rows of a gradebook; returns (result, rows)."""
    folder = grade.Folder(student, assignment, Path(course, "submitted", student, assignment))
    result, rows = grade.Graded(folder), []
    for book in grade.graded_books(assignment):
        verdicts = {task.name: failed(task, **verdict) for task in grade.scored_tasks(book)}
        result.books[book.name] = grade.BookResult(verdicts, ["cell <b>x</b>: 2 copies"], [], {})
        cells = []
        for name in (*book.tasks("answer"), *book.tasks("written")):
            new = nbformat.v4.new_code_cell if name in verdicts else nbformat.v4.new_markdown_cell
            cells.append(new((sources or {}).get(name, book.find(name).released), id=name))
            if name in verdicts:
                cells[-1].outputs = [nbformat.from_dict(o) for o in (outputs or {}).get(name, [])]
        path = Path(course, "autograded", student, assignment, f"{book.name}.ipynb")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
        for name in (*verdicts, *book.tasks("written")):
            top = tasks.find(name).max_score
            row = {"student": student, "assignment": assignment, "notebook": book.name, "task": name, "score": 0.0}
            row |= {"max_score": top, "manual_score": None, "needs_manual_grade": name not in verdicts, "comment": ""}
            rows.append(row)
    return result, rows


@pytest.fixture
def hostile_page(tmp_path):
    """The page of someone who put something evil into everything that he can write."""
    picture = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"image/png": PNG, "text/plain": f'" onload="x" {EVIL}'},
    }
    lie = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"image/png": '" onerror="alert(1)', "image/svg+xml": EVIL},
    }
    html = {"output_type": "display_data", "metadata": {}, "data": {"text/html": EVIL, "text/markdown": LINKS}}
    sources = {
        "written_1": EVIL
        + "\n\n"
        + LINKS
        + "\n\n# A heading\n\n$\\href{javascript:alert(1)}{x}$ ![p](http://e.example/p.png)"
    }
    sources |= {"train_test_lr": f"# {EVIL}\nx = 1"}
    result, rows = put(
        tmp_path, "<b onclick=x>Eve</b>", "3_training", sources, {"train_test_lr": [picture, lie, html]}, mistake=EVIL
    )
    for row in rows:
        row["comment"] = f"Well. {EVIL} {LINKS}"
    return feedback.page(tmp_path, result, rows)


def test_whatever_a_submission_holds_is_inert(hostile_page):
    assert_sound(hostile_page)
    every = elements(hostile_page)
    assert not [e for e in every if e.tag == "a" and not e.get("href", "#").startswith(("#", "http"))]
    assert [e.get("src") for e in every if e.tag == "img"] == [f"data:image/png;base64,{PNG}"]


def test_formulas_are_mathml_and_strange_ones_stay_tex():
    text = markup.markdown(
        "Loss $L = -\\frac{1}{n}\\sum_i y_i \\log p_i$ and\n\n"
        "\\begin{align}a &= b\\\\ c &= d\\end{align}\n\n$\\foo{$ x $\\nosuch$"
    )
    assert "<mfrac>" in text and 'display="block"' in text and "<mtable" in text and "(1)" not in text
    assert '<code class="tex inline">\\nosuch</code>' in text
    assert_inert(elements(f'<!DOCTYPE html><html lang="en"><head><title>t</title></head><body>{text}</body></html>'))
    assert "<mo>&lt;</mo>" in markup.markdown("$a &lt; b$") and "<code>a&lt;b</code>" in markup.markdown("`a&lt;b`")
    assert markup.markdown("It costs $5, or $6.") == "<p>It costs $5, or $6.</p>\n"
    assert "&lt;script" in markup.formula(r"\text{<script>x</script>}")
    assert markup.formula(r"\href{x}{y}") == r'<code class="tex inline">\href{x}{y}</code>'


def test_long_and_deep_texts_end(hostile_page):
    assert len(markup.markdown("> " * 3000 + "x")) < 100_000
    assert len(markup.markdown("$" + "{" * 900 + "}" * 900 + "$")) < 100_000
    assert "is in the notebook" in markup.markdown("word " * 30_000)


def test_scores_comments_and_what_waits_are_told(tmp_path):
    result, rows = put(tmp_path, "ann", "3_training", {"written_1": "Because **odds**.", "written_2": "Two."})
    marked = next(row for row in rows if row["task"] == "written_1")
    marked.update(score=4.5, manual_score=4.5, needs_manual_grade=False, comment="Good, but *why*?")
    text = feedback.page(tmp_path, result, rows)
    assert_sound(text)
    assert "<strong>odds</strong>" in text and "<em>why</em>" in text
    assert "4.5 of 5" in text and "Still to be marked" in text and "automatically" in text
    assert "Divide by <code>n</code>." in text and "Begin here" in text


def test_only_changed_pages_are_written_again(tmp_path, monkeypatch):
    ann, rows = put(tmp_path, "ann", "3_training")
    bob, more = put(tmp_path, "bob", "3_training")
    monkeypatch.setattr(grade, "load_course", lambda course: [ann, bob])
    monkeypatch.setattr(gradebook, "notebooks", lambda course: [])
    monkeypatch.setattr(gradebook, "rows", lambda course: rows + more)
    assert [page.change for page in feedback.write_all(tmp_path)] == ["new", "new"]
    more[0]["comment"] = "See me."
    assert [page.change for page in feedback.write_all(tmp_path)] == ["same", "changed"]


@pytest.mark.parametrize("given", [feedback.EXCHANGE_FILES, ("timestamp.txt",)])  # ngshare has no secret
def test_the_exchange_finds_a_page_for_each_notebook(tmp_path, monkeypatch, given):
    result, rows = put(tmp_path, "ann", "3_training")
    result.folder.path.mkdir(parents=True)
    for name in given:
        (result.folder.path / name).write_text("x", encoding="utf-8")
    monkeypatch.setattr(grade, "load_course", lambda course: [result])
    monkeypatch.setattr(gradebook, "notebooks", lambda course: [])
    monkeypatch.setattr(gradebook, "rows", lambda course: rows)
    folder = feedback.write_all(tmp_path)[0].path.parent
    names = {f"{book.name}.html" for book in grade.graded_books("3_training")}
    assert {path.name for path in folder.iterdir()} == {*names, "feedback.html", *given}
    for path in folder.iterdir():
        path.unlink()
    record = {"notebooks": {"ann/3_training/3.6_written_submission": {}}}  # collected here: there is no exchange
    (tmp_path / "collected.json").write_text(json.dumps(record), encoding="utf-8")
    feedback.write_all(tmp_path)
    assert [path.name for path in folder.iterdir()] == ["feedback.html"]


# --- colours ------------------------------------------------------------------------------------------------


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_in_both_themes(theme):
    sheet = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", re.findall(r":root \{ --ink.*?\}", sheet, re.S)[theme]))
    for ink in ("ink", "quiet", "link", "code-key", "code-text", "code-number", "code-note"):
        for ground in ("paper", "soft"):
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    for state in ("passed", "partial", "failed", "blank"):
        assert contrast(colours[state], colours["paper"]) >= 4.5, state
        assert contrast(colours[state], colours[f"{state}-soft"]) >= 4.5, state
    for bar in ("bar-passed", "bar-failed"):  # what a figure shows: 3 to 1 (WCAG 1.4.11)
        assert contrast(colours[bar], colours["paper"]) >= 3, bar
