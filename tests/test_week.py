"""A week of the course with a class of 60: from the downloads of two platforms to grades that both of them take.

Forty students hand in through Canvas and twenty through Moodle: 2.3 as a notebook, 3.6 as a Word document, some late,
some again, some in archives of their own. The class writes four different notebooks, so that few have to be played.
"""

import csv
import datetime
import hashlib
import io
import shutil
import zipfile
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field

import docx
import pytest
from nbgrader.api import Gradebook

from autograder import changes, collect, course, feedback, grade, late, lms, report, roster, sample_class, written
from autograder.demo import LIMITS
from autograder.lms import canvas, moodle, template
from tests.test_pages import assert_sound

ASSIGNMENT, BOOK = sample_class.ASSIGNMENT, sample_class.NOTEBOOK
FORM = f"{written.notebook().name}.docx"
PEOPLE = [f"s{number:02d}" for number in range(60)]
ON_CANVAS, ON_MOODLE = PEOPLE[:40], PEOPLE[40:]
KINDS = {student.name: student for student in sample_class.STUDENTS}
DUE, IN_TIME = datetime.datetime(2026, 3, 1, 23, 59), (2026, 2, 27, 18, 0, 0)
SETTINGS = """
timezone = "UTC"
[due]
2 = 2026-03-01 23:59:00
[late]
per_day = 0.1
cap = 0.5
grace_minutes = 15
"""
LATE = {"s03": 1, "s07": 2, "s41": 1, "s44": 9}  # days begun after the due date
AGAIN = {"s01": "abel_numpy", "s02": "quinn_half", "s10": "abel_numpy"}  # what they hand in on Wednesday
WITH_FORM = ("s00", "s05", "s09", "s45")


def kind_of(person):
    """Which of the four notebooks a person writes at first."""
    return ("abel_numpy", "emre", "quinn_half", "pia_blank")[int(person[1:]) % 4]


def points(kind):
    return sum(KINDS[kind].scores.values())


def penalty(person, score):
    return min(score, 0.1 * min(LATE.get(person, 0), 5) * points("abel_numpy"))


def form(text):
    document = docx.Document()
    for question in written.questions():
        document.add_heading(question.heading, level=1)
        document.add_paragraph(f"{text} This is my answer to question {question.number}.")
    memory = io.BytesIO()
    document.save(memory)
    return memory.getvalue()


def handed_in(person):
    days = LATE.get(person)
    if days is None:
        return IN_TIME
    return (DUE + datetime.timedelta(days=days, hours=-3)).timetuple()[:6]


def packed(entries):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, time in entries:
            archive.writestr(zipfile.ZipInfo(name, time), content)
    return memory.getvalue()


def canvas_name(person, number, name):
    mark = "_LATE" if person in LATE else ""
    return f"family{person}given{mark}_{1000 + int(person[1:])}_{number}_{name}"


def monday():
    """The archive of Canvas: notebooks, a student's own archive, Word documents."""
    for person in ON_CANVAS:
        notebook, number = sample_class.notebook_of(KINDS[kind_of(person)]), 5000 + int(person[1:])
        if person == "s06":
            own = packed([(f"{ASSIGNMENT}/{BOOK}.ipynb", notebook, IN_TIME), ("__MACOSX/x", b"", IN_TIME)])
            yield canvas_name(person, number, "homework.zip"), own, IN_TIME
        elif person == "s08":
            yield canvas_name(person, number, "Untitled1 (2).ipynb"), notebook, IN_TIME
        else:
            yield canvas_name(person, number, f"{BOOK}.ipynb"), notebook, handed_in(person)
        if person in WITH_FORM:
            yield canvas_name(person, number + 100, FORM), form("First."), IN_TIME


def wednesday():
    """Another archive of Canvas: what was handed in again."""
    time = (2026, 3, 1, 20, 0, 0)
    for person, kind in AGAIN.items():
        notebook = sample_class.notebook_of(KINDS[kind])
        yield canvas_name(person, 6000 + int(person[1:]), f"{BOOK}-1.ipynb"), notebook, time
    yield canvas_name("s00", 6100, FORM.replace(".docx", "-1.docx")), form("Second thoughts."), time


def moodle_files():
    for person in ON_MOODLE:
        folder = f"Given Family{person}_{int(person[1:])}00_assignsubmission_file_"
        yield f"{folder}/{BOOK}.ipynb", sample_class.notebook_of(KINDS[kind_of(person)]), handed_in(person)
        if person in WITH_FORM:
            yield f"{folder}/my answers.docx", form("First."), IN_TIME


class OncePlayed(Executor):
    """Plays each different notebook once, since a player's answer depends on nothing but the job."""

    def __init__(self):
        self.played = {}

    def submit(self, function, job):
        key = hashlib.sha256(repr(job).encode()).hexdigest()
        future = Future()
        if key not in self.played:
            self.played[key] = function(job)
        future.set_result(self.played[key])
        return future


@dataclass
class Week:
    """What the week left: the course folder, outcomes of collecting, and what grading told."""

    course: object
    roster: object
    outcomes: dict = field(default_factory=dict)
    first: list = field(default_factory=list)
    moved: list = field(default_factory=list)
    late: list = field(default_factory=list)


@pytest.fixture(scope="module")
def week(tmp_path_factory):
    """The whole week, once."""
    folder = tmp_path_factory.mktemp("week")
    (folder / "course.toml").write_text(SETTINGS)
    rows = ["id,first name,last name,email,canvas id"]
    rows += [f"{p},Given,Family{p},{p}@example.edu,{1000 + int(p[1:]) if p in ON_CANVAS else ''}" for p in PEOPLE]
    (folder / "roster.csv").write_text("\n".join(rows))
    done = Week(folder, roster.read(folder / "roster.csv"))
    settings, executor = course.read(folder), OncePlayed()

    def take(name, entries):
        path = folder / f"{name}.zip"
        path.write_bytes(packed(entries))
        done.outcomes[name] = collect.collect([path], folder, roster=done.roster, zone=settings.zone)

    take("monday", monday())
    take("moodle", moodle_files())
    done.first = grade.grade_course(folder, limits=LIMITS, executor=executor)
    late.apply(folder, settings)
    take("wednesday", wednesday())
    results = grade.grade_course(folder, limits=LIMITS, executor=executor)
    done.late, penalties = late.apply(folder, settings)
    done.moved = changes.of_run(folder, results, penalties)
    changes.keep(folder, done.moved)
    assert len(executor.played) <= 4
    return done


def score(person):
    return points(AGAIN.get(person, kind_of(person)))


def test_everything_is_collected_and_told(week):
    states = {name: [o.state for o in outcomes] for name, outcomes in week.outcomes.items()}
    assert set(states["monday"]) == set(states["moodle"]) == {collect.TAKEN}
    assert len({o.handed.student for name in ("monday", "moodle") for o in week.outcomes[name]}) == len(PEOPLE)
    assert sorted(states["wednesday"]) == [collect.KNOWN, collect.OTHER, collect.TAKEN, collect.TAKEN]
    again = next(o for o in week.outcomes["wednesday"] if o.state == collect.OTHER)
    assert again.handed.student == "s00" and "handed in once" in again.notes[0]
    text = (week.course / "submitted/s00/3_training" / f"{written.notebook().name}.ipynb").read_text(encoding="utf-8")
    assert "First." in text and "Second thoughts" not in text
    assert len(list((week.course / "earlier").rglob("*.ipynb"))) == 2  # one handed in the same again
    assert "2026-02-27 18:00:00" in (week.course / "submitted" / "s04" / ASSIGNMENT / "timestamp.txt").read_text()


def test_every_grade_is_the_one_that_was_earned(week):
    assert not [result for result in week.first if result.failure]
    totals = lms.of_course(week.course, week.roster)
    for person in PEOPLE:
        total = totals.find(person, BOOK)
        assert total.score == pytest.approx(score(person) - penalty(person, score(person))), person
        waits = totals.find(person, written.notebook().name)
        assert (waits.waiting if waits else 0) == (len(written.questions()) if person in WITH_FORM else 0), person
    paid = {row.student: row.penalty for row in week.late}
    assert paid == {p: pytest.approx(penalty(p, score(p))) for p in LATE if score(p)}


def test_the_change_list_says_whose_score_moved_and_why(week):
    moved = {}
    for change in week.moved:
        moved.setdefault(change.student, 0.0)
        moved[change.student] += change.after - change.before
        assert change.why == "other files were handed in"
    expected = {p: points(kind) - points(kind_of(p)) for p, kind in AGAIN.items()}
    assert moved == {person: pytest.approx(by) for person, by in expected.items() if by}
    with (week.course / changes.FILE).open(newline="") as file:
        kept = list(csv.DictReader(file))
    assert len(kept) == len(week.moved) and kept[0]["why"] == "other files were handed in"


def test_a_second_run_changes_nothing(week):
    results = grade.grade_course(week.course, limits=LIMITS, executor=OncePlayed())
    assert all(result.unchanged for result in results)
    found, penalties = late.apply(week.course, course.read(week.course))
    assert changes.of_run(week.course, results, penalties) == [] and found == week.late


def test_canvas_and_moodle_take_the_grades(week, tmp_path):
    totals = lms.of_course(week.course, week.roster)
    sheet = ["Student,ID,SIS User ID,SIS Login ID,Section,2.3 Predict (77),3.6 Written (78)"]
    sheet.append(f"    Points Possible,,,,,{points('abel_numpy'):g},30")
    sheet += [f'"Family{p}, Given",{1000 + int(p[1:])},,{p},A,,' for p in ON_CANVAS]
    (tmp_path / "canvas.csv").write_text("\n".join(sheet) + "\n")
    table = template.read(tmp_path / "canvas.csv")
    result = canvas.fill(table, totals)
    assert result.filled == len(ON_CANVAS)
    for row in table.rows[1:]:
        person = row[3]
        assert float(row[5]) == pytest.approx(score(person) - penalty(person, score(person)), abs=0.005), person
        assert row[6] == ""  # nobody has marked 3.6 yet
    sheet = ["Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed"]
    sheet += [f"Participant {int(p[1:])}00,Given Family{p},,Submitted,,{points('abel_numpy'):g},Yes" for p in ON_MOODLE]
    (tmp_path / "Grades-ML-2.3 Predict-9.csv").write_text("\n".join(sheet) + "\n")
    table = template.read(tmp_path / "Grades-ML-2.3 Predict-9.csv")
    assert moodle.fill(table, totals, "Grades-ML-2.3 Predict-9.csv").filled == len(ON_MOODLE)
    for person, row in zip(ON_MOODLE, table.rows, strict=True):
        assert float(row[4]) == pytest.approx(score(person) - penalty(person, score(person)), abs=0.005), person


def test_marks_by_hand_survive_a_regrade_of_one_task(week, tmp_path):
    folder = tmp_path / "course"
    shutil.copytree(week.course, folder)
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        mark = book.find_grade("written_1", written.notebook().name, "3_training", "s00")
        mark.manual_score, mark.needs_manual_grade, mark.extra_credit = 4.0, False, 1.0
        comment = book.find_comment("written_1", written.notebook().name, "3_training", "s00")
        comment.manual_comment = "Clear and short."
        broken = book.find_grade("test_covariance", BOOK, ASSIGNMENT, "s00")
        broken.auto_score = 0.0  # what an earlier version of the task may have given
        book.db.commit()
    before = {(row["student"], row["task"]): row["score"] for row in lms.gradebook.rows(folder)}
    results = grade.regrade_task(folder, "covariance", limits=LIMITS, executor=OncePlayed())
    assert len(results) == len(PEOPLE)
    rows = {(row["student"], row["task"]): row for row in lms.gradebook.rows(folder)}
    moved = {key for key, row in rows.items() if row["score"] != before[key]}
    assert moved == {("s00", "covariance")} and rows["s00", "covariance"]["score"] == 2.0
    grade.grade_course(folder, ["3"], force=True, limits=LIMITS, executor=OncePlayed())
    row = next(row for row in lms.gradebook.rows(folder) if (row["student"], row["task"]) == ("s00", "written_1"))
    assert (row["score"], row["comment"], row["needs_manual_grade"]) == (5.0, "Clear and short.", False)
    with pytest.raises(KeyError, match="No task called 'nothing'"):
        grade.regrade_task(folder, "nothing")


def test_feedback_and_report_close_the_week(week, tmp_path):
    folder = tmp_path / "course"
    shutil.copytree(week.course, folder)
    first = feedback.write_all(folder)
    assert {page.change for page in first} == {"new"} and len({page.path.parts[-3] for page in first}) == len(PEOPLE)
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:  # as formgrader writes it
        mark = book.find_grade("written_1", written.notebook().name, "3_training", "s00")
        mark.manual_score, mark.needs_manual_grade = 4.5, False
        comment = book.find_comment("written_1", written.notebook().name, "3_training", "s00")
        comment.manual_comment = "Clear. Now $w$?"
        book.db.commit()
    changed = [page.path for page in feedback.write_all(folder) if page.change == "changed"]
    assert [path.parts[-3:-1] for path in changed] == [("s00", "3_training")]
    text = changed[0].read_text(encoding="utf-8")
    assert "4.5 of 5" in text and "From your marker" in text and "This is my answer to question 1" in text
    assert_sound(text)
    for person in ("s44", "s45"):
        own = (folder / "feedback" / person / ASSIGNMENT / "feedback.html").read_text(encoding="utf-8")
        assert ("it was handed in late" in own) == bool(penalty(person, score(person)))
    facts = report.gather(folder)
    assert (facts["students"], facts["waiting"][0]["answers"]) == (
        len(PEOPLE),
        len(WITH_FORM) * len(written.questions()) - 1,
    )
    module = next(a for a in facts["assignments"] if a["name"] == ASSIGNMENT)
    assert module["submissions"] == len(PEOPLE) and module["absent"] == []
    last = [AGAIN.get(person, kind_of(person)) for person in PEOPLE]
    assert {task["blank"] for task in module["tasks"] if task["name"] == "centered"} == {last.count("pia_blank")}
    named = {(found["task"], found["name"]): found["count"] for found in module["mistakes"]}
    assert named == dict.fromkeys(KINDS["emre"].mistakes.items(), last.count("emre"))
    assert_sound(report.page(facts))
