"""`workbook.progress()`: what is done, next and open, read from the saved notebooks alone.

Every check saves its verdict with its output in the notebook. Nothing else is looked at, kept or sent.
"""

import html
import json
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from workbook.card import SYMBOLS, WORDS
from workbook.surroundings import MODULE, digest, unit

CHANGED, UNCHECKED, WRITTEN = "changed since", "not checked", "written"
SIGNS = {**SYMBOLS, CHANGED: "↻", UNCHECKED: "…", WRITTEN: "✎"}
SAID = {**WORDS, CHANGED: "Changed since the check", UNCHECKED: "Not checked yet", WRITTEN: "Written, not empty"}
DONE = ("passed", WRITTEN)
HEADLINE = re.compile(rf"^(?:{'|'.join(map(re.escape, SYMBOLS.values()))}) ({'|'.join(WORDS.values())}): (\w+)", re.M)
STUB = re.compile(r"(?m)^[ \t]*raise NotImplementedError")
EMPTY = "*Write your answer here.*"


@dataclass(frozen=True)
class Work:
    """One task in a saved notebook. kind: graded, practice or written; state: a key of SIGNS."""

    task: str
    kind: str
    state: str

    @property
    def done(self):
        return self.state in DONE


@dataclass(frozen=True)
class Book:
    """One notebook of the unit. path: where it was found, from the root; None when it is missing.

    problem: why nothing could be read in it, or "".
    """

    title: str
    path: str | None
    works: tuple = ()
    problem: str = ""

    def count(self, kind):
        """(done, all) of the tasks of one kind."""
        mine = [work for work in self.works if work.kind == kind]
        return sum(work.done for work in mine), len(mine)

    def groups(self):
        """(sign and state in words, names of the tasks) of each state that occurs."""
        names: dict = {}
        for work in self.works:
            names.setdefault(work.state, []).append(work.task)
        return [(f"{SIGNS[state]} {SAID[state]}", names[state]) for state in SIGNS if state in names]

    @property
    def open(self):
        return [work for work in self.works if not work.done]


def progress(folder=None):
    """Show an overview of all notebooks: what is done, next and open. Save your notebooks first.

    folder: the folder of all notebooks; without it, it is found from the notebook that runs this.
    """
    overview = read(folder)
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        get_ipython = lambda: None  # noqa: E731
    if get_ipython() is None:
        print(overview)
    else:
        display(overview)


def read(folder=None):
    """The Overview of the notebooks in `folder`."""
    root = Path(folder) if folder else find_root()
    return Overview(
        tuple(_read_book(facts, root) for facts in unit()["notebooks"] if facts["tasks"] or facts["written"])
    )


def find_root(start=None):
    """The folder that holds the module folders: here, above here, `notebooks` below, or what came with this module."""
    here = Path(start or Path.cwd()).resolve()
    paths = [Path(facts["path"]) for facts in unit()["notebooks"]]
    for place in (here, *here.parents[:2], here / "notebooks"):
        if any((place / path.parts[0]).is_dir() for path in paths if len(path.parts) > 1):
            return place
    if MODULE.fullmatch(here.name):
        return here.parent
    beside = Path(__file__).resolve().parent.parent / "notebooks"
    return here if any((here / path.name).is_file() for path in paths) or not beside.is_dir() else beside


def find_book(path, root):
    """Where a notebook of the unit lies: at its place or, when it was moved, near it by its name; or None."""
    if (root / path).is_file():
        return root / path
    near = (found for folder in ("", "*/", "*/*/") for found in root.glob(f"{folder}{Path(path).name}"))
    moved = (found for found in near if ".ipynb_checkpoints" not in found.parts)
    return max(moved, key=lambda found: found.stat().st_mtime, default=None)


def _read_book(facts, root):
    kinds = {task: "graded" if unit()["tasks"][task]["graded"] else "practice" for task in facts["tasks"]}
    kinds.update(dict.fromkeys(facts["written"], WRITTEN))
    unknown = tuple(Work(task, kind, "not attempted") for task, kind in kinds.items())
    found = find_book(facts["path"], root)
    if found is None:
        return Book(facts["title"], None, unknown, "it is missing here")
    path = found.relative_to(root).as_posix()
    try:
        states = states_of(json.loads(found.read_text(encoding="utf-8")), facts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Book(facts["title"], path, unknown, "the file is damaged: it can't be read as a notebook")
    return Book(facts["title"], path, tuple(Work(task, kind, states[task]) for task, kind in kinds.items()))


# --- one notebook ------------------------------------------------------------------------------------------


def states_of(book, facts):
    """{task: state} of a notebook as JSON; facts: what unit.json says of it."""
    cells = book["cells"]
    states = {task: _state(task, cells) for task in facts["tasks"]}
    for task in facts["written"]:
        text = _source(_cell(task, cells)).strip()
        states[task] = WRITTEN if text and text != EMPTY else "not attempted"
    return states


def _state(task, cells):
    answer, checks = _cell(task, cells), [cell for cell in cells if _asks_for(task, cell)]
    verdict = next(filter(None, (_verdict(task, cell) for cell in reversed(checks))), None)
    source = _source(answer)
    if answer is not None and STUB.search(source) and (verdict is None or verdict[0] != "passed"):
        return "not attempted"
    if verdict is None:
        return UNCHECKED if answer is not None else "not attempted"
    state, mark = verdict
    if answer is None:
        return state
    later = (answer.get("execution_count") or 0) > max(cell.get("execution_count") or 0 for cell in checks)
    changed = mark != digest(source) if mark else later
    return CHANGED if changed else state


def _cell(identity, cells):
    """The cell with this id or nbgrader mark, or None."""
    marks = ((cell, cell.get("id"), cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")) for cell in cells)
    return next((cell for cell, *known in marks if identity in known), None)


def _asks_for(task, cell):
    return cell["cell_type"] == "code" and re.search(rf"\bcheck\(\s*[\"']{re.escape(task)}[\"']\s*\)", _source(cell))


def _source(cell):
    source = cell["source"] if cell else ""
    return source if isinstance(source, str) else "".join(source)


def _verdict(task, cell):
    """(state, mark of the answer's text or None) of the card saved with a check cell, or None."""
    for output in reversed(cell.get("outputs") or ()):
        facts = output.get("metadata", {}).get("workbook", {})
        if facts.get("task") == task and facts.get("state") in WORDS:
            return facts["state"], facts.get("source")
        text = output.get("data", {}).get("text/plain", output.get("text", ""))  # a card that lost its metadata
        said = HEADLINE.search(text if isinstance(text, str) else "".join(text))
        if said and said[2] == task:
            return next(state for state, word in WORDS.items() if word == said[1]), None
    return None


# --- all of them -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Overview:
    """All notebooks with tasks, for people."""

    books: tuple

    def sentences(self):
        """What the numbers are, in words."""
        graded, practice, written = (self._count(kind) for kind in ("graded", "practice", WRITTEN))
        return [
            f"Visible checks: {graded[0]} of {graded[1]} graded tasks and {practice[0]} of {practice[1]} practice "
            f"tasks pass; {written[0]} of {written[1]} written answers hold text.",
            "It is read from your saved notebooks, and it is no grade: grading asks with fresh numbers.",
        ]

    def _count(self, kind):
        counts = [book.count(kind) for book in self.books]
        return sum(done for done, _ in counts), sum(total for _, total in counts)

    def next(self):
        """(Book, Work) of the first task that is open, or None."""
        return next(((book, book.open[0]) for book in self.books if book.open and not book.problem), None)

    def _next(self):
        return f"task {self.next()[1].task} in " if self.next() else "nothing is open. Well done."

    def __repr__(self):
        lines = ["Your progress", *self.sentences()]
        following = self.next()
        lines.append(f"Next: {self._next()}{following[0].title if following else ''}")
        for book in self.books:
            lines.append(f"\n{book.title}: {_summary(book)}")
            lines += [f"  {said}: {', '.join(names)}" for said, names in book.groups()]
        return "\n".join(lines)

    def _repr_html_(self):
        say = html.escape
        following = self.next()
        parts = ['<section aria-label="Your progress" style="max-width: 60em;">']
        parts += [f"<p>{say(text)}</p>" for text in self.sentences()]
        parts.append(f"<p><strong>Next:</strong> {say(self._next())}{_link(following[0]) if following else ''}</p>")
        head = "".join(
            f'<th scope="col" style="text-align: left;">{name}</th>' for name in ("notebook", "done", "tasks")
        )
        parts.append('<div tabindex="0" role="region" aria-label="Tasks by notebook" style="overflow-x: auto;">')
        parts.append(f'<table style="border-collapse: collapse;"><thead><tr>{head}</tr></thead><tbody>')
        for book in self.books:
            works = [
                f"<li>{said}: {', '.join(f'<code>{name}</code>' for name in names)}</li>"
                for said, names in book.groups()
            ]
            parts.append(
                '<tr style="background: transparent; border-top: 1px solid currentColor;">'
                f'<th scope="row" style="text-align: left; vertical-align: top;">{_link(book)}</th>'
                f'<td style="text-align: left; vertical-align: top;">{say(_summary(book))}</td>'
                '<td style="text-align: left;"><ul style="list-style: none; margin: 0; padding: 0;">'
                f"{''.join(works)}</ul></td></tr>"
            )
        return "".join(parts) + "</tbody></table></div></section>"


def _summary(book):
    if book.problem:
        return book.problem
    counts = {kind: book.count(kind) for kind in ("graded", "practice", WRITTEN)}
    words = {"graded": "graded", "practice": "practice", WRITTEN: "written"}
    return ", ".join(f"{done} of {total} {words[kind]}" for kind, (done, total) in counts.items() if total)


def _link(book):
    title = html.escape(book.title)
    return f'<a href="{html.escape(quote(book.path))}">{title}</a>' if book.path else title
