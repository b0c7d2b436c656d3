"""A feedback page for each student and assignment: self-contained HTML that shows one student's work, and nothing else.

Nothing of a submission reaches the page as it came: code is escaped, words are cleaned Markdown, of the outputs only
pictures in PNG are shown, and the page itself forbids scripts and loads (its Content-Security-Policy).
"""

import re
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2
import nbformat
from markupsafe import Markup, escape

from autograder import grade, gradebook, markup
from autograder.collect import Record
from workbook.card import SYMBOLS, WORDS, Card

STYLES = {"passed": "passed", "partial": "partial", "failed": "failed"}
FIGURES = 30  # of a notebook that are shown
FIGURE_BYTES = 12_000_000  # of all of them together, as base64
EXCHANGE_FILES = ("timestamp.txt", "submission_secret.txt")  # what nbgrader's exchange needs beside a page
TITLE = re.compile(r"""title\s*[=(]\s*[rf]?(["'])(.+?)\1""")


@dataclass(frozen=True)
class Page:
    """A page that was written. change: new, changed or same."""

    path: Path
    change: str


@cache
def templates():
    """The page templates; everything that is put into them is escaped unless it is Markup."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "words": markup.words,
        "markdown": markup.markdown,
        "points": points,
        "breakable": breakable,
    }
    return environment


def points(value):
    """A score as people write it: at most two decimals, no trailing zeros."""
    return f"{round(value, 2):g}"


def breakable(name):
    """A name that may be broken after its underscores, where a line is short."""
    return escape(name).replace("_", Markup("_<wbr>"))


def write_all(course, progress=lambda *_: None):
    """Write feedback/<student>/<assignment>/feedback.html for every graded submission; returns the Pages.

    A page that would come out the same is left alone, so that its time says when the feedback last changed.
    """
    rows: dict = {}
    for row in gradebook.rows(course):
        rows.setdefault((row["student"], row["assignment"]), []).append(row)
    penalties: dict = {}
    for book in gradebook.notebooks(course):
        key = book["student"], book["assignment"]
        penalties[key] = penalties.get(key, 0.0) + book["penalty"]
    pages, record = [], Record(course)
    for result in grade.load_course(course):
        folder = result.folder
        path = Path(course, "feedback", folder.student, folder.assignment, "feedback.html")
        key = folder.student, folder.assignment
        text = page(course, result, rows.get(key, []), penalties.get(key, 0.0))
        pages.append(Page(path, _write(path, text)))
        if not record.knows(folder.student, folder.assignment):
            _for_exchange(folder, path)
        progress(path)
    return pages


def _write(path, text):
    """Write the page if it is not what is there already, and say which."""
    before = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None
    if before == text:
        return "same"
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".part")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(path)
    return "new" if before is None else "changed"


def _for_exchange(folder, path):
    """Where a submission came through nbgrader's exchange: a page named like each notebook, for release_feedback.

    ngshare hands out a time stamp only, nbgrader's own exchange a secret as well.
    """
    found = [name for name in EXCHANGE_FILES if (folder.path / name).is_file()]
    if not found:
        return
    for name in found:
        shutil.copyfile(folder.path / name, path.parent / name)
    for book in grade.graded_books(folder.assignment):
        shutil.copyfile(path, path.parent / f"{book.name}.html")


def page(course, result, rows, penalty=0.0):
    """The feedback page of one submission.

    rows: the student's grades of the assignment from the gradebook. penalty: points taken off for handing it in late.
    """
    graded = {row["task"]: row for row in rows}
    books = [_book(course, result, book, graded) for book in grade.graded_books(result.folder.assignment)]
    every = [task for book in books for task in book["tasks"]]
    return (
        templates()
        .get_template("feedback.html.j2")
        .render(
            title=f"Feedback: {title_of(result.folder.assignment)}",
            assignment_title=title_of(result.folder.assignment),
            student=result.folder.student,
            score=sum(row["score"] for row in rows),
            points=sum(row["max_score"] for row in rows),
            waiting=[task for task in every if task["waiting"]],
            penalty=penalty,
            books=books,
            first=[task for task in every if task["next"] and not task["by_hand"]][:3],
            again=[
                book.name.partition("_")[0]
                for book in grade.graded_books(result.folder.assignment)
                if book.submissions != "once"
            ],
        )
    )


def title_of(assignment):
    """ "2_inverse_logit_and_log_loss" → "Module 2: inverse logit and log loss"."""
    number, _, words = assignment.partition("_")
    return f"Module {number}: {words.replace('_', ' ')}"


def _book(course, result, book, graded):
    saved = result.books.get(book.name)
    cells = _cells(Path(course, "autograded", result.folder.student, result.folder.assignment, f"{book.name}.ipynb"))
    figures = _figures(cells)
    tasks = [
        _task(name, saved.verdicts.get(name) if saved else None, graded[name], cells.get(name), book)
        | {"figures": figures.pop(name, []) + figures.pop(f"test_{name}", [])}
        for name in (*book.tasks(), *book.tasks("written"))
        if name in graded
    ]
    repairs = list(saved.repairs) if saved else []
    return {
        "name": book.name,
        "title": book.title,
        "tasks": tasks,
        "missing": repairs == ["not handed in"],
        "repairs": repairs,
        "events": list(saved.events) if saved else [],
        "figures": [figure for found in figures.values() for figure in found],
        "score": sum(task["score"] for task in tasks),
        "points": sum(task["max_score"] for task in tasks),
    }


def _cells(path):
    """The cells of an executed notebook by id; none where there is no notebook to be read."""
    try:
        book = nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError):
        return {}
    return {cell.get("id"): cell for cell in book.cells if "rubric" not in cell.metadata.get("tags", ())}


def _task(name, verdict, row, cell, book):
    by_hand = name in book.tasks("written") or row["manual_score"] is not None
    released = book.find(name)
    source = cell.source if cell else ""
    answered = bool(source.strip()) and not (released and source.strip() == released.released.strip())
    card = Card(verdict, graded=True) if verdict else None
    state, word = _state(verdict, row, answered)
    blank = state == "not attempted" and not answered  # that says it all
    rows = card.rows() if card and not blank else []
    return {
        "name": name,
        "score": row["score"],
        "max_score": row["max_score"],
        "waiting": row["needs_manual_grade"],
        "by_hand": by_hand,
        "overruled": bool(verdict) and row["manual_score"] is not None,
        "symbol": SYMBOLS.get(state, "…"),
        "word": word,
        "style": STYLES.get(state, "blank"),
        "rows": rows,
        "others": card.others() if card else [],
        "remarks": list(verdict.remarks) if verdict else [],
        "next": dict(rows).get("Next step", "") if state in ("failed", "partial") else "",
        "comment": row["comment"],
        "code": markup.code(source) if answered and cell.cell_type == "code" else "",
        "prose": source if answered and cell.cell_type != "code" else "",
        "lines": source.count("\n") + 1,
    }


def _state(verdict, row, answered):
    """The outcome of a task and how to say it."""
    if row["needs_manual_grade"]:
        return "waiting", "Still to be marked"
    if row["manual_score"] is not None:
        full, some = row["score"] >= row["max_score"], row["score"] > 0
        return ("passed" if full else "partial" if some else "failed"), "Marked by a person"
    if verdict is None:
        return ("not attempted", WORDS["not attempted"]) if not answered else ("failed", "No points")
    return verdict.state, WORDS[verdict.state]


def _figures(cells):
    """The notebook's own pictures by the cell that drew them; whatever is not a plain PNG is left out."""
    found: dict = {}
    shown = size = 0
    for identity, cell in cells.items():
        for output in cell.get("outputs", ()):
            data = output.get("data") if isinstance(output.get("data"), dict) else {}
            picture = markup.png(data.get("image/png"))
            if picture is None or shown == FIGURES or size + len(picture) > FIGURE_BYTES:
                continue
            shown, size = shown + 1, size + len(picture)
            found.setdefault(identity, []).append({"png": picture, "alt": _alt(data, identity, cell)})
    return found


def _alt(data, identity, cell):
    """What a picture shows, in the words of whoever drew it, or else where it comes from."""
    text = data.get("text/plain", "")
    if isinstance(text, str) and text.strip() and not text.startswith("<"):
        return text.strip()[:500]
    title = TITLE.search(cell.source)
    return f"Your figure{f', titled “{title[2][:120]}”' if title else ''}, drawn by the cell {identity}"
