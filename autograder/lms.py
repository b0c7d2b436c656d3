"""Grades for other systems."""

import csv

from autograder import grade, gradebook

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
        writer.writerow({**{key: values[key] for key in COLUMNS[:6]}, "state": state, "mistake": mistake})
        count += 1
    return count
