"""The class report: what the class has not understood and who needs a person, on one self-contained page and in CSVs.

It goes to the instructor. Students are named only where somebody has to act; with `anonymous` they are numbered.
"""

import csv
import json
import os
import re
import statistics
from collections import Counter
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np

from autograder import charts, copies, grade, gradebook, lessons, roster, unit
from autograder.feedback import points, templates, title_of
from autograder.lms.totals import inert
from workbook.ladder import Verdict

ENOUGH = 10  # submissions from which a correlation is shown at all
SOLID = 30  # submissions from which it is shown without a warning
WEAK = 0.2  # a discrimination below this asks for a look at the task
STRUGGLE = 0.4  # a task is taught again when more than this share of a class does not have all its points
TAUGHT_AGAIN = 5  # tasks on the list
EXAMPLE = 160  # characters of an example
STATES = {"passed": "passed", "partial": "partial", "failed": "failed", "not attempted": "blank"}
SUSPICIOUS = re.compile(r"\bcells? [^:]*test_[^:]*: changed")
UNREADABLE = re.compile(r"not a notebook|file is empty|broken JSON")
KINDS = ("suspicious", "limited", "unreadable", "repaired")


@dataclass(frozen=True)
class Outcome:
    """One task of one submission. state: passed, partial, failed, blank or waiting."""

    student: str
    task: str
    state: str
    score: float
    points: float
    by_hand: bool
    verdict: Verdict | None


def write(course, out=None, assignments=None, anonymous=False):
    """Write the report of a course (default: course/report.html) and its tables beside it; returns its path."""
    path = Path(out) if out else Path(course, "report.html")
    facts = gather(course, assignments, anonymous, path.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(facts), encoding="utf-8")
    for name, rows in tables(facts).items():
        with path.with_name(f"{path.stem}_{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows([inert(value) for value in row] for row in rows)
    return path


def page(facts):
    """The report as HTML."""
    return templates().get_template("report.html.j2").render(title="Class report", charts=charts, **facts)


# --- the figures -------------------------------------------------------------------------------------------


def gather(course, assignments=None, anonymous=False, beside=None):
    """Everything that the report says, as plain data; beside: the folder from which its links start."""
    wanted = {unit.find_assignment(name) for name in assignments} if assignments else set(unit.assignments())
    results = [result for result in grade.load_course(course) if result.folder.assignment in wanted]
    rows = {(row["student"], row["assignment"], row["task"]): row for row in gradebook.rows(course)}
    listed = _listed(course) | {result.folder.student for result in results}
    numbers = {student: f"Student {number}" for number, student in zip(count(1), sorted(listed), strict=False)}
    call = numbers.get if anonymous else str
    link = _linker(course, beside or Path(course))
    found = []
    for name in unit.assignments():
        mine = [result for result in results if result.folder.assignment == name]
        if mine:
            found.append(_assignment(course, name, mine, rows, listed, call, link))
    again = sorted((line for a in found for line in a["again"]), key=lambda line: -line["short"])
    people = [line for a in found for line in a["people"]]
    return {
        "students": len({result.folder.student for result in results}),
        "submissions": len(results),
        "assignments": found,
        "again": again[:TAUGHT_AGAIN],
        "people": sorted(people, key=lambda line: KINDS.index(line["kind"])),
        "waiting": [line for a in found for line in a["waiting"]],
        "small": len({result.folder.student for result in results}) < ENOUGH,
        "anonymous": anonymous,
        "struggle": STRUGGLE,
    }


def _listed(course):
    """Everybody of whom work is expected: the gradebook's students and those of roster.csv, where it can be read."""
    path = Path(course, "roster.csv")
    try:
        people = roster.read(path).students if path.is_file() else []
    except roster.BadRoster:  # `collect` has said what is wrong with it
        people = []
    return set(gradebook.students(course)) | {person.id for person in people}


def outcomes(results, rows):
    """{student: {task: Outcome}} of submissions of one assignment."""
    found = {}
    for result in results:
        student, assignment = result.folder.student, result.folder.assignment
        mine = found.setdefault(student, {})
        for book in grade.graded_books(assignment):
            verdicts = result.books[book.name].verdicts if book.name in result.books else {}
            for task in (*book.tasks(), *book.tasks("written")):
                row = rows.get((student, assignment, task))
                if row or task in verdicts:
                    mine[task] = _outcome(student, task, row, verdicts.get(task))
    return found


def _outcome(student, task, row, verdict):
    score = row["score"] if row else verdict.score
    top = row["max_score"] if row else verdict.points
    by_hand = verdict is None
    if row and row["needs_manual_grade"]:
        state = "waiting"
    elif verdict is not None and (row is None or row["manual_score"] is None):
        state = STATES.get(verdict.state, "failed")
    elif by_hand and row["manual_score"] is None:
        state = "blank"
    else:  # a person's marks count, whatever the judge said
        state = "passed" if score >= top else "partial" if score > 0 else "failed"
    return Outcome(student, task, state, score, top, by_hand, verdict)


def _assignment(course, name, results, rows, listed, call, link):
    by_student = outcomes(results, rows)
    names = list(dict.fromkeys(task for tasks in by_student.values() for task in tasks))
    columns = {task: [tasks[task] for tasks in by_student.values() if task in tasks] for task in names}
    judged = {task: column for task, column in columns.items() if all(o.state != "waiting" for o in column)}
    totals = {student: sum(o.score for t, o in tasks.items() if t in judged) for student, tasks in by_student.items()}
    automatic = {s: sum(o.score for o in tasks.values() if not o.by_hand) for s, tasks in by_student.items()}
    figures = [_task(task, column, automatic, link) for task, column in columns.items()]
    top = sum(column[0].points for column in judged.values())
    middle = statistics.median(totals.values())
    mistakes = _mistakes(columns, set(by_student), link)
    books = [_book(course, book, results, by_student) for book in unit.assignments()[name]]
    return {
        "name": name,
        "title": title_of(name),
        "submissions": len(results),
        "absent": sorted(call(student) for student in listed - set(by_student)),
        "points": top,
        "uncounted": sum(column[0].points for task, column in columns.items() if task not in judged),
        "median": middle,
        "histogram": charts.histogram(list(totals.values()), top, middle),
        "spread": _spread(list(totals.values()), top, middle),
        "tasks": figures,
        "hardest": _hardest(figures),
        "books": [book for book in books if book],
        "progress": _progress([book for book in books if book]),
        "mistakes": mistakes,
        "again": _again(figures, mistakes),
        "time": _time(results),
        "people": [_person(result, call) for result in results if result.notes()],
        "waiting": _waiting(name, columns),
        "copies": copies.groups(course, results, call),
        "rows": [
            {"student": call(r.folder.student), "score": totals[r.folder.student], "seconds": r.seconds,
             "kind": _kind(r), "notes": "; ".join(r.notes())}
            for r in results
        ],
    }  # fmt: skip


def _task(task, column, automatic, link):
    states = Counter(o.state for o in column)
    settled = [o for o in column if o.state != "waiting"]
    scores = [o.score for o in settled]
    own = [0.0 if o.by_hand else o.score for o in settled]
    rest = [automatic[o.student] - mine for o, mine in zip(settled, own, strict=True)]
    full = [float(o.state == "passed") for o in settled]
    complete = scores and not states["waiting"]  # half-marked figures would mislead
    value = correlation(scores if column[0].by_hand else full, rest)
    return {
        "name": task,
        "points": column[0].points,
        "by_hand": column[0].by_hand,
        **{state: states[state] for state in (*charts.STATES, "waiting")},
        "tried": len(settled) - states["blank"],
        "settled": len(settled),
        "mean": statistics.fmean(scores) if complete else None,
        "share": statistics.fmean(scores) / column[0].points if complete and column[0].points else None,
        "discrimination": value,
        "small": len(settled) < SOLID,
        "weak": value is not None and len(settled) >= SOLID and value < WEAK,
        "bar": charts.stacked(states),
        **link(task),
    }


def correlation(scores, rest):
    """The correlation of a task with the other tasks (corrected item-total); for tasks scored 0 or 1 it is the
    point-biserial one. None for fewer than ENOUGH submissions, or where one of the two does not vary."""
    if len(scores) < ENOUGH or np.std(scores) < 1e-12 or np.std(rest) < 1e-12:
        return None
    return float(np.corrcoef(scores, rest)[0, 1])


def _mistakes(columns, students, link):
    """Named mistakes by frequency, each with an example that says nothing of who made it."""
    found, examples, causes = Counter(), {}, {}
    for task, column in columns.items():
        for outcome in column:
            verdict = outcome.verdict
            if verdict is None or not verdict.mistake or outcome.state not in ("failed", "partial"):
                continue
            key = (task, verdict.mistake)
            found[key] += 1
            rung = next((rung for rung in verdict.rungs if not rung.passed), None)
            if (
                rung
                and key not in examples
                and not any(student in f"{rung.shown} {rung.found}" for student in students)
            ):
                examples[key] = {k: _short(getattr(rung, k)) for k in ("shown", "found", "expected")}
                causes[key] = rung.cause
    tried = {task: sum(o.state not in ("blank", "waiting") for o in column) for task, column in columns.items()}
    return [
        {"task": task, "name": name, "count": n, "tried": tried[task], "cause": causes.get((task, name), "")}
        | {"example": examples.get((task, name)), **link(task)}
        for (task, name), n in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    ]


def _short(text):
    return text if len(text) <= EXAMPLE else f"{text[: EXAMPLE - 1]}…"


def _again(figures, mistakes):
    """The tasks of which more than STRUGGLE of the submissions do not have all points, the most frequent first."""
    lines = []
    for task in figures:
        short = task["settled"] - task["passed"]
        if task["waiting"] or short / max(1, task["settled"]) <= STRUGGLE:  # half-marked figures would mislead
            continue
        mistake = next((m for m in mistakes if m["task"] == task["name"] and (m["count"] > 1 or short == 1)), None)
        lines.append({**task, "short": short, "mistake": mistake})
    return sorted(lines, key=lambda line: -line["short"])


def _hardest(figures):
    """A sentence on the task that cost the class most."""
    known = [task for task in figures if not task["waiting"]]
    if not known:
        return "Nothing is marked yet"
    hardest = min(known, key=lambda task: task["passed"] / task["settled"])
    if hardest["passed"] == hardest["settled"]:
        return "Every submission has all points in every task"
    return f"{hardest['name']} is the hardest: {hardest['passed']} of {hardest['settled']} have all its points"


def _spread(totals, top, middle):
    low = sum(total < top / 2 for total in totals)
    if len(totals) == 1:
        return f"The one submission has {middle:.3g} of {top:g} points"
    text = f"Half of the submissions have {middle:.3g} or more of {top:g} points"
    return f"{text}; {low} of {len(totals)} {'is' if low == 1 else 'are'} below half of them" if low else text


def _book(course, book, results, by_student):
    """How far the class came in one notebook; None for a notebook that nobody handed in and nobody had to."""
    graded = [task for task in (*book.tasks(), *book.tasks("written")) if any(task in t for t in by_student.values())]
    states = Counter()
    for result in results:
        if graded:
            mine = [by_student[result.folder.student].get(task) for task in graded]
            begun = [o is not None and o.state != "blank" for o in mine]
        elif not Path(result.folder.path, f"{book.name}.ipynb").is_file():
            begun = []
        else:
            begun = _begun(Path(course, "autograded", result.folder.student, result.folder.assignment), book)
        states["passed" if begun and all(begun) else "partial" if any(begun) else "blank"] += 1
    if not (graded or book.tasks("answer")) or (not graded and states["blank"] == len(results)):
        return None
    number, _, title = book.title.partition(" ")
    return {
        "number": number,
        "title": title,
        "graded": bool(graded),
        **{state: states[state] for state in ("passed", "partial", "blank")},
        "bar": charts.stacked(states, {"passed": "answered all", "partial": "answered some", "blank": "answered none"}),
    }


def _begun(folder, book):
    """For each practice task of a lesson that is not graded: was it answered?"""
    try:
        cells = json.loads((folder / f"{book.name}.ipynb").read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return []
    sources = {cell.get("id"): "".join(cell.get("source", "")).strip() for cell in cells}
    return [sources.get(name, "") not in ("", book.find(name).released.strip()) for name in book.tasks("answer")]


def _progress(books):
    """A sentence on where the class stops."""
    graded = [book for book in books if book["graded"]]
    if not graded:
        return "No graded notebook yet"
    worst = max(graded, key=lambda book: book["blank"])
    if worst["blank"]:
        total = sum(worst[state] for state in ("passed", "partial", "blank"))
        return f"Most often left empty is {worst['number']}: {worst['blank']} of {total} answered nothing in it"
    least = min(graded, key=lambda book: book["passed"])
    total = sum(least[state] for state in ("passed", "partial", "blank"))
    return f"Everybody began every notebook; {least['passed']} of {total} answered all of {least['number']}"


def _time(results):
    seconds = [result.seconds for result in results]
    limits = sum(bool(book.events) for result in results for book in result.books.values())
    return {"median": statistics.median(seconds), "longest": max(seconds), "limits": limits}


def _kind(result):
    """Why a person should look at a submission, or ""."""
    repairs = " | ".join(text for book in result.books.values() for text in book.repairs)
    if SUSPICIOUS.search(repairs):
        return "suspicious"
    if any(book.events for book in result.books.values()):
        return "limited"
    return "unreadable" if UNREADABLE.search(repairs) else "repaired" if repairs else ""


def _person(result, call):
    return {
        "student": call(result.folder.student),
        "assignment": title_of(result.folder.assignment),
        "kind": _kind(result),
        "notes": result.notes(),
    }


def _waiting(name, columns):
    """Answers that wait for a marker, by notebook."""
    lines = []
    for book in grade.graded_books(name):
        tasks = [task for task in book.tasks("written") if any(o.state == "waiting" for o in columns.get(task, ()))]
        if tasks:
            waiting = [o for task in tasks for o in columns[task] if o.state == "waiting"]
            students = len({o.student for o in waiting})
            lines.append({"book": book.title, "answers": len(waiting), "students": students, "tasks": len(tasks)})
    return lines


def _linker(course, beside):
    """A function task → where the unit teaches it: {lesson, href}; href is "" where the course has no such notebook."""

    def link(task):
        place = lessons.of_task(task)
        if place is None:
            return {"lesson": "", "href": ""}
        book, heading = place
        title = (
            f"{book.title.split(' ')[0]}, section {heading.split(' ', 1)[0].rstrip('.')}: {heading.split(' ', 1)[1]}"
        )
        path = Path(course, "release", book.assignment, f"{book.name}.ipynb")
        href = f"{os.path.relpath(path, beside)}#{heading.replace(' ', '-')}" if path.is_file() else ""
        return {"lesson": title, "href": href.replace(os.sep, "/")}

    return link


# --- tables ------------------------------------------------------------------------------------------------


def tables(facts):
    """The report's figures as tables: {name: rows, the header first}."""
    tasks = [["assignment", "task", "points", "marked", "all_points", "some_points", "no_points", "not_attempted",
              "waiting", "mean_score", "discrimination", "submissions_counted", "lesson"]]  # fmt: skip
    mistakes = [["assignment", "task", "mistake", "students", "tried", "asked", "found", "expected"]]
    people = [["assignment", "student", "score", "points", "seconds", "needs_a_look", "notes"]]
    for a in facts["assignments"]:
        for t in a["tasks"]:
            value = "" if t["discrimination"] is None else f"{t['discrimination']:.3f}"
            mean = "" if t["mean"] is None else f"{t['mean']:.3f}"
            counted = [t[state] for state in (*charts.STATES, "waiting")]
            marked = "by hand" if t["by_hand"] else "automatically"
            tasks.append(
                [a["name"], t["name"], points(t["points"]), marked, *counted, mean, value, t["settled"], t["lesson"]]
            )
        for m in a["mistakes"]:
            example = m["example"] or {"shown": "", "found": "", "expected": ""}
            mistakes.append([a["name"], m["task"], m["name"], m["count"], m["tried"], *example.values()])
        for row in a["rows"]:
            seconds = f"{row['seconds']:.2f}"
            people.append(
                [
                    a["name"],
                    row["student"],
                    points(row["score"]),
                    points(a["points"]),
                    seconds,
                    row["kind"],
                    row["notes"],
                ]
            )
    return {"tasks": tasks, "mistakes": mistakes, "submissions": people}
