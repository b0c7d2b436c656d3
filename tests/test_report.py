"""The class report for classes of every size, and the hint at near copies: figures that follow from the grades."""

import csv
import random
import re
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from autograder import copies, feedback, grade, gradebook, lessons, report, tasks, unit
from autograder.cli import app
from tests.test_pages import EVIL, assert_sound, put

A = "2_inverse_logit_and_log_loss"


@pytest.fixture
def a_class(tmp_path, monkeypatch):
    """A function that makes a class: {student: {task: state}} → the course. Tasks that are not named are passed."""

    def make(states, assignment=A, mistakes=(), sources=None):
        results, every = [], []
        for student, wanted in states.items():
            result, rows = put(tmp_path, student, assignment, (sources or {}).get(student))
            for book in result.books.values():
                book.repairs = []
                for task, verdict in book.verdicts.items():
                    state = wanted.get(task, "passed")
                    score = {"passed": verdict.points, "partial": verdict.points / 2}.get(state, 0.0)
                    name = dict(mistakes).get((student, task))
                    book.verdicts[task] = replace(verdict, state=state, score=score, mistake=name)
                    next(row for row in rows if row["task"] == task)["score"] = score
            results.append(result)
            every += rows
        monkeypatch.setattr(grade, "load_course", lambda course: results)
        monkeypatch.setattr(gradebook, "rows", lambda course: every)
        monkeypatch.setattr(gradebook, "students", lambda course: {s: ("", "") for s in (*states, "absent <i>Al</i>")})
        return tmp_path, results, every

    return make


def text_of(course, **options):
    page = report.page(report.gather(course, **options))
    assert_sound(page)
    return page


def test_nothing_graded_yet(a_class):
    course, _, _ = a_class({})
    assert "Nothing is graded yet" in text_of(course)


def test_one_student(a_class):
    course, _, _ = a_class({EVIL: {"log_loss": "failed"}})
    text = text_of(course)
    assert "The one submission has 7 of 10 points" in text and "A small sample" in text
    assert "1 of 1 do not have all its points" in text and "section 6: Log loss" in text


def test_what_to_teach_again_follows_from_the_figures(a_class):
    states = {
        f"pupil{n}": {"log_loss": "failed" if n < 9 else "passed", "covariance": "failed" if n < 8 else "passed"}
        for n in range(20)
    }
    course, _results, _ = a_class(states, mistakes=[((f"pupil{n}", "log_loss"), "sum for mean") for n in range(6)])
    facts = report.gather(course)
    assert [(line["name"], line["short"]) for line in facts["again"]] == [
        ("log_loss", 9)
    ]  # 8 of 20 is not more than 40 %
    assert facts["again"][0]["mistake"]["count"] == 6
    text = text_of(course)
    assert "9 of 20 do not have all its points" in text and "sum for mean (6 of 20 who tried)" in text
    for n in range(20):
        assert not re.search(rf"\bpupil{n}\b", text), "no student is named where nobody has to act"


def test_discrimination_is_the_point_biserial_correlation_and_marks_small_samples(a_class):
    draw = random.Random(3)
    able = {f"student{n:03d}": draw.random() for n in range(200)}
    states = {
        s: {t: "passed" if draw.random() < skill else "failed" for t in ("centered", "covariance", "inverse_logit")}
        | {"log_loss": "passed" if draw.random() < 0.5 else "failed"}
        for s, skill in able.items()
    }
    course, _results, _ = a_class(states)
    (facts,) = report.gather(course)["assignments"]
    by_name = {task["name"]: task for task in facts["tasks"]}
    assert by_name["covariance"]["discrimination"] > 0.2 > abs(by_name["log_loss"]["discrimination"])
    assert by_name["log_loss"]["weak"] and not by_name["covariance"]["weak"]
    full = [states[s]["covariance"] == "passed" for s in states]
    points = {name: tasks.find(name).max_score for name in by_name}
    rest = [
        sum(points[t] for t in points if t != "covariance" and states[s].get(t, "passed") == "passed") for s in states
    ]
    with_, without = ([r for r, f in zip(rest, full, strict=True) if f is value] for value in (True, False))
    mean, n = sum(rest) / len(rest), len(rest)
    deviation = (sum((r - mean) ** 2 for r in rest) / n) ** 0.5
    share = len(with_) / n
    expected = (sum(with_) / len(with_) - sum(without) / len(without)) / deviation * (share * (1 - share)) ** 0.5
    assert by_name["covariance"]["discrimination"] == pytest.approx(expected)
    assert report.correlation([1.0, 0.0] * 4, [2.0, 1.0] * 4) is None
    assert len(text_of(course)) < 200_000


def test_hand_marks_that_wait_are_counted_and_left_out(a_class):
    course, _, rows = a_class({"ann": {}, "bob": {"f": "not attempted"}}, assignment="3_training")
    text = text_of(course)
    assert "16" in text and "answers to mark by hand" in text and "wait for a marker" in text
    for row in rows:
        if row["needs_manual_grade"]:
            row.update(needs_manual_grade=False, manual_score=row["max_score"], score=row["max_score"])
    assert "wait for a marker" not in text_of(course)


def test_names_stand_only_where_somebody_has_to_act(a_class, tmp_path):
    course, results, _ = a_class({"ann": {}, "<script>bob</script>": {}, "cyd": {}})
    results[0].books["2.3_assignment_predict_and_evaluate"].repairs = [
        "cell test_log_loss: changed, put back as released"
    ]
    results[1].books["2.3_assignment_predict_and_evaluate"].events = ["stopped in cell x: <b>limit</b>"]
    text = text_of(course)
    assert ">ann<" in text and "suspicious" in text and "&lt;script&gt;bob" in text and "cyd" not in text
    hidden = text_of(course, anonymous=True)
    assert "bob" not in hidden and "ann" not in re.sub("annot", "", hidden) and "Student 2" in hidden
    out = tmp_path / "out" / "r.html"
    report.write(course, out, anonymous=True)
    with (tmp_path / "out" / "r_submissions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["student"] for row in rows} <= {f"Student {n}" for n in range(1, 5)}
    assert sorted(row["needs_a_look"] for row in rows) == ["", "limited", "suspicious"]


def test_tables_hold_no_formulas(a_class):
    course, _, _ = a_class({"=cmd()": {}, "ann": {}})
    report.write(course)
    with (course / "report_submissions.csv").open(encoding="utf-8", newline="") as file:
        assert {row["student"] for row in csv.DictReader(file)} == {"'=cmd()", "ann"}


def test_who_has_not_handed_in_is_told_from_the_class_list(a_class):
    course, _, _ = a_class({"ann": {}})
    (course / "roster.csv").write_text("id,name\nann,Ann\nbob,Bob\n", encoding="utf-8")
    (facts,) = report.gather(course)["assignments"]
    assert facts["absent"] == ["absent <i>Al</i>", "bob"]
    assert "2 on the list of students have not handed in" in text_of(course)


def test_an_unknown_assignment_is_explained(tmp_path):
    (tmp_path / "submitted").mkdir()
    result = CliRunner().invoke(app, ["report", "9", "--course", str(tmp_path)])
    assert result.exit_code == 2 and "no assignment called '9'" in result.output


def test_every_graded_task_has_its_lesson():
    for book in unit.notebooks():
        for name in (*book.tasks(), *book.tasks("written")):
            if tasks.find(name).graded:
                lesson, heading = lessons.of_task(name)
                assert heading and not lesson.tasks("written")


# --- near copies --------------------------------------------------------------------------------------------

ORIGINAL = """
def covariance(X):
    rows, columns = X.shape
    middle = [sum(X[:, j]) / rows for j in range(columns)]
    result = np.zeros((columns, columns))
    for a in range(columns):
        for b in range(columns):
            total = 0.0
            for i in range(rows):
                total += (X[i, a] - middle[a]) * (X[i, b] - middle[b])
            result[a, b] = total / (rows - 1)
    return result
"""
LOSS = """
def log_loss(y, p):
    total = 0.0
    for label, chance in zip(y, p):
        chance = min(max(chance, 1e-12), 1 - 1e-12)
        if label == 1:
            total = total - np.log(chance)
        else:
            total = total - np.log(1 - chance)
    return total / len(y)
"""


def renamed(source):
    """What somebody does who does not want to be seen: other names, comments, spaces and a docstring."""
    for old, new in (
        ("rows", "n"),
        ("columns", "k"),
        ("middle", "mu"),
        ("result", "C"),
        ("total", "s"),
        ("chance", "q"),
    ):
        source = re.sub(rf"\b{old}\b", new, source)
    return source.replace("    ", "  ").replace("):\n", '):\n  """Mine."""\n', 1) + "# my own work\n"


def test_renamed_copies_are_grouped_and_independent_work_is_not(a_class):
    own = ORIGINAL.replace("for a in", "for b in", 1)  # the same idea, another program
    sources = {
        "ann": {"covariance": ORIGINAL, "log_loss": LOSS},
        "bob": {"covariance": renamed(ORIGINAL), "log_loss": renamed(LOSS)},
        "cyd": {"covariance": own, "log_loss": LOSS},
        "dee": {"covariance": "def covariance(X):\n    return np.cov(X.T)"},
        "eli": {"covariance": "def covariance(X):\n    return np.cov(X.T)"},
    }
    course, results, _ = a_class({key: {} for key in sources}, sources=sources)
    (group,) = copies.groups(course, results)
    assert group["students"] == ["ann", "bob"] and set(group["tasks"]) >= {"covariance", "log_loss"}
    text = text_of(course)
    assert "ann, bob" in text and "no score depends on this" in text
    assert "ann, bob" not in text_of(course, anonymous=True)


def test_what_many_share_or_the_release_gave_is_no_hint(a_class):
    answers = {
        task: cell.source
        for task in ("covariance", "log_loss", "inverse_logit")
        if (cell := unit.place_of(task).find(task))
    }
    course, results, _ = a_class({f"s{n}": {} for n in range(4)}, sources={f"s{n}": answers for n in range(4)})
    assert copies.groups(course, results) == []
    many = {f"s{n}": {"covariance": ORIGINAL, "log_loss": LOSS} for n in range(8)}
    course, results, _ = a_class({key: {} for key in many}, sources=many)
    assert copies.groups(course, results) == []


def test_broken_code_and_notebooks_are_passed_over(a_class):
    assert copies.fingerprint("def f(:") is None and copies.fingerprint("(" * 5000) is None
    course, results, _ = a_class({"ann": {}, "bob": {}})
    path = next((course / "autograded" / "ann").rglob("2.3*.ipynb"))
    path.write_text("{", encoding="utf-8")
    assert copies.groups(course, results) == [] and feedback.page(course, results[0], [])
