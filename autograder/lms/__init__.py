"""Grades for other systems.

__init__     tables of one's own: long (a row a task and student) and wide (a row a student)
totals       what everything below starts from
canvas, moodle, gradescope   what these platforms import; `template` is a table of theirs that is filled in
"""

import csv

from autograder import grade, gradebook, unit
from autograder.lms.totals import inert, number, of_course

COLUMNS = ("student", "assignment", "notebook", "task", "score", "max_score", "state", "mistake")


def write_csv(course, file):
    """One row a task and student: scores from the gradebook, state and mistake from the judge."""
    verdicts = {
        (result.folder.student, result.folder.assignment, task): verdict
        for result in grade.load_course(course)
        for book in result.books.values()
        for task, verdict in book.verdicts.items()
    }
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    count = 0
    for row in gradebook.rows(course):
        verdict = verdicts.get((row["student"], row["assignment"], row["task"]))
        waiting = "needs manual grade" if row["needs_manual_grade"] else "marked by hand"
        if verdict is None and row["manual_score"] is None and not row["needs_manual_grade"]:
            waiting = "not attempted"
        state = verdict.state if verdict else waiting
        mistake = (verdict.mistake or "") if verdict else ""
        values = {**row, "score": f"{row['score']:g}", "max_score": f"{row['max_score']:g}"}
        values = {key: inert(values[key]) for key in COLUMNS[:6]} | {"state": state, "mistake": inert(mistake)}
        writer.writerow(values)
        count += 1
    return count


def write_wide(course, file, roster=None):
    """One row a student: points by task, then for each assignment the penalty, the score, the maximum and the state."""
    totals = of_course(course, roster)
    rows = {(row["student"], row["task"]): row for row in gradebook.rows(course)}
    graded = {task for _, task in rows}
    assignments = [name for name in unit.assignments() if any(key == name for _, key in totals.totals)]
    tasks = {
        name: [t for book in unit.assignments()[name] for role in ("check", "written") for t in book.tasks(role)]
        for name in assignments
    }
    writer = csv.writer(file, lineterminator="\n")
    header = ["student", "name", "email"]
    for name in assignments:
        header += [task for task in tasks[name] if task in graded]
        header += [f"{name}: {word}" for word in ("late penalty", "score", "max score", "state")]
    writer.writerow([*header, "total", "state"])
    for student in totals.roster.students:
        line = [student.id, student.name, student.ids.get("email", "")]
        states = []
        for name in assignments:
            total = totals.find(student.id, name)
            line += [_points(rows.get((student.id, task))) for task in tasks[name] if task in graded]
            waiting = f"{total.waiting} to be marked" if total and total.waiting else ""
            states.append(waiting or ("complete" if total else "not handed in"))
            line += [number(total.penalty), number(total.score), number(total.max_score)] if total else ["", "", ""]
            line.append(states[-1])
        scores = [total.score for name in assignments if (total := totals.find(student.id, name))]
        marked = any("marked" in state for state in states)
        writer.writerow(
            [inert(cell) for cell in (*line, number(sum(scores)), "not complete" if marked else "complete")]
        )
    return len(totals.roster.students)


def _points(row):
    """Points of a task; nothing where the answer waits for its marker, which is not 0 points."""
    return "" if row is None or row["needs_manual_grade"] else f"{row['score']:g}"


__all__ = ["COLUMNS", "number", "of_course", "write_csv", "write_wide"]
