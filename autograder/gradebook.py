"""nbgrader's gradebook: the only module that touches its database.

One writer, one transaction per submission. Manual scores and comments are never written here.
"""

import datetime
import logging
import shutil
from pathlib import Path

from autograder import build, tasks, unit

# nbgrader fills these comments itself when an answer was left as released.
NO_RESPONSE = "No response."


def prepare(course, names):
    """Make nbgrader know the assignments `names`: source/ and release/ in the course, and the gradebook's cells.

    Only assignments whose source changed since are generated anew, so that a second run changes nothing.
    """
    write_config(course)
    stale = [name for name in names if not _is_known(course, name)]
    if stale:
        build.write_sources(course, stale)
        build.generate(course, stale)


def write_config(course):
    """Lay nbgrader's settings beside the gradebook, so that formgrader and nbgrader's commands work in the folder."""
    config = Path(course, "nbgrader_config.py")
    if not config.exists():
        shutil.copy(build.ROOT / "nbgrader_config.py", config)


def _is_known(course, name):
    """True when the course's source notebooks are those of the unit and the gradebook has the assignment."""
    import nbformat

    if not Path(course, "gradebook.db").is_file():
        return False
    for book in unit.assignments()[name]:
        path = Path(course, "source", name, f"{book.name}.ipynb")
        fresh = nbformat.writes(build.source_notebook(book)).strip()
        if not path.is_file() or path.read_text(encoding="utf-8").strip() != fresh:
            return False
    with _open(course) as gradebook:
        return name in {assignment.name for assignment in gradebook.assignments}


def _open(course):
    with build.environment_on_path():
        logging.getLogger("alembic").setLevel(logging.ERROR)
        from nbgrader.api import Gradebook

        return Gradebook(f"sqlite:///{Path(course, 'gradebook.db').resolve()}")


def record(course, assignment, student, books, handed_in_at=None):
    """Write the automatic scores of one student's assignment.

    books: {notebook name: {"scores": {task: float}, "written": {task: True where the student wrote something}}}.
    """
    from nbgrader.api import SubmittedAssignment, SubmittedNotebook

    with _open(course) as gradebook:
        session = gradebook.db
        gradebook.update_or_create_student(student)
        known = gradebook.find_assignment(assignment)
        submission = next((s for s in known.submissions if s.student_id == student), None)
        with session.no_autoflush:
            if submission is None:
                submission = SubmittedAssignment(assignment=known, student=gradebook.find_student(student))
                session.add(submission)
            submission.timestamp = handed_in_at
            have = {entry.notebook_id: entry for entry in submission.notebooks}
            for notebook in known.notebooks:
                entry = have.get(notebook.id)
                if entry is None:
                    entry = SubmittedNotebook(notebook=notebook, assignment=submission)
                    session.add(entry)
                _fill(session, entry, notebook, books.get(notebook.name, {"scores": {}, "written": {}}))
        session.commit()


def _fill(session, entry, notebook, result):
    """Grades and comments of one submitted notebook."""
    from nbgrader.api import Comment, Grade

    grades = {grade.cell_id: grade for grade in entry.grades}
    comments = {comment.cell_id: comment for comment in entry.comments}
    for cell in notebook.grade_cells:
        grade = grades.get(cell.id)
        if grade is None:
            grade = Grade(cell=cell, notebook=entry)
            session.add(grade)
        _set_score(grade, cell.name, result)
    for cell in notebook.solution_cells:
        comment = comments.get(cell.id)
        if comment is None:
            comment = Comment(cell=cell, notebook=entry)
            session.add(comment)
        comment.auto_comment = None if result["written"].get(cell.name, True) else NO_RESPONSE


def _set_score(grade, cell_name, result):
    task = cell_name.removeprefix("test_")
    if task in result["scores"]:
        grade.auto_score = float(result["scores"][task])
        grade.needs_manual_grade = False
    else:  # marked by hand: an unwritten answer is worth 0 without anybody reading it, as in nbgrader
        wrote = result["written"].get(cell_name, False)
        grade.auto_score = None if wrote else 0.0
        grade.needs_manual_grade = wrote and grade.manual_score is None


def forget(course, assignment, student):
    """Remove a student's submission of an assignment, so that no stale score stays behind."""
    with _open(course) as gradebook:
        gradebook.remove_submission(assignment, student)


def rows(course):
    """Every grade in the gradebook as a dictionary: student, assignment, notebook, task, score, max_score, …"""
    if not Path(course, "gradebook.db").is_file():
        return []
    with _open(course) as gradebook:
        result = []
        for assignment in gradebook.assignments:
            for submission in assignment.submissions:
                penalty = submission.late_submission_penalty or 0.0  # of the whole assignment
                for notebook in submission.notebooks:
                    result += [
                        {
                            "student": submission.student_id,
                            "assignment": assignment.name,
                            "notebook": notebook.name,
                            "task": grade.name.removeprefix("test_"),
                            "score": grade.score,
                            "max_score": grade.max_score,
                            "manual_score": grade.manual_score,
                            "needs_manual_grade": bool(grade.needs_manual_grade),
                            "comment": _comment(notebook, grade.name),
                            "late_penalty": penalty,
                        }
                        for grade in notebook.grades
                    ]
        place = {name: index for index, name in enumerate(_task_order())}
        return sorted(result, key=lambda row: (row["student"], row["assignment"], place.get(row["task"], 999)))


def notebooks(course):
    """Every submitted notebook as a dictionary: student, assignment, notebook, score, max_score, penalty for handing
    it in late, and how many answers wait for their marker. Points are as the gradebook has them: with marks by hand
    and extra credit, before the penalty."""
    if not Path(course, "gradebook.db").is_file():
        return []
    with _open(course) as gradebook:
        return [
            {
                "student": submission.student_id,
                "assignment": assignment.name,
                "notebook": notebook.name,
                "score": notebook.score,
                "max_score": notebook.max_score,
                "penalty": notebook.late_submission_penalty or 0.0,
                "waiting": sum(bool(grade.needs_manual_grade) for grade in notebook.grades),
            }
            for assignment in gradebook.assignments
            for submission in assignment.submissions
            for notebook in submission.notebooks
        ]


def submission_id(course, student, assignment, notebook):
    """nbgrader's id of a submitted notebook, by which formgrader addresses it."""
    with _open(course) as gradebook:
        return gradebook.find_submission_notebook(notebook, assignment, student).id


def has_penalties(course):
    """True when any notebook has lost points for being late."""
    if not Path(course, "gradebook.db").is_file():
        return False
    from nbgrader.api import SubmittedNotebook

    with _open(course) as gradebook:
        late = gradebook.db.query(SubmittedNotebook).filter(SubmittedNotebook.late_submission_penalty > 0)
        return late.first() is not None


def penalise(course, due, penalty_of):
    """Write due dates and penalties for late work; returns ((student, assignment, notebook), before, after) for each
    penalty that moved.

    due: {assignment: time in UTC} of those whose date is to be set; penalty_of: a function that gives the points, or
    None, for a submitted notebook as a dictionary: student, assignment, notebook, score, max_score, waiting (answers
    to be marked), time (of the submission), due (with the student's extension) and extension.
    """
    moved = []
    with _open(course) as gradebook:
        for assignment in gradebook.assignments:
            if assignment.name in due:
                assignment.duedate = due[assignment.name].replace(tzinfo=None)
            for submission in assignment.submissions:
                extension = submission.extension or datetime.timedelta()
                until = assignment.duedate and _as_utc(assignment.duedate + extension)
                for notebook in submission.notebooks:
                    where = (submission.student_id, assignment.name, notebook.name)
                    row = {
                        **dict(zip(("student", "assignment", "notebook"), where, strict=True)),
                        "score": notebook.score,
                        "max_score": notebook.max_score,
                        "waiting": sum(bool(grade.needs_manual_grade) for grade in notebook.grades),
                        "time": submission.timestamp and _as_utc(submission.timestamp),
                        "due": until,
                        "extension": extension,
                    }
                    before, after = notebook.late_submission_penalty or 0.0, penalty_of(row) or 0.0
                    if abs(before - after) > 1e-9:
                        notebook.late_submission_penalty = after or None
                        moved.append((where, before, after))
        gradebook.db.commit()
    return moved


def _as_utc(time):
    return time.replace(tzinfo=datetime.UTC)


def students(course):
    """{student id: (name, email)} of everybody in the gradebook; both may be empty."""
    if not Path(course, "gradebook.db").is_file():
        return {}
    with _open(course) as gradebook:
        return {
            student.id: (" ".join(filter(None, (student.first_name, student.last_name))), student.email or "")
            for student in gradebook.students
        }


def _comment(notebook, cell_name):
    """What the marker wrote about an answer."""
    task = cell_name.removeprefix("test_")
    texts = [comment.manual_comment for comment in notebook.comments if comment.name in (cell_name, task)]
    return " ".join(filter(None, texts))


def _task_order():
    return [name for book in unit.notebooks() for role in ("check", "written") for name in book.tasks(role)]


def now():
    """The time as nbgrader stores it: UTC without a zone."""
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)


__all__ = [
    "forget",
    "has_penalties",
    "notebooks",
    "now",
    "penalise",
    "prepare",
    "record",
    "rows",
    "students",
    "submission_id",
    "tasks",
]
