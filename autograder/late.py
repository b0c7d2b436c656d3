"""Penalties for late work, in nbgrader's own field, so that formgrader and every export show them.

When a notebook was handed in is what `collect` noted for it, else the time of the submission. When it was due is what
`course.toml` says, else the due date in the gradebook; extensions that the gradebook has count. What it costs is the
rule of `course.toml`, or, where there is none, nbgrader's own plugin if `nbgrader_config.py` sets one up.
"""

from dataclasses import dataclass
from pathlib import Path

from autograder import gradebook
from autograder.collect import Record

PLUGINS = ("AssignLatePenalties", "LateSubmissionPlugin")


@dataclass(frozen=True)
class Late:
    """A notebook that was handed in late: by how many seconds (None where only a platform's mark says so), and what it
    costs in points."""

    student: str
    assignment: str
    notebook: str
    seconds: float | None
    penalty: float

    @property
    def how_late(self):
        """How late it was, in words."""
        if self.seconds is None:
            return "marked as late, by how much is unknown: one day was counted"
        hours = self.seconds / 3600
        return f"{hours / 24:.1f} days late" if hours >= 48 else f"{hours:.1f} hours late"


def apply(course, settings):
    """Write due dates and penalties for everything in the gradebook of a course.

    Returns a Late for each notebook that was, and ((student, assignment, notebook), before, after) for each penalty
    that moved.
    """
    record, plugin, found = Record(course), None if settings.rule else _plugin(course), []
    if not (settings.rule or plugin or settings.due or gradebook.has_penalties(course)):
        return [], []

    def penalty_of(row):
        seconds = _seconds(row, settings, record)
        graced = settings.rule and seconds is not None and seconds <= settings.rule.grace
        if seconds == 0 or graced or not row["max_score"]:
            return None
        points = _points(row, settings.rule, plugin, seconds)
        if not row["waiting"]:  # what a marker has yet to give may be more than there is now
            points = min(points, max(row["score"], 0.0))
        if row["score"] or row["waiting"]:
            found.append(Late(row["student"], row["assignment"], row["notebook"], seconds, points))
        return points or None

    moved = gradebook.penalise(course, settings.due, penalty_of)
    return found, moved


def _seconds(row, settings, record):
    """How late a notebook was: 0 in time, None where it is only marked as late."""
    where = (row["student"], row["assignment"], row["notebook"])
    known, due = record.find(*where), row["due"]
    if row["notebook"] in settings.due:
        due = settings.due[row["notebook"]] + row["extension"]
    if known.get("late") is False:  # the platform's own clock
        return 0
    time = record.time(*where) if known else row["time"]
    late = max(0.0, (time - due).total_seconds()) if time and due else 0.0
    return late or (None if known.get("late") else 0)


def _points(row, rule, plugin, seconds):
    if rule:
        return rule.share(rule.grace + 1 if seconds is None else seconds) * row["max_score"]
    if plugin:
        points = plugin.late_submission_penalty(row["student"], row["score"], 1 if seconds is None else seconds)
        return max(0.0, points or 0.0)
    return 0.0


def _plugin(course):
    """nbgrader's plugin for late work, if the course's configuration says anything about it."""
    path = Path(course, "nbgrader_config.py")
    if not path.is_file():
        return None
    from nbgrader.preprocessors import AssignLatePenalties
    from traitlets.config import PyFileConfigLoader

    config = PyFileConfigLoader(path.name, str(path.parent.resolve())).load_config()
    if not any(name in config for name in PLUGINS):
        return None
    preprocessor = AssignLatePenalties(config=config)
    preprocessor.init_plugin()
    return preprocessor.plugin_inst
