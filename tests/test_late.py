"""Settings of a course, penalties for late work in nbgrader's own field, and what moves a score."""

import datetime
import json

import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from autograder import changes, course, gradebook, late
from autograder.cli import app

MODULE, N32, N35 = "3_training", "3.2_assignment_minimum_of_a_function", "3.5_assignment_optimizing_logistic_regression"
DAY = datetime.timedelta(days=1)
DUE = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)


def settings(tmp_path, text):
    (tmp_path / "course.toml").write_text(text)
    return course.read(tmp_path)


def test_the_file_of_settings(tmp_path):
    text = 'timezone = "Europe/Berlin"\n[due]\n2 = 2026-03-01 13:00:00\n"3.5" = 2026-03-01T12:00:00Z\n3 = 2026-03-02\n'
    found = settings(tmp_path, text + "[late]\nper_day = 0.1\ncap = 0.5\ngrace_minutes = 15\n")
    assert found.due_of("2_inverse_logit_and_log_loss") == DUE and found.due_of(MODULE, N35) == DUE
    assert found.due_of(MODULE, N32).isoformat() == "2026-03-02T22:59:59+00:00"
    shares = [found.rule.share(seconds) for seconds in (0, 900, 901, 86400, 86401, 9e9)]
    assert shares == pytest.approx([0, 0, 0.1, 0.1, 0.2, 0.5])
    given = course.read(tmp_path, late={"per_day": 0.3}, due=["3.5=2026-04-01 12:00"], timezone="UTC")
    assert given.rule.per_day == 0.3 and given.rule.cap == 0.5 and given.due[N35].month == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("due = [", "course.toml"),
        ("[dew]\n2 = 1", "no setting called 'dew'"),
        ("[due]\n9 = 2026-03-01", "no assignment called '9'"),
        ("[due]\n2 = 'soon'", "is no time"),
        ("[late]\nper_day = 10", "a share between 0 and 1"),
        ("[late]\nperday = 0.1", "no setting called late.perday"),
        ("[late]\nper_day = 'much'", "course.toml"),
        ('timezone = "Mars/Base"', "no time zone"),
    ],
)
def test_what_is_wrong_in_it_is_told(tmp_path, text, message):
    with pytest.raises(course.BadSettings, match=message.replace("(", r"\(")):
        settings(tmp_path, text)
    (tmp_path / "submitted").mkdir()
    run = CliRunner().invoke(app, ["grade", "--course", str(tmp_path)])
    assert run.exit_code == 2


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("late")
    gradebook.prepare(folder, [MODULE])
    times = {"intime": DUE, "grace": DUE + DAY / 144, "one": DUE + DAY / 2, "three": DUE + 2.5 * DAY, "ext": DUE + DAY}
    for student, time in times.items():
        books = {N32: {"scores": {"f": 1.0, "gradient": 2.0}, "written": {}}}
        books[N35] = {"scores": {"train_test_lr": 0.5}, "written": {"loss_analysis": student == "three"}}
        with gradebook.Writer(folder) as writer:
            writer.record(MODULE, student, books, time.replace(tzinfo=None))
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        book.update_or_create_submission(MODULE, "ext", extension=2 * DAY)
    return folder


RULE = course.Rule(per_day=0.1, cap=0.25, grace=900)


def penalties(folder):
    return {(r["student"], r["notebook"]): r["penalty"] for r in gradebook.notebooks(folder) if r["penalty"]}


def test_penalties_stand_in_nbgraders_field(prepared):
    found, moved = late.apply(prepared, course.Settings(datetime.UTC, {MODULE: DUE}, RULE))
    most = {row["notebook"]: row["max_score"] for row in gradebook.notebooks(prepared)}
    assert penalties(prepared) == {
        ("one", N32): pytest.approx(0.1 * most[N32]),
        ("one", N35): 0.5,  # no more than what it earned
        ("three", N32): pytest.approx(0.25 * most[N32]),
        ("three", N35): pytest.approx(0.25 * most[N35]),  # a marker may give more yet
    }
    assert {(row.student, row.notebook) for row in found} == set(penalties(prepared))
    assert len(moved) == 4 and late.apply(prepared, course.Settings(datetime.UTC, {MODULE: DUE}, RULE))[1] == []
    with Gradebook(f"sqlite:///{prepared / 'gradebook.db'}") as book:
        assert book.find_assignment(MODULE).duedate == DUE.replace(tzinfo=None)
        assert book.find_submission(MODULE, "one").late_submission_penalty == pytest.approx(0.1 * most[N32] + 0.5)
    # A later date, and the penalties go away again, and are told.
    found, moved = late.apply(prepared, course.Settings(datetime.UTC, {MODULE: DUE + 9 * DAY}, RULE))
    assert found == [] and penalties(prepared) == {} and len(moved) == 4
    (change, *_) = changes.of_run(prepared, [], moved)
    assert change.task == changes.PENALTY and change.after == 0 and "late work" in change.why


def test_times_and_marks_of_platforms_come_first(prepared):
    def collected(**row):
        rows = {f"intime/{MODULE}/{N32}": {"time": None, "clock": "", "late": None} | row}
        (prepared / "collected.json").write_text(json.dumps({"notebooks": rows}))
        late.apply(prepared, course.Settings(datetime.UTC, {MODULE: DUE}, RULE))
        return penalties(prepared).get(("intime", N32), 0)

    unit_points = {row["notebook"]: row["max_score"] for row in gradebook.notebooks(prepared)}[N32]
    try:
        assert collected(time=(DUE + 1.5 * DAY).isoformat()) == pytest.approx(0.2 * unit_points)
        assert collected(time=(DUE + 1.5 * DAY).isoformat(), late=False) == 0
        assert collected(late=True) == pytest.approx(0.1 * unit_points)
        assert collected(time=(DUE + 1.5 * DAY).isoformat(), clock="time of the file") == 0
    finally:
        (prepared / "collected.json").unlink()


def test_nbgraders_plugin_counts_where_there_is_no_rule(prepared):
    config = prepared / "nbgrader_config.py"
    before = config.read_text()
    config.write_text(before + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    try:
        late.apply(prepared, course.Settings(datetime.UTC, {MODULE: DUE}))
        assert penalties(prepared)["one", N32] == 3.0
    finally:
        config.write_text(before)
        late.apply(prepared, course.Settings(datetime.UTC, {MODULE: DUE}))
    assert penalties(prepared) == {}
