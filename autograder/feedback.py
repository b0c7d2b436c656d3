"""A feedback page for each student and assignment: self-contained HTML without hidden tests or scripts."""

import re
from functools import cache
from pathlib import Path

import jinja2
import nbformat

from autograder import grade, gradebook, unit
from workbook.card import SYMBOLS, WORDS, Card

STYLES = {"passed": "passed", "partial": "partial", "failed": "failed"}
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
FIGURES = 12  # of a notebook that are shown


@cache
def templates():
    """The page templates; everything that is put into them is escaped unless it says otherwise."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)


def write_all(course, progress=lambda *_: None):
    """Write feedback/<student>/<assignment>/feedback.html for every graded submission; returns the paths."""
    rows = gradebook.rows(course)
    paths = []
    for result in grade.load_course(course):
        folder = result.folder
        mine = [r for r in rows if (r["student"], r["assignment"]) == (folder.student, folder.assignment)]
        path = Path(course, "feedback", folder.student, folder.assignment, "feedback.html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(course, result, mine), encoding="utf-8")
        paths.append(path)
        progress(path)
    return paths


def page(course, result, rows):
    """The feedback page of one submission; rows: the student's grades of the assignment from the gradebook."""
    graded = {row["task"]: row for row in rows}
    books = [_book(course, result, book, graded) for book in grade.graded_books(result.folder.assignment)]
    return (
        templates()
        .get_template("feedback.html.j2")
        .render(
            title=f"Feedback: {result.folder.assignment}",
            assignment_title=title_of(result.folder.assignment),
            student=result.folder.student,
            score=sum(row["score"] for row in rows),
            points=sum(row["max_score"] for row in rows),
            waiting=sum(row["needs_manual_grade"] for row in rows),
            books=books,
            resubmit=not any(row["task"] in book.tasks("written") for row in rows for book in unit.notebooks()),
        )
    )


def title_of(assignment):
    """ "2_inverse_logit_and_log_loss" → "Module 2: inverse logit and log loss"."""
    number, _, words = assignment.partition("_")
    return f"Module {number}: {words.replace('_', ' ')}"


def _book(course, result, book, graded):
    saved = result.books.get(book.name)
    path = Path(course, "autograded", result.folder.student, result.folder.assignment, f"{book.name}.ipynb")
    executed = nbformat.read(path, as_version=4) if path.is_file() else None
    sources = {cell.get("id"): cell.source for cell in executed.cells} if executed else {}
    tasks = [
        _task(name, saved.verdicts.get(name) if saved else None, graded.get(name), sources.get(name, ""), book)
        for name in (*book.tasks(), *book.tasks("written"))
        if name in graded
    ]
    notes = [*saved.repairs, *saved.events] if saved else []
    return {"title": book.title, "tasks": tasks, "notes": notes, "figures": _figures(executed)}


def _task(name, verdict, row, source, book):
    state = verdict.state if verdict else ("not attempted" if not row["needs_manual_grade"] else "")
    released = book.find(name)
    written = source.strip() and released and source.strip() != released.released.strip()
    return {
        "name": name,
        "score": row["score"],
        "waiting": row["needs_manual_grade"],
        "max_score": row["max_score"],
        "symbol": SYMBOLS.get(state, "…"),
        "word": WORDS.get(state, "Waits for its marker") if row["manual_score"] is None else "Marked by a person",
        "style": STYLES.get(state, "blank"),
        "card": Card(verdict, graded=True)._repr_html_() if verdict else "",
        "comment": row["comment"],
        "code": source if written else "",
    }


def _figures(executed):
    """The notebook's own pictures with their alt texts; whatever is not a plain PNG is left out."""
    found = []
    for cell in executed.cells if executed else ():
        for output in cell.get("outputs", ()):
            png = output.get("data", {}).get("image/png") if isinstance(output.get("data"), dict) else None
            if isinstance(png, str) and BASE64.fullmatch(png):
                text = output["data"].get("text/plain", "")
                alt = text if isinstance(text, str) and not text.startswith("<") else "A figure of your notebook"
                found.append({"png": png, "alt": alt[:500]})
    return found[:FIGURES]
