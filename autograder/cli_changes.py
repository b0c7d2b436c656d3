"""What `grade` tells of late work and of scores that moved."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from autograder.console import fail, say

Task = Annotated[str | None, typer.Option(help="Judge one task anew, after it was mended; other scores stay.")]
Due = Annotated[list[str] | None, typer.Option(help="Such as '2=2026-03-01 23:59'; before course.toml's.")]
PerDay = Annotated[float | None, typer.Option(help="Share of the points that each late day costs, such as 0.1.")]
Cap = Annotated[float | None, typer.Option(help="Share that late work loses at most.")]
Grace = Annotated[float | None, typer.Option(help="Minutes after the due date that cost nothing.")]


def settings_of(course, due, per_day, cap, grace):
    """The Settings of a course with the options of the command. Ends the program when they can't be used."""
    from autograder import course as courses

    given = {"per_day": per_day, "cap": cap, "grace_minutes": grace}
    try:
        return courses.read(course, late={k: v for k, v in given.items() if v is not None}, due=due or ())
    except courses.BadSettings as problem:
        fail(str(problem))


def conclude(course, results, settings, reason):
    """Write penalties and the change list; returns (late notebooks, changes)."""
    from autograder import changes, late

    found, penalties = late.apply(course, settings)
    moved = changes.of_run(course, results, penalties, reason)
    changes.keep(course, moved)
    return found, moved


def tell(settings, late, moved):
    """Print late work and moved scores."""

    if late:
        rule = settings.rule or "no rule of course.toml; penalties, if any, are nbgrader's plugin's"
        say.print(f"\nLate ({len(late)}; {rule}):", soft_wrap=True)
        for row in late:
            lost = f"{row.penalty:g} point{'s' * (row.penalty != 1)} less"
            text = f"  {row.student}, {row.notebook.split('_')[0]}: {row.how_late}, {lost}"
            say.print(escape(text), soft_wrap=True)
    if moved:
        table = Table("student", "notebook", "task", "before", "after", "why", title="Scores that moved")
        for row in moved:
            numbers = (f"{row.before:g}", f"{row.after:g}")
            table.add_row(escape(row.student), row.notebook.split("_")[0], row.task, *numbers, row.why)
        say.print(table)
        say.print("They are kept in changes.csv of the course.")


def as_plain(late, moved, student, assignment):
    """Late work and moved scores of one submission as plain data."""
    return {
        "late_penalty": sum(r.penalty for r in late if (r.student, r.assignment) == (student, assignment)),
        "changes": [
            {"task": row.task, "before": row.before, "after": row.after, "why": row.why}
            for row in moved
            if (row.student, row.assignment) == (student, assignment)
        ],
    }
