"""nbgrader's gradebook: the only module that touches its database.

One writer, one transaction per submission. Manual scores and comments are never written here.
"""

import contextlib
import datetime
import logging
import shutil
import uuid
from functools import cache
from pathlib import Path

from autograder import build, tasks, unit
from autograder.contents import digest

# nbgrader fills these comments itself when an answer was left as released.
NO_RESPONSE = "No response."
CONFIG, INERT = "nbgrader_config.py", "autograder.formgrader.Inert"
EARLIER_CONFIGS = {  # digests of what earlier versions wrote into course folders
    "5b8ad1cf8bb51588b7406d6f108641147168dada1441c9a8c1ac7a24f88db432",
    "2cd7ec1713fa871937b7ebaba8ed23ed75c6f8c8b101abe5a4ae3b44f9ca1936",
    "a06069cd85293b01c1c9a806d017869d45d8e75410790b6230609ace6d6d8910",
}
LOCK_SECONDS = 30  # for which a gradebook that another program is writing to is waited for
DRIVERS = ("psycopg2", "psycopg", "pg8000", "pymysql", "MySQLdb")


class Unusable(RuntimeError):
    """The gradebook can't be read or written; the message says why and what to do. Nothing of it was changed."""


def prepare(course, names):
    """Make nbgrader know the assignments `names`: source/ and release/ in the course, and the gradebook's cells.

    Only assignments whose source changed since are generated anew, so that a second run changes nothing.
    """
    write_config(course)
    _examine(course)
    stale = [name for name in names if not _is_known(course, name)]
    if stale:
        build.write_sources(course, stale)
        with _explained(course):
            build.generate(course, stale, _settings(course) | {"db_url": url(course)})


def write_config(course):
    """Lay nbgrader's settings beside the gradebook, so that formgrader and nbgrader's commands work in the folder.

    Settings of an earlier version of this project that nobody changed are brought up to date.
    """
    config = Path(course, CONFIG)
    if not config.exists() or digest(config.read_bytes()) in EARLIER_CONFIGS:
        shutil.copy(build.ROOT / CONFIG, config)


def config_trouble(course):
    """What is wrong with a course's own nbgrader settings, and what to do about it; "" where nothing is."""
    config = Path(course, CONFIG)
    text = config.read_text(encoding="utf-8", errors="replace") if config.is_file() else INERT
    if config.is_file() and digest(config.read_bytes()) in EARLIER_CONFIGS:
        return ""  # `write_config` brings it up to date
    if INERT in text and "TagRemovePreprocessor.remove_cell_tags" not in text:
        return ""
    return (
        f"{config} was changed or is from elsewhere, and formgrader will not be as it should: it may hide the rubrics, "
        "and run what students wrote. Take the lines that set c.HTMLExporter.preprocessors and "
        f"c.GenerateFeedback.preprocessors from {build.ROOT / CONFIG} into it, and none that sets "
        "c.TagRemovePreprocessor. If nothing of your own is in it, delete it: `autograder grade` writes it anew."
    )


def _is_known(course, name):
    """True when the course's source notebooks are those of the unit and the gradebook has the assignment."""
    import nbformat

    if not exists(course):
        return False
    for book in unit.assignments()[name]:
        path = Path(course, "source", name, f"{book.name}.ipynb")
        fresh = nbformat.writes(build.source_notebook(book)).strip()
        if not path.is_file() or path.read_text(encoding="utf-8").strip() != fresh:
            return False
    with _open(course) as gradebook:
        return name in {assignment.name for assignment in gradebook.assignments}


# --- the database ------------------------------------------------------------------------------------------


def url(course):
    """Where the course's gradebook is: CourseDirectory.db_url of its nbgrader_config.py, else its gradebook.db."""
    return _settings(course).get("db_url") or f"sqlite:///{Path(course).resolve() / 'gradebook.db'}"


def _settings(course):
    """db_url and course_id, as far as the course's nbgrader_config.py sets them."""
    from traitlets.config.loader import PyFileConfigLoader

    folder = Path(course).resolve()
    if not (folder / CONFIG).is_file():
        return {}
    try:
        directory = PyFileConfigLoader(CONFIG, path=str(folder)).load_config().get("CourseDirectory", {})
    except Exception as problem:  # it is a program, so anything can go wrong in it
        why = f"{type(problem).__name__}, {problem}"
        raise Unusable(f"{folder / CONFIG} can't be read: {why}. Mend it, or install what it imports.") from None
    return {key: value for key in ("db_url", "course_id") if isinstance(value := directory.get(key), str) and value}


def _file(course):
    """The gradebook's file, or None where a database server keeps it."""
    kind, _, path = url(course).partition(":///")
    return Path(course, path) if kind == "sqlite" else None


def exists(course):
    """True when the course has a gradebook. One on a server is there when the server has it."""
    file = _file(course)
    return True if file is None else file.is_file()


@contextlib.contextmanager
def _open(course):
    """nbgrader's Gradebook of a course; what goes wrong with it becomes Unusable."""
    address = url(course)
    waiting = address + ("&" if "?" in address else "?") + f"timeout={LOCK_SECONDS}"
    with build.environment_on_path(), _explained(course):
        logging.getLogger("alembic").setLevel(logging.ERROR)
        from nbgrader.api import Gradebook

        with Gradebook(waiting if _file(course) else address, _settings(course).get("course_id", "")) as gradebook:
            yield gradebook


def _examine(course):
    """Raise Unusable for a gradebook that is damaged, or that another version of nbgrader or another program made."""
    from sqlalchemy import create_engine, inspect, text

    file = _file(course)
    if file is not None and not file.is_file():
        return
    with _explained(course):
        engine = create_engine(url(course))
        try:
            with engine.connect() as connection:
                if file is not None and (fault := connection.execute(text("PRAGMA quick_check(1)")).scalar()) != "ok":
                    raise Unusable(_damaged(course, fault))
                tables = inspect(connection).get_table_names()
                if not tables:
                    return
                if "alembic_version" not in tables:
                    raise Unusable(f"{_name(course)} is not a gradebook of nbgrader. Move it aside, or name another.")
                found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        finally:
            engine.dispose()
    if found != (wanted := _schema()):
        raise Unusable(
            f"{_name(course)} was made by another version of nbgrader (its tables are {found}, here {wanted}). Make a "
            "copy of it, then run `nbgrader db upgrade` in the course folder. Nothing was changed."
        )


@cache
def _schema():
    """The version of the tables that the installed nbgrader works with."""
    import nbgrader
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic")).get_current_head()


@contextlib.contextmanager
def _explained(course):
    """Turn what a database says into what a person can do."""
    from sqlalchemy import exc

    try:
        yield
    except exc.ArgumentError as problem:
        raise Unusable(f"CourseDirectory.db_url in nbgrader_config.py can't be used: {problem}") from problem
    except ModuleNotFoundError as problem:
        if problem.name not in DRIVERS:
            raise
        raise Unusable(
            f"{_name(course)} needs the package {problem.name}, which is not installed. With psycopg2-binary the "
            "address starts with postgresql+psycopg2://"
        ) from problem
    except exc.DBAPIError as problem:
        kind, said = type(problem), str(problem.orig)
        if "locked" in said:
            raise Unusable(
                f"{_name(course)} is locked: another program is writing to it. Close it (formgrader, another grade "
                "run, a database browser) and run the same command again; it goes on where it stopped."
            ) from problem
        if "full" in said and kind is exc.OperationalError:
            raise Unusable(_full(said)) from problem
        if kind is exc.OperationalError and _file(course) is None:
            raise Unusable(f"{_name(course)} can't be reached: {said.strip()}") from problem
        if kind is exc.OperationalError:
            raise Unusable(f"{_name(course)} can't be used: {said}.") from problem
        if kind is exc.DatabaseError:
            raise Unusable(_damaged(course, said)) from problem
        raise


def _full(said):
    return f"The disk is full ({said}). Free some space and run the same command again; it goes on where it stopped."


def _name(course):
    from sqlalchemy.engine import make_url

    file = _file(course)
    return str(file) if file else f"The gradebook at {make_url(url(course)).render_as_string(hide_password=True)}"


def _damaged(course, fault):
    file = _file(course)
    return (
        f"{file} is damaged ({str(fault).splitlines()[-1]}). Nothing was changed. Move it aside (for instance: mv "
        f"{file.name} damaged-{file.name}), put a back-up in its place if you have one, and run `autograder grade` "
        "again: automatic scores come back from autograded/ without playing a notebook. Marks by hand since the "
        f"back-up may be saved from the damaged file with: sqlite3 damaged-{file.name} .recover"
    )


# --- writing -----------------------------------------------------------------------------------------------


class Writer:
    """The gradebook, opened once for a whole run: opening it makes nbgrader look at every table. Use it with `with`.

    One transaction per submission; after a failure the next one starts clean.
    """

    def __init__(self, course):
        self.course = course

    def __enter__(self):
        self.opened = _open(self.course)
        self.gradebook = self.opened.__enter__()
        self.session = self.gradebook.db()
        self.session.expire_on_commit = False  # assignments and their cells stay as they were read
        self.assignments: dict = {}
        return self

    def __exit__(self, *problem):
        return self.opened.__exit__(*problem)

    def record(self, assignment, student, books, handed_in_at=None):
        """Write the automatic scores of one student's assignment.

        books: {notebook name: {"scores": {task: float}, "written": {task: True where the student wrote something}}}.
        """
        from nbgrader.api import Student, SubmittedAssignment, SubmittedNotebook

        with self._transaction() as session, session.no_autoflush:
            known = self._assignment(assignment)
            if session.get(Student, student) is None:
                session.add(Student(id=student))
            submission = self._find(assignment, student)
            if submission is None:
                submission = SubmittedAssignment(id=_new_id(), assignment_id=known.id, student_id=student)
                session.add(submission)
                have = {}
            else:
                have = {entry.notebook_id: entry for entry in submission.notebooks}
            submission.timestamp = handed_in_at
            for notebook in known.notebooks:
                entry = have.get(notebook.id)
                if entry is None:
                    entry = SubmittedNotebook(id=_new_id(), notebook_id=notebook.id, assignment_id=submission.id)
                    session.add(entry)
                result = books.get(notebook.name, {"scores": {}, "written": {}})
                _fill(session, entry, notebook, result, is_new=notebook.id not in have)

    def forget(self, assignment, student):
        """Take back a student's automatic scores of an assignment, so that no stale one stays; marks by hand stay."""
        with self._transaction():
            submission = self._find(assignment, student)
            if submission is None:
                return
            grades = [grade for entry in submission.notebooks for grade in entry.grades]
            comments = [comment for entry in submission.notebooks for comment in entry.comments]
            marked = any(grade.manual_score is not None or grade.extra_credit for grade in grades)
            if not marked and not any(comment.manual_comment for comment in comments):
                self.gradebook.remove_submission(assignment, student)
                return
            for grade in grades:
                grade.auto_score = None
                grade.needs_manual_grade = grade.manual_score is None

    @contextlib.contextmanager
    def _transaction(self):
        try:
            with _explained(self.course):
                yield self.session
                self.session.commit()
        except BaseException:
            self.session.rollback()
            raise
        finally:  # nothing of one student stays in memory while the next is written
            self.session.expunge_all()

    def _assignment(self, name):
        if name not in self.assignments:
            known = self.gradebook.find_assignment(name)
            for notebook in known.notebooks:  # reads the cells, which are needed after this transaction too
                list(notebook.grade_cells), list(notebook.solution_cells)
            self.assignments[name] = known
        return self.assignments[name]

    def _find(self, assignment, student):
        from nbgrader.api import SubmittedAssignment

        wanted = {"assignment_id": self._assignment(assignment).id, "student_id": student}
        return self.session.query(SubmittedAssignment).filter_by(**wanted).one_or_none()


def _new_id():
    return uuid.uuid4().hex


def _fill(session, entry, notebook, result, is_new):
    """Grades and comments of one submitted notebook."""
    from nbgrader.api import Comment, Grade

    grades = {} if is_new else {grade.cell_id: grade for grade in entry.grades}
    comments = {} if is_new else {comment.cell_id: comment for comment in entry.comments}
    for cell in notebook.grade_cells:
        grade = grades.get(cell.id)
        if grade is None:
            grade = Grade(cell_id=cell.id, notebook_id=entry.id)
            session.add(grade)
        _set_score(grade, cell.name, result)
    for cell in notebook.solution_cells:
        comment = comments.get(cell.id)
        if comment is None:
            comment = Comment(cell_id=cell.id, notebook_id=entry.id)
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


def recorded(course):
    """{(assignment, student)} of every submission that the gradebook has."""
    from nbgrader.api import Assignment, SubmittedAssignment

    with _open(course) as gradebook:
        asked = gradebook.db.query(Assignment.name, SubmittedAssignment.student_id)
        joined = asked.join(SubmittedAssignment, SubmittedAssignment.assignment_id == Assignment.id)
        return {tuple(row) for row in joined}


def rows(course):
    """Every grade in the gradebook as a dictionary: student, assignment, notebook, task, score, max_score, …"""
    if not exists(course):
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
    if not exists(course):
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
    if not exists(course):
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
    if not exists(course):
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
    "Unusable",
    "Writer",
    "exists",
    "has_penalties",
    "notebooks",
    "now",
    "penalise",
    "prepare",
    "recorded",
    "rows",
    "students",
    "submission_id",
    "tasks",
    "url",
]
