"""Gradescope: a results.json for each submission, as its autograder platform reads them."""

import json
from pathlib import Path

from autograder import grade, gradebook, unit
from autograder.lms.template import Filled, some
from workbook.card import Card


def write(course, out):
    """Write <out>/<student>/<assignment>/results.json for every graded submission; returns what was Filled."""
    rows: dict = {}
    for row in gradebook.rows(course):
        rows.setdefault((row["student"], row["assignment"]), []).append(row)
    penalties: dict = {}
    for row in gradebook.notebooks(course):
        key = (row["student"], row["assignment"])
        penalties[key] = penalties.get(key, 0.0) + row["penalty"]
    results = {(r.folder.student, r.folder.assignment): r for r in grade.load_course(course)}
    filled, waiting = Filled(), []
    for key, mine in rows.items():
        report = submission(mine, results.get(key), penalties.get(key, 0.0))
        path = Path(out, *key, "results.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
        filled.filled += 1
        if report["extra_data"]["waiting"]:
            waiting.append("/".join(key))
    if waiting:
        filled.notes.append(f"{len(waiting)} are not complete, since answers wait for a marker: {some(waiting)}.")
    return filled


def submission(rows, result, penalty=0.0):
    """The results of one submission as a dictionary. rows: its grades; result: a grade.Graded, or None; penalty: points
    lost for handing it in late.

    The score stands at the top, since penalties belong to no single test. An answer that waits for its marker has no
    score, so that nobody takes it for 0 points.
    """
    verdicts = {task: v for book in result.books.values() for task, v in book.verdicts.items()} if result else {}
    earned = sum(row["score"] for row in rows)
    waiting = [row["task"] for row in rows if row["needs_manual_grade"]]
    output = []
    if waiting:
        output.append(f"Not complete: {', '.join(waiting)} will be marked by a person.")
    if penalty:
        output.append(f"Handed in late: {penalty:g} points less.")
    output += result.notes() if result else []
    return {
        "score": round(earned - min(penalty, max(earned, 0.0)), 4),
        "execution_time": round(result.seconds, 3) if result else 0.0,
        "output": "\n".join(output),
        "output_format": "text",
        "test_output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(number, row, verdicts.get(row["task"])) for number, row in enumerate(rows, 1)],
        "extra_data": {"waiting": waiting, "late_penalty": penalty},
    }


def _test(number, row, verdict):
    book = unit.place_of(row["task"])
    test = {
        "name": row["task"],
        "number": f"{(book.name if book else row['notebook']).partition('_')[0]}.{number}",
        "max_score": row["max_score"],
        "visibility": "visible",
    }
    if row["needs_manual_grade"]:
        return test | {"output": "A person will mark this answer.", "extra_data": {"waiting": True}}
    lines = [repr(Card(verdict, graded=True))] if verdict else []
    if row["manual_score"] is not None:
        lines.append("Marked by a person.")
    if row["comment"]:
        lines.append(row["comment"])
    full = row["score"] >= row["max_score"]
    return test | {"score": row["score"], "status": "passed" if full else "failed", "output": "\n\n".join(lines)}
