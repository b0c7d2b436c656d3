"""The class report: what the class has not understood, on one self-contained page."""

import statistics
from collections import Counter
from html import escape
from pathlib import Path

import numpy as np

from autograder import grade, gradebook
from autograder.feedback import STYLES, templates, title_of
from workbook.card import SYMBOLS

ENOUGH = 10  # submissions from which shares and correlations mean something
SHADES = {"passed": "#0072B2", "partial": "#56B4E9", "failed": "#D55E00", "not attempted": "#999999"}


def write(course, out=None):
    """Write the report of a course (default: course/report.html) and return its path."""
    path = Path(out) if out else Path(course, "report.html")
    path.write_text(page(course), encoding="utf-8")
    return path


def page(course):
    """The report as HTML."""
    results = grade.load_course(course)
    scores = {(r["student"], r["assignment"], r["task"]): r["score"] for r in gradebook.rows(course)}
    names = sorted({result.folder.assignment for result in results})
    assignments = [_assignment(name, [r for r in results if r.folder.assignment == name], scores) for name in names]
    students = len({result.folder.student for result in results})
    return (
        templates()
        .get_template("report.html.j2")
        .render(title="Class report", assignments=assignments, students=students)
    )


def _assignment(name, results, scores):
    verdicts = {result.folder.student: _verdicts(result) for result in results}
    tasks = list(dict.fromkeys(task for by_task in verdicts.values() for task in by_task))
    points = {task: next(v[task].points for v in verdicts.values() if task in v) for task in tasks}

    def score(student, task):
        return scores.get((student, name, task), 0.0)

    totals = {student: sum(score(student, task) for task in tasks) for student in verdicts}
    rows = [_task(task, points[task], verdicts, score, totals) for task in tasks]
    mistakes = _mistakes(verdicts)
    return {
        "title": title_of(name),
        "submissions": len(results),
        "points": sum(points.values()),
        "median": statistics.median(totals.values()),
        "lowest": min(totals.values()),
        "highest": max(totals.values()),
        "histogram": _histogram(list(totals.values()), sum(points.values())),
        "tasks": rows,
        "mistakes": mistakes,
        "reteach": _reteach(rows, mistakes, len(results)),
        "attention": [{"student": r.folder.student, "notes": r.notes()} for r in results if r.notes()],
        "rows": [_student(student, by_task, tasks, score, totals) for student, by_task in verdicts.items()],
    }


def _verdicts(result):
    return {task: verdict for book in result.books.values() for task, verdict in book.verdicts.items()}


def _student(student, by_task, tasks, score, totals):
    cells = [
        {
            "symbol": SYMBOLS[by_task[task].state],
            "style": STYLES.get(by_task[task].state, "blank"),
            "score": score(student, task),
            "mistake": by_task[task].mistake or "",
        }
        for task in tasks
    ]
    return {"student": student, "score": totals[student], "cells": cells}


def _task(task, points, verdicts, score, totals):
    states = Counter(by_task[task].state for by_task in verdicts.values())
    earned = [score(student, task) for student in verdicts]
    rest = [totals[student] - own for student, own in zip(verdicts, earned, strict=True)]
    return {
        "name": task,
        "points": points,
        "passed": states["passed"],
        "partial": states["partial"],
        "failed": states["failed"],
        "blank": states["not attempted"],
        "mean": statistics.fmean(earned),
        "discrimination": _discrimination(earned, rest),
        "bar": _bar(states, sum(states.values())),
    }


def _discrimination(earned, rest):
    if len(earned) < ENOUGH or np.std(earned) == 0 or np.std(rest) == 0:
        return "too few"
    return f"{np.corrcoef(earned, rest)[0, 1]:.2f}"


def _mistakes(verdicts):
    found = Counter()
    examples = {}
    for by_task in verdicts.values():
        for task, verdict in by_task.items():
            if verdict.mistake:
                found[task, verdict.mistake] += 1
                failure = next(rung for rung in verdict.rungs if not rung.passed)
                examples.setdefault(
                    (task, verdict.mistake), f"found {failure.found}, expected {failure.expected or 'otherwise'}"
                )
    return [
        {"task": task, "name": name, "count": count, "example": examples[task, name]}
        for (task, name), count in found.most_common(20)
    ]


def _reteach(rows, mistakes, submissions):
    """The three tasks that most students who tried did not solve, each with its most frequent mistake."""
    lines = []
    for row in sorted(rows, key=lambda row: row["passed"] / max(1, submissions - row["blank"])):
        tried = submissions - row["blank"]
        if not tried or row["passed"] / tried > 0.7:
            continue
        line = f"{row['name']}: {tried - row['passed']} of {tried} who tried it did not get it right"
        top = next((m for m in mistakes if m["task"] == row["name"]), None)
        if top and top["count"] > 1:
            line += f"; most often: {top['name']} ({top['count']} students)"
        lines.append(line + ".")
    return lines[:3]


# --- small drawings ----------------------------------------------------------------------------------------


def _bar(states, total):
    """A stacked bar of the four outcomes, with its text alternative."""
    parts, left = [], 0.0
    for state, shade in SHADES.items():
        width = 160 * states[state] / max(1, total)
        parts.append(f'<rect x="{left:.1f}" y="0" width="{width:.1f}" height="14" fill="{shade}"/>')
        left += width
    told = ", ".join(f"{states[state]} {state}" for state in SHADES)
    return f'<svg width="160" height="14" role="img" aria-label="{escape(told)}">{"".join(parts)}</svg>'


def _histogram(totals, points):
    """How many students reached each score, in steps of a tenth of the points."""
    counts, edges = np.histogram(totals, bins=10, range=(0, points or 1))
    tallest = max(1, counts.max())
    parts = []
    for index, count in enumerate(counts):
        height = 90 * count / tallest
        x = 40 + 50 * index
        parts.append(f'<rect x="{x}" y="{110 - height:.1f}" width="44" height="{height:.1f}" fill="#0072B2"/>')
        if count:
            parts.append(f'<text x="{x + 22}" y="{104 - height:.1f}" text-anchor="middle">{count}</text>')
        parts.append(f'<text x="{x}" y="127" text-anchor="middle">{edges[index]:g}</text>')
    parts.append(f'<text x="{40 + 500}" y="127" text-anchor="middle">{edges[-1]:g}</text>')
    parts.append('<text x="290" y="148" text-anchor="middle">score (points)</text>')
    parts.append('<text x="14" y="62" text-anchor="middle" transform="rotate(-90 14 62)">students</text>')
    told = "; ".join(
        f"{count} students with {edges[i]:g} to {edges[i + 1]:g} points" for i, count in enumerate(counts) if count
    )
    return f'<svg viewBox="0 0 580 155" width="580" role="img" aria-label="{escape(told)}">{"".join(parts)}</svg>'
